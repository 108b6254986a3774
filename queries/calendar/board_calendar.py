"""The calendar of any window, line by line: enough of each to choose, count and sort by.

What planning has stored is read, and the planner is asked only for what it has not: a large
secretariat has tens of thousands of lines a year, of which a page shows two hundred.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence, meeting_occurrences, occurrences
from ...calendar.rules.escalation import REVIEWS, Policy
from ...calendar.rules.timing import Precision
from ...calendar.status import OPEN, Status, is_late, status_on
from ...scheduler.planning.board_view import BoardView
from ...storage.occurrences import lines_by_key, lines_due, lines_owed_before
from ...storage.recorded_events import happened
from ...storage.schema.column_types import AnyRow

# These follow from the date alone: no outcome is recorded.
BY_DATE = (Status.PLANNED, Status.DUE, Status.OVERDUE)
ONE_DAY = timedelta(days=1)


# How far from today a key may lie that is not stored yet.
LOOK_AROUND = timedelta(days=3653)


KINDS = {kind.value: kind for kind in Kind}
RECORDED = {status.value: status for status in Status}
PRECISIONS = {precision.value: precision for precision in Precision}


class Line(NamedTuple):
    """One line of the calendar; lines sort by date, kind and key.

    `stored` is its number in the database; what the planner alone gives is in `computed`.
    """

    due: date
    kind: Kind
    key: str
    ref: str
    owner: str
    status: Status
    precision: Precision
    meeting: date | None
    slot: str | None
    met_by: str | None
    stored: int | None
    computed: Occurrence | None = None

    def is_late(self, today: date) -> bool:
        """Whether its date has passed and it is still owed; a review never is."""
        return is_late(self.status, self.due, today)

    @property
    def is_before_start(self) -> bool:
        """Whether it fell due before emails began, and was never stored."""
        return self.status is Status.UNSETTLED and self.stored is None


@dataclass(slots=True)
class BoardCalendar:
    """One Board's calendar as of a moment, as it is stored and as the planner gives it."""

    connection: Connection
    view: BoardView
    _policies: dict[str, Policy] = field(init=False)
    _known: dict[tuple[int, Kind, date], Status] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Indexes the reminder steps of reports and actions by id."""
        self._policies = {
            obligation.ref: obligation.policy for obligation in self.view.planner.obligations()
        }

    def lines(self, start: date, end: date, refs: Collection[str] | None = None) -> list[Line]:
        """Lines due from `start` to `end`, inclusive, of all or of some reports and actions."""
        related = None if refs is None else self._with_meeting(refs)
        rows = lines_due(self.connection, self.view.id, start, end, related)
        lines = self._stored(rows)
        lines += self._computed(lines, start, end, related)
        lines = self._with_met(lines)
        if refs is not None:
            lines = [line for line in lines if line.ref in refs]
        return sorted(lines)

    def late_before(self, day: date) -> list[Line]:
        """Lines due before `day` that are overdue, by date."""
        rows = lines_owed_before(self.connection, self.view.id, min(day, self.view.today))
        return sorted(
            line for line in self._with_met(self._stored(rows)) if line.is_late(self.view.today)
        )

    def line(self, key: str) -> Line | None:
        """The line of a key, stored or not, within ten years of today; meetings have none."""
        board, _, rest = key.partition("/")
        if board != self.view.id:
            return None
        stored = self._with_met(self._by_keys([key]))
        if stored:
            return stored[0]
        ref = rest.partition("/")[0]
        if ref not in self._policies:
            return None
        lines = self.lines(self.view.today - LOOK_AROUND, self.view.today + LOOK_AROUND, [ref])
        return next((line for line in lines if line.key == key), None)

    def meetings(self, start: date, end: date) -> list[Line]:
        """The meetings of every body from `start` to `end`, cancelled ones too."""
        # A meeting is never owed, so it is planned before its day and after it.
        return sorted(
            self._line(meeting, Status.VOID if meeting.void else Status.PLANNED)
            for meeting in meeting_occurrences(self.view.planner, start, end)
        )

    def status(self, ref: str, kind: Kind, due: date, state: str) -> Status:
        """The status today for a stored `state`; an open item that left the planner is void."""
        if state != OPEN:
            return RECORDED[state]
        policy = self._policies.get(ref)
        if policy is None:
            return Status.VOID
        if kind is Kind.REVIEW:
            policy = REVIEWS
        # Beside the kind and the date, only the first step decides.
        asked = (policy.offsets[0], kind, due)
        status = self._known.get(asked)
        if status is None:
            status = self._known[asked] = status_on(
                self.view.today,
                state=state,
                kind=kind,
                due=due,
                policy=policy,
                days=self.view.planner.days,
            )
        return status

    def _with_meeting(self, refs: Collection[str]) -> set[str]:
        """`refs`, and the reports whose submission counts for some of them."""
        others = {
            report.met_by
            for report in self.view.planner.reports
            if report.met_by and report.ref in refs
        }
        return {*refs, *others}

    def _stored(self, rows: Iterable[AnyRow]) -> list[Line]:
        lines = []
        for due, name, key, ref, owner, state, vague, extended, meeting, *rest in rows:
            kind = KINDS[name]
            status = self.status(ref, kind, due, state)
            # An extended date is exact to the day, whatever precision the source had.
            precision = Precision.DAY if extended else PRECISIONS[vague]
            lines.append(Line(due, kind, key, ref, owner, status, precision, meeting, *rest))
        return lines

    def _by_keys(self, keys: Iterable[str]) -> list[Line]:
        return self._stored(lines_by_key(self.connection, keys))

    def _computed(
        self, inside: Iterable[Line], start: date, end: date, refs: Collection[str] | None
    ) -> list[Line]:
        """The planner's occurrences that are not stored, not even under another date."""
        spans = list(self._unplanned(start, end))
        if not spans:
            return []
        recorded = happened(self.connection, self.view.id)
        computed = {
            occurrence.key: occurrence
            for first, last in spans
            for occurrence in occurrences(self.view.planner, first, last, recorded, refs=refs)
        }
        missing = computed.keys() - {line.key for line in inside}
        missing -= {line.key for line in self._by_keys(missing)}
        return [self._line(computed[key], self._first_status(computed[key])) for key in missing]

    def _unplanned(self, start: date, end: date) -> Iterator[tuple[date, date]]:
        """The parts of a window that planning has not stored completely."""
        row = self.view.row
        current = row.planned_revision == row.planner_revision
        if row.go_live is None or row.planned_through is None or not current:
            yield start, end
            return
        if start < row.go_live:
            yield start, min(end, row.go_live - ONE_DAY)
        if end > row.planned_through:
            yield max(start, row.planned_through + ONE_DAY), end

    def _first_status(self, occurrence: Occurrence) -> Status:
        """The status today of an occurrence that was never stored."""
        if occurrence.void:
            return Status.VOID
        if occurrence.due < self.view.go_live:
            return Status.UNSETTLED
        return self.status(occurrence.ref, occurrence.kind, occurrence.due, OPEN)

    def _line(self, occurrence: Occurrence, status: Status) -> Line:
        return Line(
            due=occurrence.due,
            kind=occurrence.kind,
            key=occurrence.key,
            ref=occurrence.ref,
            owner=occurrence.owner,
            status=status,
            precision=occurrence.precision,
            meeting=occurrence.meeting,
            slot=occurrence.slot,
            met_by=occurrence.met_by,
            stored=None,
            computed=occurrence,
        )

    def _with_met(self, listed: list[Line]) -> list[Line]:
        """Gives a line met by another submission the status of that, unless recorded itself."""
        waiting = {line.met_by for line in listed if line.met_by and line.status in BY_DATE}
        if not waiting:
            return listed
        statuses = {line.key: line.status for line in listed if line.key in waiting}
        elsewhere = self._by_keys(waiting - statuses.keys())
        statuses |= {line.key: line.status for line in elsewhere}
        return [
            line._replace(status=statuses[line.met_by])
            if line.met_by in statuses and line.status in BY_DATE
            else line
            for line in listed
        ]
