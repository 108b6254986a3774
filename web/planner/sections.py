"""The forms for each kind of entry of the planner, one small section at a time."""

from __future__ import annotations

from collections.abc import Mapping

from ...calendar.planner.model import Planner
from . import timing
from .body_sections import BEFORE, BODY_WHAT, EXCEPTIONS, MEETS, ROLES
from .fields import Choices, Field, FormSection, OpenedSection, Widget, section
from .timing import fields_of

TITLE = Field("title", "Title", hint="As it is to stand in mails and lists", needed=True)
OWNER = Field("owner", "Owed by", Widget.BODIES, needed=True)
AUDIENCE = Field("to", "Goes to", Widget.BODIES)
SECTION = Field("section", "Section of the action plan", needed=True)
QUOTE = Field(
    "quote",
    "The plan’s own words",
    Widget.TEXT,
    hint="What the plan says about when, or who decided it: “Agreed by the Board on 8 March 2018”",
    needed=True,
)
ASSUMED = Field(
    "assumed",
    "What was assumed",
    Widget.TEXT,
    hint="What the plan does not say and somebody read into it. Empty where nothing was",
)
DOUBT = Field(
    "doubt",
    "What is not clear",
    Widget.TEXT,
    hint="Where the plan contradicts itself. Empty where it does not",
)
FROM = Field(
    "from", "From", Widget.DATE, hint="Nothing is due before this day. It may be left empty"
)
UNTIL = Field(
    "until",
    "Until",
    Widget.DATE,
    hint="Nothing is due after this day. Empty: until somebody ends it",
)
STEPS = Field(
    "steps",
    "Reminders, in working days from the date",
    hint="Before it with a minus: -10, -5, 0, 5. Empty: as usual",
    widget=Widget.NUMBERS,
)
EMPTY_OK = Field("nothing_to_report", "“Nothing to report” is accepted", Widget.TICK)
WHEN = FormSection(
    key="when",
    title="When it is due",
    covers=("when",),
    fields=lambda _: (
        Field("kind", "When is it due?", Widget.RADIOS, choices=timing.KINDS, needed=True),
    ),
    opens=lambda opened: {"kind": timing.kind_of(opened.document.get("when", {}))},
)
TIMING = FormSection(
    key="timing",
    title="When it is due",
    covers=("when",),
    fields=lambda opened: fields_of(opened.timing, opened.setting, opened.document.get("when", {})),
    opens=lambda opened: timing.opened(opened.timing, opened.document.get("when", {})),
    closes=lambda flat, opened: {"when": timing.closed(opened.timing, flat)},
    place=lambda path, kind: timing.field_at(path[1:], kind) if path[:1] == ("when",) else "",
)


def _others(opened: OpenedSection) -> Choices:
    own = opened.document.get("id")
    reports = [report for report in opened.setting.planner.reports if report.ref != own]
    return (("", "No other report"), *((report.ref, report.title) for report in reports))


DATES = FormSection(
    key="dates",
    title="From when, and reminders",
    covers=("from", "until", "steps", "met_by", "nothing_to_report"),
    fields=lambda opened: (
        FROM,
        UNTIL,
        STEPS,
        Field("met_by", "Counts as done when this one is", Widget.SELECT, choices=_others(opened)),
        EMPTY_OK,
    ),
)
SOURCE = section("source", "Where it comes from", QUOTE, ASSUMED, DOUBT)
REPORT_WHAT = section(
    "what",
    "What, and from whom",
    TITLE,
    Field("row", "Row of the plan", hint="What it is filed under", needed=True),
    OWNER,
    AUDIENCE,
)
ACTION_WHAT = section(
    "what",
    "What, and who does it",
    Field("number", "Number in the action plan", short=True, needed=True),
    TITLE,
    SECTION,
    Field("action", "The action in full", Widget.TEXT, needed=True),
    OWNER,
    AUDIENCE,
    Field("outcome", "What it is for", Widget.TEXT),
    Field("note", "Remark"),
)
EVENT_WHAT = section(
    "what",
    "What happens",
    Field(
        "title",
        "What happens",
        hint="As a sentence: The Board accepts the staff survey",
        needed=True,
    ),
)
PROMISE_WHAT = section(
    "what",
    "What is promised",
    Field("text", "What is promised", needed=True),
    Field("where", "Where the plan promises it", needed=True),
)
PLAN_WHAT = section(
    "what",
    "The plan",
    Field("title", "Title", needed=True),
    Field("source", "Source", needed=True),
    Field("from", "From", Widget.DATE, needed=True),
    Field(
        "to",
        "To",
        Widget.DATE,
        hint="These years bound the action plan; reports go on until they are ended",
        needed=True,
    ),
    Field("assumed", "What was assumed"),
)
DAYS_WHAT = section(
    "what",
    "Working days",
    Field(
        "closed",
        "Closed, besides the bank holidays",
        Widget.DAYS,
        hint="Each day on its own line: 27 December 2018",
    ),
    Field(
        "open",
        "Open, though it is a weekend or a bank holiday",
        Widget.DAYS,
        hint="Each day on its own line",
    ),
)


def _groups(planner: Planner) -> Choices:
    return (("", "None"), *((body.id, body.short) for body in planner.bodies))


BOARD_WHAT = FormSection(
    key="what",
    title="The Board",
    covers=("name", "business_group"),
    fields=lambda opened: (
        Field("name", "Name", needed=True),
        Field(
            "business_group",
            "Business Group",
            Widget.SELECT,
            choices=_groups(opened.setting.planner),
            hint="Its chair hears of what is ten working days late",
        ),
    ),
)
SECTIONS: Mapping[str, tuple[FormSection, ...]] = {
    "report": (REPORT_WHAT, WHEN, TIMING, SOURCE, DATES),
    "action": (
        ACTION_WHAT,
        WHEN,
        TIMING,
        SOURCE,
        section("dates", "From when, and reminders", FROM, UNTIL, STEPS),
    ),
    "body": (BODY_WHAT, ROLES, MEETS, BEFORE, EXCEPTIONS),
    "event": (EVENT_WHAT,),
    "promise": (PROMISE_WHAT,),
    "plan": (PLAN_WHAT,),
    "board": (BOARD_WHAT,),
    "working_days": (DAYS_WHAT,),
}


# What the form for a new entry asks, in this order.
STEPS_OF_NEW: Mapping[str, tuple[str, ...]] = {
    "report": ("what", "when", "timing", "source", "dates"),
    "action": ("what", "when", "timing", "source"),
    "body": ("what", "roles", "meets"),
    "event": ("what",),
    "promise": ("what",),
}
