"""/record/KEY and /extend/KEY: record an outcome of an item; give it a new date."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.status import OPEN, RECORDABLE
from ...operations.extend import extend, put_off, put_off_because
from ...operations.record import RecordError, record
from ...queries.calendar.item import what_follows
from ...queries.calendar.item_version import changes_in_version, item_version
from ...scheduler.planning.board_view import BoardView
from ...storage.boards import BoardRow
from ...storage.change_log import last_change
from ...storage.occurrences import StoredOccurrence, occurrence_by_key
from ...wording.recorded import became, new_date, now_for
from ..request.context import changing_board, form_of, redirect, site_of, user_of
from ..request.dates import read_date
from ..request.form import Form, Problems
from .item import item_page, typed_by

NO_MAILS_YET = "No mails go out yet."
WORDS = {**{status.value: status for status in RECORDABLE}, OPEN: None}
Change = Callable[[Connection, BoardView], StoredOccurrence]


class MovedOnError(Exception):
    """Another change of the item was recorded since the form was opened."""


def record_it(request: Request) -> Response:
    """Record an outcome."""
    form, problems, who = form_of(request), Problems(), user_of(request).email
    today = site_of(request).installation.today
    chosen = problems.read("status", "What became of it", lambda: form.choice("status", WORDS))
    on = problems.read("on", "The day", lambda: read_date(form, "on", today=today))
    note = problems.read("note", "The remark", lambda: read_note(form, "by", "note"))
    if chosen is None or on is None or note is None:
        return item_page(request, typed_by(request), problems=problems)
    status = WORDS[chosen]
    key = request.path_params["key"]

    def change(connection: Connection, view: BoardView) -> StoredOccurrence:
        return record(connection, view, key, status, on=on, who=who, note=note or None)

    return _changed(
        request,
        change,
        says=lambda stored, view: became(stored, view.planner, status, on=on),
        same=lambda _: {"after": chosen, "on": on, "why": note or None, "who": who},
        # A day that is still to come, or a status that does not apply.
        field="on" if on > today else "status",
    )


def extend_it(request: Request) -> Response:
    """Give an item a new date."""
    form, problems, who = form_of(request), Problems(), user_of(request).email
    today = site_of(request).installation.today
    to = problems.read("to", "The new date", lambda: read_date(form, "to", today=today))
    why = problems.read(
        "why", "The reason", lambda: form.required("why", "must be given: the mails say it")
    )
    if to is None or why is None:
        return item_page(request, typed_by(request), problems=problems)
    key = request.path_params["key"]

    def change(connection: Connection, view: BoardView) -> StoredOccurrence:
        return extend(connection, view, key, to=to, who=who, note=why)

    return _changed(
        request,
        change,
        says=lambda stored, view: new_date(stored, view.planner),
        same=lambda _: {"after": to.isoformat(), "on": None, "why": why, "who": who},
        field="to",
    )


def put_it_off(request: Request) -> Response:
    """Put an item off to a later meeting."""
    form, problems, who = form_of(request), Problems(), user_of(request).email
    slot = problems.read(
        "meeting", "The meeting", lambda: form.required("meeting", "must be chosen")
    )
    why = problems.read(
        "reason", "The reason", lambda: form.required("reason", "must be given: the mails say it")
    )
    if slot is None or why is None:
        return item_page(request, typed_by(request), problems=problems)
    key = request.path_params["key"]

    def change(connection: Connection, view: BoardView) -> StoredOccurrence:
        return put_off(connection, view, key, to=slot, who=who, note=why)

    def same(connection: Connection) -> Mapping[str, object]:
        row = occurrence_by_key(connection, key)
        day = None if row is None or row.put_off != slot else row.meeting
        return {"why": None if day is None else put_off_because(day, why), "who": who}

    return _changed(
        request,
        change,
        says=lambda stored, view: now_for(stored, view.planner),
        same=same,
        field="meeting",
    )


def read_note(form: Form, by: str, note: str) -> str:
    """By whom, and the remark, as one note; "" where there is neither. Raises FieldError."""
    person, remark = form.text(by), form.text(note)
    parts = [f"by {person}" if person else "", remark]
    return "; ".join(part for part in parts if part)


def _changed(
    request: Request,
    change: Change,
    *,
    says: Callable[[StoredOccurrence, BoardView], str],
    same: Callable[[Connection], Mapping[str, object]],
    field: str,
) -> Response:
    """Make the change, unless another was recorded meanwhile, and say what it did."""
    key = request.path_params["key"]
    sent = form_of(request).secret("standing")
    try:
        with changing_board(request) as (connection, view):
            stored = done_already(connection, view.row, key, sent, same(connection))
            if stored is None:
                stored = change(connection, view)
            notice = (
                f"{says(stored, view)} {what_follows(connection, view, stored) or NO_MAILS_YET}"
            )
    except MovedOnError:
        return item_page(request, typed_by(request), since=sent)
    except RecordError as error:
        problems = Problems()
        problems.add(field, str(error))
        return item_page(request, typed_by(request), problems=problems)
    return redirect(request, f"/due/{key}", notice)


def done_already(
    connection: Connection,
    row: BoardRow,
    key: str,
    sent: str,
    same: Mapping[str, object],
) -> StoredOccurrence | None:
    """The item as a button pressed twice left it at first; None where nothing was done yet.

    Raises MovedOnError where somebody did anything else meanwhile.
    """
    now = item_version(connection, row.id, key)
    if now == sent:
        return None
    last = last_change(connection, row.id, key)
    one_more = changes_in_version(now) == changes_in_version(sent) + 1
    # The same person's reply by a link was no press of this button.
    pressed = {**same, "by_link": False}
    if last is None or not one_more or pressed != {name: getattr(last, name) for name in pressed}:
        raise MovedOnError
    return occurrence_by_key(connection, key)
