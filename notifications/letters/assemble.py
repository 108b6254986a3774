"""Messages' rows, looked at again and turned into the letters that they will be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection

from ...calendar.planner.roles import RoleName
from ...storage.mail.messages import heads_of
from ...storage.schema.column_types import AnyRow
from ...wording.names import named
from ..reminders.mailing_boards import LiveBoard
from ..reminders.recheck import Assembling, overviews_that_hold, rows_that_hold
from ..reminders.recipients import secretariat_on
from .context import NO_MATERIALS, Materials, materials_for
from .items import item_of, open_line
from .model import FirstContact, Item, Letter, OpenLine, Overview, Secretariat
from .overview import overview_of
from .requests import asked_of, requests_that_hold


class Rows(NamedTuple):
    """What one message is made of."""

    ledger: Sequence[AnyRow]
    overviews: Sequence[AnyRow]
    requests: Sequence[AnyRow]


def assemble(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, Letter | None]:
    """The letters that messages would be now, None for one that has nothing left to say.

    Rows that have lost their reason since they were decided (it was submitted, moved, paused,
    or somebody else holds the role now) are taken back.
    """
    if not message_ids:
        return {}
    heads = heads_of(connection, message_ids)
    kept = rows_that_hold(connection, message_ids, given)
    overviews = overviews_that_hold(connection, message_ids, given)
    requests = requests_that_hold(connection, message_ids, given)
    materials = NO_MATERIALS
    if given.in_full:
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
            connection,
            head.recipient,
            Rows(kept[head.id], overviews[head.id], requests[head.id]),
            materials,
            given,
        )
        for head in heads
    }


def _letter(
    connection: Connection,
    reader: str,
    rows: Rows,
    materials: Materials,
    given: Assembling,
) -> Letter | None:
    first, *others = dict.fromkeys(each.board for each in chain(*rows)) or (None,)
    if first is None:
        return None
    board = given.boards[first]
    reply_to = secretariat_on(board.planner, given.today) or ""
    roles = _roles(reader, materials)
    items = [item_of(row, given.boards[row.board], materials, given) for row in rows.ledger]
    return Letter(
        recipient=reader,
        day=given.today,
        sender_name=board.planner.name,
        reply_to=reply_to,
        also_reply_to=_further_secretariats(others, reply_to, given),
        items=tuple(sorted(items, key=_pressing)),
        also_open=_also_open(reader, {row.id for row in rows.ledger}, materials, given),
        first_contact=_first_contact(reader, board, roles, materials)
        if items and given.in_full
        else None,
        roles=roles,
        overviews=tuple(_overview(connection, each, given) for each in rows.overviews),
        asked=tuple(asked_of(each, given) for each in rows.requests),
    )


def _further_secretariats(
    others: Iterable[str], reply_to: str, given: Assembling
) -> tuple[Secretariat, ...]:
    """The secretariats of further Boards, where another person holds that role there."""
    found: dict[str, Secretariat] = {}
    for name in others:
        planner = given.boards[name].planner
        address = secretariat_on(planner, given.today)
        if address is not None and address != reply_to:
            found.setdefault(address, Secretariat(board=planner.name, address=address))
    return tuple(found.values())


def _overview(connection: Connection, asked: AnyRow, given: Assembling) -> Overview:
    board, week, first = given.boards[asked.board], asked.week, asked.first
    if not given.in_full:
        return Overview(board=board.planner.name, week=week, go_live=board.go_live, first=first)
    return overview_of(
        connection,
        board,
        week=week,
        first=first,
        today=given.today,
        notices=given.notices.get(asked.board, ()),
        pages=given.links.board(asked.board),
    )


def _pressing(item: Item) -> tuple[bool, date, str]:
    return item.is_copy, item.due, item.key


def _also_open(
    reader: str, mentioned: Iterable[int], materials: Materials, given: Assembling
) -> tuple[OpenLine, ...]:
    """What else the reader owes as the leader of a body, near or past its date."""
    lines: list[OpenLine] = []
    for name, board in given.boards.items():
        if board.paused:
            continue
        led = {
            body.id
            for body, role in materials.roles.get(name, {}).get(reader, ())
            if role is RoleName.CHAIR
        }
        lines.extend(
            open_line(row, board, given.today)
            for row in materials.open_of.get(name, ())
            if row.owner in led - board.paused_bodies
            and row.id not in mentioned
            and (row.id, reader) not in materials.resting
        )
    return tuple(lines)


def _first_contact(
    reader: str, board: LiveBoard, roles: tuple[str, ...], materials: Materials
) -> FirstContact | None:
    """The introduction for a reader whom no mail has reached before."""
    if reader in materials.known_readers:
        return None
    return FirstContact(board=board.planner.name, roles=roles, go_live=board.go_live)


def _roles(reader: str, materials: Materials) -> tuple[str, ...]:
    """What the reader is, such as "chair of the Education Subgroup"."""
    held = (pair for boards in materials.roles.values() for pair in boards.get(reader, ()))
    named_roles = (
        f"{body.lead if role is RoleName.CHAIR else role.value} of {named(body)}"
        for body, role in held
    )
    # Two Boards may share a subgroup.
    return tuple(dict.fromkeys(named_roles))
