"""Changing a body's meetings in the database, checked like the file, and what re-flows by it."""

from __future__ import annotations

from datetime import date

from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Body
from ...calendar.rules.date_text import listed, long_date
from ...calendar.rules.meeting_series import FURTHEST_MOVE, Meeting, Series, meetings
from .roles import EditError, edited


def move_meeting(content: PlannerFile, body_id: str, day: date, to: date) -> PlannerFile:
    """`content` with the meeting that is on `day` now moved to another day."""
    meeting = _meeting_on(content, body_id, day)
    _require_free(content, body_id, to)

    def change(body: Document) -> None:
        changes = _without(body, "moved", meeting.scheduled)
        if to != meeting.scheduled:
            changes.append({"moved": meeting.scheduled.isoformat(), "to": to.isoformat()})
        body["meeting"] = changes

    return edited(content, body_id, change)


def cancel_meeting(content: PlannerFile, body_id: str, day: date, decided: date) -> PlannerFile:
    """`content` with the meeting that is on `day` now cancelled, as decided on a day."""
    meeting = _meeting_on(content, body_id, day)

    def change(body: Document) -> None:
        changes = list(body.get("meeting", ()))
        changes.append({"cancelled": meeting.scheduled.isoformat(), "decided": decided.isoformat()})
        body["meeting"] = changes

    return edited(content, body_id, change)


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

    return edited(content, body_id, change)


def _scheduled(body: Document, day: date) -> date:
    """The scheduled day of the meeting that is, or before its cancelling was, on `day`."""
    for each in body.get("meeting", ()):
        if each.get("to") == day.isoformat():
            return date.fromisoformat(each["moved"])
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
    return [each for each in body.get("meeting", ()) if each.get(kind) != day.isoformat()]


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
    days = listed([long_date(day) for day in sorted(each.day for each in closest)], last="or")
    hint = f"; it meets on {days}" if days else ""
    return f"{body.short} does not meet on {long_date(day)}{hint}."
