"""The kinds of fields of the planner's forms: shown in a form, and read from it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import MONTHS, long_date
from ...wording.planner_fields import holder_in_words
from ..request.dates import TypedDate, read_date, read_optional_date, shown_date, typed_date
from ..request.form import FieldError, Form

NUMBER = re.compile(r"[+-]?\d{1,4}")


# A list of days off for many years is long, and still far from what a form may hold.
MOST_ROWS = 400
HOLDER = re.compile(
    r"(?P<address>[^<>]*<[^<>]*>|\S+?),?(?: from (?P<from>.+?))?(?: (?:to|until) (?P<to>.+))?"
)
Flat = dict[str, Any]
Choices = tuple[tuple[str, str], ...]
EACH_MONTH: Choices = tuple((str(number), name) for number, name in enumerate(MONTHS, start=1))


class Widget(StrEnum):
    """The control of a field."""

    LINE = "line"
    TEXT = "text"
    BODIES = "bodies"
    TICK = "tick"
    TICKS = "ticks"
    DATE = "date"
    NUMBER = "number"
    NUMBERS = "numbers"
    SELECT = "select"
    RADIOS = "radios"
    ROWS = "rows"
    DAYS = "days"
    HOLDERS = "holders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The planner as it stands and the day, against which a form is filled in."""

    planner: Planner
    today: date


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `key` names it in the form and in what is read."""

    key: str
    label: str
    widget: Widget = Widget.LINE
    _: KW_ONLY
    hint: str = ""
    choices: Choices = ()
    needed: bool = False
    short: bool = False

    def shown(self, value: Any) -> tuple[str, ...]:
        """The value that the form begins with, as a browser would send it back."""
        match self.widget:
            case Widget.BODIES | Widget.TICKS:
                return tuple(value or ())
            case Widget.TICK:
                return ("yes",) if value else ()
            case Widget.DATE:
                typed = shown_date(date.fromisoformat(value) if value else None)
                return (typed.day, typed.month, typed.year)
            case Widget.NUMBERS:
                return (", ".join(str(number) for number in value or ()),)
            case Widget.ROWS:
                return ("\n".join(value or ()),)
            case Widget.DAYS:
                return ("\n".join(long_date(date.fromisoformat(day)) for day in value or ()),)
            case Widget.HOLDERS:
                return ("\n".join(holder_in_words(holder) for holder in value or ()),)
        return ("" if value is None else str(value),)

    def typed(self, form: Form) -> tuple[str, ...]:
        """The value that was typed or chosen, right or wrong."""
        if self.widget in (Widget.BODIES, Widget.TICKS, Widget.TICK):
            return form.all(self.key)
        if self.widget is Widget.DATE:
            parts = typed_date(form, self.key)
            return (parts.day, parts.month, parts.year)
        return (form.secret(self.key).replace("\r\n", "\n"),)

    def is_same(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether two states of the field read the same."""
        if self.widget in (Widget.BODIES, Widget.TICKS):
            return set(one) == set(other)
        return one == other

    def read(self, form: Form, setting: Setting, before: Any) -> Any:
        """The value that was typed; None for nothing. Raises FieldError.

        `before` keeps the order of what was chosen from a list.
        """
        value = READERS[self.widget](self, form, setting)
        if self.widget in (Widget.BODIES, Widget.TICKS) and value is not None:
            kept = [chosen for chosen in before or () if chosen in value]
            value = kept + [chosen for chosen in value if chosen not in kept]
        if self.needed and value in (None, [], ""):
            missing = {Widget.BODIES: "must have at least one", Widget.TICKS: "must be chosen"}
            chosen = self.widget in (Widget.SELECT, Widget.RADIOS)
            default = "must be chosen" if chosen else "must not be empty"
            raise FieldError(missing.get(self.widget, default))
        return value


def typed_values(fields: tuple[Field, ...], form: Form) -> dict[str, tuple[str, ...]]:
    """The values of the fields of a form that was sent."""
    return {field.key: field.typed(form) for field in fields}


