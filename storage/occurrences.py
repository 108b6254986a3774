"""Stored occurrences: read, looked up, and changed with a note of who and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, bindparam, func, insert, select, update

from ..calendar.occurrences import Kind
from ..calendar.rules.timing import Precision
from ..calendar.status import OPEN, OWED, Status
from .change_kinds import ChangeKind
from .database.batches import AT_ONCE, batches
from .schema.column_types import AnyRow, Instant
from .schema.occurrences import change, occurrence

# Built once: building a statement costs more than running it on an empty sweep.
AWAITING_STEP = (
    select(occurrence)
    .where(occurrence.c.next_step_at <= bindparam("now", type_=Instant))
    .order_by(occurrence.c.next_step_at)
)
OWNERS_AWAITING = (
    AWAITING_STEP.with_only_columns(occurrence.c.board, occurrence.c.owner)
    .order_by(None)
    .distinct()
)
OPEN_COLUMNS = ("id", "ref", "owner", "title", "due", "precision", "extended")
OWED_BY = (
    select(*(occurrence.c[name] for name in OPEN_COLUMNS))
    .where(
        occurrence.c.board == bindparam("board"),
        occurrence.c.owner.in_(bindparam("owners", expanding=True)),
        occurrence.c.state.in_(OWED),
        occurrence.c.due <= bindparam("until", type_=Date),
        occurrence.c.kind != Kind.REVIEW.value,
        occurrence.c.met_by.is_(None),
    )
    .order_by(occurrence.c.due, occurrence.c.key)
)
MET_BY = (
    select(occurrence.c.met_by, occurrence.c.title)
    .where(occurrence.c.met_by.in_(bindparam("keys", expanding=True)), occurrence.c.state.in_(OWED))
    .order_by(occurrence.c.key)
)
COLUMNS = tuple(column.name for column in occurrence.c)

# What a line of the calendar is chosen, counted and sorted by. A year of a large secretariat has
# tens of thousands of lines, of which a page shows two hundred: only those are read whole.
LINE_COLUMNS = ("due", "kind", "key", "ref", "owner", "state", "precision", "extended", "meeting")
LINES = select(*(occurrence.c[name] for name in (*LINE_COLUMNS, "slot", "met_by", "id")))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOccurrence:
    """One row of the table `occurrence`; the columns say what each field means."""

    id: int
    board: str
    key: str
    ref: str
    owner: str
    period: str
    kind: Kind
    title: str
    row: str | None
    audience: list[str]
    due: date
    first_due: date
    due_revision: int
    extended: bool
    precision: Precision
    meeting: date | None
    state: str
    note: str | None
    met_by: str | None
    next_due: date | None
    last_step: int | None
    next_step_at: datetime | None
    left_planner: bool = False
    planned_due: date | None = None
    slot: str | None = None
    put_off: str | None = None
    identity: str = ""

    @property
    def is_owed(self) -> bool:
        """Whether it is still to be submitted."""
        return self.state in OWED

    @property
    def steps_again(self) -> dict[str, int | None]:
        """The columns by which all its steps run again: a new due revision, none of it decided."""
        return {"due_revision": self.due_revision + 1, "last_step": None}

    @property
    def ruled_due(self) -> date:
        """The date that its rule gave, whether or not that had passed by then."""
        return self.planned_due or self.due


def stored_occurrences(rows: Iterable[Any]) -> list[StoredOccurrence]:
    """Whole rows of the table as values."""
    stored = []
    for row in rows:
        values = dict(zip(COLUMNS, row, strict=True))
        values["kind"], values["precision"] = Kind(row.kind), Precision(row.precision)
        stored.append(StoredOccurrence(**values))
    return stored


def occurrence_by_key(connection: Connection, key: str) -> StoredOccurrence | None:
    """The occurrence with this key, or None."""
    rows = connection.execute(select(occurrence).where(occurrence.c.key == key))
    return next(iter(stored_occurrences(rows)), None)


def occurrences_of(
    connection: Connection, board_id: str, refs: Collection[str] | None = None
) -> list[StoredOccurrence]:
    """The stored occurrences of a Board, or of some reports and actions of it, by due date."""
    query = select(occurrence).where(occurrence.c.board == board_id)
    if refs is not None:
        query = query.where(occurrence.c.ref.in_(refs))
    return stored_occurrences(
        connection.execute(query.order_by(occurrence.c.due, occurrence.c.key))
    )


def numbered(connection: Connection, ids: Iterable[int]) -> dict[int, StoredOccurrence]:
    """Occurrences by their number."""
    return {
        row.id: row
        for batch in batches(ids)
        for row in stored_occurrences(
            connection.execute(select(occurrence).where(occurrence.c.id.in_(batch)))
        )
    }


def unsettled(connection: Connection, board_id: str) -> list[StoredOccurrence]:
    """What fell due before emails began and has no outcome, by due date."""
    rows = connection.execute(
        select(occurrence)
        .where(
            occurrence.c.board == board_id,
            occurrence.c.state == Status.UNSETTLED.value,
            occurrence.c.met_by.is_(None),
        )
        .order_by(occurrence.c.due, occurrence.c.key)
    )
    return stored_occurrences(rows)


def unsettle_before(connection: Connection, board_id: str, day: date) -> None:
    """Makes unsettled what is open and fell due before `day`; opens again what does not.

    Reviews stay as they are: one that has passed is no question to anybody.
    """
    of_board = occurrence.c.board == board_id
    before = occurrence.c.due < day
    connection.execute(
        update(occurrence)
        .where(of_board, before, occurrence.c.state == OPEN, occurrence.c.kind != Kind.REVIEW.value)
        .values(state=Status.UNSETTLED.value, next_step_at=None)
    )
    connection.execute(
        update(occurrence)
        .where(of_board, ~before, occurrence.c.state == Status.UNSETTLED.value)
        .values(state=OPEN)
    )


def unfinished(connection: Connection, board_id: str, until: date) -> list[StoredOccurrence]:
    """What is owed and due by `until`, and what has no outcome, by due date."""
    owed = occurrence.c.state.in_(OWED) & (occurrence.c.due <= until)
    rows = connection.execute(
        select(occurrence)
        .where(
            occurrence.c.board == board_id,
            owed | (occurrence.c.state == Status.UNSETTLED.value),
            occurrence.c.met_by.is_(None),
        )
        .order_by(occurrence.c.due, occurrence.c.key)
    )
    return stored_occurrences(rows)


def missed_since(connection: Connection, board_id: str, day: date) -> list[StoredOccurrence]:
    """What counted as missed after `day` because the next of the same fell due, by due date."""
    rows = connection.execute(
        select(occurrence)
        .join(change, change.c.subject == occurrence.c.key)
        .where(
            occurrence.c.board == board_id,
            occurrence.c.state == Status.MISSED.value,
            occurrence.c.next_due > day,
            change.c.what == ChangeKind.MISSED,
        )
        .order_by(occurrence.c.due, occurrence.c.key)
    )
    return stored_occurrences(rows)


def owed_by(
    connection: Connection, board_id: str, owners: Collection[str], until: date
) -> Sequence[AnyRow]:
    """OPEN_COLUMNS of the reports and actions that bodies owe by `until`, by due date."""
    parameters = {"board": board_id, "owners": sorted(owners), "until": until}
    return connection.execute(OWED_BY, parameters).all()


def owed_within(
    connection: Connection, board_id: str, start: date, end: date, *, owner: str | None
) -> list[StoredOccurrence]:
    """What is chased of the reports and actions due from `start` to before `end`.

    With an `owner` of one body alone. What the next one has overtaken is not chased.
    """
    query = select(occurrence).where(
        occurrence.c.board == board_id,
        occurrence.c.state.in_(OWED),
        occurrence.c.due >= start,
        occurrence.c.due < end,
        occurrence.c.kind != Kind.REVIEW.value,
        occurrence.c.met_by.is_(None),
        occurrence.c.next_due.is_(None) | (occurrence.c.next_due > end),
    )
    if owner is not None:
        query = query.where(occurrence.c.owner == owner)
    return stored_occurrences(connection.execute(query))


def titles_met_by(connection: Connection, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The titles of what else is owed and settled by the same submission, by its key."""
    if not keys:
        return {}
    titles: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(MET_BY, {"keys": sorted(keys)}):
        titles[row.met_by] = (*titles.get(row.met_by, ()), row.title)
    return titles


