"""Steps: the reminders and chasers of one due date, counted in working days from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from itertools import groupby, takewhile

from .working_days import WorkingDays


class Level(StrEnum):
    """The capacities in which people are mailed about a step, in order of precedence."""

    OWNER = "owner"
    BOARD = "board"
    BUSINESS = "business"
    DEPUTY = "deputy"
    SECRETARIAT = "secretariat"


# From this step on the level gets a copy.
COPIED_FROM = {Level.DEPUTY: 5, Level.SECRETARIAT: 5, Level.BUSINESS: 10, Level.BOARD: 20}


class Notice(IntEnum):
    """The steps of notices that what was announced is off: none lies so far from a due date."""

    CANCELLED = 10_000  # its meeting is
    HANDED_OVER = 10_001
    PUT_OFF = 10_002
    LEFT_PLANNER = 10_003


# The first of the notices.
TAKEN_BACK: int = Notice.CANCELLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The steps of an occurrence: at `offsets` from its due date, then every `repeat` days."""

    offsets: tuple[int, ...]
    repeat: int | None = None
    escalates: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Step:
    """One step: the `day` it falls on, and its `offset` in working days from the due date."""

    day: date
    offset: int


REMINDERS = Policy(offsets=(-20, -10, -5, -1, 0, 1, 5, 10, 15, 20), repeat=20)
REVIEWS = Policy(offsets=(-5, 0), escalates=False)


def is_notice(step: int) -> bool:
    """Whether a step of the ledger says that what was announced is off."""
    return step >= TAKEN_BACK


def steps(due: date, policy: Policy, days: WorkingDays) -> Iterator[Step]:
    """The steps of a due date, earliest first; without end where the policy repeats."""
    for offset in policy.offsets:
        yield Step(day=days.shift(due, offset), offset=offset)
    if policy.repeat is None:
        return
    # Each repeat is counted on from the one before: counting every one from the due date
    # would make a step that comes years later cost years of counting.
    last = Step(day=days.shift(due, policy.offsets[-1]), offset=policy.offsets[-1])
    while True:
        last = Step(day=days.shift(last.day, policy.repeat), offset=last.offset + policy.repeat)
        yield last


def steps_due(due: date, policy: Policy, today: date, days: WorkingDays) -> list[Step]:
    """The steps of a due date that fall on or before `today`, earliest first."""
    return list(takewhile(lambda step: step.day <= today, steps(due, policy, days)))


def steps_left(
    due: date, policy: Policy, days: WorkingDays, *, last_step: int | None, since: date
) -> Iterator[Step]:
    """The steps of a due date from the day `since` that are not decided; `last_step` was last."""
    for step in steps(due, policy, days):
        if step.day >= since and (last_step is None or step.offset > last_step):
            yield step


def mailed_steps(
    left: Iterable[Step], first: date, days: WorkingDays
) -> Iterator[tuple[date, Step]]:
    """Each day on which a step is mailed, from `first` on, with the latest that has come by it."""
    for day, same in groupby(left, lambda step: max(days.on_or_after(step.day), first)):
        *_, latest = same
        yield day, latest


def next_step(due: date, policy: Policy, today: date, days: WorkingDays) -> Step | None:
    """The first step of a due date after `today`, or None when no more will come."""
    return next((step for step in steps(due, policy, days) if step.day > today), None)


def levels_of(step: Step, policy: Policy) -> list[Level]:
    """Who is mailed about `step`, in order of precedence."""
    if not policy.escalates:
        return [Level.OWNER]
    return [level for level in Level if step.offset >= COPIED_FROM.get(level, step.offset)]
