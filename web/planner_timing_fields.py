"""When something is due, as a form asks it: the few fields of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..calendar.planner import Planner
from ..calendar.words import MONTHS
from ..scheduler.entry_words import timing_in_words
from .planner_fields import Choices, Field, Flat, Setting, Widget
from .planner_timing import review_value

SPANS: Choices = (("quarter", "Quarter"), ("half-year", "Half-year"), ("year", "Year"))
EACH_MONTH: Choices = tuple((str(number), name) for number, name in enumerate(MONTHS, start=1))


def fields_of(kind: str, setting: Setting, when: Flat) -> tuple[Field, ...]:
    """The fields that a kind of timing asks for."""
    planner = setting.planner
    review = Field(
        key="review",
        label="Reviewed",
        widget=Widget.SELECT,
        choices=_reviews(planner, when.get("review")),
        needed=True,
    )
    by = Field(
        key="by",
        label="By",
        widget=Widget.ROWS,
        hint="A day, a month or a season, each on its own line: 8 March 2018, July 2018 or "
        "Autumn 2019",
        needed=True,
    )
    fields: dict[str, tuple[Field, ...]] = {
        "meeting-every": (_body(planner), PAPERS),
        "meeting-months": (_body(planner), _months("In which months"), PAPERS),
        "meeting-last": (_body(planner), SPAN, PAPERS),
        "meeting-nth": (_body(planner), *NTH, PAPERS),
        "months": (_months("In which months"), DAY),
        "every-months": (*EVERY_MONTHS, DAY),
        "by": (by,),
        "by-then": (by, review),
        "ongoing": (review,),
        "after": (_event(planner), DAYS_AFTER),
        "undecided": (WHY,),
        "words": (WORDS,),
    }
    return fields.get(kind, ())


def _body(planner: Planner) -> Field:
    meeting = tuple((body.id, body.short) for body in planner.bodies if body.series is not None)
    return Field(
        key="meeting",
        label="Whose meetings",
        widget=Widget.SELECT,
        choices=(("", "Choose a body"), *meeting),
        needed=True,
    )


def _event(planner: Planner) -> Field:
    events = tuple((each.id, each.title) for each in planner.events)
    return Field(
        key="after",
        label="After what",
        widget=Widget.SELECT,
        choices=(("", "Choose an event"), *events),
        hint="" if events else "The planner waits for no event yet; add one first.",
        needed=True,
    )


def _months(label: str) -> Field:
    return Field(key="months", label=label, widget=Widget.TICKS, choices=EACH_MONTH, needed=True)


def _reviews(planner: Planner, now: Any) -> Choices:
    known = dict(_possible_reviews(planner))
    choices = [("", "Choose how often"), *known.items()]
    value = "" if now is None else review_value(now)
    if value and value not in known:
        choices.append((value, f"As it is now: {timing_in_words(now, planner)}"))
    return tuple(choices)


def _possible_reviews(planner: Planner) -> Iterator[tuple[str, str]]:
    for body in planner.bodies:
        if body.series is not None:
            yield f"{body.id}:", f"at every {body.short} meeting"
            for span, _ in SPANS:
                yield f"{body.id}:{span}", f"every {span}, at the last {body.short} meeting in it"


PAPERS = Field(
    key="papers",
    label="Papers due, in working days before the meeting",
    widget=Widget.NUMBER,
    short=True,
)
SPAN = Field(
    key="last_in", label="The last one in each", widget=Widget.RADIOS, choices=SPANS, needed=True
)
NTH = (
    Field(
        key="every",
        label="Every how many meetings",
        widget=Widget.NUMBER,
        hint="2 for every other meeting",
        short=True,
        needed=True,
    ),
    Field(key="from", label="The first one in", hint="For example, December 2017", needed=True),
)
EVERY_MONTHS = (
    Field(
        key="every_months",
        label="Every how many months",
        widget=Widget.NUMBER,
        short=True,
        needed=True,
    ),
    Field(key="from", label="The first time in", hint="For example, December 2017", needed=True),
)
DAY = Field(
    key="day",
    label="Day of the month",
    widget=Widget.NUMBER,
    hint="Leave it empty for the last working day",
    short=True,
)
DAYS_AFTER = Field(
    key="days", label="Working days after it", widget=Widget.NUMBER, short=True, needed=True
)
WHY = Field(
    key="undecided",
    label="What is missing",
    hint="Nobody is reminded until it is decided. For example: The plan names no month.",
    needed=True,
)
WORDS = Field(
    key="words",
    label="The words",
    hint='For example: rrule = "FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01',
    needed=True,
)
