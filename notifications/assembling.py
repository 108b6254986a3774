"""Messages' rows, looked at again and turned into the letters that they will be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ..calendar.planner import RoleName
from ..calendar.status import OWED
from ..calendar.steps import Step
from ..storage.tables import ledger, message, occurrence, overview
from .items import item_of, open_line
from .letters import FirstContact, Item, Letter, OpenLine
from .live_boards import LiveBoard
from .materials import Materials, materials_for
from .overviews import overview_of
from .recipients import named, recipients, secretariat_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembling:
    """What letters are assembled from: the Boards, the day, and what the reader may be told."""

    boards: Mapping[str, LiveBoard]
    today: date
    notices: Mapping[str, tuple[str, ...]]


def assemble(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, Letter | None]:
    """The letters that messages would be now, None for one that has nothing left to say.

    Rows that have lost their reason since they were decided (it was submitted, moved, paused,
    or somebody else holds the role now) are taken back.
    """
    heads = connection.execute(
        select(message.c.id, message.c.recipient)
        .where(message.c.id.in_(message_ids))
        .order_by(message.c.id)
    ).all()
    kept = _kept_rows(connection, message_ids, given)
    overviews = _overviews(connection, message_ids, given)
    materials = materials_for(
        connection,
        given.boards.values(),
        today=given.today,
        rows=[row for rows in kept.values() for row in rows],
        readers=[head.recipient for head in heads],
        messages=message_ids,
    )
    return {
        head.id: _letter(
            connection, head.recipient, kept[head.id], overviews[head.id], materials, given
        )
        for head in heads
    }


def _letter(
    connection: Connection,
    reader: str,
    rows: Sequence[Row[Any]],
    overviews: Sequence[tuple[str, date, bool]],
    materials: Materials,
    given: Assembling,
) -> Letter | None:
    if not rows and not overviews:
        return None
    board = given.boards[rows[0].board if rows else overviews[0][0]]
    items = [item_of(row, given.boards[row.board], materials, given.today) for row in rows]
    return Letter(
        recipient=reader,
        day=given.today,
        sender_name=board.planner.name,
        reply_to=secretariat_on(board.planner, given.today) or "",
        items=tuple(sorted(items, key=_pressing)),
        also_open=_also_open(reader, {row.id for row in rows}, materials, given),
        first_contact=_first_contact(reader, board, materials) if items else None,
        overviews=tuple(
            overview_of(
                connection,
                given.boards[name],
                week=week,
                first=first,
                today=given.today,
                notices=given.notices.get(name, ()),
            )
            for name, week, first in overviews
        ),
    )


def _pressing(item: Item) -> tuple[bool, date, str]:
    return item.is_copy, item.due, item.key


def _kept_rows(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, list[Row[Any]]]:
    """The ledger rows of messages that still hold; the others are taken back."""
    columns = [ledger.c.id.label("ledger_id"), ledger.c.step, ledger.c.level, ledger.c.because]
    columns += [ledger.c.recipient, ledger.c.message_id]
    columns += [ledger.c.due_revision.label("decided_revision"), *occurrence.c]
    rows = connection.execute(
        select(*columns)
        .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id.in_(message_ids), ledger.c.state == "pending")
        .order_by(ledger.c.id)
    ).all()
    kept: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        reason = _lost_reason(row, given)
        if reason is None:
            kept[row.message_id].append(row)
        else:
            connection.execute(
                update(ledger)
                .where(ledger.c.id == row.ledger_id)
                .values(state="superseded", reason=reason)
            )
    return kept


def _lost_reason(row: Row[Any], given: Assembling) -> str | None:
    board = given.boards.get(row.board)
    if board is None or board.paused or row.owner in board.paused_bodies:
        return "paused before it was sent"
    if row.state not in OWED:
        return f"{row.state} before it was sent"
    if row.decided_revision != row.due_revision:
        return "the date was moved before it was sent"
    obligation = board.obligations.get(row.ref)
    if obligation is None or row.owner not in obligation.owners:
        return "no longer in the planner"
    current = recipients(
        board.planner,
        row.owner,
        Step(day=given.today, offset=row.step),
        obligation.policy,
        day=given.today,
        away=board.away,
    )
    if row.recipient not in {recipient.address for recipient in current}:
        return "somebody else holds the role now"
    return None


def _overviews(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, list[tuple[str, date, bool]]]:
    """The overviews in messages; after a long outage only the newest week of each Board."""
    rows = connection.execute(
        select(overview.c.message_id, overview.c.board, overview.c.week, overview.c.first)
        .where(overview.c.message_id.in_(message_ids), overview.c.state == "pending")
        .order_by(overview.c.board, overview.c.week.desc())
    ).all()
    newest: dict[tuple[int, str], Row[Any]] = {}
    for row in rows:
        if row.board in given.boards:
            newest.setdefault((row.message_id, row.board), row)
    found: dict[int, list[tuple[str, date, bool]]] = defaultdict(list)
    for row in newest.values():
        found[row.message_id].append((row.board, row.week, row.first))
    return found


def _also_open(
    reader: str, mentioned: Iterable[int], materials: Materials, given: Assembling
) -> tuple[OpenLine, ...]:
    """What else the reader owes as the leader of a body, near or past its date."""
    lines = []
    for name, board in given.boards.items():
        led = {
            body.id
            for body, role in materials.roles[name].get(reader, ())
            if role is RoleName.CHAIR
        }
        lines.extend(
            open_line(row, board, given.today)
            for row in materials.open_of.get(name, ())
            if row.owner in led and row.id not in mentioned
        )
    return tuple(lines)


def _first_contact(
    reader: str, board: LiveBoard, materials: Materials
) -> FirstContact | None:
    """A word of introduction for somebody whom no mail has reached before."""
    if reader in materials.known_readers:
        return None
    roles = tuple(
        f"{body.lead if role is RoleName.CHAIR else role.value} of {named(body)}"
        for body, role in materials.roles[board.planner.board].get(reader, ())
    )
    return FirstContact(board=board.planner.name, roles=roles, go_live=board.go_live)
