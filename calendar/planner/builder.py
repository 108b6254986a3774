"""From a planner file's own words to the planner that boardcal works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ..rules.date_text import ORDINALS, WEEKDAYS, month_number
from ..rules.escalation import REMINDERS, Policy
from ..rules.meeting_series import MeetingChange, MeetingChangeKind, Series, Weekday
from ..rules.working_days import WorkingDays
from .file_schema import (
    ActionEntry,
    BodyEntry,
    ChangeEntry,
    Holders,
    MeetsEntry,
    ObligationEntry,
    PlannerFile,
    ReportEntry,
    times_of,
)
from .model import Action, AwaitedEvent, Body, Obligation, Plan, Planner, Promise, Report
from .roles import RoleHolder, RoleName

ONE_DAY = timedelta(days=1)


def planner_of(content: PlannerFile) -> Planner:
    """The planner that a checked file describes."""
    names = _names(content)
    return Planner(
        board=content.board.id,
        name=content.board.name,
        plan=Plan(
            title=content.plan.title,
            source=content.plan.source,
            starts=content.plan.from_,
            ends=content.plan.to,
            assumed=content.plan.assumed,
        ),
        bodies=tuple(_body(entry, names) for entry in content.body),
        reports=tuple(_report(entry) for entry in content.report),
        actions=tuple(_action(entry) for entry in content.action),
        events=tuple(AwaitedEvent(id=entry.id, title=entry.title) for entry in content.event),
        promises=tuple(Promise(text=entry.text, where=entry.where) for entry in content.promise),
        business_group=content.board.business_group,
        days=WorkingDays(closed=content.working_days.closed, open_days=content.working_days.open),
    )


def _body(entry: BodyEntry, names: Mapping[str, str]) -> Body:
    return Body(
        id=entry.id,
        name=entry.name,
        short=entry.short or entry.name,
        kind=entry.kind,
        lead=entry.lead,
        also=entry.also,
        holders=_holders(entry, names),
        series=series_of(entry),
        assumed=_assumed(entry),
    )


def _assumed(entry: BodyEntry) -> str | None:
    notes = (entry.assumed, entry.meets and entry.meets.assumed)
    return " ".join(note for note in notes if note) or None


def _holders(entry: BodyEntry, names: Mapping[str, str]) -> tuple[RoleHolder, ...]:
    return tuple(
        RoleHolder(
            role=role,
            address=holder.address,
            name=holder.name or names.get(holder.address, ""),
            starts=holder.from_,
            ends=holder.to,
        )
        for role, holders in _roles(entry).items()
        for holder in holders
    )


def _names(content: PlannerFile) -> dict[str, str]:
    """What each address is called, in whichever role it says so; of several the newest name."""
    named = [
        (holder.from_ or date.min, holder.address, holder.name)
        for entry in content.body
        for holders in _roles(entry).values()
        for holder in holders
        if holder.name
    ]
    return {address: name for _, address, name in sorted(named, key=lambda holder: holder[0])}


def _roles(entry: BodyEntry) -> dict[RoleName, Holders]:
    return {
        RoleName.CHAIR: entry.chair,
        RoleName.VICE_CHAIR: entry.vice_chair,
        RoleName.ADMINISTRATOR: entry.administrator,
        RoleName.SECRETARIAT: entry.secretariat,
    }


def series_of(entry: BodyEntry) -> Series | None:
    """The meetings that a [body.meets] and what stands beside it say; None where it has none."""
    if entry.meets is None:
        return None
    before, starts = None, None
    for met in entry.met:
        before = replace(_rule(met), starts=starts, before=before)
        starts = met.until + ONE_DAY
    changes = tuple(_change(change) for change in entry.meeting)
    return replace(_rule(entry.meets), starts=starts, before=before, changes=changes)


def _rule(entry: MeetsEntry) -> Series:
    begins, ends = (None, None) if entry.time is None else times_of(entry.time)
    return Series(
        days=tuple(_weekday(text) for text in entry.day),
        months=tuple(month_number(month) for month in entry.months),
        begins=begins,
        ends=ends,
    )


def _weekday(text: str) -> Weekday:
    ordinal, _, weekday = text.partition(" ")
    return Weekday(n=ORDINALS[ordinal], weekday=WEEKDAYS.index(weekday))


def _change(entry: ChangeEntry) -> MeetingChange:
    if entry.moved is not None:
        return MeetingChange(kind=MeetingChangeKind.MOVED, day=entry.moved, to=entry.to)
    if entry.added is not None:
        return MeetingChange(
            kind=MeetingChangeKind.ADDED,
            day=entry.added,
            to=entry.to,
            extraordinary=entry.extraordinary,
            cancelled=entry.cancelled is not None,
            decided=entry.decided,
        )
    if entry.cancelled is None:
        raise ValueError("a meeting entry without any date")
    kind = MeetingChangeKind.CANCELLED
    return MeetingChange(kind=kind, day=entry.cancelled, decided=entry.decided)


def _policy(entry: ObligationEntry) -> Policy:
    return REMINDERS if entry.steps is None else Policy(offsets=entry.steps)


def _obligation(entry: ObligationEntry) -> Obligation:
    return Obligation(
        ref=entry.id,
        title=entry.title,
        owners=entry.owner,
        audience=entry.to,
        timing=entry.when.timing(),
        quote=entry.quote,
        assumed=entry.assumed,
        doubt=entry.doubt,
        policy=_policy(entry),
        starts=entry.from_,
        ends=entry.until,
    )


def _shared(obligation: Obligation) -> dict[str, Any]:
    return {name: getattr(obligation, name) for name in Obligation.__dataclass_fields__}


def _report(entry: ReportEntry) -> Report:
    return Report(
        **_shared(_obligation(entry)),
        row=entry.row,
        met_by=entry.met_by,
        nothing_to_report=entry.nothing_to_report,
    )


def _action(entry: ActionEntry) -> Action:
    return Action(
        **_shared(_obligation(entry)),
        number=entry.number,
        section=entry.section,
        text=entry.action,
        outcome=entry.outcome or "",
        note=entry.note,
    )
