"""/to-decide: everything that waits for a decision, and many readings confirmed at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.entries import PLAN
from ...calendar.planner.model import Planner
from ...operations.planner.assumptions import confirm_assumptions
from ...queries.paging import paging
from ...queries.to_decide import HEADS, Decision, Decisions, decisions, request_decisions
from ...scheduler.installation import planner_notice
from ...wording.text import count
from ..changes.links import path_of_obligation
from ..page.page import page
from ..request.context import board_of, form_of, reading_board, redirect, site_of, user_of
from ..request.form import Problems
from ..request.query import chosen_id, page_address, page_asked

# Longer lists are folded away, so that the page can be taken in; longer ones yet have their own.
SHORT = 12
LONG = 100
TICK_FIRST = "Tick the readings that you confirm, then press the button."


def show(request: Request) -> Response:
    """The list, the most pressing kinds first; or one kind in pages: "?kind=assumed&page=2"."""
    return _page(request)


def confirm(request: Request) -> Response:
    """Confirm the readings that were ticked, as the plan's own."""
    ticked = set(form_of(request).all("reading"))
    problems = Problems()
    if not ticked:
        problems.add("assumed", TICK_FIRST)
        return _page(request, problems)
    listing, _ = _decisions(request)
    chosen = [
        (reading_of(decision), decision.reading)
        for group in listing.groups
        for decision in group.decisions
        if decision.reading is not None and reading_sign(decision) in ticked
    ]
    who = user_of(request).email
    done = confirm_assumptions(site_of(request).installation, board_of(request).id, chosen, who=who)
    others = len(ticked) - done
    notice = f"{count(done, 'reading')} confirmed."
    if others:
        notice += (
            f" {count(others, 'other')} had been confirmed or changed by somebody else meanwhile."
        )
    return redirect(request, "/to-decide", notice, kind=_kind(request))


def reading_of(decision: Decision) -> str:
    """The subject of a reading: a report, an action, a body, or the plan."""
    return decision.ref or decision.body or PLAN


def reading_sign(decision: Decision) -> str:
    """The digest that tells a reading from others, and from one that was changed since."""
    text = f"{reading_of(decision)}\0{decision.reading}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _decisions(request: Request) -> tuple[Decisions, Planner]:
    installation = site_of(request).installation
    with reading_board(request) as (connection, view):
        listing = decisions(
            connection,
            view,
            installation.planners.content(connection, view.row),
            notice=planner_notice(installation, connection),
            requests=request_decisions(connection, view),
        )
    return listing, view.planner


def _page(request: Request, problems: Problems | None = None) -> Response:
    listing, planner = _decisions(request)
    kind = _kind(request)
    groups = [group for group in listing.groups if kind in (None, group.id)]
    part = paging(len(groups[0].decisions) if kind and groups else 0, page_asked(request), LONG)
    return page(
        request,
        "to_decide/to_decide.html.j2",
        title="To decide",
        problems=problems,
        groups=groups,
        kind=kind,
        ways=lambda decision: dict(_ways(planner, decision)),
        sign=reading_sign,
        ticked=set(form_of(request).all("reading")),
        short=SHORT,
        long=LONG,
        paging=part,
        at=page_address(request, "/to-decide", kind=kind),
    )


def _kind(request: Request) -> str | None:
    """The kind of decisions that the address asks for alone."""
    return chosen_id(request, "kind", [head.id for head in HEADS])


def _ways(planner: Planner, decision: Decision) -> Iterator[tuple[str, str]]:
    """The pages on which to decide it, with the words of their links."""
    path = path_of_obligation(planner, decision.ref) if decision.ref else None
    places = {
        f"/due/{decision.key}": ("Record or move it", decision.key),
        f"/mails/{decision.message}": ("Open the mail", decision.message),
        f"/requests/{decision.request}": ("Answer it", decision.request),
        f"/bodies/{decision.body}": ("Open the body", decision.body),
        f"/planner/promises/{decision.promise}": (
            "Change it or take it off this list",
            decision.promise,
        ),
        f"{path}": ("Open it", path),
        f"/planner{path}": ("Decide in the planner", path),
    }
    for place, (words, is_there) in places.items():
        if is_there is not None:
            yield place, words
