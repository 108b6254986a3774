"""The effects of moving, cancelling or adding a meeting, in words, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from starlette.requests import Request

from ...calendar.planner.builder import planner_of
from ...calendar.planner.file_schema import PlannerFile
from ...core.validation.problems import FileProblems
from ...operations.planner.change import EditError
from ...operations.planner.meetings import MeetingDecision
from ...queries.planner.change_preview import MONTHS_AHEAD, change_effects
from ...queries.planner.change_text import (
    Effect,
    effects,
    mailed_in_words,
    passed_in_words,
    remarks,
)
from ..request.context import reading_board, site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPreview:
    """The effects of a decision in words, and the planner's revision that they hold for.

    `remark` is about the new day, `remarks` are about the effects; to a `warning` people are
    asked whether they mean it.
    """

    headline: str
    remark: str | None
    remarks: tuple[str, ...]
    effects: tuple[Effect, ...]
    warning: str | None
    revision: int


def meeting_preview(request: Request, decision: MeetingDecision) -> MeetingPreview:
    """Work out what follows. Raises EditError where the planner would be wrong with it."""
    installation = site_of(request).installation
    with reading_board(request) as (connection, view):
        content = installation.planners.content(connection, view.row)
        decision = decision.of(view.planner)
        after = planner_of(edited(content, decision, installation.today))
        changes = change_effects(connection, view, after)
    beyond = _beyond(decision, installation.today)
    texts = (
        [beyond]
        if beyond and not changes.flowing
        else [*remarks(changes), mailed_in_words(changes)]
    )
    return MeetingPreview(
        headline=decision.headline(after),
        remark=decision.remark(after),
        remarks=tuple(text for text in texts if text),
        effects=tuple(effects(changes, after)),
        warning=passed_in_words(changes),
        revision=view.row.planner_revision,
    )


def edited(content: PlannerFile, decision: MeetingDecision, today: date) -> PlannerFile:
    """The planner with the decision. Raises EditError where it would be wrong."""
    try:
        return decision.edit(content, decided=today)
    except FileProblems as error:
        raise EditError("; ".join(f"It {problem.says}" for problem in error.problems)) from None


def _beyond(decision: MeetingDecision, today: date) -> str | None:
    """That a meeting lies further off than what follows is worked out for."""
    if decision.day <= today + relativedelta(months=MONTHS_AHEAD):
        return None
    return (
        f"It is more than {MONTHS_AHEAD} months ahead, so what falls due with it is not listed "
        "here. It follows too."
    )
