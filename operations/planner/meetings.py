"""Meetings moved, cancelled and added: exceptions to a body's rule, checked like the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Body, Planner
from ...calendar.rules.date_text import WEEKDAYS, listed, long_date, weekday_date
from ...calendar.rules.meeting_series import (
    FURTHEST_MOVE,
    Meeting,
    MeetingChangeKind,
    Series,
    meetings,
)
from ...storage.change_kinds import ChangeKind
from ...wording.names import short_names
from .change import EditError, with_edited_body

NOTED_AS = {
    MeetingChangeKind.MOVED: ChangeKind.MEETING_MOVED,
    MeetingChangeKind.CANCELLED: ChangeKind.MEETING_CANCELLED,
    MeetingChangeKind.ADDED: ChangeKind.MEETING_ADDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDecision:
    """One meeting of a body on `day`, and what becomes of it; `to` is where a moved one goes."""

    body: str
    becomes: MeetingChangeKind
    day: date
    to: date | None = None
    extraordinary: bool = False

    @property
    def what(self) -> ChangeKind:
        """What the record calls it."""
        return NOTED_AS[self.becomes]

    @property
    def days(self) -> str:
        """The days that it is about, for the record: "2018-03-08 to 2018-03-15"."""
        return " to ".join(str(day) for day in (self.day, self.to) if day)

    def edit(self, content: PlannerFile, *, decided: date) -> PlannerFile:
        """`content` as it is after the decision. Raises EditError or FileProblems."""
        match self.becomes:
            case MeetingChangeKind.CANCELLED:
                return cancel_meeting(content, self.body, self.day, decided)
            case MeetingChangeKind.MOVED if self.to is not None:
                return move_meeting(content, self.body, self.day, self.to)
        return add_meeting(content, self.body, self.day, extraordinary=self.extraordinary)

    def headline(self, planner: Planner) -> str:
        """ "The LSCB meeting on Thursday 8 March 2018 moves to Thursday 15 March 2018."."""
        name = "".join(short_names(planner, [self.body]))
        day = weekday_date(self.day)
        if self.becomes is MeetingChangeKind.ADDED:
            return f"{name} also meets on {day}."
        if self.to is None:
            return f"The {name} meeting on {day} is cancelled."
        return f"The {name} meeting on {day} moves to {weekday_date(self.to)}."

    def remark(self, planner: Planner) -> str | None:
        """A word where the new day is not a working day."""
        new = self.day if self.becomes is MeetingChangeKind.ADDED else self.to
        if new is None or planner.days.is_working(new):
            return None
        if new.weekday() < WEEKDAYS.index("Saturday"):
            return f"Note that {long_date(new)} is a day off."
        return f"Note that {long_date(new)} is a {WEEKDAYS[new.weekday()]}."


def move_meeting(content: PlannerFile, body_id: str, day: date, to: date) -> PlannerFile:
    """`content` with the meeting that is on `day` now moved to another day."""
    meeting = _meeting_on(content, body_id, day)
    _require_free(content, body_id, to)

    def change(body: Document) -> None:
        changes = _without(body, "moved", meeting.scheduled)
        if to != meeting.scheduled:
            changes.append({"moved": meeting.scheduled.isoformat(), "to": to.isoformat()})
        body["meeting"] = changes

    return with_edited_body(content, body_id, change)


def cancel_meeting(content: PlannerFile, body_id: str, day: date, decided: date) -> PlannerFile:
    """`content` with the meeting that is on `day` now cancelled, as decided on a day."""
    meeting = _meeting_on(content, body_id, day)

    def change(body: Document) -> None:
        changes = list(body.get("meeting", ()))
        changes.append({"cancelled": meeting.scheduled.isoformat(), "decided": decided.isoformat()})
        body["meeting"] = changes

    return with_edited_body(content, body_id, change)


def add_meeting(
    content: PlannerFile, body_id: str, day: date, *, extraordinary: bool
) -> PlannerFile:
    """`content` with one more meeting; one that was cancelled on `day` takes place after all.

    Raises EditError where the body meets on that day already.
    """
    _require_free(content, body_id, day)

    def change(body: Document) -> None:
        kept = _without(body, "cancelled", _scheduled(body, day))
        if len(kept) == len(body.get("meeting", ())):
            entry: Document = {"added": day.isoformat()}
            if extraordinary:
                entry["extraordinary"] = True
            kept.append(entry)
        body["meeting"] = kept

    return with_edited_body(content, body_id, change)


def _scheduled(body: Document, day: date) -> date:
    """The scheduled day of the meeting that is, or before its cancelling was, on `day`."""
    for exception in body.get("meeting", ()):
        if exception.get("to") == day.isoformat():
            return date.fromisoformat(exception["moved"])
    return day


def _require_free(content: PlannerFile, body_id: str, day: date) -> None:
    """Raises EditError where the body meets on `day` already, or has no meetings at all."""
    body, series = _meeting_body(content, body_id)
    if any(meeting.held for meeting in meetings(series, day, day)):
        raise EditError(f"{body.short} meets on {long_date(day)} already.")


def _meeting_body(content: PlannerFile, body_id: str) -> tuple[Body, Series]:
    body = planner_of(content).body(body_id)
    if body is None or body.series is None:
        raise EditError(
            f"The planner does not say when {body_id} meets; add a [body.meets] to it in the "
            "planner file first."
        )
    return body, body.series


def _without(body: Document, kind: str, day: date) -> list[Document]:
    exceptions = body.get("meeting", ())
    return [exception for exception in exceptions if exception.get(kind) != day.isoformat()]


def _meeting_on(content: PlannerFile, body_id: str, day: date) -> Meeting:
    """The held meeting of a body on `day`, where it stands now. Raises EditError."""
    body, series = _meeting_body(content, body_id)
    near = meetings(series, day - FURTHEST_MOVE, day + FURTHEST_MOVE)
    held = [meeting for meeting in near if meeting.held]
    for meeting in held:
        if meeting.day == day:
            return meeting
    raise EditError(_no_meeting(body, day, held))


def _no_meeting(body: Body, day: date, held: list[Meeting]) -> str:
    closest = sorted(held, key=lambda meeting: abs(meeting.day - day))[:2]
    days = listed([long_date(day) for day in sorted(meeting.day for meeting in closest)], last="or")
    hint = f"; it meets on {days}" if days else ""
    return f"{body.short} does not meet on {long_date(day)}{hint}."
