"""How a planner file says what comes again and again: at meetings, in months, by a rule."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from .planner_text import Day, Id, Line
from .rrules import check_rrule
from .timing import (
    PAPERS_WORKING_DAYS,
    AtMeetings,
    EveryMeeting,
    EveryMonths,
    EveryNth,
    LastIn,
    NamedMonths,
    OnCalendar,
    RecurrenceRule,
    Span,
)
from .words import month_number, year_month


class Entry(BaseModel):
    """A table of the file: unknown keys are refused, values are never changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def known_months(months: tuple[str, ...]) -> tuple[str, ...]:
    """`months` as they are; ValueError when one is none, or stands there twice."""
    numbers = [month_number(month) for month in months]
    for month in months:
        if numbers.count(month_number(month)) > 1:
            raise ValueError(f'"{month}" is named twice; leave one of them out')
    return months


def _known_year_month(text: str) -> str:
    year_month(text)
    return text


class MeetingWhen(Entry):
    """`{ meeting = "lscb" }`, with `months`, `last_in`, or `every` and `from`."""

    meeting: Id
    months: tuple[Line, ...] | None = Field(default=None, min_length=1)
    last_in: Span | None = None
    every: int | None = Field(default=None, ge=2, le=50)
    from_: Line | None = Field(default=None, alias="from")
    papers: int = Field(default=PAPERS_WORKING_DAYS, ge=0, le=60)

    @field_validator("months")
    @classmethod
    def _months(cls, months: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return months and known_months(months)

    @field_validator("from_")
    @classmethod
    def _from(cls, text: str | None) -> str | None:
        return text and _known_year_month(text)

    @model_validator(mode="after")
    def _one_choice(self) -> MeetingWhen:
        given = [self.months, self.last_in, self.every]
        if sum(choice is not None for choice in given) > 1:
            raise ValueError(
                'says several things at once; give only one of "months", "last_in" and "every"'
            )
        if (self.every is None) != (self.from_ is None):
            raise ValueError(
                'needs both "every" and "from", such as every = 2, from = "December 2017"'
            )
        return self

    def timing(self) -> AtMeetings:
        """The timing that this says."""
        return AtMeetings(body=self.meeting, which=self._which(), papers=self.papers)

    def _which(self) -> EveryMeeting | NamedMonths | EveryNth | LastIn:
        if self.months is not None:
            return NamedMonths(months=tuple(month_number(month) for month in self.months))
        if self.last_in is not None:
            return LastIn(span=self.last_in)
        if self.every is not None and self.from_ is not None:
            return EveryNth(n=self.every, start=year_month(self.from_))
        return EveryMeeting()


class MonthsWhen(Entry):
    """`{ months = ["February", "August"] }`: due on the month's last working day, or `day`."""

    months: tuple[Line, ...] = Field(min_length=1)
    day: int | None = Field(default=None, ge=1, le=31)

    @field_validator("months")
    @classmethod
    def _months(cls, months: tuple[str, ...]) -> tuple[str, ...]:
        return known_months(months)

    def timing(self) -> OnCalendar:
        """The timing that this says."""
        months = tuple(month_number(month) for month in self.months)
        return OnCalendar(which=NamedMonths(months=months), day=self.day)


class EveryMonthsWhen(Entry):
    """`{ every_months = 3, from = "December 2017" }`, with `day` if not the last working day."""

    every_months: int = Field(ge=1, le=120)
    from_: Line = Field(alias="from")
    day: int | None = Field(default=None, ge=1, le=31)

    @field_validator("from_")
    @classmethod
    def _from(cls, text: str) -> str:
        return _known_year_month(text)

    def timing(self) -> OnCalendar:
        """The timing that this says."""
        which = EveryMonths(n=self.every_months, start=year_month(self.from_))
        return OnCalendar(which=which, day=self.day)


class RuleWhen(Entry):
    """`{ rrule = "FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01 }`, RFC 5545 3.3.10."""

    rrule: Line
    from_: Day = Field(alias="from")

    @field_validator("rrule")
    @classmethod
    def _rrule(cls, text: str) -> str:
        check_rrule(text)
        return text

    def timing(self) -> OnCalendar:
        """The timing that this says."""
        return OnCalendar(which=RecurrenceRule(rrule=self.rrule, start=self.from_))


CADENCES = ("meeting", "every_months", "rrule", "months")


def first_key(value: Any, names: tuple[str, ...]) -> str | None:
    """Which kind of `when` a table is, told by the key that gives it away."""
    if isinstance(value, dict):
        return next((name for name in names if name in value), None)
    return next((name for name in names if hasattr(value, name)), None)


def _cadence_kind(value: Any) -> str | None:
    return first_key(value, CADENCES)


ReviewWhen = Annotated[
    Annotated[MeetingWhen, Tag("meeting")]
    | Annotated[EveryMonthsWhen, Tag("every_months")]
    | Annotated[RuleWhen, Tag("rrule")]
    | Annotated[MonthsWhen, Tag("months")],
    Discriminator(
        _cadence_kind,
        custom_error_type="when",
        custom_error_message='needs one of "meeting", "months", "every_months" and "rrule", such '
        'as { meeting = "lscb", last_in = "quarter" }',
    ),
]
