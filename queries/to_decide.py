"""What waits for somebody to decide it, and what to do about each."""

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
from ..storage.replies.requests import open_requests
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
    """Everything to decide for a Board.

    `notice` is a sentence where the planner file differs, `requests` what chairs asked for.
    """
    planner, names, today = view.planner, view.names, view.today
    found: dict[str, Iterable[Decision]] = {
        "installation": _of_installation(view.row, content, notice),
        "requests": requests,
        "undelivered": _undelivered(connection, view.id, today),
        "vacant": _vacant(planner, today),
        "unsettled": _unsettled(connection, names),
        "undecided": _undecided(content, names),
        "doubts": _doubts(names),
        "promises": (
            Decision(about=each.text, text=f"The plan says so here: {each.where}.", promise=number)
            for number, each in enumerate(planner.promises, start=1)
        ),
        "assumed": (_assumed(each, names) for each in readings(content)),
    }
    groups = (replace(head, decisions=tuple(found[head.id])) for head in HEADS)
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
        said = f": {one_line(row.reply).rstrip('.')}" if row.reply else ""
        yield Decision(
            about=row.recipient,
            text=f"The mail of {long_date(row.day)} {IN_TROUBLE[row.state]}{said}.",
            message=row.id,
        )


def _vacant(planner: Planner, today: date) -> Iterator[Decision]:
    owing = {owner for each in planner.obligations() for owner in each.owners}
    for body in planner.bodies:
        said = _vacancy(body, today) if body.id in owing else None
        if said is not None:
            yield Decision(about=body.name, text=said, body=body.id)
    board = planner.body(planner.board)
    if board is not None and board.holder_on(RoleName.SECRETARIAT, today) is None:
        yield Decision(about=board.name, text="It has no secretariat at present.", body=board.id)


def _vacancy(body: Body, today: date) -> str | None:
    """That nobody leads a body, or soon nobody will."""
    if body.holder_on(RoleName.CHAIR, today) is None:
        return f"It has no {body.lead} at present."
    ends = (each.ends for each in body.holders if each.role is RoleName.CHAIR and each.ends)
    for last in sorted(each for each in ends if today <= each <= today + SOON):
        if body.holder_on(RoleName.CHAIR, last + ONE_DAY) is None:
            return f"It has no {body.lead} after {long_date(last)}."
    return None


def _unsettled(connection: Connection, names: Names) -> Iterator[Decision]:
    for each in unsettled(connection, names.planner.board):
        yield Decision(
            about=f"{each.title} ({names.place(each.ref, each.row)})",
            text=f"{names.short(each.owner)} owed it on {long_date(each.due)}.",
            key=each.key,
        )


def _undecided(content: PlannerFile, names: Names) -> Iterator[Decision]:
    for each in open_dates(content):
        yield Decision(
            about=_about(names, each.ref), text=ended(each.why), quote=each.quote, ref=each.ref
        )


def _doubts(names: Names) -> Iterator[Decision]:
    for ref, each in names.obligations.items():
        if each.doubt is not None:
            yield Decision(
                about=_about(names, ref), text=ended(each.doubt), quote=each.quote, ref=ref
            )


def _assumed(each: Reading, names: Names) -> Decision:
    text = ended(each.reading)
    if each.ref in names.obligations:
        about = _about(names, each.ref)
        return Decision(
            about=about, text=text, quote=each.quote, reading=each.reading, ref=each.ref
        )
    if each.ref == PLAN:
        return Decision(about=names.planner.plan.title, text=text, reading=each.reading)
    return Decision(about=names.body(each.ref).name, text=text, reading=each.reading, body=each.ref)


def _about(names: Names, ref: str) -> str:
    return f"{names.title(ref)} ({names.place(ref)})"


def request_decisions(connection: Connection, view: BoardView) -> list[Decision]:
    """What waits for the secretariat's answer, the oldest first."""
    return [
        Decision(
            about=f"{each.title} ({view.names.place(each.ref)})",
            text=f"{request_sentence(each)} It is owed by {view.names.short(each.owner)}, due "
            f"{long_date(each.due)}.",
            request=each.id,
        )
        for each in open_requests(connection, view.id)
    ]
