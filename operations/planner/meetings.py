"""Meetings moved, cancelled and added: exceptions to a body's rule, checked like the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Body, Planner
from ...calendar.rules.date_text import listed, long_date, weekday_date
from ...calendar.rules.meeting_series import (
    FURTHEST_MOVE,
    Meeting,
    MeetingChangeKind,
    Series,
    added_meetings,
    by_custom,
    meetings,
    scheduled_days,
)
from ...storage.change_kinds import ChangeKind
from ...wording.meetings import say_which
from ...wording.names import short_names, with_the
from ...wording.text import day_off
from .change import EditError, with_edited_body

NOTED_AS = {
    MeetingChangeKind.MOVED: ChangeKind.MEETING_MOVED,
    MeetingChangeKind.CANCELLED: ChangeKind.MEETING_CANCELLED,
    MeetingChangeKind.ADDED: ChangeKind.MEETING_ADDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDecision:
    """One meeting of a body on `day`, and what becomes of it; `to` is where a moved one goes.

    Where several are on that day, `slot` says which one; without it, it is the first of
    `meetings_on`.
    """

    body: str
    becomes: MeetingChangeKind
    day: date
    to: date | None = None
    extraordinary: bool = False
    slot: str | None = None

    @property
    def what(self) -> ChangeKind:
        """What the record calls it."""
        return NOTED_AS[self.becomes]

    @property
    def days(self) -> str:
        """The days that it is about, for the record: "2018-03-08 to 2018-03-15"."""
        return " to ".join(str(day) for day in (self.day, self.to) if day)

    def of(self, planner: Planner) -> MeetingDecision:
        """The decision with the meeting named that it is about, where that is there."""
        body = planner.body(self.body)
        if body is None or self.becomes is MeetingChangeKind.ADDED:
            return self
        named = (one for one in meetings_on(body, self.day) if self.slot in (None, one.slot))
        meeting = next(named, None)
        if meeting is None:
            return self
        return replace(self, slot=meeting.slot, extraordinary=meeting.extraordinary)

    def require_one(self, planner: Planner) -> None:
        """Raises EditError where several meetings are on its day and it names none of them."""
        body = planner.body(self.body)
        if body is None or self.slot is not None or self.becomes is MeetingChangeKind.ADDED:
            return
        on_day = meetings_on(body, self.day)
        if len(on_day) > 1:
            raise EditError(say_which(body.short, on_day))

    def edit(self, content: PlannerFile, *, decided: date) -> PlannerFile:
        """`content` as it is after the decision. Raises EditError or FileProblems."""
        if self.becomes is MeetingChangeKind.ADDED:
            return add_meeting(content, self.body, self.day, extraordinary=self.extraordinary)
        if self.becomes is MeetingChangeKind.MOVED and self.to is not None:
            return move_meeting(content, self.body, self.day, self.to, self.slot)
        return cancel_meeting(content, self.body, self.day, decided, self.slot)

    def headline(self, planner: Planner) -> str:
        """ "The LSCB meeting on Thursday 8 March 2018 moves to Thursday 15 March 2018."."""
        name = "".join(short_names(planner, [self.body]))
        day = weekday_date(self.day)
        if self.becomes is MeetingChangeKind.ADDED:
            return f"{name} also meets on {day}."
        kind = "extraordinary meeting" if self.extraordinary else "meeting"
        meeting = f"{with_the(name, start=True)} {kind} on {day}"
        if self.to is None:
            return f"{meeting} {'was not held' if self._has_failed(planner) else 'is cancelled'}."
        return f"{meeting} moves to {weekday_date(self.to)}."

    def _has_failed(self, planner: Planner) -> bool:
        body = planner.body(self.body)
        if body is None or body.series is None:
            return False
        on_day = meetings(body.series, self.day, self.day)
        return any(one.failed for one in on_day if self.slot in (None, one.slot))

    def remark(self, planner: Planner) -> str | None:
        """A word where the new day is not a working day, or has another meeting already."""
        new = self.day if self.becomes is MeetingChangeKind.ADDED else self.to
        if new is None:
            return None
        body = planner.body(self.body)
        several = body is not None and len(meetings_on(body, new)) > 1
        remarks = [day_off(planner.days, new), _crowded(body, new) if body and several else None]
        return " ".join(remark for remark in remarks if remark) or None


def _crowded(body: Body, day: date) -> str:
    return f"{body.short} then has {len(meetings_on(body, day))} meetings on {long_date(day)}."


def meetings_on(body: Body, day: date) -> list[Meeting]:
    """The meetings that a body holds on a day, the one that people mean by the day first."""
    if body.series is None:
        return []
    held = (meeting for meeting in meetings(body.series, day, day) if meeting.held)
    return sorted(held, key=by_custom)


def move_meeting(
    content: PlannerFile, body_id: str, day: date, to: date, slot: str | None = None
) -> PlannerFile:
    """`content` with a meeting that is on `day` now moved to another day. Raises EditError."""
    meeting = _meeting_on(content, body_id, day, slot)
    body, _ = _meeting_body(content, body_id)
    # Two of the same kind may stand on one day, but not one added in the place of another.
    is_back = to == meeting.scheduled and not meeting.added
    in_its_place = (
        one.added and not (one.moved or one.extraordinary) for one in meetings_on(body, to)
    )
    if to == day or (is_back and any(in_its_place)):
        raise EditError(f"{body.short} meets on {long_date(to)} already.")
    return _with_meeting(content, body_id, replace(meeting, day=to))


def cancel_meeting(
    content: PlannerFile, body_id: str, day: date, decided: date, slot: str | None = None
) -> PlannerFile:
    """`content` with a meeting that is on `day` now cancelled, as decided on a day."""
    meeting = _meeting_on(content, body_id, day, slot)
    return _with_meeting(content, body_id, replace(meeting, held=False, decided=decided))


def add_meeting(
    content: PlannerFile, body_id: str, day: date, *, extraordinary: bool
) -> PlannerFile:
    """`content` with one more meeting on `day`; one that was cancelled takes place after all.

    That is the one that was cancelled on `day`, else the one that was scheduled for it, then
    moved, then cancelled. An extraordinary meeting is always a new one. Raises EditError where
    the body meets on that day already.
    """
    body, series = _meeting_body(content, body_id)
    if any(meeting.extraordinary == extraordinary for meeting in meetings_on(body, day)):
        raise EditError(f"{body.short} meets on {long_date(day)} already.")
    near = meetings(series, day - FURTHEST_MOVE, day + FURTHEST_MOVE)
    cancelled = [
        meeting
        for meeting in near
        if not (meeting.held or meeting.extraordinary) and day in (meeting.day, meeting.scheduled)
    ]
    if cancelled and not extraordinary:
        back = min(cancelled, key=lambda meeting: (meeting.day != day, meeting.added))
        return _with_meeting(content, body_id, replace(back, day=day, held=True, decided=None))
    added: Document = {"added": day.isoformat()}
    if extraordinary:
        added["extraordinary"] = True

    def change(document: Document) -> None:
        document["meeting"] = [*document.get("meeting", ()), added]

    return with_edited_body(content, body_id, change)


def _with_meeting(content: PlannerFile, body_id: str, meeting: Meeting) -> PlannerFile:
    """`content` with the entries of one meeting written anew, as it is to be."""
    _, series = _meeting_body(content, body_id)
    slots = [added.slot for added in added_meetings(series)]
    scheduled = meeting.scheduled.isoformat()
    # An entry that moves or cancels names a meeting of the series before one that was added.
    in_series = any(scheduled_days(series, meeting.scheduled, meeting.scheduled))
    is_named = not meeting.added or (meeting.slot == f"added-{scheduled}" and not in_series)

    def change(document: Document) -> None:
        entries, added = [], iter(slots)
        for entry in document.get("meeting", ()):
            slot = next(added) if "added" in entry else None
            names_it = scheduled in (entry.get("moved"), entry.get("cancelled"))
            if slot == meeting.slot:
                entries += _entries(meeting)
            elif slot is not None or not (is_named and names_it):
                entries.append(entry)
        document["meeting"] = entries if meeting.added else [*entries, *_entries(meeting)]

    return with_edited_body(content, body_id, change)


def _entries(meeting: Meeting) -> list[Document]:
    """The entries of a planner file that say what became of one meeting."""
    scheduled, to = meeting.scheduled.isoformat(), meeting.day.isoformat()
    off: Document = {}
    if not meeting.held:
        off["cancelled"] = scheduled
        if meeting.decided is not None:
            off["decided"] = meeting.decided.isoformat()
    if not meeting.added:
        moved = [{"moved": scheduled, "to": to}] if meeting.moved else []
        return [*moved, off] if off else moved
    own: Document = {"added": scheduled} | ({"to": to} if meeting.moved else {}) | off
    return [own | ({"extraordinary": True} if meeting.extraordinary else {})]


def _meeting_body(content: PlannerFile, body_id: str) -> tuple[Body, Series]:
    body = planner_of(content).body(body_id)
    if body is None or body.series is None:
        raise EditError(
            f"The planner does not say when {body_id} meets; add a [body.meets] to it in the "
            "planner file first."
        )
    return body, body.series


def _meeting_on(content: PlannerFile, body_id: str, day: date, slot: str | None) -> Meeting:
    """The held meeting of a body on `day`, the first or the one of `slot`. Raises EditError."""
    body, series = _meeting_body(content, body_id)
    on_day = meetings_on(body, day)
    for meeting in on_day:
        if slot in (None, meeting.slot):
            return meeting
    near = meetings(series, day - FURTHEST_MOVE, day + FURTHEST_MOVE)
    raise EditError(_no_meeting(body, day, [meeting for meeting in near if meeting.held]))


def _no_meeting(body: Body, day: date, held: list[Meeting]) -> str:
    closest = sorted(held, key=lambda meeting: abs(meeting.day - day))[:2]
    days = listed([long_date(day) for day in sorted(meeting.day for meeting in closest)], last="or")
    hint = f"; it meets on {days}" if days else ""
    return f"{body.short} does not meet on {long_date(day)}{hint}."
