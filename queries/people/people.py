"""Bodies and people: their meetings, their roles, and whether emails reach them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from ...calendar.planner.model import Body, BodyKind, Planner
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...calendar.rules.escalation import REMINDERS, Step
from ...calendar.rules.meeting_series import Series, meetings
from ...core.local_time import LocalTime
from ...notifications.reminders.recipients import recipients
from ...scheduler.planning.board_view import BoardView
from ...storage.mail.board_messages import newest_messages_to
from ...storage.message_states import MessageState
from ...storage.pauses import Pause, PauseKind, pauses_of
from ...storage.schema.column_types import AnyRow
from ...wording.mails import mail_words
from ...wording.names import Named
from ...wording.text import sentence
from ..meetings.meetings import meeting_rule
from .roles import RoleLine, Tenure, begin_of, held_words, role_lines, role_name, when_held

# A body meets at least once a year, or its next meeting is not worth a line.
A_YEAR = timedelta(days=366)
KIND_WORDS = {
    BodyKind.BOARD: "Board",
    BodyKind.GROUP: "group",
    BodyKind.SUBGROUP: "subgroup",
    BodyKind.PARTNER: "partner",
    BodyKind.POST: "post",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLine:
    """A body. `rule` says when it meets, without a full stop.

    `vacancy` is a sentence where nobody leads it who should, on who gets its mails meanwhile;
    `paused` why its mails do not go out. `owes` and `receives` count reports and actions.
    """

    body: Named
    kind: str
    lead: str
    also: tuple[str, ...]
    assumed: str | None
    rule: str | None
    next_meeting: date | None
    roles: tuple[RoleLine, ...]
    vacancy: str | None
    paused: str | None
    owes: int
    receives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRole:
    """A role of a person, past, present or future."""

    body: Named
    role: RoleName
    name: str
    when: Tenure
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMail:
    """The newest email to a person, and its outcome."""

    message: int
    day: date
    words: str
    is_refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody by their address, and their `name` or "".

    `paused` says why no mail goes to them, where none does.
    """

    address: str
    name: str
    roles: tuple[PersonRole, ...]
    paused: str | None
    last_mail: LastMail | None

    @property
    def is_refused(self) -> bool:
        """Whether their newest mail was refused."""
        return self.last_mail is not None and self.last_mail.is_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Every body in the planner's order, and every person by address."""

    bodies: tuple[BodyLine, ...]
    people: tuple[PersonLine, ...]
    paused: str | None


def directory(connection: Connection, view: BoardView) -> Directory:
    """All bodies and people of a Board, as of `today`."""
    planner, today, local = view.planner, view.today, view.local
    names, pauses = view.names, pauses_of(connection, view.id)
    owes = Counter(owner for obligation in planner.obligations() for owner in obligation.owners)
    receives = Counter(body for obligation in planner.obligations() for body in obligation.audience)
    away = {pause.id for pause in pauses if pause.kind == PauseKind.PERSON}
    return Directory(
        bodies=tuple(
            BodyLine(
                body=names.body(body.id),
                kind=KIND_WORDS[body.kind],
                lead=body.lead,
                also=body.also,
                assumed=body.assumed,
                rule=None if body.series is None else meeting_rule(body.series),
                next_meeting=None if body.series is None else next_meeting(body.series, today),
                roles=tuple(role_lines(body, today, owes=body.id in owes)),
                vacancy=_vacancy(planner, body, away, today) if body.id in owes else None,
                paused=_pause(pauses, PauseKind.BODY, body.id, local),
                owes=owes[body.id],
                receives=receives[body.id],
            )
            for body in planner.bodies
        ),
        people=tuple(_people(connection, view, pauses)),
        paused=_pause(pauses, PauseKind.BOARD, view.id, local),
    )


def next_meeting(series: Series, today: date) -> date | None:
    """The next day that a body meets, today or later; None within a year."""
    held = (meeting.day for meeting in meetings(series, today, today + A_YEAR) if meeting.held)
    return next(held, None)


def _vacancy(planner: Planner, body: Body, away: Collection[str], today: date) -> str | None:
    """Who stands in for a lead that is vacant or paused, as a sentence."""
    step = Step(day=today, offset=0)
    readers = recipients(planner, body.id, step, REMINDERS, day=today, away=away)
    if not readers:
        return f"{body.name} has no {body.lead}, and nobody stands in: its mails reach nobody."
    stand_in = readers[0].stand_in
    if stand_in is None:
        return None
    # A body's name may begin with a small letter.
    return sentence(
        f"{stand_in.absence}, so its mails go to {stand_in.role} ({readers[0].address})"
    )


def _pause(pauses: Iterable[Pause], kind: PauseKind, name: str, local: LocalTime) -> str | None:
    """ "Paused since 3 January 2018 by secretariat@example.org (on leave)."."""
    for pause in pauses:
        if (pause.kind, pause.id) == (kind, name):
            why = f" ({pause.why.rstrip('.')})" if pause.why else ""
            until = "" if pause.until is None else f", until {long_date(pause.until)}"
            since = long_date(local.day_of(pause.since))
            return f"Paused since {since}{until} by {pause.who}{why}."
    return None


def _people(
    connection: Connection, view: BoardView, pauses: Collection[Pause]
) -> Iterator[PersonLine]:
    names, today = view.names, view.today
    roles: dict[str, list[PersonRole]] = {}
    for body in names.planner.bodies:
        for holder in sorted(body.holders, key=begin_of):
            held = PersonRole(
                body=names.body(body.id),
                role=holder.role,
                name=role_name(body, holder.role),
                when=when_held(holder, today),
                words=held_words(holder, today),
            )
            roles.setdefault(holder.address, []).append(held)
    mails = last_mails(connection, roles, view.local)
    for address in sorted(roles):
        yield PersonLine(
            address=address,
            name=names.planner.name_of(address),
            roles=tuple(roles[address]),
            paused=_pause(pauses, PauseKind.PERSON, address, view.local),
            last_mail=mails.get(address),
        )


def last_mails(
    connection: Connection, addresses: Iterable[str], local: LocalTime
) -> Mapping[str, LastMail]:
    """The newest mail to each address that was not given up before it went out."""
    rows = newest_messages_to(connection, addresses)
    return {address: _last_mail(row, local) for address, row in rows.items()}


def _last_mail(row: AnyRow, local: LocalTime) -> LastMail:
    state = row.state
    return LastMail(
        message=row.id,
        day=row.day,
        words=mail_words(state, finished_at=row.finished_at, reply=row.reply, local=local),
        is_refused=state is MessageState.FAILED,
    )
