"""How a planner file says when something is due: the `when = { … }` of an entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from ...core.validation.messages import within
from ..rules.date_text import month_number, stated_date, year_month
from ..rules.rrule import check_rrule
from ..rules.timing import (
    AFTER_WORKING_DAYS,
    PAPERS_WORKING_DAYS,
    After,
    AsRequired,
    AtMeetings,
    By,
    EveryMeeting,
    EveryMonths,
    EveryNth,
    LastIn,
    NamedMonths,
    OnCalendar,
    Ongoing,
    RecurrenceRule,
    Span,
    Undecided,
)
from .field_types import LONGEST_LINE, Day, Id, Line, OneOrMore


class Entry(BaseModel):
    """A table of the file: unknown keys are refused, values are never changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def none_twice(texts: Sequence[str], meanings: Sequence[object]) -> None:
    """Raise ValueError for the first of `texts` with the same meaning as another one."""
    for text, meaning in zip(texts, meanings, strict=True):
        if meanings.count(meaning) > 1:
            raise ValueError(f'"{text}" is named twice; leave one of them out')


def _known_months(months: tuple[str, ...]) -> tuple[str, ...]:
    none_twice(months, [month_number(month) for month in months])
    return months


def _known_year_month(text: str) -> str:
    year_month(text)
    return text


Months = Annotated[tuple[Line, ...], Field(min_length=1), AfterValidator(_known_months)]
MonthOfYear = Annotated[Line, AfterValidator(_known_year_month)]
DayOfMonth = Annotated[int, within(1, 31)]


# No Line, as what is wrong with several lines pasted from a calendar is said by the check.
Rule = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LINE),
    AfterValidator(check_rrule),
]


class MeetingWhen(Entry):
    """`{ meeting = "lscb" }`, with `months`, `last_in`, or `every` and `from`."""

    meeting: Id
    months: Months | None = None
    last_in: Span | None = None
    every: Annotated[int, within(2, 50)] | None = None
    from_: MonthOfYear | None = Field(default=None, alias="from")
    papers: Annotated[int, within(0, 60)] = PAPERS_WORKING_DAYS

    @model_validator(mode="after")
    def _one_choice(self) -> MeetingWhen:
        choices = [self.months, self.last_in, self.every]
        if sum(choice is not None for choice in choices) > 1:
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

    months: Months
    day: DayOfMonth | None = None

    def timing(self) -> OnCalendar:
        """The timing that this says."""
        months = tuple(month_number(month) for month in self.months)
        return OnCalendar(which=NamedMonths(months=months), day=self.day)


class EveryMonthsWhen(Entry):
    """`{ every_months = 3, from = "December 2017" }`, with `day` if not the last working day."""

    every_months: Annotated[int, within(1, 120)]
    from_: MonthOfYear = Field(alias="from")
    day: DayOfMonth | None = None

    def timing(self) -> OnCalendar:
        """The timing that this says."""
        which = EveryMonths(n=self.every_months, start=year_month(self.from_))
        return OnCalendar(which=which, day=self.day)


class RuleWhen(Entry):
    """`{ rrule = "FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01 }`, RFC 5545 3.3.10."""

    rrule: Rule
    from_: Day = Field(alias="from")

    def timing(self) -> OnCalendar:
        """The timing that this says."""
        return OnCalendar(which=RecurrenceRule(rrule=self.rrule, start=self.from_))


def tags_of(union: object) -> tuple[str, ...]:
    """The keys that tell the kinds of a union apart, in the order of precedence."""
    kinds, _ = get_args(union)
    return tuple(tag.tag for kind in get_args(kinds) for tag in kind.__metadata__)


def first_key(value: Any, names: tuple[str, ...]) -> str | None:
    """The first of `names` that a table or an entry has: the tag of its kind."""
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
CADENCES = tags_of(ReviewWhen)


class AfterWhen(Entry):
    """`{ after = "review-published", days = 20 }`: working days after a recorded event."""

    after: Id
    days: Annotated[int, within(0, 260)] = AFTER_WORKING_DAYS

    def timing(self) -> After:
        """The timing that this says."""
        return After(event=self.after, days=self.days)


class AsRequiredWhen(Entry):
    """`{ as_required = true }`."""

    as_required: Literal[True]

    def timing(self) -> AsRequired:
        """The timing that this says."""
        return AsRequired()


class UndecidedWhen(Entry):
    """`{ undecided = "The plan names no month." }`."""

    undecided: Line

    def timing(self) -> Undecided:
        """The timing that this says."""
        return Undecided(why=self.undecided)


def _stated(texts: tuple[str, ...]) -> tuple[str, ...]:
    dates = [stated_date(text) for text in texts]
    none_twice(texts, [(stated.precision, stated.last) for stated in dates])
    return tuple(stated.text for stated in dates)


class ByWhen(Entry):
    """`{ by = "July 2018" }`, several dates as a list, with `review` if it goes on after."""

    by: Annotated[tuple[Line, ...], OneOrMore, Field(min_length=1), AfterValidator(_stated)]
    review: ReviewWhen | None = None

    def timing(self) -> By:
        """The timing that this says."""
        dates = tuple(stated_date(text) for text in self.by)
        return By(dates=dates, review=None if self.review is None else self.review.timing())


class OngoingWhen(Entry):
    """`{ review = { meeting = "business-group", last_in = "quarter" } }`: never due."""

    review: ReviewWhen

    def timing(self) -> Ongoing:
        """The timing that this says."""
        return Ongoing(review=self.review.timing())


def _kind(value: Any) -> str | None:
    return first_key(value, KINDS)


# Every kind that a file knows, once: a new one is a class above and a line here.
When = Annotated[
    Annotated[ByWhen, Tag("by")]
    | Annotated[OngoingWhen, Tag("review")]
    | Annotated[AfterWhen, Tag("after")]
    | Annotated[AsRequiredWhen, Tag("as_required")]
    | Annotated[UndecidedWhen, Tag("undecided")]
    | Annotated[MeetingWhen, Tag("meeting")]
    | Annotated[EveryMonthsWhen, Tag("every_months")]
    | Annotated[RuleWhen, Tag("rrule")]
    | Annotated[MonthsWhen, Tag("months")],
    Discriminator(
        _kind,
        custom_error_type="when",
        custom_error_message='needs one of "meeting", "months", "every_months", "rrule", "by", '
        '"review", "after", "as_required" and "undecided", such as { by = "July 2018" }',
    ),
]
KINDS = tags_of(When)
