"""Changing a planner in the database: bodies and their role-holders, checked like the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import Connection

from ...calendar.planner.checks import cross_findings
from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import RoleName
from ...calendar.rules.date_text import listed, long_date
from ...core.errors import BoardcalError
from ...core.validation.explain import FileProblems, Problem, TomlLines, problems_of
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.planners import save_content


class EditError(BoardcalError):
    """The planner cannot be changed as asked; nothing was changed."""


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
    return checked_content(document)


def checked_content(document: Document) -> PlannerFile:
    """The planner that a document gives, wholly checked as a file is. Raises FileProblems."""
    try:
        changed = PlannerFile.model_validate(document)
    except ValidationError as error:
        raise FileProblems(
            problems_of(error, TomlLines(""), "The planner", model=PlannerFile, data=document)
        ) from None
    findings = cross_findings(changed)
    if findings:
        raise FileProblems(
            Problem(
                file="The planner",
                key=each.key,
                value=each.value,
                says=each.says,
                path=each.path,
            )
            for each in findings
        )
    return changed


def appoint(
    content: PlannerFile, body_id: str, role: RoleName, address: str, starts: date
) -> PlannerFile:
    """`content` with a role given to somebody from a day on; who held it until then stops.

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
        # Whoever is appointed for later still takes over then.
        later = [each["from"] for each in holders if each.get("from", "") > new["from"]]
        if later:
            new["to"] = _day_before(date.fromisoformat(min(later)))
        body[role.value] = [*(each for each in holders if not _is_empty(each)), new]

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
        held = [each for each in mine if _holds(each, starts)]
        if not held:
            raise EditError(
                f"{address} is not {role.value} of {body_id} on {long_date(starts)}; "
                "`boardcal people list` shows who is."
            )
        for each in held:
            each["to"] = _day_before(starts)
        body[role.value] = [each for each in holders if not _is_empty(each)]

    return edited(content, body_id, change)


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


def save(
    connection: Connection,
    content: PlannerFile,
    *,
    subject: str,
    what: ChangeKind,
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
