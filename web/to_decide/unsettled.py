"""/to-decide/unsettled: what fell due before mails began, settled in one go."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.model import Planner
from ...calendar.status import Status
from ...operations.unsettled import Outcome, RecordedMeanwhileError, record_outcomes
from ...queries.paging import paging
from ...queries.unsettled import OUTCOMES, UnsettledItem, unsettled_items
from ...wording.text import count
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, user_of
from ..request.form import FieldError, Form, Problems
from ..request.query import asked, page_address, page_asked

SIZE = 100
NOTHING_CHOSEN = "Choose what became of at least one, then press the button."
GONE = (
    "Some of these were settled by somebody else meanwhile, so nothing was recorded. Look again "
    "at what is left, then press the button."
)


def show(request: Request) -> Response:
    """One row each, with what became of it and a remark."""
    return _page(request, asked(request))


def settle_many(request: Request) -> Response:
    """Record all outcomes that were chosen, or none."""
    form, problems = form_of(request), Problems()
    with reading_board(request) as (connection, view):
        items = {str(item.id): item for item in unsettled_items(connection, view)}
    outcomes = list(_outcomes(form, items, problems))
    if not outcomes and not problems:
        problems.add("rest", NOTHING_CHOSEN)
    if problems:
        status = 409 if problems.get("rest") == GONE else 422
        return _page(request, form, problems, status=status)
    try:
        with changing_board(request) as (connection, view):
            record_outcomes(connection, view, outcomes, who=user_of(request).email)
    except RecordedMeanwhileError as error:
        for sentence in error.sentences.values():
            problems.add("rest", sentence)
        return _page(request, form, problems, status=409)
    notice = f"{count(len(outcomes), 'entry', 'entries')} recorded."
    return redirect(request, "/to-decide/unsettled", notice, body=form.secret("body"))


def _outcomes(form: Form, items: dict[str, UnsettledItem], problems: Problems) -> Iterator[Outcome]:
    """The outcomes chosen row by row; rows left open get the one chosen for the rest."""
    rest = problems.read("rest", "The choice for all others", partial(_outcome, form, "rest"))
    for number in form.all("row"):
        item = items.get(number)
        name = f"status-{number}"
        if item is None:
            if form.secret(name):
                problems.add("rest", GONE)
            continue
        label = f"What became of “{item.title}”"
        own = problems.read(name, label, partial(_outcome, form, name))
        note_name = f"note-{number}"
        note = problems.read(
            note_name, f"The remark on “{item.title}”", partial(form.text, note_name)
        )
        outcome = own or (rest if rest in item.outcomes else None)
        if own is not None and own not in item.outcomes:
            problems.add(name, f"“{item.title}” cannot be recorded as {own.value}.")
        elif outcome is not None:
            yield Outcome(key=item.key, status=outcome, note=note or None)


def _outcome(form: Form, name: str) -> Status | None:
    sent = form.secret(name)
    if not sent:
        return None
    if sent not in [outcome.value for outcome in OUTCOMES]:
        raise FieldError("must be chosen from the list")
    return Status(sent)


def _page(
    request: Request, form: Form, problems: Problems | None = None, *, status: int = 200
) -> Response:
    with reading_board(request) as (connection, view):
        lines = unsettled_items(connection, view)
    body = form.secret("body")
    chosen = [line for line in lines if line.owner.id == body] if body else list(lines)
    part = paging(len(chosen), page_asked(request), SIZE)
    return page(
        request,
        "to_decide/unsettled.html.j2",
        title="Due before mails began",
        problems=problems,
        status=status,
        lines=chosen[part.offset : part.last],
        total=len(lines),
        paging=part,
        at=page_address(request, "/to-decide/unsettled", body=body),
        bodies=_bodies(view.planner, lines),
        body=body,
        form=form,
        outcomes=[outcome for outcome in OUTCOMES if outcome is not Status.NOTHING_TO_REPORT],
    )


def _bodies(planner: Planner, lines: tuple[UnsettledItem, ...]) -> list[tuple[str, str]]:
    """The bodies to choose from, each with how many it owed."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.owner.id] = counts.get(line.owner.id, 0) + 1
    named = {body.id: body.name for body in planner.bodies}
    choices = [(name, f"{named.get(name, name)} ({number})") for name, number in counts.items()]
    return [("", f"All ({len(lines)})"), *sorted(choices, key=lambda line: line[1])]
