"""What follows when a role changes hands: whose mails go to whom, and from when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from ...calendar.planner.model import Body, Planner
from ...calendar.rules.date_text import long_date
from ...calendar.rules.escalation import COPIED_FROM, Level
from ...notifications.reminders.recipients import Recipient, recipient_at
from ...scheduler.planning.board_view import BoardView
from ...storage.mail.occurrence_mail import owners_told_of
from ...storage.occurrences import occurrence_by_key
from ...storage.pauses import pauses_of
from ...wording.names import Names
from ..calendar.board_calendar import BoardCalendar
from ..calendar.entries import entries_of
from ..mails.coming_mails import MailingContext, coming_mails

ONE_DAY = timedelta(days=1)
A_YEAR = timedelta(days=366)
MOST_MAILS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMail:
    """The next email about an item of the body, and who would get it."""

    key: str
    title: str
    due: date
    day: date
    when: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEffects:
    """What a change of roles does: sentences, and the next mails as they would go then."""

    sentences: tuple[str, ...]
    mails: tuple[NextMail, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _RoleChange:
    """A change of one body's roles from `starts` on; `context` knows who is paused."""

    before: Planner
    after: Planner
    body: Body
    starts: date
    today: date
    context: MailingContext

    def reader_before(self, level: Level, day: date) -> Recipient | None:
        """Who would get the mails of a level on a day without the change."""
        return recipient_at(self.before, self.body.id, level, day, self.context.away_on(day))

    def reader_after(self, level: Level, day: date) -> Recipient | None:
        """Who gets the mails of a level on a day with the change."""
        return recipient_at(self.after, self.body.id, level, day, self.context.away_on(day))


def role_effects(
    connection: Connection, view: BoardView, after: Planner, body_id: str, *, starts: date
) -> RoleEffects:
    """What follows from going to the planner `after`, from `starts` on."""
    changed = replace(view, names=Names(after))
    context = MailingContext(view=changed, pauses=tuple(pauses_of(connection, view.id)))
    mails = list(_next_mails(connection, context, body_id, starts))
    mails.sort(key=lambda mail: (mail.day, mail.due, mail.title))
    body = after.body(body_id)
    sentences: Iterable[str] = ()
    if body is not None:
        sentences = _sentences(
            _RoleChange(
                before=view.planner,
                after=after,
                body=body,
                starts=max(starts, view.today),
                today=view.today,
                context=context,
            )
        )
    return RoleEffects(
        sentences=tuple(sentences),
        mails=tuple(mails[:MOST_MAILS]),
        more=max(0, len(mails) - MOST_MAILS),
    )


def _sentences(change: _RoleChange) -> Iterator[str]:
    owes = any(change.body.id in obligation.owners for obligation in change.after.obligations())
    changed = False
    for level, what in _capacities(change.after, change.body, owes=owes):
        lines = list(_handover(change, level, what))
        changed = changed or bool(lines)
        yield from lines
    if not changed:
        yield "No mail goes to anybody else by this."


def _capacities(planner: Planner, body: Body, *, owes: bool) -> Iterator[tuple[Level, str]]:
    """In which capacities this body's role-holders are mailed, and about what, in words."""
    late = {level: f"{days} working days late or more" for level, days in COPIED_FROM.items()}
    if owes:
        yield Level.OWNER, f"reminders about what {body.short} owes"
        yield Level.DEPUTY, f"copies about what {body.short} owes that is {late[Level.DEPUTY]}"
    if body.id == planner.business_group:
        yield Level.BUSINESS, f"copies about everything that is {late[Level.BUSINESS]}"
    if body.id == planner.board:
        yield Level.BOARD, f"copies about everything that is {late[Level.BOARD]}"
        yield Level.SECRETARIAT, "the weekly overview, and copies about what is late,"


def _handover(change: _RoleChange, level: Level, what: str) -> Iterator[str]:
    """Each day from which these emails go to another reader than without the change."""
    days = _turning_days(change, change.starts)
    if all(change.reader_before(level, day) == change.reader_after(level, day) for day in days):
        return
    yield from _until_then(change, level, what)
    previous: Recipient | None = None
    for number, day in enumerate(days):
        reader = change.reader_after(level, day)
        if number and reader == previous:
            continue
        previous = reader
        if reader is None:
            nobody = "no vice-chair" if level is Level.DEPUTY else "nobody"
            yield f"From {long_date(day)} {nobody} gets {what}."
            continue
        was = change.reader_before(level, day)
        instead = f" instead of {was.address}" if was and was.address != reader.address else ""
        why = "" if reader.stand_in is None else f" {reader.stand_in.to_others()}"
        yield f"From {long_date(day)} {what} go to {reader.address}{instead}.{why}"


def _until_then(change: _RoleChange, level: Level, what: str) -> Iterator[str]:
    """To whom these emails go until the change begins, which may pass on meanwhile."""
    days = [day for day in _turning_days(change, change.today) if day < change.starts]
    readers = [(day, change.reader_before(level, day)) for day in days]
    turns = [turn for turn, last in zip(readers[1:], readers, strict=False) if turn[1] != last[1]]
    for (day, reader), (end, _) in pairwise([*readers[:1], *turns, (change.starts, None)]):
        if reader is None:
            continue
        if day == change.today:
            yield f"Until {long_date(end - ONE_DAY)} {what} go to {reader.address}, as now."
        else:
            yield f"From {long_date(day)} {what} go to {reader.address}."


def _turning_days(change: _RoleChange, starts: date) -> list[date]:
    """`starts`, and each later day on which a role of the body begins or ends, or a pause ends."""
    body = change.body
    begins = (holder.starts for holder in body.holders if holder.starts is not None)
    ends = (holder.ends + ONE_DAY for holder in body.holders if holder.ends is not None)
    backs = (pause.until for pause in change.context.pauses if pause.until is not None)
    return sorted({starts, *(day for day in (*begins, *ends, *backs) if day > starts)})


def _next_mails(
    connection: Connection, context: MailingContext, body_id: str, starts: date
) -> Iterator[NextMail]:
    """The first email from `starts` on about each item of the body within a year."""
    view = context.view
    refs = {
        obligation.ref for obligation in view.planner.obligations() if body_id in obligation.owners
    }
    calendar = BoardCalendar(connection, view)
    lines = calendar.lines(view.today - A_YEAR, view.today + A_YEAR, refs)
    entries = entries_of(calendar, [line for line in lines if line.owner == body_id])
    kept = {entry.key: occurrence_by_key(connection, entry.key) for entry in entries}
    told = owners_told_of(connection, [row.id for row in kept.values() if row is not None])
    context = replace(context, told=told)
    for entry in entries:
        stored = kept[entry.key]
        coming = coming_mails(context, entry, stored).mails
        mail = next((mail for mail in coming if mail.day >= starts), None)
        if mail is not None:
            yield NextMail(
                key=entry.key,
                title=entry.title,
                due=entry.due,
                day=mail.day,
                when=mail.when,
                to=tuple(reader.address for reader in mail.readers),
            )
