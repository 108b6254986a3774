"""/actions: the action plan by section, how each action stands, in colour and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from ...queries.calendar.action_plan import ActionRow, Section, action_plan
from ...queries.calendar.action_status import Rag
from ...queries.paging import paging
from ..page.page import page
from ..request.context import link, reading_board
from ..request.query import chosen_of, page_address, page_asked

PATH = "/actions"


def show(request: Request) -> Response:
    """The plan, or those of its actions that stand in one way: "?standing=overdue"."""
    standing = chosen_of(request, "standing", Rag)
    with reading_board(request) as (connection, view):
        plan = action_plan(connection, view)
    chosen = [
        (section, row)
        for section in plan.sections
        for row in section.rows
        if standing in (None, row.rag)
    ]
    part = paging(len(chosen), page_asked(request))
    return page(
        request,
        "calendar/actions.html.j2",
        title="Action plan",
        plan=plan,
        sections=_sections(chosen[part.offset : part.last]),
        counts=_counts(request, plan.counts, standing),
        standing=standing,
        paging=part,
        at=page_address(request, PATH, standing=standing),
    )


def _sections(chosen: Sequence[tuple[Section, ActionRow]]) -> list[tuple[Section, list[ActionRow]]]:
    """The sections, each with those of its actions that are shown."""
    sections: list[tuple[Section, list[ActionRow]]] = []
    for section, row in chosen:
        if not sections or sections[-1][0] is not section:
            sections.append((section, []))
        sections[-1][1].append(row)
    return sections


def _counts(
    request: Request, counts: Mapping[Rag, int], standing: Rag | None
) -> list[tuple[Rag, int, str | None]]:
    """The number of actions of each colour, and the address of those alone; None if shown."""
    return [
        (rag, number, None if rag is standing else link(request, PATH, standing=rag))
        for rag, number in counts.items()
    ]
