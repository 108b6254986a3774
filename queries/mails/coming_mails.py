"""The emails still to come about an item: on which day, and who gets each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from ...calendar.occurrences import Kind, policy_of
from ...calendar.rules.date_text import long_date, weekday_date
from ...calendar.rules.escalation import Level, Policy, Step, mailed_steps, steps_left
from ...calendar.status import OPEN, OWED, Status
from ...notifications.reminders.decide import is_chased, is_told
from ...notifications.reminders.recipients import recipient_at, recipients
from ...scheduler.planning.board_view import BoardView
from ...storage.occurrences import StoredOccurrence
from ...storage.pauses import Pause, PauseKind
from ...storage.schema.column_types import AnyRow
from ...wording.mails import CAPACITY, step_words
from ...wording.statuses import STATUS_WORDS
from ...wording.text import working_days
from ..calendar.entries import CalendarEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who gets a mail, in which capacity, and why them where another should have had it.

    `day` is when it reaches them: they may have snoozed it, or had an email that day.
    """

    address: str
    day: date
    capacity: str
    because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingMail:
    """An email to come unless an outcome is recorded before: its day and its readers."""

    day: date
    when: str
    step: str
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingMails:
    """The next mails. `then` says how it goes on, `none_because` why there are none.

    `next_day` is the day of the first that reaches anybody, those among them that are decided
    and wait.
    """

    next_day: date | None = None
    mails: tuple[ComingMail, ...] = ()
    then: str | None = None
    none_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingContext:
    """What decides about a Board's emails beside its planner: pauses, snoozes, emails of today.

    `snoozed` are readers who want no reminder of the item before a day, `mailed_today` those who
    had an email today and so get the next on a later day. `told` is the ledger row that the owner
    of an item was mailed last, by the item's number; `waiting` are the readers of an email about
    the item that is decided and has not left.
    """

    view: BoardView
    pauses: tuple[Pause, ...] = ()
    snoozed: Mapping[str, date] = field(default_factory=dict)
    mailed_today: frozenset[str] = frozenset()
    told: Mapping[int, AnyRow] = field(default_factory=dict)
    waiting: Collection[str] = ()

    def away_on(self, day: date) -> frozenset[str]:
        """The addresses of people who are paused on a day."""
        return frozenset(
            pause.id
            for pause in self.pauses
            if pause.kind == PauseKind.PERSON and (pause.until is None or day < pause.until)
        )

    def pauses_about(self, owner: str) -> list[Pause]:
        """The pauses of the Board and of a body: nothing goes out about what it owes."""
        meant = {(PauseKind.BOARD, self.view.id), (PauseKind.BODY, owner)}
        return [pause for pause in self.pauses if (pause.kind, pause.id) in meant]


def coming_mails(
    context: MailingContext, entry: CalendarEntry, row: StoredOccurrence | None
) -> ComingMails:
    """The emails to come about `entry`; `row` is its stored occurrence."""
    reason = _silence(context, entry, row)
    if reason is not None:
        return ComingMails(none_because=reason)
    obligation = context.view.obligations[entry.ref]
    first, made_due = _first(context, entry), _due_now(context, entry, row)
    is_soonest = entry.planned_due is not None or made_due is not None
    policy = policy_of(obligation, entry.kind, is_soonest=is_soonest)
    overtaken = None if row is None else row.next_due
    mails = tuple(
        _mail(context, entry, first if day == made_due else day, day, step, policy)
        for day, step in _ahead(context, entry, row, policy)
        if overtaken is None or day < overtaken
    )
    if overtaken is not None:
        then = _overtaken(entry, overtaken, context.view.today)
    elif policy.repeat is not None:
        then = f"After that every {working_days(policy.repeat)}, until it is recorded."
    else:
        then = None
    none_because = None if mails or then else "No more mails are planned about it."
    reached = [reader.day for mail in mails for reader in mail.readers]
    reached += [_reached(context, address, first) for address in context.waiting]
    next_day = min(reached, default=None)
    return ComingMails(next_day=next_day, mails=mails, then=then, none_because=none_because)


def _ahead(
    context: MailingContext, entry: CalendarEntry, row: StoredOccurrence | None, policy: Policy
) -> Iterator[tuple[date, Step]]:
    """The days ahead with the step mailed on each, the decisions of the sweep as it will make them.

    One repeat where the policy's own steps are over, and no more: it would never end.
    """
    planner, first = context.view.planner, _first(context, entry)
    due, last_step = entry.due, None if row is None else row.last_step
    made_due = _due_now(context, entry, row)
    if made_due is not None:
        due, first, last_step = made_due, made_due, None
    left = steps_left(due, policy, planner.days, last_step=last_step, since=context.view.go_live)
    for count, (day, step) in enumerate(mailed_steps(left, first, planner.days)):
        if step.offset > policy.offsets[-1] and count:
            return
        yield day, step


