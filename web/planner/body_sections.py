"""The forms for a body of the planner: its names, who holds its roles, when it meets."""

from __future__ import annotations

from ...calendar.rules.date_text import MONTHS, ORDINALS, WEEKDAYS, month_number
from ...wording.planner_fields import BODY_KINDS, former_series_in_words, meeting_in_words
from .fields import EACH_MONTH, Field, Flat, FormSection, OpenedSection, Widget, section

BODY_WHAT = section(
    "what",
    "Names",
    Field("name", "Name", needed=True),
    Field("short", "Short name", hint="As it is called in lists; empty: its name"),
    Field("kind", "What it is", Widget.RADIOS, choices=tuple(BODY_KINDS.items()), needed=True),
    Field("lead", "Who answers for it is called", hint="Empty: chair", short=True),
    Field("also", "Also called", Widget.ROWS, hint="Each on its own line"),
)
HINT = "Dr Jo Example <pmqag.chair@example.org> from 1 April 2018 to 31 March 2019"
ROLES = section(
    "roles",
    "Who holds which role",
    Field("chair", "Chair", Widget.HOLDERS),
    Field("vice-chair", "Vice-chair", Widget.HOLDERS),
    Field("administrator", "Administrator", Widget.HOLDERS),
    Field("secretariat", "Secretariat", Widget.HOLDERS, hint="Only the Board itself has one"),
    intro=f"Each address on its own line, with dates where they matter: {HINT}.",
)
DAYS_TYPED = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth"}


def _open_series(opened: OpenedSection) -> Flat:
    meets = opened.document.get("meets") or {}
    months = [str(month_number(month)) for month in meets.get("months", ())]
    return {**meets, "months": months}


def _close_series(flat: Flat, _: OpenedSection) -> Flat:
    meets = {key: flat[key] for key in ("time", "assumed") if flat.get(key)}
    if flat.get("day") or flat.get("months") or meets:
        meets["day"] = [_meeting_day(day) for day in flat.get("day") or ()]
        meets["months"] = [MONTHS[int(month) - 1] for month in flat.get("months") or ()]
    return {"meets": meets or None}


def _meeting_day(text: str) -> str:
    """ "second Thursday", however it was typed; the planner's check refuses what is none."""
    ordinal, _, weekday = text.strip().lower().partition(" ")
    ordinal = DAYS_TYPED.get(ordinal, ordinal)
    known = ordinal in ORDINALS and weekday.capitalize() in WEEKDAYS
    return f"{ordinal} {weekday.capitalize()}" if known else text


MEETS = FormSection(
    key="meets",
    title="When it meets",
    covers=("meets",),
    fields=lambda _: (
        Field(
            "day",
            "On which days",
            Widget.ROWS,
            hint="For example, second Thursday. Each on its own line",
        ),
        Field("months", "In which months", Widget.TICKS, choices=EACH_MONTH),
        Field("time", "Time", hint="For example, 09:30-12:30", short=True),
        Field(
            "assumed",
            "What was assumed",
            hint="Empty where the plan says when it meets, or somebody confirmed it",
        ),
    ),
    intro="Leave everything empty for a body that has no meetings here. A single meeting is moved "
    "or cancelled on the page of meetings.",
    opens=_open_series,
    closes=_close_series,
    place=lambda path, _: str(path[1]) if len(path) > 1 else "day",
)


def _exceptions(opened: OpenedSection) -> tuple[Field, ...]:
    changes = opened.document.get("meeting", ())
    choices = tuple((_name_of(change), meeting_in_words(change)) for change in changes)
    return (Field("meeting", "Keep these", Widget.TICKS, choices=choices),)


def _name_of(change: Flat) -> str:
    """ "moved 2018-03-08": no two of a body are the same."""
    name = next(
        f"{kind} {change[kind]}" for kind in ("moved", "added", "cancelled") if change.get(kind)
    )
    # Several may have been added for one day.
    state = [
        str(change[key]) for key in ("to", "cancelled") if change.get("added") and key in change
    ]
    return " ".join([name, *(["extraordinary"] if change.get("extraordinary") else []), *state])


def _kept(flat: Flat, opened: OpenedSection) -> Flat:
    dropped = set(opened.was.get("meeting", ())) - set(flat.get("meeting") or ())
    changes = opened.document.get("meeting", [])
    return {"meeting": [change for change in changes if _name_of(change) not in dropped] or None}


def _former(opened: OpenedSection) -> tuple[Field, ...]:
    rules = opened.document.get("met", ())
    choices = tuple((str(rule["until"]), former_series_in_words(rule)) for rule in rules)
    return (Field("met", "Keep these", Widget.TICKS, choices=choices),)


def _kept_rules(flat: Flat, opened: OpenedSection) -> Flat:
    dropped = set(opened.was.get("met", ())) - set(flat.get("met") or ())
    rules = opened.document.get("met", [])
    return {"met": [rule for rule in rules if str(rule["until"]) not in dropped] or None}


BEFORE = FormSection(
    key="before",
    title="When it met before",
    covers=("met",),
    fields=_former,
    intro="A new rule leaves the meetings that were held as they were. Take the tick away from a "
    "rule that never held: the next one then holds for its time too.",
    opens=lambda opened: {"met": [str(rule["until"]) for rule in opened.document.get("met", ())]},
    closes=_kept_rules,
)
EXCEPTIONS = FormSection(
    key="exceptions",
    title="Single meetings that were changed",
    covers=("meeting",),
    fields=_exceptions,
    intro="Take the tick away from what is to be as if it had never been moved, cancelled or "
    "added.",
    opens=lambda opened: {
        "meeting": [_name_of(change) for change in opened.document.get("meeting", ())]
    },
    closes=_kept,
)
