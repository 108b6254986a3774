"""/planner/events: the events that dates wait for, and the form that records one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.model import AwaitedEvent, Planner
from ...calendar.rules.date_text import listed, long_date
from ...calendar.rules.due_dates import Event
from ...operations.planner.change import plan_now
from ...operations.planner.events import record_event
from ...operations.record import RecordError
from ...queries.planner.events import waiting_for
from ...storage.recorded_events import recorded_events
from ...wording.text import working_days
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.form import Problems


def show(request: Request) -> Response:
    """The events, when each happened, what waits for it, and a form for each."""
    return _list(request, Problems())


def record(request: Request) -> Response:
    """Record that an event happened; what waits for it falls due."""
    form, problems, installation = form_of(request), Problems(), site_of(request).installation
    day = problems.read(
        "on", "The day it happened", lambda: read_date(form, "on", today=installation.today)
    )
    name = problems.read("event", "The event", lambda: form.required("event", "must be chosen"))
    if day is None or name is None:
        return _list(request, problems)
    with changing_board(request) as (connection, view):
        try:
            record_event(connection, view, name, on=day, who=user_of(request).email)
        except RecordError as error:
            problems.add("on", str(error))
        else:
            plan_now(installation, connection, view.id)
    if problems:
        return _list(request, problems)
    due = [
        f"“{item.title}” from {item.owners} is due on "
        f"{long_date(view.planner.days.following(day, item.days))}"
        for item in waiting_for(name, view.planner)
    ]
    notice = (
        f"Recorded for {long_date(day)}. {listed(due)}" if due else f"Recorded for {long_date(day)}"
    )
    return redirect(request, "/planner/events", f"{notice}.")


def _list(request: Request, problems: Problems) -> Response:
    form, today = form_of(request), site_of(request).installation.today
    with reading_board(request) as (connection, view):
        happened = recorded_events(connection, view.id)
    typed = typed_date(form, "on") if problems else shown_date(today)
    return page(
        request,
        "planner/events.html.j2",
        title="Events that dates wait for",
        problems=problems,
        events=[_told(event, view.planner, happened) for event in view.planner.events],
        on=typed,
        chosen=form.secret("event"),
    )


def _told(awaited: AwaitedEvent, planner: Planner, happened: list[Event]) -> dict[str, object]:
    days = [long_date(event.on) for event in happened if event.name == awaited.id]
    return {
        "id": awaited.id,
        "title": awaited.title,
        "happened": days,
        "waiting": [
            f"“{item.title}” from {item.owners}, {working_days(item.days)} after it"
            for item in waiting_for(awaited.id, planner)
        ],
    }
