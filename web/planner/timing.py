"""The timing of a report or an action, in a form and as `when` of a planner file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import MONTHS, month_number
from ...calendar.rules.timing import AFTER_WORKING_DAYS, PAPERS_WORKING_DAYS
from ...wording.planner_fields import timing_in_words
from ..request.form import FieldError
from .fields import EACH_MONTH, Choices, Field, Flat, Setting, Widget

KINDS: Choices = (
    ("meeting-every", "At every meeting of a body"),
    ("meeting-months", "At its meetings in certain months"),
    ("meeting-last", "At its last meeting in each quarter, half-year or year"),
    ("meeting-nth", "At every second, third … meeting"),
    ("months", "In certain months of every year, whoever meets"),
    ("every-months", "Every few months, whoever meets"),
    ("by", "By a date, or by several"),
    ("by-then", "By a date, then ongoing and reviewed"),
    ("ongoing", "Ongoing: never due, but reviewed"),
    ("after", "After something happens"),
    ("as-required", "When needed, without a date"),
    ("undecided", "Not decided yet"),
    ("words", "In another way, in the words of a planner file"),
)
WITHOUT_FIELDS = {"as-required": {"as_required": True}}
KEPT = "now:"  # a review that no choice of the list says, as it stands


def kind_of(when: Flat) -> str:
    """Which of KINDS a `when` of the file is; "" for none yet."""
    if "by" in when:
        return "by-then" if "review" in when else "by"
    for key, kind in (("review", "ongoing"), ("after", "after"), ("undecided", "undecided")):
        if key in when:
            return kind
    if "as_required" in when:
        return "as-required"
    if "meeting" in when:
        for key, kind in (("months", "months"), ("last_in", "last"), ("every", "nth")):
            if key in when:
                return f"meeting-{kind}"
        return "meeting-every"
    for key, kind in (("rrule", "words"), ("every_months", "every-months"), ("months", "months")):
        if key in when:
            return kind
    return ""


def opened(kind: str, when: Flat) -> Flat:
    """The values that a kind's fields begin with: the timing, where it is of that kind."""
    if kind_of(when) != kind:
        return {"papers": PAPERS_WORKING_DAYS, "days": AFTER_WORKING_DAYS}
    flat = {"papers": PAPERS_WORKING_DAYS, "days": AFTER_WORKING_DAYS, **when}
    if "months" in when:
        flat["months"] = [str(month_number(month)) for month in when["months"]]
    if "review" in when:
        flat["review"] = review_value(when["review"])
    if kind == "words":
        flat["words"] = _in_file_words(when)
    return flat


def closed(kind: str, flat: Flat) -> Flat:
    """The `when` of the file that the fields of a kind say. Raises FieldError."""
    if kind in WITHOUT_FIELDS:
        return dict(WITHOUT_FIELDS[kind])
    if kind == "words":
        return _from_file_words(flat.get("words") or "")
    names = {
        "meeting-every": ("meeting", "papers"),
        "meeting-months": ("meeting", "months", "papers"),
        "meeting-last": ("meeting", "last_in", "papers"),
        "meeting-nth": ("meeting", "every", "from", "papers"),
        "months": ("months", "day"),
        "every-months": ("every_months", "from", "day"),
        "by": ("by",),
        "by-then": ("by", "review"),
        "ongoing": ("review",),
        "after": ("after", "days"),
        "undecided": ("undecided",),
    }[kind]
    when = {name: flat[name] for name in names if flat.get(name) not in (None, "", [])}
    if "months" in when:
        when["months"] = [MONTHS[int(month) - 1] for month in when["months"]]
    if "review" in when:
        when["review"] = _review_of(when["review"])
    return when


def field_at(path: tuple[str | int, ...], kind: str) -> str:
    """The field of the form that a place inside `when` belongs to."""
    if kind == "words":
        return "words"
    return next((str(step) for step in path if isinstance(step, str)), "")


def review_value(review: Flat) -> str:
    """The value of a review in a list of choices."""
    if set(review) <= {"meeting", "last_in"} and "meeting" in review:
        return f"{review['meeting']}:{review.get('last_in', '')}"
    return KEPT + json.dumps(review, sort_keys=True, default=str)


def _review_of(value: str) -> Flat:
    if value.startswith(KEPT):
        kept: Flat = json.loads(value.removeprefix(KEPT))
        return kept
    body, _, span = value.partition(":")
    return {"meeting": body, "last_in": span} if span else {"meeting": body}


def _in_file_words(when: Flat) -> str:
    return ", ".join(
        f"{key} = {value if key == 'from' else json.dumps(value, ensure_ascii=False)}"
        for key, value in when.items()
    )


def _from_file_words(text: str) -> Flat:
    inside = text.strip().removeprefix("when").lstrip(" =").strip()
    inside = inside if inside.startswith("{") else f"{{ {inside} }}"
    try:
        typed: Flat = tomllib.loads(f"when = {inside}")["when"]
    except (tomllib.TOMLDecodeError, RecursionError):
        raise FieldError(
            'are not read by a planner file; write for example rrule = "FREQ=MONTHLY;BYDAY=1MO", '
            "from = 2018-01-01"
        ) from None
    plain: Flat = json.loads(json.dumps(typed, default=str))
    return plain


SPANS: Choices = (("quarter", "Quarter"), ("half-year", "Half-year"), ("year", "Year"))


def fields_of(kind: str, setting: Setting, when: Flat) -> tuple[Field, ...]:
    """The fields that a kind of timing asks for."""
    planner = setting.planner
    review = Field(
        "review",
        "Reviewed",
        Widget.SELECT,
        choices=_reviews(planner, when.get("review")),
        needed=True,
    )
    by = Field(
        "by",
        "By",
        Widget.ROWS,
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
        "meeting",
        "Whose meetings",
        Widget.SELECT,
        choices=(("", "Choose a body"), *meeting),
        needed=True,
    )


def _event(planner: Planner) -> Field:
    events = tuple((event.id, event.title) for event in planner.events)
    return Field(
        "after",
        "After what",
        Widget.SELECT,
        choices=(("", "Choose an event"), *events),
        hint="" if events else "The planner waits for no event yet; add one first.",
        needed=True,
    )


def _months(label: str) -> Field:
    return Field("months", label, Widget.TICKS, choices=EACH_MONTH, needed=True)


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
    "papers", "Papers due, in working days before the meeting", Widget.NUMBER, short=True
)
SPAN = Field("last_in", "The last one in each", Widget.RADIOS, choices=SPANS, needed=True)
NTH = (
    Field(
        "every",
        "Every how many meetings",
        Widget.NUMBER,
        hint="2 for every other meeting",
        short=True,
        needed=True,
    ),
    Field("from", "The first one in", hint="For example, December 2017", needed=True),
)
EVERY_MONTHS = (
    Field("every_months", "Every how many months", Widget.NUMBER, short=True, needed=True),
    Field("from", "The first time in", hint="For example, December 2017", needed=True),
)
DAY = Field(
    "day",
    "Day of the month",
    Widget.NUMBER,
    hint="Leave it empty for the last working day",
    short=True,
)
DAYS_AFTER = Field("days", "Working days after it", Widget.NUMBER, short=True, needed=True)
WHY = Field(
    "undecided",
    "What is missing",
    hint="Nobody is reminded until it is decided. For example: The plan names no month.",
    needed=True,
)
WORDS = Field(
    "words",
    "The words",
    hint='For example: rrule = "FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01',
    needed=True,
)
