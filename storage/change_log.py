"""The append-only log of changes: adding to it, and reading it by subject, change set and day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    Select,
    String,
    Subquery,
    Text,
    case,
    false,
    func,
    insert,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from .change_kinds import ChangeKind
from .database.batches import batches
from .schema.column_types import AnyRow, Instant
from .schema.occurrences import change, occurrence
from .schema.planner import planner_import

# Noted as the author of what follows from the planner and the clock alone.
BOARDCAL = "boardcal"

# Of one change set more than fits on a page; the item of each change has a page of its own.
MOST_LISTED = 200
NOTED_THEN = ("title_then", "due_then")
FIELDS = ("subject", "what", "before", "after", "on", "who", "by_link", "why", *NOTED_THEN)

# What gives an occurrence a date that its reader has not been told of.
REDATING = (ChangeKind.MOVED, ChangeKind.EXTENDED, ChangeKind.RETURNED, ChangeKind.RESTORED)

# What a change is about, where that is an occurrence: sentences need it beside the change. The
# title and the due date are those of now; they stand in where those of then were not noted yet.
ABOUT = (occurrence.c.title, occurrence.c.owner, occurrence.c.due)


def note_change(  # noqa: PLR0913 - one for each column of the record
    connection: Connection,
    *,
    board: str,
    subject: str,
    what: ChangeKind,
    now: datetime,
    who: str,
    by_link: bool = False,
    before: object = None,
    after: object = None,
    why: str | None = None,
    on: date | None = None,
    title: str | None = None,
) -> None:
    """Adds to the record who changed what, when and why.

    `by_link`: they did it by the signed link in a mail, without an account. Of an occurrence the
    title and the due date are kept as they are now, of an entry the `title` that is given.
    """
    values = {
        "board": board,
        "subject": subject,
        "what": what,
        "at": now,
        "who": who,
        "by_link": by_link,
        "before": before,
        "after": after,
        "why": why,
        "on": on,
    }
    note_changes(connection, [values], title=title)


def note_changes(
    connection: Connection, changes: Sequence[Mapping[str, Any]], *, title: str | None = None
) -> None:
    """Adds many changes to the record, each with the columns that `note_change` gives it."""
    if not changes:
        return
    stored = {
        row.key: row
        for batch in batches({values["subject"] for values in changes})
        for row in connection.execute(
            select(occurrence.c.key, occurrence.c.title, occurrence.c.due).where(
                occurrence.c.key.in_(batch)
            )
        )
    }
    rows = []
    for values in changes:
        then = stored.get(values["subject"])
        shown = {
            name: None if values[name] is None else str(values[name])
            for name in ("before", "after")
        }
        titled = {"title_then": title} if then is None else {"title_then": then.title}
        rows.append({**values, **shown, **titled, "due_then": None if then is None else then.due})
    connection.execute(insert(change), rows)


def newest_change_number(connection: Connection, board: str) -> int:
    """The number of a Board's newest change; 0 where there was none."""
    newest = select(func.max(change.c.id)).where(change.c.board == board)
    return connection.execute(newest).scalar() or 0


def last_change(connection: Connection, board: str, subject: str) -> AnyRow | None:
    """The newest change of a subject."""
    return last_changes(connection, board, [subject]).get(subject)


def last_changes(connection: Connection, board: str, subjects: Iterable[str]) -> dict[str, AnyRow]:
    """The newest change of each of some subjects, by subject."""
    return {
        row.subject: row
        for batch in batches(subjects)
        for row in connection.execute(
            select(change).where(
                change.c.id.in_(
                    select(func.max(change.c.id))
                    .where(change.c.board == board, change.c.subject.in_(batch))
                    .group_by(change.c.subject)
                )
            )
        )
    }


def changes_of_kind(
    connection: Connection, board: str, subject: str, what: ChangeKind
) -> Sequence[AnyRow]:
    """The changes of one kind of a subject, the oldest first."""
    same = (change.c.board == board) & (change.c.subject == subject) & (change.c.what == what)
    return connection.execute(select(change).where(same).order_by(change.c.id)).all()


def change_counts(connection: Connection, board: str, subjects: Iterable[str]) -> dict[str, int]:
    """How many changes are on record, by subject; subjects without any are left out."""
    return {
        row.subject: row.number
        for batch in batches(subjects)
        for row in connection.execute(
            select(change.c.subject, func.count().label("number"))
            .where(change.c.board == board, change.c.subject.in_(batch))
            .group_by(change.c.subject)
        )
    }


