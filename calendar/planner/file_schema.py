"""The schema of a planner file, table by table.

The models hold the file's own words, so that writing them out again gives the same content;
`builder.py` turns them into the planner that the rest of boardcal works with.
"""

from __future__ import annotations

import re
from datetime import time
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from ...core.addresses import AddressError, parse_address
from ..rules.date_text import ORDINALS, WEEKDAYS
from .field_types import Cell, Day, Id, Line, MailAddress, OneOrMore, PersonName
from .model import BodyKind
from .timing_schema import Entry, Months, When

TIMES = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


class HolderEntry(Entry):
    """A role-holder with dates: `{ address = "…", from = 2018-04-01, to = 2019-03-31 }`.

    The person's `name` may stand beside the address or in it: "Dr Jo Example <jo@example.org>".
    """

    name: PersonName | None = None
    address: MailAddress
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_of_its_own(cls, holder: Any) -> Any:
        """The name that stands in the address, beside it."""
        if not isinstance(holder, dict) or not isinstance(holder.get("address"), str):
            return holder
        try:
            mailbox = parse_address(holder["address"])
        except AddressError:  # its own field says what is wrong with it
            return holder
        return {"name": mailbox.name, **holder} if mailbox.name else holder

    @model_validator(mode="after")
    def _in_order(self) -> HolderEntry:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"ends ({self.to}) before it begins ({self.from_})")
        return self


