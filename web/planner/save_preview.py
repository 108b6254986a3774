"""Saving a change of the planner whose effects were shown before."""

from __future__ import annotations

from starlette.requests import Request

from ...calendar.planner.file_schema import PlannerFile
from ...operations.planner.change import Edit, change_planner
from ...storage.change_kinds import ChangeKind
from ..request.context import board_of, form_of, site_of, user_of


def save_as_shown(
    request: Request, edit: Edit, *, subject: str, what: ChangeKind, after: str, why: str
) -> PlannerFile:
    """Makes a change that its preview's form sends; the planner as it is then.

    Raises PlannerChangedError, having changed nothing, where the planner is not the one any more
    that the preview was worked out for (the form's `revision`).
    """
    return change_planner(
        site_of(request).here,
        board_of(request),
        edit,
        subject=subject,
        what=what,
        after=after,
        who=user_of(request).email,
        why=why or None,
        revision=form_of(request).number("revision"),
    )