def changes_about(connection: Connection, board: str, subjects: Iterable[str]) -> list[AnyRow]:
    """Every change of some subjects with ABOUT, the oldest first."""
    rows = [
        row
        for batch in batches(subjects)
        for row in connection.execute(
            select(change, *ABOUT)
            .outerjoin(occurrence, occurrence.c.key == change.c.subject)
            .where(change.c.board == board, change.c.subject.in_(batch))
        )
    ]
    return sorted(rows, key=lambda row: row.id)


def last_outcomes(connection: Connection, board: str, keys: Iterable[str]) -> dict[str, AnyRow]:
    """The outcome recorded last of each occurrence, by key: what, when, by whom and why."""
    return {
        row.subject: row
        for batch in batches(keys)
        for row in connection.execute(
            select(change)
            .where(
                change.c.board == board,
                change.c.subject.in_(batch),
                change.c.what.in_((ChangeKind.RECORDED, ChangeKind.RETURNED)),
            )
            .order_by(change.c.id)
        )
    }


def last_redatings(connection: Connection, keys: Collection[str]) -> dict[str, AnyRow]:
    """The change that gave each occurrence the date that it is asked for by now, by key."""
    rows = connection.execute(
        select(change)
        .where(change.c.subject.in_(keys), change.c.what.in_(REDATING))
        .order_by(change.c.id)
    )
    return {row.subject: row for row in rows}


@dataclass(frozen=True, slots=True)
class ChangeSets:
    """Changes since a moment in sets, imports of planner files among them.

    Changes of a kind in `together` that were made at one moment by one person for one reason
    are one set; every other change is a set by itself.
    """

    connection: Connection
    board: str
    since: datetime
    together: Collection[ChangeKind]

    def count(self) -> int:
        """How many sets there are."""
        changes = self._numbered()
        firsts = select(func.count()).where(changes.c.place == 1)
        return self.connection.execute(firsts).scalar() or 0

    def changes(self, *, limit: int, offset: int) -> Sequence[AnyRow]:
        """The changes of some sets with ABOUT, at most MOST_LISTED of each, the latest first.

        `newest` and `what` name the set that a change is in, `many` counts its changes.
        """
        changes = self._numbered()
        listed = (
            select(changes.c.what, changes.c.newest)
            .where(changes.c.place == 1)
            .order_by(changes.c.at.desc(), changes.c.newest.desc(), changes.c.what)
            .limit(limit)
            .offset(offset)
            .subquery()
        )
        rows = self.connection.execute(
            select(changes, *ABOUT)
            # Imports are numbered apart from changes, and are the only ones of their kind.
            .join(listed, (listed.c.newest == changes.c.newest) & (listed.c.what == changes.c.what))
            .outerjoin(occurrence, occurrence.c.key == changes.c.subject)
            .where(changes.c.place <= MOST_LISTED)
            .order_by(
                changes.c.at.desc(),
                changes.c.newest.desc(),
                changes.c.what,
                changes.c.number.desc(),
            )
        )
        return rows.all()

    def _numbered(self) -> Subquery:
        """Every change with its set, and its place in that from the latest on."""
        everything = union_all(self._changes(), self._imports()).subquery()
        columns = everything.c
        alone = case((columns.what.in_(self.together), 0), else_=columns.number)
        outcome = case((columns.what == ChangeKind.RECORDED, columns.after), else_="")
        person = (columns.who, columns.by_link)
        same_set = [columns.at, columns.what, *person, columns.why, alone, outcome]
        place = func.row_number().over(partition_by=same_set, order_by=columns.number.desc())
        return select(
            everything,
            func.max(columns.number).over(partition_by=same_set).label("newest"),
            func.count().over(partition_by=same_set).label("many"),
            place.label("place"),
        ).subquery()

    def _changes(self) -> Select[Any]:
        return select(
            change.c.id.label("number"), change.c.at, *(change.c[name] for name in FIELDS)
        ).where(change.c.board == self.board, change.c.at >= self.since)

    def _imports(self) -> Select[Any]:
        """The planner files that were brought in, as if each were a change."""
        values = {
            "subject": type_coerce(planner_import.c.board, String),
            "what": literal(ChangeKind.IMPORTED, change.c.what.type),
            "before": type_coerce(null(), Text),
            "after": planner_import.c.source,
            "on": type_coerce(null(), Date),
            "who": planner_import.c.who,
            "by_link": false(),
            "why": type_coerce(null(), Text),
            "title_then": type_coerce(null(), Text),
            "due_then": type_coerce(null(), Date),
        }
        return select(
            planner_import.c.id.label("number"),
            type_coerce(planner_import.c.at, Instant).label("at"),
            *(values[name].label(name) for name in FIELDS),
        ).where(planner_import.c.board == self.board, planner_import.c.at >= self.since)
