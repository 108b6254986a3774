"""What saving an entry would change, laid out for a page before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from ..calendar.occurrences import occurrences
from ..calendar.planner import Planner
from ..calendar.planner_entries import planner_of
from ..calendar.planner_file import PlannerFile
from ..calendar.sentences import sentence
from ..calendar.words import weekday_date
from ..scheduler.consequences import (
    Effect,
    consequences,
    effects,
    mailed_in_words,
    meetings_in_words,
    remarks,
)
from ..scheduler.editing import Document
from ..scheduler.entry_editing import EntryEdit, document_of
from ..scheduler.entry_words import FieldChange, field_changes, in_words, label
from ..scheduler.meeting_editing import Reflow
from ..storage.occurrence_rows import recorded_events
from .planner_desk import Desk, Draft
from .visits import reading_board, site_of

MOST_THINGS = 6  # of a kind; the rest are counted
MOST_KINDS = 8
NEXT_DATES = 3
FALLS_DUE = ("report", "action")
# A rule can be as rare as every few years, an action as far as its plan goes.
NEXT_WITHIN = timedelta(days=366 * 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What saving changes: in the entry, in what is due, in who meets; all in words.

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


def preview(request: Request, desk: Desk, edit: EntryEdit, changed: PlannerFile) -> Preview:
    """What `edit` changes, given the planner with it."""
    after = planner_of(changed)
    with reading_board(request) as (connection, row, _):
        # A report or an action moves no other; a body or a day off may move everything.
        refs = [edit.id] if desk.kind in FALLS_DUE else None
        found = consequences(site_of(request).here, connection, row, after, refs=refs)
        events = recorded_events(connection, row.id)
    told = effects(found, after)
    shown = tuple(
        Effect(how=each.how, what=each.what[:MOST_THINGS], more=len(each.what[MOST_THINGS:]))
        for each in told[:MOST_KINDS]
    )
    meetings = tuple(meetings_in_words(found.meetings))
    obligation = next((each for each in after.obligations() if each.ref == edit.id), None)
    mailed = mailed_in_words(found)
    said = [*remarks(found), *((mailed,) if mailed else ())]
    days: list[str] = []
    if obligation is not None and desk.kind in FALLS_DUE:
        today = desk.setting.today
        coming = sorted(
            {
                each.due
                for each in occurrences(
                    after, today, today + NEXT_WITHIN, events, refs=[obligation.ref]
                )
                if not each.void and each.due >= today
            }
        )
        days = [weekday_date(day) for day in coming[:NEXT_DATES]]
    return Preview(
        changes=field_changes(
            desk.kind,
            desk.document,
            {} if edit.removes else document_of(changed, desk.kind, edit.id),
            (desk.setting.planner, after),
        ),
        timing=None
        if obligation is None or not days_matter(desk)
        else sentence(obligation.timing, after),
        next=tuple(days),
        effects=shown,
        is_own=obligation is not None
        and {ref for each in found.flowing for ref in refs_of(each)} == {edit.id},
        more=max(0, len(told) - MOST_KINDS),
        meetings=meetings[:MOST_KINDS],
        more_meetings=max(0, len(meetings) - MOST_KINDS),
        remarks=tuple(said),
    )


def refs_of(reflow: Reflow) -> set[str]:
    """The report or action that becomes due otherwise."""
    return {each.ref for each in (reflow.before, reflow.after) if each is not None}


def days_matter(desk: Desk) -> bool:
    """Whether the entry is something that falls due."""
    return desk.kind in FALLS_DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A field as it stands now beside what was typed."""

    label: str
    now: str
    typed: str


def beside(desk: Desk, draft: Draft) -> list[Beside]:
    """What stands in an entry now beside what somebody typed before it was changed."""
    return [
        Beside(
            label=label(desk.kind, key),
            now=_words(key, desk.document, desk.setting.planner),
            typed=_words(key, draft.patch, desk.setting.planner),
        )
        for key in draft.patch
    ]


def _words(key: str, document: Document, planner: Planner) -> str:
    """A field in words; what is typed wrong is shown as it is."""
    value = document.get(key)
    try:
        return in_words(key, value, planner)
    except (ValueError, KeyError, TypeError, AttributeError):
        return str(value)
