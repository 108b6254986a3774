"""The flow of a change: asked for, previewed, saved, or overtaken by another change.

A preview's form carries what was typed and goes to the same address again: with its button
`save` the change is made, with `edit` the form comes back. Where the form itself shows what
follows, it has no preview: its one button saves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.file_schema import PlannerFile
from ...core.validation.problems import FileProblems
from ...operations.planner.change import Edit, EditError, change_planner
from ...operations.record import RecordError
from ...storage.change_kinds import ChangeKind
from ..request.context import board_of, form_of, site_of, user_of
from ..request.form import WHOLE, Problems

# Why a change cannot be made; other errors are no fault of what was typed, and become a page.
REFUSALS = (EditError, FileProblems, RecordError)
Change = TypeVar("Change")


class OvertakenError(Exception):
    """Somebody else was faster, so nothing was saved; the sentence says what they did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmFlow(Generic[Change]):
    """The steps of one kind of change, each a function that answers with its page.

    `read` gives None, with problems, where the form cannot be read. `preview` is told why it is
    shown again where somebody else was faster. `save` raises OvertakenError or one of REFUSALS
    with nothing changed; a refusal is shown at the `field`.
    """

    read: Callable[[Request, Problems], Change | None]
    form: Callable[[Request, Problems], Response]
    save: Callable[[Request, Change], Response]
    preview: Callable[[Request, Change, str | None], Response] | None = None
    field: Callable[[Change], str] = lambda _: WHOLE

    def ask(self, request: Request) -> Response:
        """Answer GET with the form."""
        return self.form(request, Problems())

    def answer(self, request: Request) -> Response:
        """Answer POST with what the form's buttons do."""
        form, problems = form_of(request), Problems()
        change = self.read(request, problems)
        if change is None or form.has("edit"):
            return self.form(request, problems)
        try:
            if self.preview is None or form.has("save"):
                return self.save(request, change)
            return self.preview(request, change, None)
        except OvertakenError as error:
            response = self._overtaken(request, change, str(error))
            response.status_code = 409
            return response
        except REFUSALS as error:
            problems.add(self.field(change), str(error))
            return self.form(request, problems)

    def _overtaken(self, request: Request, change: Change, why: str) -> Response:
        """Show the effects as they are now, or the form where the change is refused by now."""
        if self.preview is None:
            return self.form(request, Problems({self.field(change): why}))
        try:
            return self.preview(request, change, why)
        except REFUSALS as error:
            return self.form(request, Problems({self.field(change): f"{why} {error}"}))


def save_as_shown(
    request: Request, edit: Edit, *, subject: str, what: ChangeKind, after: str, why: str
) -> PlannerFile:
    """Change the planner as a preview showed it; the planner as it is then.

    Raises PlannerChangedError, having changed nothing, where the planner is not the one any more
    that the preview was worked out for (the form's `revision`).
    """
    return change_planner(
        site_of(request).installation,
        board_of(request),
        edit,
        subject=subject,
        what=what,
        after=after,
        who=user_of(request).email,
        why=why or None,
        revision=form_of(request).number("revision"),
    )
