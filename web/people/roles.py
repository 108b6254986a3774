"""/bodies/{id}/appoint and /end: a role begins or ends on a day, once its effects were seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.builder import planner_of
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...core.addresses import parse_address
from ...operations.planner.change import Edit, PlannerChangedError
from ...operations.planner.roles import appoint, end_role
from ...queries.people.body import BodyDetails
from ...queries.people.role_preview import RoleEffects, role_effects
from ...storage.change_kinds import ChangeKind
from ..page.confirm_flow import ConfirmFlow, OvertakenError, save_as_shown
from ..page.page import page
from ..request.context import form_of, reading_board, redirect, site_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.form import Form, Problems
from ..request.query import sent
from .people import body_of

CHANGED = (
    "Somebody changed the planner since you looked at what follows, so nothing was saved. Look "
    "again at what follows now, then save it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """An appointment, or with `ends` the end of a role."""

    ends: bool
    body: BodyDetails
    role: RoleName
    name: str
    address: str
    starts: date
    why: str

    @property
    def body_id(self) -> str:
        """The body whose role it is."""
        return self.body.line.body.id

    @property
    def edit(self) -> Edit:
        """The change of the planner."""
        change = end_role if self.ends else appoint
        return lambda content: change(content, self.body_id, self.role, self.address, self.starts)

    @property
    def noted(self) -> str:
        """The words for the record of changes."""
        verb = "is not" if self.ends else "is"
        return f"{self.address} {verb} {self.name} from {self.starts}"

    @property
    def told(self) -> str:
        """The sentence for a reader."""
        short, day = self.body.line.body.short, long_date(self.starts)
        if self.ends:
            return f"{self.address} is not {self.name} of {short} any more from {day}."
        return f"{self.address} is {self.name} of {short} from {day}."


def _read(request: Request, problems: Problems, *, ends: bool) -> RoleChange | None:
    body, form, today = body_of(request), form_of(request), site_of(request).installation.today
    if ends:
        role, address = _held(body, form, problems)
    else:
        chosen = problems.read(
            "role", "The role", lambda: form.choice("role", dict(role_choices(body)))
        )
        role = None if chosen is None else RoleName(chosen)
        address = problems.read(
            "address", "The email address", lambda: parse_address(form.text("address")).address
        )
    starts = problems.read("from", "The day", lambda: read_date(form, "from", today=today))
    why = problems.read("why", "The remark", lambda: form.lines("why"))
    if role is None or address is None or starts is None or why is None:
        return None
    return RoleChange(
        ends=ends,
        body=body,
        role=role,
        name=dict(role_choices(body))[role.value],
        address=address,
        starts=starts,
        why=why,
    )


def _form(request: Request, problems: Problems, *, ends: bool) -> Response:
    is_sent = request.method == "POST"
    # A link must not fill in whom to appoint, or why: its reader might save that unread.
    body, form = body_of(request), sent(request, *(("role", "address") if ends else ("role",)))
    return page(
        request,
        "people/role_form.html.j2",
        title="End a role" if ends else "Appoint somebody",
        problems=problems,
        body=body,
        ends=ends,
        form=form,
        name=dict(role_choices(body)).get(form.secret("role"), "role"),
        typed=typed_date(form, "from")
        if is_sent
        else shown_date(site_of(request).installation.today),
        choices=[(value, text.capitalize()) for value, text in role_choices(body)],
    )


def _preview(request: Request, change: RoleChange, overtaken: str | None) -> Response:
    effects, revision = _effects(request, change)
    return page(
        request,
        "people/role_preview.html.j2",
        title=f"End the role of {change.name}" if change.ends else "Appoint somebody",
        problems=Problems({"save": overtaken} if overtaken else {}),
        body=change.body,
        change=change,
        typed=form_of(request).carried("role", "address", "from", "why"),
        effects=effects,
        revision=revision,
    )


def _save(request: Request, change: RoleChange) -> Response:
    try:
        save_as_shown(
            request,
            change.edit,
            subject=change.body_id,
            what=ChangeKind.ROLE,
            after=change.noted,
            why=change.why,
        )
    except PlannerChangedError:
        raise OvertakenError(CHANGED) from None
    return redirect(request, f"/bodies/{change.body_id}", change.told)


def role_choices(body: BodyDetails) -> list[tuple[str, str]]:
    """The roles that a body can have, each with its name there; the secretariat is the Board's."""
    return [
        (role.value, body.line.lead if role is RoleName.CHAIR else role.value)
        for role in RoleName
        if role is not RoleName.SECRETARIAT or body.is_board
    ]


def _held(body: BodyDetails, form: Form, problems: Problems) -> tuple[RoleName | None, str | None]:
    """The role that ends, and whose it is: as the list on the page has it."""
    for line in body.held:
        if (line.role.value, line.address) == (form.text("role"), form.text("address")):
            return line.role, line.address
    problems.add("from", "Nobody of that address holds that role any more; go back and look again.")
    return None, None


def _effects(request: Request, change: RoleChange) -> tuple[RoleEffects, int]:
    """The effects of a change, and the planner's revision that they hold for."""
    installation = site_of(request).installation
    with reading_board(request) as (connection, view):
        after = planner_of(change.edit(installation.planners.content(connection, view.row)))
        effects = role_effects(connection, view, after, change.body_id, starts=change.starts)
    return effects, view.row.planner_revision


APPOINT, END = (
    ConfirmFlow(
        read=partial(_read, ends=ends),
        form=partial(_form, ends=ends),
        preview=_preview,
        save=_save,
        field=lambda _: "from",
    )
    for ends in (False, True)
)
