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
    content: PlannerFile,
    body_id: str,
    role: RoleName,
    address: str,
    starts: date,
    *,
    name: str = "",
) -> PlannerFile:
    """`content` with a role given to a person from a day on; its holder until then stops.

    `name` is what the person is called, "" where the planner says it already or nobody did. Who
    holds the role already gets the name and nothing else; EditError where they have it, too.
    """
    if role is RoleName.SECRETARIAT and body_id != content.board.id:
        raise EditError(f"The secretariat is a role of the Board; give {content.board.id} as body.")

    def change(body: Document) -> None:
        holders = list(body.get(role.value, ()))
        for holder in holders:
            if holder["address"] == address and _holds(holder, starts):
                if name and holder.get("name") != name:
                    holder["name"] = name
                    return
                raise EditError(f"{address} is {role.value} of {body_id} already.")
            if _holds(holder, starts):
                holder["to"] = _day_before(starts)
        new = {"address": address, "from": starts.isoformat()} | ({"name": name} if name else {})
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

    `earlier` are the role's holders before the appointment. Who holds the role until the day
    before gets back the end that is on record there, and otherwise goes on for as long as the
    person would have; in either case until the next one begins.
    Raises EditError where there is no such appointment.
    """
    known, first = earlier or [], starts.isoformat()

    def change(body: Document) -> None:
        holders = list(body.get(role.value, ()))
        removed = _term(holders, address, first)
        if removed is None:
            raise EditError(
                f"{address} is not appointed {role.value} of {body_id} from {long_date(starts)}."
            )
        holders.remove(removed)
        # Who was to begin on that very day had no day left.
        back = [
            term
            for term in known
            if term.get("from") == first and _term(holders, term["address"], first) is None
        ]
        holders += back
        body[role.value] = [
            _lasting(holder, removed, known, holders)
            if holder in back or holder.get("to") == _day_before(starts)
            else holder
            for holder in holders
        ]

    return with_edited_body(content, body_id, change)


def _lasting(
    holder: Document, removed: Document, earlier: list[Document], holders: list[Document]
) -> Document:
    """A term as it lasts where `removed` is not there; `holders` are those who stay."""
    source = _term(earlier, holder["address"], holder.get("from")) or removed
    # An end on record that only made room for somebody who has gone since is none.
    if any(
        _day_before(date.fromisoformat(term["from"])) == source.get("to")
        and _term(holders, term["address"], term["from"]) is None
        for term in earlier
        if "from" in term
    ):
        source = removed
    ends = [source["to"]] if "to" in source else []
    ends += [
        _day_before(date.fromisoformat(other["from"]))
        for other in holders
        if other.get("from", "") >= removed["from"] and other["from"] > holder.get("from", "")
    ]
    lasting = {name: value for name, value in holder.items() if name != "to"}
    return lasting | ({"to": min(ends)} if ends else {})


def holders_before(
    connection: Connection, board: str, body_id: str, role: RoleName, address: str, starts: date
) -> list[Document] | None:
    """The holders of a role before somebody was appointed; None where that is not on record."""
    for row in reversed(changes_of_kind(connection, board, body_id, ChangeKind.ROLE)):
        holders = None if row.before is None else json.loads(row.before).get(role.value, [])
        if holders is not None and _term(holders, address, starts.isoformat()) is None:
            return list(holders)
    return None


def _term(holders: list[Document], address: str, starts: str | None) -> Document | None:
    return next(
        (
            holder
            for holder in holders
            if (holder["address"], holder.get("from")) == (address, starts)
        ),
        None,
    )


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
