"""Meetings that were held stay as they were when a planner is brought in or a rule is edited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ..rules.date_text import long_date
from ..rules.meeting_series import scheduled_days
from ..rules.working_days import last_day
from .builder import series_of
from .file_schema import BodyEntry, ChangeEntry, MeetsEntry, MetEntry, PlannerFile

ONE_DAY = timedelta(days=1)
# A rule and the last day on which it holds.
Era = tuple[MeetsEntry, date]


def with_meetings_held(before: PlannerFile, after: PlannerFile, today: date) -> PlannerFile:
    """`after`, with the rules and the changes of `before` for the meetings before `today`.

    A rule of `after` that says from when it holds, by the `until` of the one before it, holds
    from then on, even where that day has passed.
    """
    former = {body.id: body for body in before.body if body.meets is not None}
    bodies = tuple(
        body if body.meets is None or body.id not in former else _kept(former[body.id], body, today)
        for body in after.body
    )
    return after.model_copy(update={"body": bodies})


def kept_in_words(wanted: PlannerFile, kept: PlannerFile) -> Iterator[str]:
    """What of the past was kept that a planner, as it was `wanted`, does not hold."""
    for asked, body in zip(wanted.body, kept.body, strict=True):
        name = body.short or body.name
        if asked.met != body.met and body.met:
            since = long_date(body.met[-1].until + ONE_DAY)
            yield (
                f"{name} meets by its new rule from {since}. Its meetings before that stay as they "
                "were."
            )
        if len(asked.meeting) < len(body.meeting):
            yield f"What was moved, cancelled or added of past meetings of {name} is kept."


def _kept(was: BodyEntry, body: BodyEntry, today: date) -> BodyEntry:
    if _eras(was) != _eras(body):
        last = _last_day(was, body, today)
        eras = _without_repeats(
            [
                *((rule, min(until, last)) for rule, until in _since(_eras(was), last)),
                *((rule, until) for rule, until in _eras(body) if until > last),
            ]
        )
        *earlier, (meets, _) = eras
        met = tuple(_met(rule, until) for rule, until in earlier)
        body = body.model_copy(update={"meets": meets, "met": met})
    mentioned = {_named(change) for change in body.meeting}
    past = [
        change
        for change in was.meeting
        if _is_past(change, today) and _named(change) not in mentioned
    ]
    return body.model_copy(update={"meeting": (*past, *body.meeting)}) if past else body


def _eras(body: BodyEntry) -> list[Era]:
    """The rules of a body one after the other."""
    now = [] if body.meets is None else [(body.meets, date.max)]
    return [*((_plain(met), met.until) for met in body.met), *now]


def _plain(rule: MeetsEntry) -> MeetsEntry:
    return MeetsEntry(day=rule.day, months=rule.months, time=rule.time, assumed=rule.assumed)


def _met(rule: MeetsEntry, until: date) -> MetEntry:
    return MetEntry(
        day=rule.day, months=rule.months, time=rule.time, assumed=rule.assumed, until=until
    )


def _since(eras: Sequence[Era], last: date) -> Iterator[Era]:
    """The rules that hold up to a day."""
    starts = date.min
    for rule, until in eras:
        if starts <= last:
            yield rule, until
        starts = until if until == date.max else until + ONE_DAY


def _without_repeats(eras: Sequence[Era]) -> list[Era]:
    """The rules without those that the next one repeats."""
    kept: list[Era] = []
    for rule, until in eras:
        if kept and _says(kept[-1][0]) == _says(rule):
            kept.pop()
        kept.append((rule, until))
    return kept


def _says(rule: MeetsEntry) -> tuple[object, ...]:
    """The rule itself, whatever was assumed of it."""
    return rule.day, rule.months, rule.time


def _last_day(was: BodyEntry, body: BodyEntry, today: date) -> date:
    """The last day of the rules as they were: today, unless the new ones say from when they hold.

    Where the new rule would give this month no meeting, it keeps the one that is ahead.
    """
    known = {met.until for met in was.met}
    stated = [met.until for met in body.met if met.until not in known and met.until < today]
    if stated:
        return min(stated)
    first, end = today.replace(day=1), last_day(today.year, today.month)
    old, new = series_of(was), series_of(body)
    if old is None or new is None:
        return today
    ahead = any(scheduled_days(old, today + ONE_DAY, end))
    rule = replace(new, before=None, starts=None)
    if ahead and any(scheduled_days(rule, first, today)):
        return today if any(scheduled_days(rule, today + ONE_DAY, end)) else end
    return today


def _named(change: ChangeEntry) -> tuple[date | None, ...]:
    """What an entry is about: which meeting, and what of it."""
    return change.moved, change.added, None if change.added else change.cancelled


def _is_past(change: ChangeEntry, today: date) -> bool:
    day = change.moved or change.added or change.cancelled
    return day is not None and max(day, change.to or day) < today
