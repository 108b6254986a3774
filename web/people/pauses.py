"""/pauses: which mails are held back, of a Board, a body or a person; pausing and going on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import long_date
from ...operations.pause import end_pause, set_pause
from ...queries.mails.first_mails import LOOK_ON, mails_after_resuming
from ...queries.people.pause_preview import mails_meant, pause_effects
from ...storage.boards import BoardRow
from ...storage.pauses import Pause, pauses_of
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.errors import NotFoundError
from ..request.form import Form, Problems
from ..request.query import asked


class Change(Protocol):
    """Pauses something or ends its pause; False where that was so before."""

    def __call__(
        self,
        connection: Connection,
        row: BoardRow,
        kind: str,
        name: str,
        *,
        now: datetime,
        who: str,
        why: str | None,
    ) -> bool:
        """Does it, for whoever says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What is paused or is to be: `mails` words which mails those are."""

    kind: str
    id: str
    mails: str
    pause: Pause | None


def show(request: Request) -> Response:
    """What is paused, and the way to pause more."""
    here = site_of(request).here
    with reading_board(request) as (connection, view):
        found = pauses_of(connection, view.id)
    shown = [(each, mails_meant(view.planner, each.kind, each.id)) for each in found]
    paused = {(each.kind, each.id) for each in found}
    return page(
        request,
        "people/pauses.html.j2",
        title="Pauses and absences",
        pauses=[(each, mails, long_date(here.local.day_of(each.since))) for each, mails in shown],
        board_is_paused=("board", view.id) in paused,
        bodies=[
            {"value": each.id, "text": each.name}
            for each in view.planner.bodies
            if ("body", each.id) not in paused
        ],
        people=[
            {"value": each, "text": each}
            for each in view.planner.addresses()
            if ("person", each) not in paused
        ],
    )


def ask_to_pause(request: Request) -> Response:
    """What a pause would do, and the button."""
    return _ask_to_pause(request, asked(request))


def pause(request: Request) -> Response:
    """Holds mails back from now on."""
    return _change(request, set_pause, ("are paused", "were paused already"), _ask_to_pause)


def ask_to_resume(request: Request) -> Response:
    """What would go out if a pause ended now, and the button."""
    return _ask_to_resume(request, asked(request))


def resume(request: Request) -> Response:
    """Lets mails go on."""
    return _change(request, end_pause, ("go on", "were not paused"), _ask_to_resume)


def _change(
    request: Request, change: Change, says: tuple[str, str], ask: Callable[..., Response]
) -> Response:
    """Does it; `says` words that it was done, and that it was so before."""
    form, problems = form_of(request), Problems()
    why = problems.read("why", "The remark", lambda: form.lines("why"))
    if why is None:
        return ask(request, form, problems)
    with changing_board(request) as (connection, view):
        meant = _meant(view.planner, pauses_of(connection, view.id), form)
        is_new = change(
            connection,
            view.row,
            meant.kind,
            meant.id,
            now=site_of(request).now(),
            who=user_of(request).email,
            why=why or None,
        )
    done, was_so = says
    state = done if is_new else f"{was_so}; nothing was changed"
    return redirect(request, "/pauses", f"{meant.mails} {state}.")


def _ask_to_pause(request: Request, form: Form, problems: Problems | None = None) -> Response:
    today = site_of(request).here.today
    with reading_board(request) as (connection, view):
        found = pauses_of(connection, view.id)
        meant = _meant(view.planner, found, form)
    away = {each.id for each in found if each.kind == "person"}
    return page(
        request,
        "people/pause.html.j2",
        title="Pause mails",
        problems=problems,
        meant=meant,
        follows=pause_effects(view.planner, meant.kind, meant.id, away=away, today=today),
        why=form.secret("why"),
    )


def _ask_to_resume(request: Request, form: Form, problems: Problems | None = None) -> Response:
    here = site_of(request).here
    with reading_board(request) as (connection, view):
        meant = _meant(view.planner, pauses_of(connection, view.id), form)
    mails = mails_after_resuming(here, view.row, meant.kind, meant.id) if meant.pause else ()
    return page(
        request,
        "people/resume.html.j2",
        title="Let mails go on",
        problems=problems,
        meant=meant,
        since=long_date(here.local.day_of(meant.pause.since)) if meant.pause else None,
        mails=mails,
        until=long_date(here.today + LOOK_ON),
        why=form.secret("why"),
    )


def _meant(planner: Planner, found: list[Pause], form: Form) -> Meant:
    """What the address or the form names. Raises NotFoundError where there is no such thing."""
    kind, name = form.secret("kind"), form.secret("id")
    paused = next((each for each in found if (each.kind, each.id) == (kind, name)), None)
    known = {
        "board": {planner.board},
        "body": {each.id for each in planner.bodies},
        "person": set(planner.addresses()),
    }
    if name not in known.get(kind, ()) and paused is None:
        raise NotFoundError("There is no such Board, body or person here. “People” lists them.")
    return Meant(kind=kind, id=name, mails=mails_meant(planner, kind, name), pause=paused)
