"""The calendar as people read it in a terminal: by month, an entry a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from ...calendar.occurrences import Kind
from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import MONTHS, WEEKDAYS, listed, long_date, short_date
from ...calendar.rules.timing import Precision
from ...calendar.status import Status
from ...queries.calendar.entries import CalendarEntry
from ...wording.names import short_names
from ...wording.statuses import BEFORE_START
from ...wording.text import count, is_stated_exactly
from .terminal import NO_MAILS_YET, hung, painted, width

INDENT = 10
COLOURS: dict[Status, str] = {
    Status.DUE: "yellow",
    Status.OVERDUE: "red",
    Status.UNSETTLED: "magenta",
    Status.STALE: "yellow",
    Status.RETURNED: "yellow",
    Status.MISSED: "red",
    Status.SUBMITTED: "green",
    Status.ACCEPTED: "green",
    Status.NOTHING_TO_REPORT: "green",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTable:
    """The calendar from `first` to `last` of one Board, or of one `body` of it."""

    planner: Planner
    first: date
    last: date
    body: str | None
    today: date

    def lines(
        self, entries: list[CalendarEntry], *, go_live: date | None, planner_file: Path | None
    ) -> Iterator[str]:
        """The lines to print; `planner_file` where it was worked out from that alone."""
        whose = self.planner.name if self.body is None else self._name(self.body)
        span = f"{long_date(self.first)} to {long_date(self.last)}"
        if not entries:
            yield from hung(
                f"Nothing falls due and nobody meets for {whose} from {span}. Other days can be "
                "given with --from and --to, such as --from 2018-01-01 --to 2018-12-31."
            )
            return
        yield painted("\n".join(hung(f"{whose}, {span}")), bold=True)
        for month, same in groupby(entries, lambda entry: (entry.due.year, entry.due.month)):
            yield ""
            yield painted(f"{MONTHS[month[1] - 1]} {month[0]}", bold=True)
            for entry in same:
                yield from self._entry(entry)
        yield ""
        yield from hung(self._closing(entries, go_live, planner_file))

    def _entry(self, entry: CalendarEntry) -> Iterator[str]:
        word = _word(entry)
        first, *others = hung(entry.title, INDENT, room=width() - len(word) - 2)
        head = f"{_day(entry)}{first.strip()}"
        if word:
            head = head.ljust(width() - len(word)) + painted(word, fg=COLOURS.get(entry.status))
        yield head
        yield from others
        for line in self._details(entry):
            yield from hung(line, INDENT)
        if entry.kind is not Kind.MEETING:
            yield f"{' ' * INDENT}{entry.key}"

    def _details(self, entry: CalendarEntry) -> Iterator[str]:
        if entry.kind is Kind.MEETING:
            if entry.reason and entry.status is not Status.VOID:
                yield entry.reason
            return
        yield self._route(entry)
        if entry.moved_from is not None:
            yield f"first due {long_date(entry.moved_from)}"
        if entry.reason:
            yield entry.reason
        if entry.met_by:
            yield f"met by {entry.met_by}"

    def _route(self, entry: CalendarEntry) -> str:
        """ "S.11 Audit: PMQAG to LSCB, for the meeting on 8 March"."""
        names = short_names(self.planner, [body.id for body in entry.audience])
        route = f"{entry.place}: {entry.owner.short}"
        if entry.kind is Kind.REVIEW:
            route = f"{route}, to look at again"
        elif names and set(entry.audience) != {entry.owner}:
            route = f"{route} to {listed(list(names))}"
        if entry.meeting is not None:
            same_year = entry.meeting.year == entry.due.year
            day = short_date(entry.meeting) if same_year else long_date(entry.meeting)
            route = f"{route}, for the meeting on {day}"
        elif not is_stated_exactly(entry.due, entry.precision):
            route = f"{route}, by {entry.when}"
        return route

    def _name(self, body_id: str) -> str:
        return "".join(short_names(self.planner, [body_id])) or body_id

    def _closing(
        self, entries: list[CalendarEntry], go_live: date | None, planner_file: Path | None
    ) -> str:
        sentences = [f"{count(len(entries), 'entry', 'entries')}."]
        if any(entry.status is Status.UNSETTLED and not entry.is_before_start for entry in entries):
            began = f", {long_date(go_live)}" if go_live else ""
            sentences.append(
                f"Unsettled: it fell due before mails began{began}, and nobody has recorded "
                "what became of it; nobody is chased for it."
            )
        if planner_file is not None:
            sentences.append(
                f"Nothing is stored yet: this was worked out from {planner_file} as if mails "
                "began today."
            )
        elif go_live is None:
            sentences.append(NO_MAILS_YET)
        return " ".join(sentences)


def _day(entry: CalendarEntry) -> str:
    """ " Thu 22   ", or " by end   " where only the month or season is stated."""
    if entry.precision is not Precision.DAY:
        return " by end".ljust(INDENT)
    return f" {WEEKDAYS[entry.due.weekday()][:3]} {entry.due.day:2}".ljust(INDENT)


def _word(entry: CalendarEntry) -> str:
    """Its status in a few words; a meeting that takes place needs none."""
    if entry.status is Status.VOID:
        return "cancelled"
    if entry.is_before_start:
        return BEFORE_START
    return "" if entry.kind is Kind.MEETING else entry.status.value
