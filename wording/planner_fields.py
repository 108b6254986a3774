"""What stands in a planner, in words: each entry's fields, and what a change makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from ..calendar.planner.entries import Document
from ..calendar.planner.model import Planner
from ..calendar.planner.roles import ROLES
from ..calendar.planner.timing_schema import When
from ..calendar.rules.date_text import MONTHS, listed, long_date, month_number
from ..core.addresses import Address
from .text import count, shorten
from .timings import sentence

# A change is told on one line of a list; the entry itself shows the whole text.
LONGEST_TOLD = 80
KINDS = {
    "report": "report",
    "action": "action",
    "body": "body",
    "event": "event",
    "promise": "promise",
    "plan": "plan",
    "board": "Board",
    "working_days": "working days",
}
LABELS = {
    "title": "Title",
    "row": "Row of the plan",
    "number": "Number",
    "section": "Section",
    "action": "Action",
    "outcome": "Outcome",
    "owner": "Owed by",
    "to": "Goes to",
    "when": "When",
    "quote": "The plan’s own words",
    "assumed": "Assumed",
    "doubt": "Not clear",
    "note": "Remark",
    "from": "From",
    "until": "Until",
    "steps": "Reminders",
    "met_by": "Met by",
    "nothing_to_report": "“Nothing to report” is accepted",
    "name": "Name",
    "short": "Short name",
    "kind": "Kind",
    "lead": "Who answers for it is called",
    "also": "Also called",
    "chair": "Chair",
    "vice-chair": "Vice-chair",
    "administrator": "Administrator",
    "secretariat": "Secretariat",
    "meets": "Meets",
    "met": "Met before",
    "meeting": "Single meetings",
    "text": "What is promised",
    "where": "Where",
    "source": "Source",
    "business_group": "Business Group",
    "closed": "Closed, besides the bank holidays",
    "open": "Open, though it is a weekend or a bank holiday",
}
OWN_LABELS = {("plan", "to"): "To", ("event", "title"): "What happens"}
WHEN: TypeAdapter[Any] = TypeAdapter(When)
BODY_KINDS = {
    "board": "The Board",
    "group": "A group of the Board",
    "subgroup": "A subgroup",
    "partner": "An outside partner",
    "post": "A post",
}
NOTHING = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of an entry: what it was and what it will be, in words; "" for nothing."""

    key: str
    label: str
    before: str
    after: str


def label(kind: str, key: str) -> str:
    """What a field of an entry is called on pages."""
    return OWN_LABELS.get((kind, key)) or LABELS.get(key, key)


def entry_title(kind: str, document: Mapping[str, Any]) -> str:
    """ "the report “S.11 annual report”", "the plan"."""
    names = ("short", "name") if kind == "body" else ("title", "text", "name")
    own = next((document[name] for name in names if document.get(name)), "")
    if kind in ("plan", "working_days") or not own:
        return f"the {KINDS[kind]}"
    if kind == "body":
        return str(own)
    number = f"{document['number']} " if kind == "action" and document.get("number") else ""
    return f"the {KINDS[kind]} {number}“{shorten(str(own), LONGEST_TOLD)}”"


def in_words(key: str, value: Any, planner: Planner) -> str:
    """A field's value as a reader would say it, such as "every March, at the LSCB meeting"."""
    if value in (None, "", [], {}, False):
        return ""
    say = SAYS.get(key)
    return str(value) if say is None else say(value, planner)


def field_changes(
    kind: str, before: Document, after: Document, planners: tuple[Planner, Planner]
) -> list[FieldChange]:
    """The fields of an entry that change, with the planner before and after it."""
    keys = [*before, *(key for key in after if key not in before)]
    in_order = sorted(keys, key=lambda key: list(LABELS).index(key) if key in LABELS else -1)
    return [
        FieldChange(
            key=key,
            label=label(kind, key),
            before=in_words(key, before.get(key), planners[0]),
            after=in_words(key, after.get(key), planners[1]),
        )
        for key in in_order
        if key != "id" and before.get(key) != after.get(key)
    ]


def changes_on_one_line(changes: list[FieldChange]) -> str:
    """Changes of fields on one line: "title now “B” instead of “A”; …"."""
    return "; ".join(_on_one_line(change) for change in changes)