def _as_holders(value: Any) -> Any:
    """One address in quotes stands for a holder without dates."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)):
        return [{"address": holder} if isinstance(holder, str) else holder for holder in value]
    return value


Holders = Annotated[tuple[HolderEntry, ...], BeforeValidator(_as_holders)]


class ChangeEntry(Entry):
    """One meeting that was `moved` (with `to`), `cancelled` or `added`.

    An added one says itself where it was moved (`to`), and that it was `cancelled`.
    """

    moved: Day | None = None
    added: Day | None = None
    to: Day | None = None
    extraordinary: bool = False
    cancelled: Day | None = None
    decided: Day | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> ChangeEntry:
        named = sum(day is not None for day in (self.moved, self.cancelled, self.added))
        if named != 1 and not (named == 2 and self.added and self.cancelled == self.added):
            raise ValueError('needs exactly one of "moved", "cancelled" and "added"')
        if (self.moved is None) != (self.to is None) and not self.added:
            raise ValueError('needs "moved" and "to" together')
        if self.decided and not self.cancelled:
            raise ValueError('has "decided" without "cancelled"')
        if self.extraordinary and not self.added:
            raise ValueError('has "extraordinary" without "added"')
        return self


class MeetsEntry(Entry):
    """When a body meets: `day = "second Thursday"`, `months`, and `time` if known."""

    day: Annotated[tuple[Line, ...], OneOrMore, Field(min_length=1)]
    months: Months
    time: Line | None = None
    assumed: Line | None = None

    @field_validator("day")
    @classmethod
    def _day(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        for text in days:
            ordinal, _, weekday = text.partition(" ")
            if ordinal not in ORDINALS or weekday not in WEEKDAYS:
                raise ValueError(f'"{text}" is not a day such as "second Thursday"')
            if days.count(text) > 1:
                raise ValueError(f'"{text}" is named twice; leave one of them out')
        return days

    @field_validator("time")
    @classmethod
    def _time(cls, text: str | None) -> str | None:
        if text is not None:
            times_of(text)
        return text


def times_of(text: str) -> tuple[time, time]:
    """The two times of "09:30-12:30"; ValueError when it is not such a pair in order."""
    match = TIMES.fullmatch(text.replace("–", "-").replace(" ", ""))
    try:
        if match is None:
            raise ValueError
        hours = [int(part) for part in match.groups()]
        begins, ends = time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError:
        raise ValueError(f'"{text}" is not a time such as "09:30-12:30"') from None
    if ends <= begins:
        raise ValueError(f'"{text}" ends before it begins')
    return begins, ends


class MetEntry(MeetsEntry):
    """A `[[body.met]]`: when a body met before, with the last day `until` which that held."""

    until: Day


class BodyEntry(Entry):
    """A `[[body]]`: a Board, a subgroup or an outside partner, and who holds its roles."""

    id: Id
    name: Line
    short: Line | None = None
    kind: BodyKind
    lead: Line = "chair"
    also: tuple[Line, ...] = ()
    chair: Holders = ()
    vice_chair: Holders = Field(default=(), alias="vice-chair")
    administrator: Holders = ()
    secretariat: Holders = ()
    assumed: Line | None = None
    meets: MeetsEntry | None = None
    met: tuple[MetEntry, ...] = ()
    meeting: tuple[ChangeEntry, ...] = ()

    @field_validator("met")
    @classmethod
    def _one_after_the_other(cls, rules: tuple[MetEntry, ...]) -> tuple[MetEntry, ...]:
        for earlier, later in pairwise(rules):
            if later.until <= earlier.until:
                raise ValueError(f"must stand in order: {later.until} is not after {earlier.until}")
        return rules


Steps = Annotated[tuple[int, ...], Field(min_length=1)]


class ObligationEntry(Entry):
    """The keys that `[[report]]` and `[[action]]` share."""

    id: Id
    title: Line
    owner: Annotated[tuple[Id, ...], OneOrMore, Field(min_length=1)]
    to: Annotated[tuple[Id, ...], OneOrMore] = ()
    when: When
    quote: Cell
    assumed: Cell | None = None
    doubt: Cell | None = None
    steps: Steps | None = None
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @field_validator("steps")
    @classmethod
    def _steps(cls, steps: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if steps is not None and list(steps) != sorted(set(steps)):
            raise ValueError("must rise, each number once, such as [-10, -5, 0, 5]")
        return steps


class ReportEntry(ObligationEntry):
    """A `[[report]]`; `row` is the planner's cell "What", `met_by` another report's id."""

    row: Line
    met_by: Id | None = None
    nothing_to_report: bool = False


class ActionEntry(ObligationEntry):
    """An `[[action]]`: `number` as printed (text: 1.10 is not 1.1), `action` its cell."""

    number: Line
    section: Line
    action: Cell
    outcome: Cell | None = None
    note: Line | None = None


class EventEntry(Entry):
    """An `[[event]]` that timings wait for."""

    id: Id
    title: Line


class PromiseEntry(Entry):
    """A `[[promise]]`: promised elsewhere in the source, missing from its planner."""

    text: Line
    where: Line


class BoardEntry(Entry):
    """The `[board]` table."""

    id: Id
    name: Line
    business_group: Id | None = None


class PlanEntry(Entry):
    """The `[plan]` table: the document, and the years that bound its actions."""

    title: Line
    source: Line
    from_: Day = Field(alias="from")
    to: Day
    assumed: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> PlanEntry:
        if self.to < self.from_:
            raise ValueError(f"ends ({self.to}) before it begins ({self.from_})")
        return self


class DaysEntry(Entry):
    """The `[working_days]` table: days off besides the bank holidays, and the reverse."""

    closed: tuple[Day, ...] = ()
    open: tuple[Day, ...] = ()


class PlannerFile(Entry):
    """A whole planner file."""

    format: Literal[1] = 1
    board: BoardEntry
    plan: PlanEntry
    working_days: DaysEntry = DaysEntry()
    body: tuple[BodyEntry, ...] = Field(min_length=1)
    event: tuple[EventEntry, ...] = ()
    report: tuple[ReportEntry, ...] = ()
    action: tuple[ActionEntry, ...] = ()
    promise: tuple[PromiseEntry, ...] = ()

    @field_validator("body", "event", "report", "action", "promise", mode="before")
    @classmethod
    def _lists(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, dict):
            says = f"needs two brackets on each side, [[{info.field_name}]]"
            raise ValueError(says)  # noqa: TRY004 - pydantic gathers only ValueErrors
        return value
