"""Changing a Board's planner: edited, checked as a file is, stored, and planned at once."""

from __future__ import annotations

import json
from collections.abc import Callable

from pydantic import ValidationError
from sqlalchemy import Connection

from ...calendar.planner.checks import cross_findings
from ...calendar.planner.entries import Document, document_of
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.roles import ROLES
from ...calendar.rules.date_text import listed
from ...core.errors import BoardcalError
from ...core.local_time import Moment
from ...core.validation.explain import problems_of
from ...core.validation.problems import FileProblems, Problem
from ...core.validation.toml_source import TomlLines
from ...notifications.reminders.request_ends import follow_requests, follow_roles
from ...scheduler.installation import Installation
from ...scheduler.planning.plan import horizon_of, plan
from ...storage.boards import BoardRow, board_row, hold_boards
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.planners import PlannerCache, content_of, save_content

Edit = Callable[[PlannerFile], PlannerFile]


class EditError(BoardcalError):
    """The planner cannot be changed as asked; nothing was changed."""


class PlannerChangedError(EditError):
    """The planner was changed since a preview was shown; nothing was changed."""


def change_planner(
    installation: Installation,
    row: BoardRow,
    edit: Edit,
    *,
    subject: str,
    what: ChangeKind,
    after: str,
    who: str,
    why: str | None,
    revision: int | None = None,
) -> PlannerFile:
    """Edits a Board's planner as it is by now, notes who did it, and plans at once.

    With `revision`, the one that a preview was shown of, raises PlannerChangedError where it
    is another by now.
    """
    with installation.database.write() as connection:
        hold_boards(connection)
        current = installation.board(connection, row.id)
        if revision is not None and revision != current.planner_revision:
            raise PlannerChangedError(
                "The planner was changed since this was shown, so what follows from it may be "
                "different now. Nothing was saved."
            )
        changed = edit(installation.planners.content(connection, current))
        save(
            connection,
            changed,
            subject=subject,
            what=what,
            after=after,
            moment=installation.local.moment(installation.clock()),
            who=who,
            why=why,
        )
        plan_now(installation, connection, row.id)
    return changed


def save(
    connection: Connection,
    content: PlannerFile,
    *,
    subject: str,
    what: ChangeKind,
    after: str,
    moment: Moment,
    who: str,
    why: str | None = None,
) -> None:
    """Stores a changed planner with a note of who changed what; the next tick follows it."""
    before = content_of(connection, content.board.id)
    save_content(connection, content)
    if before is not None:
        follow_roles(connection, before, content, moment=moment, who=who)
    note_change(
        connection,
        board=content.board.id,
        subject=subject,
        what=what,
        # What an appointment cuts short comes back where it is taken back.
        before=_holders(before, subject) if before and what is ChangeKind.ROLE else None,
        after=after,
        now=moment.now,
        who=who,
        why=why,
        title=title_of(before or content, subject) or title_of(content, subject),
    )


def title_of(content: PlannerFile, subject: str) -> str | None:
    """What a report or an action is called whose changes are noted as "report s11"; or None."""
    kind, _, entry_id = subject.partition(" ")
    entries = {"report": content.report, "action": content.action}.get(kind, ())
    return next((entry.title for entry in entries if entry.id == entry_id), None)


def _holders(content: PlannerFile, body_id: str) -> str:
    """The role-holders of a body by role, as a document in JSON."""
    body = next(entry for entry in document_of(content)["body"] if entry["id"] == body_id)
    return json.dumps({role: body[role] for role in ROLES if role in body})


def plan_now(installation: Installation, connection: Connection, board_id: str) -> None:
    """Brings a Board's occurrences up to its planner; nothing where mails have not begun."""
    row = board_row(connection, board_id)
    if row is None:
        return
    moment = installation.local.moment(installation.clock())
    # Not from the cache: what that keeps must have come to stay, and this may yet be undone.
    planner = PlannerCache().get(connection, row)
    horizon = horizon_of(moment.today, installation.settings.schedule.horizon_months)
    plan(connection, row, planner, moment, horizon)
    follow_requests(connection, {board_id: planner}, moment)


def checked_content(
    document: Document, completed: Callable[[PlannerFile], PlannerFile] | None = None
) -> PlannerFile:
    """The planner that a document gives, wholly checked as a file is. Raises FileProblems.

    `completed` adds to it what is stored beside, before it is checked.
    """
    try:
        changed = PlannerFile.model_validate(document)
    except ValidationError as error:
        raise FileProblems(
            problems_of(error, TomlLines(""), "The planner", model=PlannerFile, data=document)
        ) from None
    if completed is not None:
        changed = completed(changed)
    findings = cross_findings(changed)
    if findings:
        raise FileProblems(
            Problem(
                file="The planner",
                key=finding.key,
                value=finding.value,
                says=finding.says,
                path=finding.path,
            )
            for finding in findings
        )
    return changed


def with_edited_body(
    content: PlannerFile, body_id: str, edit: Callable[[Document], None]
) -> PlannerFile:
    """`content` with one body changed by `edit`, wholly checked. Raises FileProblems."""
    document = document_of(content)
    body = next(entry for entry in document["body"] if entry["id"] == body_id)
    edit(body)
    return checked_content(document)


def body_named(content: PlannerFile, typed: str) -> str:
    """The id of the body that was typed as its id or as any name of it, in whichever case.

    Raises EditError with the known ids where there is none.
    """
    for body in content.body:
        names = (body.id, body.name, body.short or "", *body.also)
        if typed.casefold() in (name.casefold() for name in names):
            return body.id
    known = listed([body.id for body in content.body])
    raise EditError(f'There is no body "{typed}"; there are {known}.')
