"""The timing of a report or an action, in a form and as `when` of a planner file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import MONTHS, month_number
from ...calendar.rules.timing import AFTER_WORKING_DAYS, PAPERS_WORKING_DAYS
from ...wording.planner_fields import timing_in_words
from ..request.form import FieldError
from .fields import EACH_MONTH, Choices, Field, Flat, Setting, Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingForm:
    """How a kind of timing is asked for: its label, its fields, the keys that tell it."""

    label: str
    told_by: tuple[str, ...]
    fields: tuple[str, ...]


# Every kind of timing that a form offers, in the order of its choices: a new one is a line here.
FORMS = {
    "meeting-every": TimingForm(
        label="At every meeting of a body", told_by=("meeting",), fields=("meeting", "papers")
    ),
    "meeting-months": TimingForm(
        label="At its meetings in certain months",
        told_by=("meeting", "months"),
        fields=("meeting", "months", "papers"),
    ),
    "meeting-last": TimingForm(
        label="At its last meeting in each quarter, half-year or year",
        told_by=("meeting", "last_in"),
        fields=("meeting", "last_in", "papers"),
    ),
    "meeting-nth": TimingForm(
        label="At every second, third … meeting",
        told_by=("meeting", "every"),
        fields=("meeting", "every", "from", "papers"),
    ),
    "months": TimingForm(
        label="In certain months of every year, whoever meets",
        told_by=("months",),
        fields=("months", "day"),
    ),
    "every-months": TimingForm(
        label="Every few months, whoever meets",
        told_by=("every_months",),
        fields=("every_months", "from", "day"),
    ),
    "by": TimingForm(label="By a date, or by several", told_by=("by",), fields=("by",)),
    "by-then": TimingForm(
        label="By a date, then ongoing and reviewed",
        told_by=("by", "review"),
        fields=("by", "review"),
    ),
    "ongoing": TimingForm(
        label="Ongoing: never due, but reviewed", told_by=("review",), fields=("review",)
    ),
    "after": TimingForm(
        label="After something happens", told_by=("after",), fields=("after", "days")
    ),
    "as-required": TimingForm(
        label="When needed, without a date", told_by=("as_required",), fields=()
    ),
    "undecided": TimingForm(label="Not decided yet", told_by=("undecided",), fields=("undecided",)),
    "words": TimingForm(
        label="In another way, in the words of a planner file",
        told_by=("rrule",),
        fields=("words",),
    ),
}
KINDS: Choices = tuple((kind, form.label) for kind, form in FORMS.items())
WITHOUT_FIELDS = {
    kind: dict.fromkeys(form.told_by, True) for kind, form in FORMS.items() if not form.fields
}
KEPT = "now:"  # a review that no choice of the list says, as it stands


def kind_of(when: Flat) -> str:
    """Which of FORMS a `when` of the file is, the one told by most keys; "" for none yet."""
    told = [kind for kind, form in FORMS.items() if all(key in when for key in form.told_by)]
    return max(told, key=lambda kind: len(FORMS[kind].told_by), default="")


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
    if kind == "words":
        return _from_file_words(flat.get("words") or "")
    if kind in WITHOUT_FIELDS:
        return dict(WITHOUT_FIELDS[kind])
    when = {name: flat[name] for name in FORMS[kind].fields if flat.get(name) not in (None, "", [])}
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
    # A draft holds what was typed, right or wrong, so that "from" may be no date.
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
    form = FORMS.get(kind)
    if form is None:
        return ()
    planner = setting.planner
    fields = {
        "meeting": _body(planner),
        "review": _review(planner, when.get("review")),
        "after": _event(planner),
        "from": FIRST_MONTH if kind == "every-months" else FIRST_MEETING,
        **{field.key: field for field in ALWAYS_ALIKE},
    }
    return tuple(fields[name] for name in form.fields)


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


def _review(planner: Planner, now: Any) -> Field:
    known = dict(_possible_reviews(planner))
    choices = [("", "Choose how often"), *known.items()]
    value = "" if now is None else review_value(now)
    if value and value not in known:
        choices.append((value, f"As it is now: {timing_in_words(now, planner)}"))
    return Field(
        "review",
        "Reviewed",
        Widget.SELECT,
        choices=tuple(choices),
        needed=True,
    )


def _possible_reviews(planner: Planner) -> Iterator[tuple[str, str]]:
    for body in planner.bodies:
        if body.series is not None:
            yield f"{body.id}:", f"at every {body.short} meeting"
            for span, _ in SPANS:
                yield f"{body.id}:{span}", f"every {span}, at the last {body.short} meeting in it"


FIRST_MEETING = Field("from", "The first one in", hint="For example, December 2017", needed=True)
FIRST_MONTH = Field("from", "The first time in", hint="For example, December 2017", needed=True)

# The fields that are the same for every planner and every kind of timing.
ALWAYS_ALIKE = (
    Field(
        "papers",
        "Papers due, in working days before the meeting",
        Widget.NUMBER,
        short=True,
    ),
    Field(
        "months",
        "In which months",
        Widget.TICKS,
        choices=EACH_MONTH,
        needed=True,
    ),
    Field(
        "last_in",
        "The last one in each",
        Widget.RADIOS,
        choices=SPANS,
        needed=True,
    ),
    Field(
        "every",
        "Every how many meetings",
        Widget.NUMBER,
        hint="2 for every other meeting",
        short=True,
        needed=True,
    ),
    Field(
        "every_months",
        "Every how many months",
        Widget.NUMBER,
        short=True,
        needed=True,
    ),
    Field(
        "day",
        "Day of the month",
        Widget.NUMBER,
        hint="Leave it empty for the last working day",
        short=True,
    ),
    Field(
        "by",
        "By",
        Widget.ROWS,
        hint="A day, a month or a season, each on its own line: 8 March 2018, July 2018 or "
        "Autumn 2019",
        needed=True,
    ),
    Field("days", "Working days after it", Widget.NUMBER, short=True, needed=True),
    Field(
        "undecided",
        "What is missing",
        hint="Nobody is reminded until it is decided. For example: The plan names no month.",
        needed=True,
    ),
    Field(
        "words",
        "The words",
        hint='For example: rrule = "FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01',
        needed=True,
    ),
)
