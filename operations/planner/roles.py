"""Role-holders: appointing one from a day on, and ending a role."""

from __future__ import annotations

from datetime import date, timedelta

from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from .change import EditError, with_edited_body


def appoint(
    content: PlannerFile, body_id: str, role: RoleName, address: str, starts: date
) -> PlannerFile:
    """`content` with a role given to a person from a day on; its holder until then stops.

    Raises EditError where they hold it already.
    """
    if role is RoleName.SECRETARIAT and body_id != content.board.id:
        raise EditError(f"The secretariat is a role of the Board; give {content.board.id} as body.")

    def change(body: Document) -> None:
        holders = list(body.get(role.value, ()))
        for holder in holders:
            if holder["address"] == address and _holds(holder, starts):
                raise EditError(f"{address} is {role.value} of {body_id} already.")
            if _holds(holder, starts):
                holder["to"] = _day_before(starts)
        new = {"address": address, "from": starts.isoformat()}
        # Who was appointed for a later day still takes over then.
        later = [holder["from"] for holder in holders if holder.get("from", "") > new["from"]]
        if later:
            new["to"] = _day_before(date.fromisoformat(min(later)))
        body[role.value] = [*(holder for holder in holders if not _is_empty(holder)), new]

    return with_edited_body(content, body_id, change)


def end_role(
    content: PlannerFile, body_id: str, role: RoleName, address: str, starts: date
) -> PlannerFile:
    """`content` with a person's role ended: from `starts` on they do not hold it.

    Raises EditError where they do not hold it then.
    """

    def change(body: Document) -> None:
        holders = list(body.get(role.value, ()))
        held = [
            holder for holder in holders if holder["address"] == address and _holds(holder, starts)
        ]
        if not held:
            raise EditError(
                f"{address} is not {role.value} of {body_id} on {long_date(starts)}; "
                "`boardcal people list` shows who is."
            )
        for holder in held:
            holder["to"] = _day_before(starts)
        body[role.value] = [holder for holder in holders if not _is_empty(holder)]

    return with_edited_body(content, body_id, change)


def _day_before(day: date) -> str:
    return (day - timedelta(days=1)).isoformat()


def _holds(holder: Document, day: date) -> bool:
    begun = holder.get("from") is None or date.fromisoformat(holder["from"]) <= day
    return begun and _is_open(holder, day)


def _is_open(holder: Document, day: date) -> bool:
    return holder.get("to") is None or date.fromisoformat(holder["to"]) >= day


def _is_empty(holder: Document) -> bool:
    starts, ends = holder.get("from"), holder.get("to")
    if starts is None or ends is None:
        return False
    return date.fromisoformat(ends) < date.fromisoformat(starts)