def shown_values(fields: tuple[Field, ...], flat: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The values that the fields of a form begin with."""
    return {field.key: field.shown(flat.get(field.key)) for field in fields}


def as_date(values: tuple[str, ...]) -> TypedDate:
    """The three parts of a date for the macro that shows it."""
    day, month, year = values
    return TypedDate(day=day, month=month, year=year)


def _line(field: Field, form: Form, _: Setting) -> str | None:
    return form.text(field.key) or None


def _text(field: Field, form: Form, _: Setting) -> str | None:
    return form.lines(field.key) or None


def _bodies(field: Field, form: Form, setting: Setting) -> list[str]:
    sent = form.all(field.key)
    return [body.id for body in setting.planner.bodies if body.id in sent]


def _ticks(field: Field, form: Form, _: Setting) -> list[str]:
    sent = form.all(field.key)
    return [value for value, _text in field.choices if value in sent]


def _tick(field: Field, form: Form, _: Setting) -> bool | None:
    return True if form.has(field.key) else None


def _date(field: Field, form: Form, setting: Setting) -> str | None:
    if field.needed:
        return read_date(form, field.key, today=setting.today).isoformat()
    day = read_optional_date(form, field.key, today=setting.today)
    return None if day is None else day.isoformat()


def _number(field: Field, form: Form, _: Setting) -> int | None:
    text = form.text(field.key)
    return _whole(text) if text else None


def _numbers(field: Field, form: Form, _: Setting) -> list[int]:
    return [_whole(text) for text in re.split(r"[,;\s]+", form.text(field.key)) if text]


def _whole(text: str) -> int:
    # Word processors make a minus sign or a dash of a hyphen.
    plain = text.replace("−", "-").replace("–", "-")
    if NUMBER.fullmatch(plain) is None:
        raise FieldError(f"has “{text}”, which is not a whole number")
    return int(plain)


def _chosen(field: Field, form: Form, _: Setting) -> str | None:
    sent = form.text(field.key)
    if sent and sent not in {value for value, _text in field.choices}:
        raise FieldError("must be chosen from the list")
    return sent or None


def _rows(field: Field, form: Form, _: Setting) -> list[str]:
    rows = [" ".join(row.split()) for row in form.lines(field.key).split("\n")]
    return [row for row in rows if row]


def _days(field: Field, form: Form, setting: Setting) -> list[str]:
    rows = _rows(field, form, setting)
    if len(rows) > MOST_ROWS:
        raise FieldError(f"must have no more than {MOST_ROWS} days")
    return [_day(row, setting).isoformat() for row in rows]


def _day(text: str, setting: Setting) -> date:
    try:
        return TypedDate(day=text).read(today=setting.today)
    except FieldError as error:
        raise FieldError(f"has “{text}”, which {error}") from None


def _holders(field: Field, form: Form, setting: Setting) -> list[Flat]:
    return [_holder(row, setting) for row in _rows(field, form, setting)]


def _holder(text: str, setting: Setting) -> Flat:
    parts = HOLDER.fullmatch(text)
    if parts is None:
        raise FieldError(
            f"has “{text}”; write a name and an address, then from when and until when, such as "
            "Dr Jo Example <pmqag.chair@example.org> from 1 April 2018 to 31 March 2019"
        )
    holder = {"address": parts["address"]}
    for key in ("from", "to"):
        if parts[key]:
            holder[key] = _day(parts[key], setting).isoformat()
    return holder


READERS: dict[Widget, Callable[[Field, Form, Setting], Any]] = {
    Widget.LINE: _line,
    Widget.TEXT: _text,
    Widget.BODIES: _bodies,
    Widget.TICK: _tick,
    Widget.TICKS: _ticks,
    Widget.DATE: _date,
    Widget.NUMBER: _number,
    Widget.NUMBERS: _numbers,
    Widget.SELECT: _chosen,
    Widget.RADIOS: _chosen,
    Widget.ROWS: _rows,
    Widget.DAYS: _days,
    Widget.HOLDERS: _holders,
}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSection:
    """The entry that a section is opened upon, and the kind of its timing.

    `was` is what the fields began with.
    """

    setting: Setting
    document: Flat
    timing: str = ""
    was: Flat = field(default_factory=dict)


def _as_it_stands(opened: OpenedSection) -> Flat:
    return opened.document


def _each_field(flat: Flat, _: OpenedSection) -> Flat:
    return flat


def _first_step(path: Path, _: str) -> str:
    return str(path[0]) if path else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """A few fields that are changed together.

    `opens` lays the entry out for the fields, `closes` makes a patch of the entry of what they
    hold, `place` says which field a place in the entry belongs to.
    """

    key: str
    title: str
    covers: tuple[str, ...]
    fields: Callable[[OpenedSection], tuple[Field, ...]]
    intro: str = ""
    opens: Callable[[OpenedSection], Flat] = _as_it_stands
    closes: Callable[[Flat, OpenedSection], Flat] = _each_field
    place: Callable[[Path, str], str] = _first_step


def section(key: str, title: str, *fields: Field, intro: str = "") -> FormSection:
    """A section of fields that stand in the entry as they are."""
    covers = tuple(field.key for field in fields)
    return FormSection(key=key, title=title, covers=covers, fields=lambda _: fields, intro=intro)
