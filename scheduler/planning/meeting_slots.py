"""The meetings that stored occurrences are for, by their slots: held, moved, cancelled, put off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence, governing, meeting_body
from ...calendar.rules.date_text import long_date
from ...calendar.rules.meeting_selection import or_next
from ...calendar.rules.meeting_series import FURTHEST_MOVE, Meeting, meetings
from ...calendar.rules.timing import PAPERS_WORKING_DAYS, AtMeetings
from ...storage.occurrences import StoredOccurrence
from ...storage.recorded_events import raised_of
from .board_view import BoardView

# What is stored lies at most so far from today: ten years back and ahead can be looked up.
AROUND = 10 * FURTHEST_MOVE


class AtMeeting(Protocol):
    """What may be for a meeting: an occurrence as stored, or an entry of the calendar."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def ref(self) -> str:
        """The report or action it is an occurrence of."""

    @property
    def kind(self) -> Kind:
        """Its kind."""


@dataclass(slots=True)
class MeetingSlots:
    """The meetings of a Board's bodies, as a planner has them; `raised` gives bodies by key."""

    view: BoardView
    raised: Mapping[str, str]
    _known: dict[str, dict[str, Meeting]] = field(init=False, default_factory=dict)

    def body(self, row: AtMeeting) -> str | None:
        """The body at whose meeting an occurrence is dealt with, or None."""
        obligation = self.view.obligations.get(row.ref)
        own = None if obligation is None else meeting_body(obligation, row.kind)
        return self.raised.get(row.key, own)

    def meeting(self, row: StoredOccurrence) -> Meeting | None:
        """The meeting that an occurrence is for, as it stands now; None where there is none."""
        return self._named(row, row.slot)

    def is_past(self, row: StoredOccurrence) -> bool:
        """Whether its meeting was held before today, or it has none and its date has passed.

        A meeting that failed to happen was not held, on whichever day that is recorded.
        """
        meeting = self.meeting(row)
        if meeting is None:
            return (row.meeting or row.due) < self.view.today
        return meeting.held and meeting.day < self.view.today

    def is_cancelled(self, row: StoredOccurrence) -> bool:
        """Whether the meeting that an occurrence is for is cancelled."""
        meeting = self.meeting(row)
        return meeting is not None and not meeting.held

    def was_past(self, row: StoredOccurrence) -> bool:
        """Whether it is past, and was: a meeting moved into the past takes its items along."""
        return self.is_past(row) and (row.meeting or row.due) < self.view.today

    def papers_due(self, row: StoredOccurrence, meeting: Meeting) -> date:
        """When an occurrence is due for a meeting."""
        obligation, papers = self.view.obligations.get(row.ref), PAPERS_WORKING_DAYS
        timing = None if obligation is None else governing(obligation.timing, row.kind)
        if isinstance(timing, AtMeetings):
            papers = timing.papers
        return self.view.planner.days.shift(meeting.day, -papers)

    def as_put_off(self, row: StoredOccurrence | None, planned: Occurrence) -> Occurrence:
        """An occurrence as it is planned, for the meeting that it was put off to, if it was.

        Where that is cancelled it goes to the next one held.
        """
        meeting = None if row is None else self._named(row, row.put_off)
        if row is None or meeting is None:
            return planned
        chosen = or_next(planned.period, meeting, list(self._meetings(row).values()))
        note = chosen.note
        if note is None and planned.slot != meeting.slot:
            note = put_off_from(planned.meeting)
        return replace(
            planned,
            due=self.papers_due(row, chosen.meeting),
            meeting=chosen.meeting.day,
            slot=chosen.meeting.slot,
            own=chosen.own,
            void=not chosen.meeting.held,
            note=note,
        )

    def ahead(self, row: AtMeeting) -> list[Meeting]:
        """The meetings held from today on at which an occurrence could be dealt with instead."""
        today = self.view.today
        return [one for one in self._meetings(row).values() if one.held and one.day >= today]

    def _named(self, row: StoredOccurrence, slot: str | None) -> Meeting | None:
        return None if slot is None else self._meetings(row).get(slot)

    def _meetings(self, row: AtMeeting) -> Mapping[str, Meeting]:
        """The meetings around today of the body that an occurrence is dealt with at, by slot."""
        name = self.body(row)
        body = None if name is None else self.view.planner.body(name)
        if body is None or body.series is None:
            return {}
        known = self._known.get(body.id)
        if known is None:
            today = self.view.today
            around = meetings(body.series, today - AROUND, today + AROUND)
            known = self._known[body.id] = {meeting.slot: meeting for meeting in around}
        return known


def put_off_from(day: date | None) -> str:
    """The remark on what was put off to a later meeting from the one on a day."""
    return "put off" if day is None else f"put off from the meeting of {long_date(day)}"


def meeting_slots(connection: Connection, view: BoardView) -> MeetingSlots:
    """The meetings of a Board, and for which bodies items were raised."""
    raised = {
        raised.key(view.id): raised.body
        for raised in raised_of(connection, view.id)
        if raised.body is not None
    }
    return MeetingSlots(view, raised)
