"""Changing a planner in the database: role-holders and meetings, checked like the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from ..calendar.errors import BoardcalError
from ..calendar.file_problems import FileProblems, Problem, TomlLines, problems_of
from ..calendar.meetings import FURTHEST_MOVE, Meeting, meetings
from ..calendar.occurrences import Occurrence, occurrences
from ..calendar.planner import Body, Planner, RoleName
from ..calendar.planner_checks import cross_findings
from ..calendar.planner_entries import planner_of
from ..calendar.planner_file import PlannerFile
from ..calendar.rules import Event
from ..calendar.words import listed, long_date
from ..storage.occurrence_rows import note_change
from ..storage.planners import save_content


class EditError(BoardcalError):
    """The planner cannot be changed as asked; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflow:
    """What becomes of one occurrence when the planner changes; None where it is not there."""

    before: Occurrence | None
    after: Occurrence | None


Document = dict[str, Any]


def body_named(content: PlannerFile, wanted: str) -> str:
    """The id of the body that is meant, by its id, short name or another name of it.

    Raises EditError with the known ids where there is none.
    """
    for body in content.body:
        names = (body.id, body.name, body.short or "", *body.also)
        if wanted.casefold() in (name.casefold() for name in names):
            return body.id
    known = listed([body.id for body in content.body])
    raise EditError(f'There is no body "{wanted}"; there are {known}.')


def edited(content: PlannerFile, body_id: str, edit: Callable[[Document], None]) -> PlannerFile:
    """`content` with one body changed by `edit`, wholly checked. Raises FileProblems."""
    document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    body = next(each for each in document["body"] if each["id"] == body_id)
    edit(body)
    try:
        changed = PlannerFile.model_validate(document)
    except ValidationError as error:
        raise FileProblems(
            problems_of(error, TomlLines(""), "the planner", model=PlannerFile, data=document)
        ) from None
    findings = cross_findings(changed)
    if findings:
        raise FileProblems(
            Problem(file="the planner", key=each.key, value=each.value, says=each.says)
            for each in findings
        )
    return changed


def appoint(
    content: PlannerFile, body_id: str, role: RoleName, address: str, starts: date
) -> PlannerFile:
    """`content` with a role given to somebody from a day on; who held it until then stops.

    Raises EditError where they hold it already.
    """

    def change(body: Document) -> None:
        holders = list(body.get(role.value, ()))
        for holder in holders:
            if holder["address"] == address and _is_open(holder, starts):
                raise EditError(f"{address} is {role.value} of {body_id} already.")
            if _is_open(holder, starts):
                holder["to"] = (starts - timedelta(days=1)).isoformat()
        kept = [each for each in holders if not _is_empty(each)]
        kept.append({"address": address, "from": starts.isoformat()})
        body[role.value] = kept

    return edited(content, body_id, change)


def end_role(
    content: PlannerFile, body_id: str, role: RoleName, address: str, starts: date
) -> PlannerFile:
    """`content` with somebody's role ended: from `starts` on they do not hold it.

    Raises EditError where they do not hold it then.
    """

    def change(body: Document) -> None:
        holders = list(body.get(role.value, ()))
        mine = [each for each in holders if each["address"] == address]
        held = [each for each in mine if _is_open(each, starts)]
        if not held:
            raise EditError(
                f"{address} is not {role.value} of {body_id} on {long_date(starts)}; "
                "`boardcal people list` shows who is."
            )
        for each in held:
            each["to"] = (starts - timedelta(days=1)).isoformat()
        body[role.value] = [each for each in holders if not _is_empty(each)]

    return edited(content, body_id, change)


def _is_open(holder: Document, day: date) -> bool:
    return holder.get("to") is None or date.fromisoformat(holder["to"]) >= day


def _is_empty(holder: Document) -> bool:
    starts, ends = holder.get("from"), holder.get("to")
    if starts is None or ends is None:
        return False
    return date.fromisoformat(ends) < date.fromisoformat(starts)


def move_meeting(content: PlannerFile, body_id: str, day: date, to: date) -> PlannerFile:
    """`content` with the meeting that is on `day` now moved to another day."""
    meeting = _meeting_on(content, body_id, day)

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
    """`content` with one more meeting."""

    def change(body: Document) -> None:
        changes = list(body.get("meeting", ()))
        entry: Document = {"added": day.isoformat()}
        if extraordinary:
            entry["extraordinary"] = True
        body["meeting"] = [*changes, entry]

    return edited(content, body_id, change)


def _without(body: Document, kind: str, day: date) -> list[Document]:
    return [each for each in body.get("meeting", ()) if each.get(kind) != day.isoformat()]


def _meeting_on(content: PlannerFile, body_id: str, day: date) -> Meeting:
    """The held meeting of a body on `day`, where it stands now. Raises EditError."""
    body = planner_of(content).body(body_id)
    if body is None or body.series is None:
        raise EditError(f"The planner has no meetings of {body_id}.")
    near = meetings(body.series, day - FURTHEST_MOVE, day + FURTHEST_MOVE)
    held = [meeting for meeting in near if meeting.held]
    for meeting in held:
        if meeting.day == day:
            return meeting
    raise EditError(_no_meeting(body, day, held))


def _no_meeting(body: Body, day: date, held: list[Meeting]) -> str:
    closest = sorted(held, key=lambda meeting: abs(meeting.day - day))[:2]
    days = listed(sorted(long_date(meeting.day) for meeting in closest), last="or")
    hint = f"; it meets on {days}" if days else ""
    return f"{body.short} does not meet on {long_date(day)}{hint}."


def reflows(
    before: Planner, after: Planner, start: date, end: date, events: list[Event]
) -> list[Reflow]:
    """What a change of the planner does to what falls due in a window, by date."""
    old = {each.key: each for each in occurrences(before, start, end, events)}
    new = {each.key: each for each in occurrences(after, start, end, events)}
    found = []
    for key in sorted({*old, *new}):
        was, will = old.get(key), new.get(key)
        if was is None or will is None or _moved(was, will):
            found.append(Reflow(before=was, after=will))
    return sorted(found, key=_date_of)


def _moved(was: Occurrence, will: Occurrence) -> bool:
    return (was.due, was.meeting, was.void) != (will.due, will.meeting, will.void)


def _date_of(reflow: Reflow) -> date:
    return min(each.due for each in (reflow.before, reflow.after) if each is not None)


def save(
    connection: Connection,
    content: PlannerFile,
    *,
    subject: str,
    what: str,
    after: str,
    now: datetime,
    who: str,
    why: str | None = None,
) -> None:
    """Stores a changed planner with a note of who changed what; the next tick follows it."""
    save_content(connection, content)
    note_change(
        connection,
        board=content.board.id,
        subject=subject,
        what=what,
        after=after,
        now=now,
        who=who,
        why=why,
    )
