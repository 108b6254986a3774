"""How a planner file says when something is due: the `when = { … }` of an entry."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator

from .planner_cadence import (
    CADENCES,
    Entry,
    EveryMonthsWhen,
    MeetingWhen,
    MonthsWhen,
    ReviewWhen,
    RuleWhen,
    first_key,
)
from .planner_text import Id, Line
from .timing import AFTER_WORKING_DAYS, After, AsRequired, By, Ongoing, Undecided
from .words import stated_date


def _as_list(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


class AfterWhen(Entry):
    """`{ after = "review-published", days = 20 }`: working days after a recorded event."""

    after: Id
    days: int = Field(default=AFTER_WORKING_DAYS, ge=0, le=260)

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


class ByWhen(Entry):
    """`{ by = "July 2018" }`, several dates as a list, with `review` if it goes on after."""

    by: Annotated[tuple[Line, ...], BeforeValidator(_as_list), Field(min_length=1)]
    review: ReviewWhen | None = None

    @field_validator("by")
    @classmethod
    def _by(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        dates = [stated_date(text) for text in texts]
        meant = [(each.precision, each.last) for each in dates]
        for text, each in zip(texts, meant, strict=True):
            if meant.count(each) > 1:
                raise ValueError(f'"{text}" is named twice; leave one of them out')
        return tuple(each.text for each in dates)

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


KINDS = ("by", "review", "after", "as_required", "undecided", *CADENCES)


def _kind(value: Any) -> str | None:
    return first_key(value, KINDS)


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
