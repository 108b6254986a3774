"""Laws of the planner's forms: what is shown is read again as the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.rules.date_text import MONTHS
from boardcal.operations.planner.entries import EntryEdit, entry_document, patched, with_edit
from boardcal.tests.factories import cumbria, day
from boardcal.tests.fuzz import law
from boardcal.tests.pages import make_whole
from boardcal.web.planner import timing
from boardcal.web.planner.draft import Draft, PlannerEntry, opened_at
from boardcal.web.planner.fields import Setting, Widget, shown_values
from boardcal.web.planner.form_input import typed_draft
from boardcal.web.planner.sections import SECTIONS
from boardcal.web.request.form import Form, Problems
from boardcal.wording.planner_fields import changes_on_one_line, field_changes

TODAY = day("2018-03-01")
PLANNERS = {"cumbria": cumbria(), "whole": make_whole()}
ENTRIES = [
    (name, kind, "" if kind == "promise" else entry.id)
    for name, content in PLANNERS.items()
    for kind in ("report", "action", "body", "event")
    for entry in getattr(content, kind)
]
ENTRIES += [(name, kind, kind) for name in PLANNERS for kind in ("plan", "board", "working_days")]
ENTRIES += [(name, "promise", "1") for name in PLANNERS]


def entry_of(content: PlannerFile, kind: str, entry_id: str) -> PlannerEntry:
    return PlannerEntry(
        name=kind,
        kind=kind,
        id=entry_id,
        board="lscb",
        content=content,
        setting=Setting(planner=planner_of(content), today=TODAY),
        document=entry_document(content, kind, entry_id),
        token="1",
    )


def as_sent(entry: PlannerEntry, draft: Draft, key: str) -> Form:
    """What a browser sends of a form that nobody touched."""
    section = entry.section(key)
    fields = section.fields(entry.opened(draft))
    values = shown_values(fields, draft.was)
    sent: dict[str, tuple[str, ...]] = {}
    for field in fields:
        if field.widget is Widget.DATE:
            parts = zip(("day", "month", "year"), values[field.key], strict=True)
            sent |= {f"{field.key}-{part}": (text,) for part, text in parts}
        else:
            sent[field.key] = tuple(text.replace("\n", "\r\n") for text in values[field.key])
    return Form({name: values for name, values in sent.items() if values})


@pytest.mark.parametrize("place", ENTRIES, ids=" ".join)
def test_every_form_gives_back_what_it_shows(place: tuple[str, str, str]) -> None:
    name, kind, entry_id = place
    content = PLANNERS[name]
    entry = entry_of(content, kind, entry_id)
    for section in SECTIONS[kind]:
        if section.key == "when":
            continue
        known = timing.kind_of(entry.document.get("when", {})) if section.key == "timing" else ""
        draft = opened_at(entry, Draft(token="1", timing=known), section)
        form = as_sent(entry, draft, section.key)
        problems = Problems()
        assert typed_draft(entry, draft, section, form, problems).patch == {}
        # Read as if everything had been typed anew, the planner is the same, too.
        again = typed_draft(entry, replace(draft, was={}), section, form, problems)
        edit = EntryEdit(kind=kind, id=entry_id, patch=again.patch)
        assert list(problems) == []
        if section.key != "exceptions":
            assert in_order(with_edit(content, edit), edit) == in_order(content, edit)


def in_order(content: PlannerFile, edit: EntryEdit) -> dict[str, Any]:
    """An entry with what is ticked in one order: boxes have none of their own."""
    document = entry_document(content, edit.kind, edit.id)
    for key in ("owner", "to"):
        if isinstance(document.get(key), list):
            document[key] = sorted(document[key])
    when = document.get("when", {})
    return document | {"when": when | {"months": sorted(when.get("months", ()))}}


MONTH_LISTS = st.lists(st.sampled_from(MONTHS), min_size=1, max_size=5, unique=True)
YEAR_MONTHS = st.builds("{} {}".format, st.sampled_from(MONTHS), st.integers(1990, 2100))
MEETING = st.fixed_dictionaries({"meeting": st.just("lscb"), "papers": st.integers(0, 60)})
REVIEWS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"meeting": st.sampled_from(["lscb", "business-group"])}),
    st.fixed_dictionaries({"meeting": st.just("lscb"), "last_in": st.sampled_from(["year"])}),
    st.fixed_dictionaries({"every_months": st.integers(1, 120), "from": YEAR_MONTHS}),
    st.fixed_dictionaries({"months": MONTH_LISTS}),
)
WHENS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    MEETING,
    st.builds(lambda one, months: one | {"months": months}, MEETING, MONTH_LISTS),
    st.builds(
        lambda one, n, start: one | {"every": n, "from": start},
        MEETING,
        st.integers(2, 50),
        YEAR_MONTHS,
    ),
    st.fixed_dictionaries({"months": MONTH_LISTS, "day": st.integers(1, 31)}),
    REVIEWS,
    st.fixed_dictionaries({"by": st.lists(YEAR_MONTHS, min_size=1, max_size=4, unique=True)}),
    st.fixed_dictionaries({"by": st.lists(YEAR_MONTHS, min_size=1), "review": REVIEWS}),
    st.fixed_dictionaries({"review": REVIEWS}),
    st.fixed_dictionaries({"after": st.just("survey-accepted"), "days": st.integers(0, 260)}),
    st.just({"rrule": "FREQ=MONTHLY;BYDAY=1MO", "from": "2018-01-01"}),
    st.fixed_dictionaries({"undecided": st.text("abc \"'é", min_size=1).filter(str.strip)}),
)


@law(150)
@given(when=WHENS)
def test_every_timing_is_opened_and_closed_as_it_was(when: dict[str, Any]) -> None:
    kind = timing.kind_of(when)
    closed = timing.closed(kind, timing.opened(kind, when))
    defaults = {"papers": 10} if "meeting" in when else {"days": 20} if "after" in when else {}
    assert closed == {**defaults, **when}


@law(40)
@given(
    patch=st.fixed_dictionaries(
        {},
        optional={
            "title": st.text(min_size=1, max_size=400),
            "quote": st.text(max_size=50),
            "steps": st.lists(st.integers(-99, 99), max_size=4),
            "owner": st.lists(st.sampled_from(["pmqag", "cdop", "lscb", "x"]), max_size=3),
            "nothing_to_report": st.booleans(),
            "from": st.dates().map(str),
        },
    )
)
def test_a_change_is_told_whatever_it_is(patch: dict[str, Any]) -> None:
    content = PLANNERS["whole"]
    planner = planner_of(content)
    before = entry_document(content, "report", "s11")
    changes = field_changes("report", before, patched(before, patch), (planner, planner))
    assert len({change.key for change in changes}) == len(changes)
    assert "\n" not in changes_on_one_line(changes)
