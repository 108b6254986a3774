"""Messages' rows, looked at again and turned into the letters that they will be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection

from ...calendar.occurrences import Kind
from ...calendar.planner.roles import RoleName
from ...calendar.rules.escalation import is_notice
from ...core.local_time import Moment
from ...storage.database.errors import DatabaseError
from ...storage.mail.messages import heads_of, note_subjects, subjects_of_unwritten
from ...storage.schema.column_types import AnyRow
from ...wording.names import named
from ..reminders.mailing_boards import LiveBoard
from ..reminders.recheck import LetterSources, overviews_that_hold, rows_that_hold
from ..reminders.recipients import secretariat_on
from .context import NO_CONTEXT, LetterContext, context_for
from .items import called_off, item_of, open_line, told_apart
from .model import FirstContact, Item, Letter, OpenLine, Overview, Secretariat
from .overview import overview_of
from .requests import asked_of, requests_that_hold
from .subject import subject


class Rows(NamedTuple):
    """What one message is made of."""

    ledger: Sequence[AnyRow]
    overviews: Sequence[AnyRow]
    requests: Sequence[AnyRow]


def assemble(
    connection: Connection, message_ids: Sequence[int], sources: LetterSources
) -> dict[int, Letter | None]:
    """The letters that messages would be now, None for one that has nothing left to say.

    Rows that have lost their reason since they were decided (it was submitted, moved, paused,
    or somebody else holds the role now) are taken back.
    """
    if not message_ids:
        return {}
    heads = heads_of(connection, message_ids)
    kept = rows_that_hold(connection, message_ids, sources)
    overviews = overviews_that_hold(connection, message_ids, sources)
    requests = requests_that_hold(connection, message_ids, sources)
    context = NO_CONTEXT
    if sources.in_full:
        context = context_for(
            connection,
            sources.boards.values(),
            today=sources.today,
            rows=[row for rows in kept.values() for row in rows],
            readers=[head.recipient for head in heads],
            messages=message_ids,
        )
    return {
        head.id: _letter(
            connection,
            head.recipient,
            Rows(kept[head.id], overviews[head.id], requests[head.id]),
            context,
            sources,
        )
        for head in heads
    }


def note_subjects_of_waiting(
    connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment
) -> None:
    """Notes what today's messages are about that wait to be written.

    So a mail that is kept waiting, or is refused, can be told from others.
    """
    today = moment.today
    sources = LetterSources(
        boards=boards, today=today, local=moment.local, notices={}, in_full=False
    )
    noted = subjects_of_unwritten(connection, today)
    letters = _each_assembled(connection, list(noted), sources)
    subjects = {number: subject(letter) for number, letter in letters if letter is not None}
    note_subjects(
        connection, {number: text for number, text in subjects.items() if text != noted[number]}
    )


def _each_assembled(
    connection: Connection, message_ids: Sequence[int], sources: LetterSources
) -> Iterator[tuple[int, Letter | None]]:
    """The letters of messages; one that cannot be assembled is left out and keeps no other."""
    try:
        yield from assemble(connection, message_ids, sources).items()
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001 - what is wrong with it is said when it is to be sent
        if len(message_ids) > 1:
            for number in message_ids:
                yield from _each_assembled(connection, [number], sources)


def _letter(
    connection: Connection,
    reader: str,
    rows: Rows,
    context: LetterContext,
    sources: LetterSources,
) -> Letter | None:
    # A meeting that was brought back and cancelled again meanwhile is off once.
    off = {(row.id, row.told_due): row for row in rows.ledger if is_notice(row.step)}.values()
    dated = [
        (item_of(row, sources.boards[row.board], context, sources), row)
        for row in rows.ledger
        if not is_notice(row.step)
    ]
    dated.sort(key=lambda pair: _pressing(pair[0]))
    # It comes from the Board that its subject leads with.
    of_boards = chain(rows.overviews, (row for _, row in dated), off, rows.requests)
    names = list(dict.fromkeys(row.board for row in of_boards))
    if not names:
        return None
    first, *others = names
    board = sources.boards[first]
    reply_to = secretariat_on(board.planner, sources.today) or ""
    roles = _roles(reader, names, context)
    # One thing stands in a mail once, in the weightiest capacity of its reader.
    unique: dict[str, Item] = {}
    for item, _ in dated:
        unique.setdefault(item.key, item)
    items = told_apart(unique.values())
    return Letter(
        recipient=reader,
        recipient_name=_name_of(reader, names, sources),
        day=sources.today,
        sender_name=board.planner.name,
        reply_to=reply_to,
        also_reply_to=_further_secretariats(others, reply_to, sources),
        items=items,
        also_open=_also_open(reader, rows, names, context, sources),
        first_contact=_first_contact(reader, board, roles, context)
        if (items or rows.requests) and sources.in_full
        else None,
        roles=roles,
        overviews=tuple(_overview(connection, row, sources) for row in rows.overviews),
        called_off=tuple(called_off(row, sources.boards[row.board]) for row in off),
        asked=tuple(asked_of(row, sources) for row in rows.requests),
        board=first,
        pages=sources.links.board(first) if sources.in_full else "",
        other_boards=tuple(sources.boards[name].planner.name for name in others),
        of_several_boards=_is_of_several(reader, sources),
    )


def _name_of(reader: str, names: Iterable[str], sources: LetterSources) -> str:
    """What the Boards of a letter call its reader, the one that it comes from first."""
    called = (sources.boards[name].planner.name_of(reader) for name in names)
    return next((name for name in called if name), "")


def _is_of_several(reader: str, sources: LetterSources) -> bool:
    """Whether more than one Board may mail a reader."""
    naming = [board for board in sources.boards.values() if board.planner.bodies_naming(reader)]
    return len(naming) > 1


def _further_secretariats(
    others: Iterable[str], reply_to: str, sources: LetterSources
) -> tuple[Secretariat, ...]:
    """The secretariats of further Boards, where another person holds that role there."""
    secretariats: dict[str, Secretariat] = {}
    for name in others:
        planner = sources.boards[name].planner
        address = secretariat_on(planner, sources.today)
        if address is not None and address != reply_to:
            secretariats.setdefault(address, Secretariat(board=planner.name, address=address))
    return tuple(secretariats.values())


def _overview(connection: Connection, row: AnyRow, sources: LetterSources) -> Overview:
    board, week, first = sources.boards[row.board], row.week, row.first
    if not sources.in_full:
        return Overview(board=board.planner.name, week=week, go_live=board.go_live, first=first)
    return overview_of(
        connection,
        board,
        week=week,
        first=first,
        today=sources.today,
        local=sources.local,
        notices=sources.notices.get(row.board, ()),
        pages=sources.links.board(row.board),
    )


def _pressing(item: Item) -> tuple[bool, bool, bool, date, str]:
    """What is late leads; a review is never late, and waits behind what has a date."""
    return item.is_copy, not item.is_overdue, item.kind is Kind.REVIEW, item.due, item.key


def _also_open(
    reader: str,
    rows: Rows,
    names: Iterable[str],
    context: LetterContext,
    sources: LetterSources,
) -> tuple[OpenLine, ...]:
    """What else the reader owes these Boards as the leader of a body, near or past its date.

    A Board's overview lists it already. An email names no Board but those it is about, for who
    may see them may read it.
    """
    mentioned = {row.id for row in rows.ledger}
    listed = {row.board for row in rows.overviews}
    lines: list[OpenLine] = []
    for name in names:
        if name in listed:
            continue
        board = sources.boards[name]
        led = {
            body.id
            for body, role in context.roles.get(name, {}).get(reader, ())
            if role is RoleName.CHAIR
        }
        lines.extend(
            open_line(row, board, sources.today)
            for row in context.open_of.get(name, ())
            if row.owner in led - board.paused_bodies
            and row.id not in mentioned
            and (row.id, reader) not in context.resting
        )
    return tuple(lines)


def _first_contact(
    reader: str, board: LiveBoard, roles: tuple[str, ...], context: LetterContext
) -> FirstContact | None:
    """The introduction for a reader whom no mail has reached before."""
    if reader in context.known_readers:
        return None
    return FirstContact(board=board.planner.name, roles=roles, go_live=board.go_live)


def _roles(reader: str, names: Iterable[str], context: LetterContext) -> tuple[str, ...]:
    """What the reader is to these Boards, such as "chair of the Education Subgroup"."""
    held = (pair for name in names for pair in context.roles.get(name, {}).get(reader, ()))
    named_roles = (
        f"{body.lead if role is RoleName.CHAIR else role.value} of {named(body)}"
        for body, role in held
    )
    # Two Boards may share a subgroup.
    return tuple(dict.fromkeys(named_roles))
