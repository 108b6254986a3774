"""What following the planner changes, gathered: a meeting may have a thousand items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from ...calendar.rules.escalation import Notice
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import BOARDCAL, last_changes, note_changes
from ...storage.mail.ledger import supersede_unsent
from ...storage.mail.occurrence_mail import announce_off, owners_told_of, steps_after
from ...storage.occurrences import StoredOccurrence, update_occurrences
from ...storage.schema.column_types import AnyRow
from ...storage.unsent_reasons import UnsentReason
from .board_view import BoardView


@dataclass(slots=True)
class Gathered:
    """Changes of occurrences, written at once, and what is known of those that may change.

    `told` are the last emails to their owners, by number; `withdrawn_today` their keys.
    """

    view: BoardView
    told: dict[int, AnyRow]
    withdrawn_today: frozenset[str]
    _columns: dict[int, dict[str, Any]] = field(init=False)
    _taken_back: dict[tuple[UnsentReason, str | None], list[int]] = field(init=False)
    _noted: list[dict[str, Any]] = field(init=False, default_factory=list)
    _off: dict[Notice, list[StoredOccurrence]] = field(init=False)

    def __post_init__(self) -> None:
        """Begins with nothing."""
        self._columns = defaultdict(dict)
        self._taken_back, self._off = defaultdict(list), defaultdict(list)

    def update(self, row: StoredOccurrence, /, **columns: object) -> None:
        """Gives an occurrence new values."""
        self._columns[row.id] |= columns

    def steps_from(self, row: StoredOccurrence, due: date) -> dict[str, int | None]:
        """The columns by which the steps of an occurrence run from a date that it is given."""
        return steps_after(row, self.told.get(row.id), due)

    def take_back(
        self, row: StoredOccurrence, reason: UnsentReason, detail: str | None = None
    ) -> None:
        """Takes back the mails decided for an occurrence that have not gone out."""
        self._taken_back[reason, detail].append(row.id)

    def note(
        self,
        row: StoredOccurrence,
        what: ChangeKind,
        *,
        before: object,
        after: object = None,
        why: str | None,
        on: date | None = None,
    ) -> None:
        """Adds to the record what became of an occurrence, with its title and date by then."""
        self._noted.append(
            {
                "board": row.board,
                "subject": row.key,
                "what": what,
                "at": self.view.now,
                "who": BOARDCAL,
                "by_link": False,
                "before": before,
                "after": after,
                "why": why,
                "on": on,
            }
        )

    def announce_off(self, row: StoredOccurrence, notice: Notice) -> None:
        """Has those who were mailed the date of an occurrence hear that it is off, and why."""
        self._off[notice].append(row)

    def write(self, connection: Connection) -> None:
        """Writes everything, in a few statements for any number of occurrences."""
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for number, columns in self._columns.items():
            alike[tuple(sorted(columns))].append({"id": number, **columns})
        for changes in alike.values():
            update_occurrences(connection, changes)
        for (reason, detail), numbers in self._taken_back.items():
            supersede_unsent(connection, numbers, reason, detail)
        note_changes(connection, self._noted)
        for notice, rows in self._off.items():
            announce_off(connection, rows, notice, self.view.now)


def gather(connection: Connection, view: BoardView, rows: Iterable[StoredOccurrence]) -> Gathered:
    """Nothing yet, and what has to be known of `rows`, which may change."""
    rows = list(rows)
    newest = last_changes(connection, view.id, [row.key for row in rows])
    return Gathered(
        view=view,
        told=owners_told_of(connection, [row.id for row in rows]),
        withdrawn_today=frozenset(
            key
            for key, change in newest.items()
            if change.what is ChangeKind.VOID and view.local.day_of(change.at) == view.today
        ),
    )