def _due_now(
    context: MailingContext, entry: CalendarEntry, row: StoredOccurrence | None
) -> date | None:
    """The day that the sweep makes it due on, which is the day of its owner's first email.

    It does so where its owner was told of no date, and so does the end of a pause that it falls
    due in. None where its date stays.
    """
    if row is None:
        return None
    first = _first(context, entry)
    if _falls_into_a_pause(context, entry):
        return first
    if is_told(row, context.told.get(row.id)):
        return None
    planner = context.view.planner
    owner = recipient_at(planner, row.owner, Level.OWNER, first, context.away_on(first))
    day = first if owner is None else _reached(context, owner.address, first)
    return day if is_chased(row, planner, day, context.away_on(day)) else None


def _falls_into_a_pause(context: MailingContext, entry: CalendarEntry) -> bool:
    days = context.view.planner.days
    return entry.kind is not Kind.REVIEW and any(
        pause.until is not None
        and context.view.local.day_of(pause.since) <= entry.due < days.on_or_after(pause.until)
        for pause in context.pauses_about(entry.owner.id)
    )


def _first(context: MailingContext, entry: CalendarEntry) -> date:
    """The next day on which email about `entry` goes out."""
    ends = [pause.until for pause in context.pauses_about(entry.owner.id) if pause.until]
    return context.view.planner.days.on_or_after(max([context.view.today, *ends]))


def _mail(
    context: MailingContext,
    entry: CalendarEntry,
    decided: date,
    day: date,
    step: Step,
    policy: Policy,
) -> ComingMail:
    """The email that is `decided` on a day, which reaches nobody before `day`."""
    planner = context.view.planner
    readers = recipients(planner, entry.owner.id, step, policy, day=day, away=context.away_on(day))
    # One that goes out later than planned, such as after a reopening, is nearer to the date.
    days, offset = planner.days, step.offset
    if day != step.day:
        offset = days.between(entry.due, day) - days.between(day, entry.due)
    return ComingMail(
        day=day,
        when=weekday_date(day),
        step=step_words(offset, entry.kind),
        readers=tuple(
            Reader(
                address=reader.address,
                day=max(day, _reached(context, reader.address, decided)),
                capacity=CAPACITY[reader.level],
                because=_why_later(context, reader.address, decided)
                or (None if reader.stand_in is None else reader.stand_in.to_others()),
            )
            for reader in readers
        ),
    )


def _reached(context: MailingContext, address: str, day: date) -> date:
    """The day on which an email of `day` reaches a reader."""
    days, until = context.view.planner.days, context.snoozed.get(address)
    if until is not None and until > day:
        return days.on_or_after(until)
    if day == context.view.today and address in context.mailed_today:
        return days.on_or_after(day + timedelta(days=1))
    return day


def _why_later(context: MailingContext, address: str, day: date) -> str | None:
    """Why a reader gets the email later than on `day`; None where they do not."""
    until = context.snoozed.get(address)
    if until is not None and until > day:
        return f"not before {long_date(until)}, as they asked"
    if day == context.view.today and address in context.mailed_today:
        later = weekday_date(_reached(context, address, day))
        return f"on {later}, because they had a mail today"
    return None


def _overtaken(entry: CalendarEntry, overtaken: date, today: date) -> str:
    if entry.kind is Kind.REVIEW:
        return f"The next review comes on {long_date(overtaken)}."
    if overtaken <= today:
        return "The next one has fallen due, so this one counts as missed from the next mails on."
    return (
        f"On {long_date(overtaken)} the next one falls due; what has not come by then counts as "
        "missed."
    )


def _silence(
    context: MailingContext, entry: CalendarEntry, row: StoredOccurrence | None
) -> str | None:
    """Why no email will come, as a sentence; None where some will."""
    planner = context.view.planner
    state = _state(entry, row)
    if entry.ref not in context.view.obligations:
        return "Nobody is reminded of it: it is not in the planner any more."
    if entry.met_by is not None:
        return "Nobody is reminded of it: another submission settles it too."
    if state == Status.UNSETTLED:
        return (
            "Nobody is reminded of it: it fell due before mails began. Record what became of it, "
            "or give it a new date."
        )
    if state not in OWED:
        return f"Nothing more is sent: it is {STATUS_WORDS[Status(state)]}."
    if context.view.row.go_live is None:
        return f"No mails of {planner.name} go out yet."
    for pause in context.pauses_about(entry.owner.id):
        if pause.until is None and pause.kind is PauseKind.BOARD:
            return f"The mails of {planner.name} are paused."
        if pause.until is None:
            return f"Mails about what {entry.owner.short} owes are paused."
    return None


def _state(entry: CalendarEntry, row: StoredOccurrence | None) -> str:
    if row is not None:
        return row.state
    return entry.status if entry.status in (Status.VOID, Status.UNSETTLED) else OPEN
