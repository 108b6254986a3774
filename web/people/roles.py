"""/bodies/{id}/appoint, /take-back and /end: who holds a role, once the effects were seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import Document
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...core.addresses import parse_address, person_name
from ...operations.planner.change import Edit, PlannerChangedError
from ...operations.planner.roles import appoint, end_role, holders_before, take_back
from ...queries.people.body import BodyDetails
from ...queries.people.role_preview import RoleEffects, role_effects
from ...storage.change_kinds import ChangeKind
from ..page.confirm_flow import ConfirmFlow, OvertakenError, save_as_shown
from ..page.page import page
from ..request.context import form_of, reading_board, redirect, site_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.form import WHOLE, Form, Problems
from ..request.query import sent
from .people import body_of

CHANGED = (
    "Somebody changed the planner since you looked at what follows, so nothing was saved. Look "
    "again at what follows now, then save it."
)


class Deed(StrEnum):
    """What is done to a role; the value is the last part of its page's address."""

    APPOINT = "appoint"
    TAKE_BACK = "take-back"
    END = "end"


# Of each its title, and the button that saves it.
TITLES = {
    Deed.APPOINT: ("Appoint somebody", "Appoint"),
    Deed.TAKE_BACK: ("Take this appointment back", "Take it back"),
    Deed.END: ("End a role", "End the role"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """A deed about a role; `earlier` are its holders before an appointment that is taken back.

    `called` is the person's name where it was typed.
    """

    deed: Deed
    body: BodyDetails
    role: RoleName
    name: str
    address: str
    starts: date
    why: str
    called: str = ""
    earlier: list[Document] | None = None

    @property
    def body_id(self) -> str:
        """The body whose role it is."""
        return self.body.line.body.id

    @property
    def edit(self) -> Edit:
        """The change of the planner."""
        term = (self.body_id, self.role, self.address, self.starts)
        if self.deed is Deed.TAKE_BACK:
            return lambda content: take_back(content, *term, earlier=self.earlier)
        if self.deed is Deed.END:
            return lambda content: end_role(content, *term)
        return lambda content: appoint(content, *term, name=self.called)

    @property
    def noted(self) -> str:
        """The words for the record of changes."""
        verb = "is" if self.deed is Deed.APPOINT else "is not"
        after_all = " after all" if self.deed is Deed.TAKE_BACK else ""
        return f"{self.address} {verb} {self.name} from {self.starts}{after_all}"

    @property
    def told(self) -> str:
        """The sentence for a reader."""
        short, day = self.body.line.body.short, long_date(self.starts)
        if self.deed is Deed.END:
            return f"{self.address} is not {self.name} of {short} any more from {day}."
        if self.deed is Deed.TAKE_BACK:
            return f"{self.address} does not become {self.name} of {short} on {day}."
        return f"{self.address} is {self.name} of {short} from {day}."


def _read(request: Request, problems: Problems, *, deed: Deed) -> RoleChange | None:
    body, form, today = body_of(request), form_of(request), site_of(request).installation.today
    mailbox, called = None, None
    if deed is not Deed.APPOINT:
        role, address = _held(body, form, problems)
    else:
        chosen = problems.read(
            "role", "The role", lambda: form.choice("role", dict(role_choices(body)))
        )
        role = None if chosen is None else RoleName(chosen)
        mailbox = problems.read(
            "address", "The email address", lambda: parse_address(form.text("address"))
        )
        called = problems.read("name", "The name", lambda: person_name(form.text("name")))
        address = None if mailbox is None or called is None else mailbox.address
    starts = problems.read("from", "The day", lambda: read_date(form, "from", today=today))
    why = problems.read("why", "The remark", lambda: form.lines("why"))
    if role is None or address is None or starts is None or why is None:
        return None
    earlier = None
    if deed is Deed.TAKE_BACK:
        if starts <= today:
            problems.add("from", _begun(body, role, address, today))
            return None
        with reading_board(request) as (connection, view):
            earlier = holders_before(connection, view.id, body.line.body.id, role, address, starts)
    return RoleChange(
        deed=deed,
        body=body,
        role=role,
        name=dict(role_choices(body))[role.value],
        address=address,
        starts=starts,
        why=why,
        earlier=earlier,
        called=called or (mailbox.name if mailbox is not None else ""),
    )


def _begun(body: BodyDetails, role: RoleName, address: str, today: date) -> str:
    """Why no appointment is taken back from a day that does not lie ahead."""
    for held in body.held:
        if (held.role, held.address) != (role, address):
            continue
        if held.starts is None:
            return "They hold the role already; end it instead."
        if held.starts <= today:
            return f"They have held the role since {long_date(held.starts)}; end it instead."
    return "Give the day from which they were appointed; it lies ahead."


def _form(request: Request, problems: Problems, *, deed: Deed) -> Response:
    is_sent = request.method == "POST"
    # A link must not fill in whom to appoint, or why: its reader might save that unread.
    named = ("role",) if deed is Deed.APPOINT else ("role", "address")
    body, form = body_of(request), sent(request, *named)
    return page(
        request,
        "people/role_form.html.j2",
        title=TITLES[deed][0],
        problems=problems,
        body=body,
        deed=deed,
        form=form,
        name=dict(role_choices(body)).get(form.secret("role"), "role"),
        typed=typed_date(form, "from") if is_sent else shown_date(_begins(request, deed, body)),
        choices=[(value, text.capitalize()) for value, text in role_choices(body)],
    )


def _begins(request: Request, deed: Deed, body: BodyDetails) -> date:
    """The day that the form begins with: of an appointment to take back, its own."""
    today, form = site_of(request).installation.today, sent(request, "role", "address")
    ahead = (
        held.starts
        for held in body.held
        if (held.role.value, held.address) == (form.secret("role"), form.secret("address"))
        and held.starts is not None
        and held.starts > today
    )
    return next(ahead, today) if deed is Deed.TAKE_BACK else today


def _preview(request: Request, change: RoleChange, overtaken: str | None) -> Response:
    effects, revision = _effects(request, change)
    return page(
        request,
        "people/role_preview.html.j2",
        title=TITLES[change.deed][0],
        button=TITLES[change.deed][1],
        problems=Problems({WHOLE: overtaken} if overtaken else {}),
        body=change.body,
        change=change,
        typed=form_of(request).carried("role", "name", "address", "from", "why"),
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


APPOINT, TAKE_BACK, END = (
    ConfirmFlow(
        read=partial(_read, deed=deed),
        form=partial(_form, deed=deed),
        preview=_preview,
        save=_save,
        field=lambda _: "from",
    )
    for deed in Deed
)
