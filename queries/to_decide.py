"""Everything that waits for a decision of the secretariat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
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
from .decision_groups import HEADS, Decision, Decisions
from .planner.open_questions import Reading, addresses_nowhere, open_dates, readings

# A role that ends within this time without anybody to follow is worth a word.
SOON = timedelta(weeks=8)
ONE_DAY = timedelta(days=1)


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
        request=request.id,
    )