def owns_occurrences(connection: Connection, board_id: str, body_id: str) -> bool:
    """Whether dates are stored that a body owes, or owed."""
    owned = select(occurrence.c.id).where(
        occurrence.c.board == board_id, occurrence.c.owner == body_id
    )
    return connection.execute(owned.limit(1)).first() is not None


def first_due(connection: Connection, board_id: str, ref: str) -> date | None:
    """The earliest due date stored of a report or an action, or None."""
    due: date | None = connection.execute(
        select(func.min(occurrence.c.due)).where(
            occurrence.c.board == board_id, occurrence.c.ref == ref
        )
    ).scalar()
    return due


def due_revisions(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """How often each stored occurrence was given a date, by key."""
    return {
        row.key: row.due_revision
        for batch in batches(keys)
        for row in connection.execute(
            select(occurrence.c.key, occurrence.c.due_revision).where(occurrence.c.key.in_(batch))
        )
    }


def lines_due(
    connection: Connection,
    board_id: str,
    start: date,
    end: date,
    refs: Collection[str] | None = None,
) -> Iterable[AnyRow]:
    """LINES of what falls due from `start` to `end`; of many `refs` the caller leaves out more."""
    due = LINES.where(occurrence.c.board == board_id, occurrence.c.due.between(start, end))
    # More than a few are quicker left out in Python than by the database.
    if refs is not None and len(refs) <= AT_ONCE:
        due = due.where(occurrence.c.ref.in_(refs))
    return connection.execute(due)


def lines_owed_before(connection: Connection, board_id: str, day: date) -> Iterable[AnyRow]:
    """LINES of the reports and actions that fell due before `day` and are still owed."""
    return connection.execute(
        LINES.where(
            occurrence.c.board == board_id,
            occurrence.c.due < day,
            occurrence.c.state.in_(OWED),
            occurrence.c.kind != Kind.REVIEW.value,
        )
    )


def lines_by_key(connection: Connection, keys: Iterable[str]) -> Iterator[AnyRow]:
    """LINES of some occurrences."""
    for batch in batches(keys):
        yield from connection.execute(LINES.where(occurrence.c.key.in_(batch)))


def awaiting_step(connection: Connection, now: datetime) -> list[StoredOccurrence]:
    """The occurrences that the sweep must look at by `now`, longest waiting first."""
    return stored_occurrences(connection.execute(AWAITING_STEP, {"now": now}))


def owners_awaiting_step(connection: Connection, now: datetime) -> set[tuple[str, str]]:
    """Whose occurrences the sweep must look at by `now`: Boards, each with a body that owes."""
    return {(row.board, row.owner) for row in connection.execute(OWNERS_AWAITING, {"now": now})}


def next_step(connection: Connection) -> datetime | None:
    """When the sweep must look at an occurrence next, or None for never."""
    earliest: datetime | None = connection.execute(
        select(func.min(occurrence.c.next_step_at))
    ).scalar()
    return earliest


def add_occurrences(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Stores occurrences that are not stored yet."""
    if rows:
        connection.execute(insert(occurrence), list(rows))


def update_occurrences(connection: Connection, changes: Sequence[dict[str, Any]]) -> None:
    """Updates many occurrences; each dict holds `id` and the same further columns."""
    if not changes:
        return
    columns = [name for name in changes[0] if name != "id"]
    statement = (
        update(occurrence)
        .where(occurrence.c.id == bindparam("row_id"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    connection.execute(
        statement,
        [
            {"row_id": values["id"], **{f"new_{name}": values[name] for name in columns}}
            for values in changes
        ],
    )