def _on_one_line(change: FieldChange) -> str:
    name = change.label if change.label.startswith("“") else _small(change.label)
    was, now = (shorten(text, LONGEST_TOLD) for text in (change.before, change.after))
    if not was:
        return f"{name} now “{now}”"
    if not now:
        return f"{name} taken out (it was “{was}”)"
    return f"{name} now “{now}” instead of “{was}”"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def timing_in_words(when: Any, planner: Planner) -> str:
    """A `when` of the file as a sentence without a full stop."""
    return sentence(WHEN.validate_python(when).timing(), planner)


def holder_in_words(holder: Mapping[str, Any]) -> str:
    """ "Dr Jo Example <pmqag.chair@example.org> from 1 April 2018 to 31 March 2019"."""
    words = str(Address(name=holder.get("name", ""), address=holder["address"]))
    for key in ("from", "to"):
        if holder.get(key):
            words += f" {key} {_day(holder[key])}"
    return words


def meeting_in_words(change: Mapping[str, Any]) -> str:
    """A meeting that was moved, cancelled or added."""
    day = change.get("added") or change.get("moved") or change["cancelled"]
    words = ["added"] if change.get("added") else []
    words += ["extraordinary"] if change.get("extraordinary") else []
    words += [f"moved to {_day(change['to'])}"] if change.get("to") else []
    words += ["cancelled"] if change.get("cancelled") else []
    return f"{_day(day)}: {', '.join(words)}"


def series_in_words(meets: Mapping[str, Any]) -> str:
    """ "second Thursday of January and March, 09:30-12:30"."""
    months = listed([MONTHS[month_number(month) - 1] for month in meets["months"]])
    if len(meets["months"]) == len(MONTHS):
        months = "every month"
    days = meets["day"] if isinstance(meets["day"], list) else [meets["day"]]
    time = f", {meets['time']}" if meets.get("time") else ""
    assumed = f" (assumed: {meets['assumed']})" if meets.get("assumed") else ""
    return f"{listed(days)} of {months}{time}{assumed}"


def former_series_in_words(met: Mapping[str, Any]) -> str:
    """ "second Thursday of January, until 31 August 2018"."""
    return f"{series_in_words(met)}, until {_day(met['until'])}"


def steps_in_words(steps: list[int]) -> str:
    """ "10 and 5 working days before, on the day"."""
    before = [str(-step) for step in steps if step < 0]
    after = [str(step) for step in steps if step > 0]
    parts = [f"{listed(before)} working days before"] if before else []
    parts += ["on the day"] if 0 in steps else []
    parts += [f"{listed(after)} working days after"] if after else []
    return ", ".join(parts)


def _day(value: Any) -> str:
    return long_date(value if isinstance(value, date) else date.fromisoformat(str(value)))


def _bodies(ids: list[str], planner: Planner) -> str:
    return listed([_body(body_id, planner) for body_id in ids])


def _body(body_id: str, planner: Planner) -> str:
    body = planner.body(body_id)
    return body_id if body is None else body.short


def _report(ref: str, planner: Planner) -> str:
    return next((report.title for report in planner.reports if report.ref == ref), ref)


def _holders(holders: list[Document], _: Planner) -> str:
    return "\n".join(holder_in_words(holder) for holder in holders)


def _days(days: list[str], _: Planner) -> str:
    return "\n".join(_day(day) for day in days) if len(days) < 60 else count(len(days), "day")


SAYS: dict[str, Callable[[Any, Planner], str]] = {
    "owner": _bodies,
    "to": lambda value, planner: (
        _bodies(value, planner) if isinstance(value, list) else _day(value)
    ),
    "when": timing_in_words,
    "from": lambda value, _: _day(value),
    "until": lambda value, _: _day(value),
    "steps": lambda value, _: steps_in_words(value),
    "met_by": _report,
    "nothing_to_report": lambda _value, _planner: "yes",
    "kind": lambda value, _: BODY_KINDS.get(value, value),
    "also": lambda value, _: listed(list(value)),
    **dict.fromkeys(ROLES, _holders),
    "meets": lambda value, _: series_in_words(value),
    "met": lambda value, _: "\n".join(former_series_in_words(rule) for rule in value),
    "meeting": lambda value, _: "\n".join(meeting_in_words(change) for change in value),
    "business_group": _body,
    "closed": _days,
    "open": _days,
}
