"""What a new kind of timing or a new status still lacks, by its name."""

from __future__ import annotations

from typing import get_args, get_type_hints

from boardcal.calendar.planner.timing_schema import KINDS, When
from boardcal.calendar.rules.timing import Timing
from boardcal.calendar.status import OWED, SETTLED, Status
from boardcal.core.validation.schema_keys import tables_in
from boardcal.queries.calendar.year import PRESSING
from boardcal.web.planner.timing import kind_of
from boardcal.wording.statuses import STATUS_WORDS

BY_DATE = {Status.PLANNED, Status.DUE, Status.OVERDUE, Status.STALE}
OF_ITSELF = {Status.MISSED, Status.UNSETTLED, Status.VOID}


def test_a_planner_file_can_say_every_kind_of_timing() -> None:
    said = {get_type_hints(table.timing)["return"] for table in tables_in(When)}  # type: ignore[attr-defined]
    assert said == set(get_args(Timing))


def test_a_form_can_ask_for_every_kind_of_timing_that_a_file_says() -> None:
    assert [kind for kind in KINDS if not kind_of({kind: True})] == []


def test_every_status_is_owed_or_settled_or_follows_from_the_date() -> None:
    assert set(Status) == BY_DATE | (set(OWED) & set(Status)) | set(SETTLED) | OF_ITSELF


def test_every_status_has_its_words_and_its_place_in_a_cell() -> None:
    assert set(STATUS_WORDS) == set(PRESSING) == set(Status)
