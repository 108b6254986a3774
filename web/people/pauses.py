"""/pauses: which mails are held back, of a Board, a body or a person; pausing and going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import long_date
from ...notifications.reminders.pause_ends import end_pause
from ...operations.pause import set_pause
from ...queries.mails.first_mails import LOOK_ON, mails_after_resuming
from ...queries.people.pause_preview import pause_effects
from ...storage.pauses import Pause, PauseKind, pauses_of
from ...wording.pauses import mails_meant
from ..page.confirm_flow import ConfirmFlow
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.dates import read_date, typed_date
from ..request.errors import NotFoundError
from ..request.form import Form, Problems
from ..request.query import sent

UNKNOWN = "There is no such Board, body or person here. “People” lists them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A Board, body or person whose emails are held back, or may be; `mails` words which."""

    kind: PauseKind
    id: str
    mails: str
    pause: Pause | None


def show(request: Request) -> Response:
    """Show what is paused, and the way to pause more."""
    installation = site_of(request).installation
    with reading_board(request) as (connection, view):
        pauses = pauses_of(connection, view.id)
    paused = {(pause.kind, pause.id) for pause in pauses}
    return page(
        request,
        "people/pauses.html.j2",
        title="Pauses and absences",
        pauses=[
            (
                pause,
                mails_meant(view.planner, pause.kind, pause.id),
                long_date(installation.local.day_of(pause.since)),
                "" if pause.until is None else long_date(pause.until),
            )
            for pause in pauses
        ],
        board_is_paused=(PauseKind.BOARD, view.id) in paused,
        bodies=[
            {"value": body.id, "text": body.name}
            for body in view.planner.bodies
            if (PauseKind.BODY, body.id) not in paused
        ],
        people=[
            {"value": address, "text": address}
            for address in view.planner.addresses()
            if (PauseKind.PERSON, address) not in paused
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A remark, and for a pause the first day of emails again, None where it stays open."""

    why: str
    until: date | None


def _read(request: Request, problems: Problems) -> Wanted | None:
    form, today = form_of(request), site_of(request).installation.today
    why = problems.read("why", "The remark", lambda: form.lines("why"))
    until = None
    if not typed_date(form, "until").is_empty:
        until = problems.read("until", "The day", lambda: read_date(form, "until", today=today))
    return None if why is None or problems else Wanted(why=why, until=until)


def _pause_form(request: Request, problems: Problems) -> Response:
    fields = ("kind", "id", "why", "until-day", "until-month", "until-year")
    form, today = sent(request, *fields), site_of(request).installation.today
    with reading_board(request) as (connection, view):
        pauses = pauses_of(connection, view.id)
        target = _target(view.planner, pauses, form)
    away = {pause.id for pause in pauses if pause.kind == PauseKind.PERSON}
    return page(
        request,
        "people/pause.html.j2",
        title="Pause mails",
        problems=problems,
        target=target,
        follows=pause_effects(view.planner, target.kind, target.id, away=away, today=today),
        until=typed_date(form, "until"),
        why=form.secret("why"),
    )


def _resume_form(request: Request, problems: Problems) -> Response:
    form, installation = sent(request, "kind", "id", "why"), site_of(request).installation
    with reading_board(request) as (connection, view):
        target = _target(view.planner, pauses_of(connection, view.id), form)
    pause = target.pause
    return page(
        request,
        "people/resume.html.j2",
        title="Let mails go on",
        problems=problems,
        target=target,
        since=long_date(installation.local.day_of(pause.since)) if pause else None,
        mails=mails_after_resuming(installation, view.row, target.kind, target.id) if pause else (),
        until=long_date(installation.today + LOOK_ON),
        why=form.secret("why"),
    )


def _pause(request: Request, wanted: Wanted) -> Response:
    with changing_board(request) as (connection, view):
        target = _target(view.planner, pauses_of(connection, view.id), form_of(request))
        is_new = set_pause(
            connection,
            view.row,
            target.kind,
            target.id,
            moment=view.moment,
            who=user_of(request).email,
            why=wanted.why or None,
            until=wanted.until,
        )
    until = "" if wanted.until is None else f" until {long_date(wanted.until)}"
    state = f"are paused{until}" if is_new else "were paused already; nothing was changed"
    return redirect(request, "/pauses", f"{target.mails} {state}.")


def _resume(request: Request, wanted: Wanted) -> Response:
    with changing_board(request) as (connection, view):
        target = _target(view.planner, pauses_of(connection, view.id), form_of(request))
        who, why = user_of(request).email, wanted.why or None
        ended = end_pause(
            connection,
            view.row,
            target.kind,
            target.id,
            days=view.planner.days,
            moment=view.moment,
            who=who,
            why=why,
        )
    state = "go on" if ended else "were not paused; nothing was changed"
    return redirect(request, "/pauses", f"{target.mails} {state}.")


def _target(planner: Planner, pauses: list[Pause], form: Form) -> Target:
    """The target that the address or the form names. Raises NotFoundError."""
    name = form.secret("id")
    try:
        kind = PauseKind(form.secret("kind"))
    except ValueError:
        raise NotFoundError(UNKNOWN) from None
    paused = next((pause for pause in pauses if (pause.kind, pause.id) == (kind, name)), None)
    known = {
        PauseKind.BOARD: {planner.board},
        PauseKind.BODY: {body.id for body in planner.bodies},
        PauseKind.PERSON: set(planner.addresses()),
    }
    if name not in known[kind] and paused is None:
        raise NotFoundError(UNKNOWN)
    return Target(kind=kind, id=name, mails=mails_meant(planner, kind, name), pause=paused)


PAUSE = ConfirmFlow(read=_read, form=_pause_form, save=_pause, field=lambda _: "until")
RESUME = ConfirmFlow(read=_read, form=_resume_form, save=_resume)
