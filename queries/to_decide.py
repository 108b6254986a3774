"""Everything that waits for a decision of the secretariat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from ..calendar.planner.entries import PLAN
from ..calendar.planner.file_schema import PlannerFile
from ..calendar.planner.model import Body, Planner
from ..calendar.planner.roles import RoleName
from ..calendar.rules.date_text import long_date
from ..operations.replies.requests import request_sentence
from ..scheduler.planning.board_view import BoardView
from ..storage.boards import BoardRow
from ..storage.mail.board_messages import undelivered
from ..storage.occurrences import unsettled
from ..storage.replies.requests import AnswerRequest, open_requests
from ..wording.mails import IN_TROUBLE
from ..wording.names import Names
from ..wording.text import one_line
from ..wording.text import sentence as ended
from .planner.open_questions import Reading, addresses_nowhere, open_dates, readings

# A role that ends within this time without anybody to follow is worth a word.
SOON = timedelta(weeks=8)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: what it is about, and the question as a sentence.

    At most one of the others leads to it: `key` something due, `ref` a report or an action,
    `body` a body, `message` a mail, `request` and `promise` the number of one. `quote` is the
    plan's cell where it comes from one, `reading` what was read into it, word for word, where
    that waits to be confirmed.
    """

    about: str
    text: str
    quote: str | None = None
    reading: str | None = None
    key: str | None = None
    ref: str | None = None
    body: str | None = None
    message: int | None = None
    request: str | None = None
    promise: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionGroup:
    """Decisions of one kind; `id` names the kind, `to_do` says what to do about each."""

    id: str
    heading: str
    to_do: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All decisions, the most pressing kinds first; empty kinds are left out."""

    groups: tuple[DecisionGroup, ...]

    @property
    def total(self) -> int:
        """How many decisions there are."""
        return sum(len(group.decisions) for group in self.groups)


HEADS = (
    DecisionGroup(
        id="installation",
        heading="Before anything else",
        to_do="Ask whoever looks after boardcal here, where you cannot do it yourself.",
        decisions=(),
    ),
    DecisionGroup(
        id="requests",
        heading="Asked for by chairs",
        to_do="Give a new date, or appoint somebody else; or tell them why not.",
        decisions=(),
    ),
    DecisionGroup(
        id="undelivered",
        heading="Mails that did not arrive",
        to_do="See that the address is right. Then send the mail again, or let it rest.",
        decisions=(),
    ),
    DecisionGroup(
        id="vacant",
        heading="Roles that nobody holds",
        to_do="Appoint somebody. Until then the mails go to whoever stands in.",
        decisions=(),
    ),
    DecisionGroup(
        id="unsettled",
        heading="Due before mails began",
        to_do="Record what became of it, or give it a new date. Nobody is chased meanwhile.",
        decisions=(),
    ),
    DecisionGroup(
        id="undecided",
        heading="No date decided",
        to_do="Decide when it is due. Nobody is reminded before.",
        decisions=(),
    ),
    DecisionGroup(
        id="doubts",
        heading="Where the plan contradicts itself",
        to_do="Decide which is meant, and change the date where it is the other.",
        decisions=(),
    ),
    DecisionGroup(
        id="promises",
        heading="Promised in the plan, missing from its planner",
        to_do="Add a report or an action for it where it is wanted. Nobody is reminded before.",
        decisions=(),
    ),
    DecisionGroup(
        id="assumed",
        heading="Read into the plan",
        to_do="Confirm each reading, or put it right.",
        decisions=(),
    ),
)


def decisions(
    connection: Connection,
    view: BoardView,
    content: PlannerFile,
    *,
    notice: str | None = None,
    requests: Iterable[Decision] = (),
) -> Decisions:
    """All decisions of a Board.

    `notice` is a sentence where the planner file differs, `requests` what chairs asked for.
    """
    planner, names, today = view.planner, view.names, view.today
    by_kind: dict[str, Iterable[Decision]] = {
        "installation": _of_installation(view.row, content, notice),
        "requests": requests,
        "undelivered": _undelivered(connection, view.id, today),
        "vacant": _vacant(planner, today),
        "unsettled": _unsettled(connection, names),
        "undecided": _undecided(content, names),
        "doubts": _doubts(names),
        "promises": (
            Decision(
                about=promise.text,
                text=f"The plan says so here: {promise.where}.",
                promise=number,
            )
            for number, promise in enumerate(planner.promises, start=1)
        ),
        "assumed": (_assumed(reading, names) for reading in readings(content)),
    }
    groups = (replace(head, decisions=tuple(by_kind[head.id])) for head in HEADS)
    return Decisions(groups=tuple(group for group in groups if group.decisions))


def _of_installation(row: BoardRow, content: PlannerFile, notice: str | None) -> Iterator[Decision]:
    if notice is not None:
        yield Decision(about="The planner file", text=notice)
    if row.go_live is None:
        yield Decision(about="Mails", text=f"No mails of {row.name} go out yet: set a first day.")
    nowhere = sorted(addresses_nowhere(content))
    if nowhere:
        are = "address is an example" if len(nowhere) == 1 else "addresses are examples"
        yield Decision(
            about="Addresses",
            text=f"{len(nowhere)} {are} at which no mail arrives, such as {nowhere[0]}: put the "
            "real ones in.",
        )


def _undelivered(connection: Connection, board: str, today: date) -> Iterator[Decision]:
    for row in undelivered(connection, board, waiting_before=today):
        reason = f": {one_line(row.reply).rstrip('.')}" if row.reply else ""
        yield Decision(
            about=row.recipient,
            text=f"The mail of {long_date(row.day)} {IN_TROUBLE[row.state]}{reason}.",
            message=row.id,
        )


def _vacant(planner: Planner, today: date) -> Iterator[Decision]:
    owing = {owner for obligation in planner.obligations() for owner in obligation.owners}
    for body in planner.bodies:
        vacancy = _vacancy(body, today) if body.id in owing else None
        if vacancy is not None:
            yield Decision(about=body.name, text=vacancy, body=body.id)
    board = planner.body(planner.board)
    if board is not None and board.holder_on(RoleName.SECRETARIAT, today) is None:
        yield Decision(about=board.name, text="It has no secretariat at present.", body=board.id)


def _vacancy(body: Body, today: date) -> str | None:
    """That the lead of a body is vacant, or soon will be; None where it is not."""
    if body.holder_on(RoleName.CHAIR, today) is None:
        return f"It has no {body.lead} at present."
    chairs = (holder for holder in body.holders if holder.role is RoleName.CHAIR)
    ends = sorted(chair.ends for chair in chairs if chair.ends is not None)
    for last in (day for day in ends if today <= day <= today + SOON):
        if body.holder_on(RoleName.CHAIR, last + ONE_DAY) is None:
            return f"It has no {body.lead} after {long_date(last)}."
    return None


def _unsettled(connection: Connection, names: Names) -> Iterator[Decision]:
    for item in unsettled(connection, names.planner.board):
        yield Decision(
            about=f"{item.title} ({names.place(item.ref, item.row)})",
            text=f"{names.short(item.owner)} owed it on {long_date(item.due)}.",
            key=item.key,
        )


def _undecided(content: PlannerFile, names: Names) -> Iterator[Decision]:
    for open_date in open_dates(content):
        yield Decision(
            about=_about(names, open_date.ref),
            text=ended(open_date.why),
            quote=open_date.quote,
            ref=open_date.ref,
        )


def _doubts(names: Names) -> Iterator[Decision]:
    for ref, obligation in names.obligations.items():
        if obligation.doubt is not None:
            yield Decision(
                about=_about(names, ref),
                text=ended(obligation.doubt),
                quote=obligation.quote,
                ref=ref,
            )


def _assumed(reading: Reading, names: Names) -> Decision:
    ref, text = reading.ref, ended(reading.reading)
    if ref in names.obligations:
        return Decision(
            about=_about(names, ref),
            text=text,
            quote=reading.quote,
            reading=reading.reading,
            ref=ref,
        )
    if ref == PLAN:
        return Decision(about=names.planner.plan.title, text=text, reading=reading.reading)
    return Decision(about=names.body(ref).name, text=text, reading=reading.reading, body=ref)


def _about(names: Names, ref: str) -> str:
    return f"{names.title(ref)} ({names.place(ref)})"


def request_decisions(connection: Connection, view: BoardView) -> list[Decision]:
    """The open requests as decisions, the oldest first."""
    return [_of_request(request, view.names) for request in open_requests(connection, view.id)]


def _of_request(request: AnswerRequest, names: Names) -> Decision:
    owner, due = names.short(request.owner), long_date(request.due)
    return Decision(
        about=f"{request.title} ({names.place(request.ref)})",
        text=f"{request_sentence(request)} It is owed by {owner}, due {due}.",
        request=request.identity,
    )
