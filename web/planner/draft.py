"""An entry of the planner as it stands, and what was typed so far."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request

from ...calendar.planner.entries import SINGLE, Document
from ...calendar.planner.file_schema import PlannerFile
from ...operations.planner.entries import EntryEdit, entry_state, patched
from ...storage.planners import held_before
from ..request.context import reading_board, site_of
from ..request.errors import FormRefusedError, NotFoundError
from ..request.query import sent
from ..request.site import Site
from .fields import Flat, FormSection, OpenedSection, Setting
from .sections import SECTIONS, STEPS_OF_NEW

MANY = {
    "reports": "report",
    "actions": "action",
    "bodies": "body",
    "events": "event",
    "promises": "promise",
}
ALONE = {"plan": "plan", "board": "board", "days": "working_days"}
NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The input so far, carried from form to form and signed.

    `patch` is what is to be other than it stood when `token` was true of the entry; `was` is
    what the fields of the form began with; `id` is that of a new entry, once it has one.
    """

    patch: Document = field(default_factory=dict)
    token: str = ""
    was: Flat = field(default_factory=dict)
    timing: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerEntry:
    """An entry of the planner with what its pages need. `name` is its kind in the address."""

    name: str
    kind: str
    id: str
    board: str
    content: PlannerFile
    setting: Setting
    document: Document
    token: str
    held_before: date | None = None

    @property
    def is_new(self) -> bool:
        """Whether the entry is yet to be added."""
        return self.id == NEW

    @property
    def address(self) -> str:
        """The path of the entry's page."""
        return f"/planner/{self.name}" if self.kind in SINGLE else f"/planner/{self.name}/{self.id}"

    @property
    def steps(self) -> tuple[str, ...]:
        """The sections that the form for a new entry goes through."""
        return STEPS_OF_NEW[self.kind] if self.is_new else ()

    def section(self, key: str) -> FormSection:
        """One section of the entry. Raises NotFoundError."""
        section = next((section for section in SECTIONS[self.kind] if section.key == key), None)
        if section is None:
            raise NotFoundError
        return section

    def opened(self, draft: Draft) -> OpenedSection:
        """The entry as it stands with what was typed so far."""
        document = patched(self.document, draft.patch)
        return OpenedSection(
            setting=self.setting, document=document, timing=draft.timing, was=draft.was
        )

    def edit(self, draft: Draft) -> EntryEdit:
        """The edit that saving makes."""
        entry_id = draft.id if self.is_new else self.id
        return EntryEdit(kind=self.kind, id=entry_id, token=draft.token, patch=draft.patch)


def requested_entry(request: Request) -> PlannerEntry:
    """The entry that an address names. Raises NotFoundError where there is none."""
    name = request.path_params["name"]
    kind = MANY.get(name) or ALONE[name]
    entry_id = kind if kind in SINGLE else request.path_params["id"]
    installation = site_of(request).installation
    with reading_board(request) as (connection, view):
        content = installation.planners.content(connection, view.row)
        state = entry_state(connection, view.id, kind, entry_id)
    is_new = entry_id == NEW and kind in STEPS_OF_NEW
    if state is None and not is_new:
        raise NotFoundError("There is nothing of this name in the planner; it may be removed.")
    return PlannerEntry(
        name=name,
        kind=kind,
        id=entry_id,
        board=view.id,
        content=content,
        setting=Setting(planner=view.planner, today=installation.today),
        document={} if is_new or state is None else state.document,
        token="" if is_new or state is None else state.token,
        held_before=held_before(view.row, installation.today),
    )


def first_draft(entry: PlannerEntry, section: FormSection) -> Draft:
    """The draft that a form begins with; a new report is owed from today on."""
    starts = {"from": entry.setting.today.isoformat()}
    patch = starts if entry.is_new and entry.kind == "report" else {}
    return opened_at(entry, Draft(patch=patch, token=entry.token), section)


def opened_at(entry: PlannerEntry, draft: Draft, section: FormSection) -> Draft:
    """`draft` with what the fields of a section begin with."""
    flat = section.opens(entry.opened(draft))
    keys = [field.key for field in section.fields(entry.opened(draft))]
    return replace(draft, was={key: flat[key] for key in keys if key in flat})


def draft_of(request: Request) -> Draft:
    """The draft in the form that was sent, or in the address. Raises FormRefusedError."""
    try:
        return Draft(**_serializer(site_of(request)).loads(sent(request, "draft").secret("draft")))
    except (BadData, TypeError):
        raise FormRefusedError(
            "This form does not say what it is about. Go back, open the page again, and try once "
            "more."
        ) from None


def packed_draft(site: Site, draft: Draft) -> str:
    """A draft as a hidden field."""
    return str(_serializer(site).dumps(asdict(draft)))


def _serializer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(
        site.secret, salt="boardcal draft", signer_kwargs={"digest_method": hashlib.sha256}
    )
