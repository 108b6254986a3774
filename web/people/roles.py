"""/bodies/{id}/appoint and /end: a role given or ended from a day, once what follows was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.builder import planner_of
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...core.addresses import parse_address
from ...operations.planner.change import Edit, PlannerChangedError
from ...operations.planner.roles import appoint, end_role
from ...queries.people.body import BodyDossier
from ...queries.people.role_preview import RoleEffects, role_effects
from ...storage.change_kinds import ChangeKind
from ..page.page import page
from ..planner.save_preview import save_as_shown
from ..request.context import form_of, reading_board, redirect, site_of
from ..request.dates import TypedDate, read_date, shown_date, typed_date
from ..request.form import FieldError, Form, Problems
from .people import body_of

CHANGED = (
    "Somebody changed the planner since you looked at what follows, so nothing was saved. Look "
    "again at what follows now, then save it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """What is wanted: an appointment, or with `ends` the end of a role."""

    ends: bool
    body: str
    role: RoleName
    name: str
    address: str
    starts: date
    why: str

    @property
    def edit(self) -> Edit:
        """What it does to the planner."""
        change = end_role if self.ends else appoint
        return lambda content: change(content, self.body, self.role, self.address, self.starts)

    @property
    def noted(self) -> str:
        """How the record of changes words it."""
        verb = "is not" if self.ends else "is"
        return f"{self.address} {verb} {self.name} from {self.starts}"

    def told(self, short: str) -> str:
        """What was done, as a sentence."""
        if self.ends:
            return (
                f"{self.address} is not {self.name} of {short} any more from "
                f"{long_date(self.starts)}."
            )
        return f"{self.address} is {self.name} of {short} from {long_date(self.starts)}."


def ask_to_appoint(request: Request) -> Response:
    """The form for an appointment."""
    role = request.query_params.get("role", "")
    return _form(request, body_of(request), ends=False, given=Form({"role": (role,)}))


def appoint_somebody(request: Request) -> Response:
    """Shows what an appointment does, or makes it."""
    return _answer(request, ends=False)


def ask_to_end(request: Request) -> Response:
    """The form that ends a role."""
    asked = {name: (request.query_params.get(name, ""),) for name in ("role", "address")}
    return _form(request, body_of(request), ends=True, given=Form(asked))


def end_somebodys_role(request: Request) -> Response:
    """Shows what the end of a role does, or ends it."""
    return _answer(request, ends=True)


def _answer(request: Request, *, ends: bool) -> Response:
    body, form, problems = body_of(request), form_of(request), Problems()
    wanted = _read(request, body, form, problems, ends=ends)
    if wanted is None or form.has("edit"):
        return _form(request, body, ends=ends, given=form, problems=problems)
    if not form.has("save"):
        return _preview(request, body, wanted, form, problems)
    try:
        save_as_shown(
            request,
            wanted.edit,
            subject=wanted.body,
            what=ChangeKind.ROLE,
            after=wanted.noted,
            why=wanted.why,
        )
    except PlannerChangedError:
        problems.add("save", CHANGED)
        return _preview(request, body, wanted, form, problems, status=409)
    return redirect(request, f"/bodies/{wanted.body}", wanted.told(body.line.body.short))


def _read(
    request: Request, body: BodyDossier, form: Form, problems: Problems, *, ends: bool
) -> RoleChange | None:
    today = site_of(request).here.today
    if ends:
        role, address = _held(body, form, problems)
    else:
        role = problems.read("role", "The role", lambda: _role(body, form.text("role")))
        address = problems.read(
            "address", "The email address", lambda: parse_address(form.text("address")).address
        )
    starts = problems.read("from", "The day", lambda: read_date(form, "from", today=today))
    why = problems.read("why", "The remark", lambda: form.lines("why"))
    if role is None or address is None or starts is None or why is None:
        return None
    name = dict(role_choices(body))[role.value]
    return RoleChange(
        ends=ends,
        body=body.line.body.id,
        role=role,
        name=name,
        address=address,
        starts=starts,
        why=why,
    )


def _held(body: BodyDossier, form: Form, problems: Problems) -> tuple[RoleName | None, str | None]:
    """The role that ends, and whose it is: as the list on the page has it."""
    for each in body.held:
        if (each.role.value, each.address) == (form.text("role"), form.text("address")):
            return each.role, each.address
    problems.add("from", "Nobody of that address holds that role any more; go back and look again.")
    return None, None


def _role(body: BodyDossier, sent: str) -> RoleName:
    if not sent:
        raise FieldError("must be chosen")
    if sent not in dict(role_choices(body)):
        raise FieldError("must be chosen from the list")
    return RoleName(sent)


def role_choices(body: BodyDossier) -> list[tuple[str, str]]:
    """The roles that a body can have, each with its name there; the secretariat is the Board's."""
    return [
        (role.value, body.line.lead if role is RoleName.CHAIR else role.value)
        for role in RoleName
        if role is not RoleName.SECRETARIAT or body.is_board
    ]


def _form(
    request: Request,
    body: BodyDossier,
    *,
    ends: bool,
    given: Form,
    problems: Problems | None = None,
) -> Response:
    typed = typed_date(given, "from")
    name = dict(role_choices(body)).get(given.secret("role"), "role")
    return page(
        request,
        "people/role_form.html.j2",
        title="End a role" if ends else "Appoint somebody",
        problems=problems,
        body=body,
        ends=ends,
        given=given,
        name=name,
        typed=_begin(request, typed),
        choices=[(value, text.capitalize()) for value, text in role_choices(body)],
    )


def _begin(request: Request, typed: TypedDate) -> TypedDate:
    """What was typed, else today."""
    if request.method == "POST":
        return typed
    return shown_date(site_of(request).here.today)


def _preview(
    request: Request,
    body: BodyDossier,
    wanted: RoleChange,
    form: Form,
    problems: Problems,
    *,
    status: int = 200,
) -> Response:
    """The page that shows what follows, with the button that saves it."""
    found = _effects(request, wanted, problems)
    if found is None:
        return _form(request, body, ends=wanted.ends, given=form, problems=problems)
    effects, revision = found
    return page(
        request,
        "people/role_preview.html.j2",
        title=f"End the role of {wanted.name}" if wanted.ends else "Appoint somebody",
        problems=problems,
        status=status,
        body=body,
        wanted=wanted,
        form=form,
        effects=effects,
        revision=revision,
    )


def _effects(
    request: Request, wanted: RoleChange, problems: Problems
) -> tuple[RoleEffects, int] | None:
    here = site_of(request).here
    with reading_board(request) as (connection, view):
        content = here.shelf.content(connection, view.row)
        changed = problems.read("from", "This", lambda: wanted.edit(content))
        if changed is None:
            return None
        effects = role_effects(
            connection, view, planner_of(changed), wanted.body, starts=wanted.starts
        )
    return effects, view.row.planner_revision
