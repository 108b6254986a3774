"""Role-holders: appointing one from a day on, taking that back, and ending a role."""

from __future__ import annotations

import json
from datetime import date, timedelta

from sqlalchemy import Connection

from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import changes_of_kind
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
            raise EditError(f"{address} is not {role.value} of {body_id} on {long_date(starts)}.")
        for holder in held:
            holder["to"] = _day_before(starts)
        body[role.value] = [holder for holder in holders if not _is_empty(holder)]

    return with_edited_body(content, body_id, change)


def take_back(
    content: PlannerFile,
    body_id: str,
    role: RoleName,
    address: str,
    starts: date,
    *,
    earlier: list[Document] | None,
) -> PlannerFile:
    """`content` without the appointment of a person from `starts` on; who it cut short goes on.

    `earlier` are the role's holders before the appointment; where that is not on record, who
    holds the role until the day before goes on for as long as the person would have.
    Raises EditError where there is no such appointment.
    """

    def change(body: Document) -> None:
        holders = list(body.get(role.value, ()))
        mine = [holder for holder in holders if _is_term(holder, address, starts.isoformat())]
        if not mine:
            raise EditError(
                f"{address} is not appointed {role.value} of {body_id} from {long_date(starts)}."
            )
        holders.remove(mine[0])
        if earlier is None:
            ends = {"to": mine[0]["to"]} if "to" in mine[0] else {}
            before = [{**_without_end(holder), **ends} for holder in holders]
        else:
            before = earlier
        for term in before:
            same = [
                holder for holder in holders if _is_term(holder, term["address"], term.get("from"))
            ]
            if same and same[0].get("to") == _day_before(starts):
                holders[holders.index(same[0])] = term
            elif not same and earlier is not None and term.get("from", "") >= starts.isoformat():
                holders.append(term)
        body[role.value] = holders

    return with_edited_body(content, body_id, change)


def holders_before(
    connection: Connection, board: str, body_id: str, role: RoleName, address: str, starts: date
) -> list[Document] | None:
    """The holders of a role before somebody was appointed; None where that is not on record."""
    for row in reversed(changes_of_kind(connection, board, body_id, ChangeKind.ROLE)):
        holders = None if row.before is None else json.loads(row.before).get(role.value, [])
        if holders is not None and not any(
            _is_term(holder, address, starts.isoformat()) for holder in holders
        ):
            return list(holders)
    return None


def _is_term(holder: Document, address: str, starts: str | None) -> bool:
    return (holder["address"], holder.get("from")) == (address, starts)


def _without_end(holder: Document) -> Document:
    return {name: value for name, value in holder.items() if name != "to"}


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
