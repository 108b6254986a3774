"""The effects of saving an entry, laid out for a page before anything is saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection
from starlette.requests import Request

from ...calendar.occurrences import occurrences
from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Obligation, Planner
from ...calendar.planner.roles import ROLES
from ...calendar.rules.as_required import Happened
from ...calendar.rules.date_text import weekday_date
from ...operations.planner.entries import EntryEdit, entry_document
from ...queries.people.role_preview import role_effects
from ...queries.planner.change_preview import change_effects
from ...queries.planner.change_text import (
    Effect,
    effects,
    mailed_in_words,
    meetings_in_words,
    passed_in_words,
    remarks,
)
from ...scheduler.planning.board_view import BoardView
from ...storage.recorded_events import happened
from ...wording.planner_fields import FieldChange, field_changes, in_words, label
from ...wording.text import needless_days
from ...wording.timings import sentence
from ..request.context import reading_board
from .draft import Draft, PlannerEntry

MOST_THINGS = 6  # of a kind; the rest are counted
MOST_KINDS = 8
NEXT_DATES = 3
FALLS_DUE = ("report", "action")


# A rule can be as rare as every few years, an action as far as its plan goes.
NEXT_WITHIN = timedelta(days=366 * 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPreview:
    """The effects of saving: on the entry, on due items, on meetings; all in words.

    `timing` and `next` are a report's or an action's own; `is_own`: the effects are all of it
    alone; `more` counts the kinds of effects that are left out.
    """

    changes: list[FieldChange]
    timing: str | None
    next: tuple[str, ...]
    effects: tuple[Effect, ...]
    is_own: bool
    more: int
    meetings: tuple[str, ...]
    more_meetings: int
    remarks: tuple[str, ...]
    warning: str | None


def entry_preview(
    request: Request, entry: PlannerEntry, edit: EntryEdit, changed: PlannerFile
) -> EntryPreview:
    """Work out what `edit` changes, given the planner with it."""
    after = planner_of(changed)
    falls_due = entry.kind in FALLS_DUE
    days = needless_days(after.days) if entry.kind == "working_days" else ()
    with reading_board(request) as (connection, view):
        # A report or an action moves no other; a body or a day off may move everything.
        refs = [edit.id] if falls_due else None
        changes = change_effects(connection, view, after, refs=refs)
        recorded = happened(connection, view.id)
        mailed = list(_who_is_mailed(connection, view, after, entry, edit))
    told = effects(changes, after, most=MOST_THINGS)
    meetings = tuple(meetings_in_words(changes.meetings))
    own = after_edit(after, edit.id) if falls_due else None
    return EntryPreview(
        changes=field_changes(
            entry.kind,
            entry.document,
            entry_document(changed, entry.kind, edit.id),
            (view.planner, after),
        ),
        timing=None if own is None else sentence(own.timing, after),
        next=() if own is None else next_dates(after, own.ref, recorded, entry.setting.today),
        effects=tuple(told[:MOST_KINDS]),
        is_own=falls_due,
        more=max(0, len(told) - MOST_KINDS),
        meetings=meetings[:MOST_KINDS],
        more_meetings=max(0, len(meetings) - MOST_KINDS),
        remarks=(*remarks(changes), *filter(None, [mailed_in_words(changes)]), *mailed, *days),
        warning=passed_in_words(changes),
    )


def after_edit(planner: Planner, ref: str) -> Obligation | None:
    """The report or action as it will be."""
    return next((obligation for obligation in planner.obligations() if obligation.ref == ref), None)


def next_dates(
    planner: Planner, ref: str, recorded: Sequence[Happened], today: date
) -> tuple[str, ...]:
    """The next few days on which something is due of a report or an action."""
    coming = {
        occurrence.due
        for occurrence in occurrences(planner, today, today + NEXT_WITHIN, recorded, refs=[ref])
        if not occurrence.void and occurrence.due >= today
    }
    return tuple(weekday_date(day) for day in sorted(coming)[:NEXT_DATES])


def _who_is_mailed(
    connection: Connection,
    view: BoardView,
    after: Planner,
    entry: PlannerEntry,
    edit: EntryEdit,
) -> Iterator[str]:
    """Sentences on the recipients of a body's mails, where its role-holders change."""
    if entry.kind == "body" and not entry.is_new and set(ROLES) & edit.patch.keys():
        yield from role_effects(connection, view, after, edit.id, starts=view.today).sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A field as it stands now beside what was typed."""

    label: str
    now: str
    typed: str


def beside(entry: PlannerEntry, draft: Draft) -> list[Beside]:
    """The entry as it stands now beside the input made before it was changed."""
    return [
        Beside(
            label=label(entry.kind, key),
            now=_words(key, entry.document, entry.setting.planner),
            typed=_words(key, draft.patch, entry.setting.planner),
        )
        for key in draft.patch
    ]


def _words(key: str, document: Document, planner: Planner) -> str:
    """A field in words; a wrong value is shown as it is."""
    value = document.get(key)
    try:
        return in_words(key, value, planner)
    except (ValueError, KeyError, TypeError, AttributeError):
        return str(value)
