"""/due/KEY: one thing that is due, why, what happened, who was mailed, and what to record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.status import OPEN, Status
from ...queries.calendar.item import ItemDetails, item_details
from ...queries.calendar.item_version import changes_in_version, item_version
from ...wording.changes import ChangeLine
from ..page.page import page
from ..request.context import form_of, reading_board, site_of
from ..request.dates import TypedDate, shown_date, typed_date
from ..request.errors import NotFoundError
from ..request.form import Form, Problems

NOTHING = (
    "Nothing is due under this address. Perhaps the planner was changed; look for it in Upcoming."
)


# What can be recorded, as the choices say it.
CHOICES = {
    Status.SUBMITTED: "Submitted",
    Status.ACCEPTED: "Accepted",
    Status.RETURNED: "Returned: it is owed again",
    Status.NOTHING_TO_REPORT: "Nothing to report",
    Status.WAIVED: "Waived: not needed this time",
}
OPEN_AGAIN = "Open again: it is owed after all"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRecord:
    """The fields of the page's forms."""

    on: TypedDate
    status: str = ""
    by: str = ""
    note: str = ""
    to: TypedDate = field(default_factory=TypedDate)
    why: str = ""
    meeting: str = ""
    reason: str = ""

    @classmethod
    def of(cls, form: Form, today: date) -> TypedRecord:
        """One form as it was sent; the others begin as they always do."""
        return cls(
            on=typed_date(form, "on") if form.has("on-day") else shown_date(today),
            status=form.secret("status"),
            by=form.secret("by"),
            note=form.secret("note"),
            to=typed_date(form, "to"),
            why=form.secret("why"),
            meeting=form.secret("meeting"),
            reason=form.secret("reason"),
        )


def show(request: Request) -> Response:
    """The page."""
    return item_page(request, TypedRecord(on=shown_date(site_of(request).installation.today)))


def item_page(
    request: Request,
    typed: TypedRecord,
    *,
    problems: Problems | None = None,
    since: str | None = None,
) -> Response:
    """The page with what was typed; `since` is the version that a form was too old for."""
    key = request.path_params["key"]
    with reading_board(request) as (connection, view):
        item = item_details(connection, view, key)
        version = item_version(connection, view.id, key)
    if item is None:
        raise NotFoundError(NOTHING)
    return page(
        request,
        "calendar/item.html.j2",
        title=item.entry.title,
        problems=problems,
        status=200 if since is None else 409,
        item=item,
        version=version,
        meanwhile=_meanwhile(item, since),
        choices=choices(item),
        typed=typed,
    )


def choices(item: ItemDetails) -> list[tuple[str, str]]:
    """The outcomes that can be recorded now, as values and words."""
    listed = [(status.value, CHOICES[status]) for status in item.recordable]
    return [*listed, (OPEN, OPEN_AGAIN)] if item.can_be_opened else listed


def typed_by(request: Request) -> TypedRecord:
    """The fields as they were sent."""
    return TypedRecord.of(form_of(request), site_of(request).installation.today)


def _meanwhile(item: ItemDetails, since: str | None) -> tuple[ChangeLine, ...] | None:
    """The changes since a version; None where a form was not too old."""
    return None if since is None else item.history[changes_in_version(since) :]
