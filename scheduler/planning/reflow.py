"""Re-flow: stored occurrences follow what the planner says now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence, dated, still_owes
from ...calendar.rules.date_text import listed, long_date
from ...calendar.rules.escalation import Notice, is_notice
from ...calendar.status import OPEN, OWED, SETTLED, Status
from ...storage.change_kinds import ChangeKind
from ...storage.occurrences import StoredOccurrence
from ...storage.unsent_reasons import UnsentReason
from .board_view import BoardView, first_state
from .gathered import Gathered, gather
from .meeting_slots import MeetingSlots, meeting_slots

# The remark on what was for a meeting that did not take place, where the calendar says no more.
NOT_HELD = "the meeting was cancelled"

# The remark on what the planner does not name any more.
NOT_IN_PLANNER = "no longer in the planner"

# The remark on what the planner lost and has again.
AGAIN = "in the planner again"

# The remark on what a change of the calendar would put to a meeting of the past.
OVER = "the meeting that it would be for was over before that was known"


def reflow(
    connection: Connection,
    view: BoardView,
    planned: dict[str, Occurrence],
    stored: dict[str, StoredOccurrence],
    *,
    until: date,
) -> None:
    """Follows what the planner now says, but for what is past; what is settled keeps its meeting.

    `planned` is all that falls due up to `until`; of what lies beyond, nothing is known here.
    """
    slots = meeting_slots(connection, view)
    pairs = [
        (row, slots.as_put_off(row, planned[key]) if key in planned else None)
        for key, row in stored.items()
    ]
    changing = (row for row, occurrence in pairs if occurrence and _may_change(row, occurrence))
    gathered = gather(connection, view, changing)
    for row, occurrence in pairs:
        past = slots.was_past(row)
        if occurrence is not None:
            _follow_day(gathered, row, occurrence, past=past)
        if row.state in SETTLED and occurrence is not None and not past:
            _follow_settled(gathered, row, occurrence, slots)
        if row.state == Status.MISSED and occurrence is not None and occurrence.void and not past:
            # Nobody can miss a meeting that was not held.
            _withdraw(gathered, row, occurrence.note or NOT_HELD)
        if row.state not in (*OWED, Status.UNSETTLED, Status.VOID):
            continue
        if occurrence is not None:
            _follow(gathered, row, occurrence, slots, past=past)
        elif row.state != Status.VOID and (
            _is_gone(row, view, past=past) or (not past and row.first_due <= until)
        ):
            _take_away(gathered, row, stored)
    gathered.write(connection)


def _may_change(row: StoredOccurrence, occurrence: Occurrence) -> bool:
    """Whether an occurrence may get another date: what its owner was told is then looked up."""
    return row.state == Status.VOID or (row.due, row.meeting, row.slot) != (
        occurrence.due,
        occurrence.meeting,
        occurrence.slot,
    )


def _follow_day(
    gathered: Gathered, row: StoredOccurrence, occurrence: Occurrence, *, past: bool
) -> None:
    """Names the meeting of what was stored without one, and the day on which it was held."""
    if row.slot is None and occurrence.slot is not None and row.meeting == occurrence.meeting:
        gathered.update(row, slot=occurrence.slot)
    elif past and row.slot == occurrence.slot and row.meeting != occurrence.meeting:
        gathered.update(row, meeting=occurrence.meeting)


def _follow_settled(
    gathered: Gathered,
    row: StoredOccurrence,
    occurrence: Occurrence,
    slots: MeetingSlots,
) -> None:
    """What is settled stays so, and is for its meeting wherever that goes.

    What went on to another, for its own was cancelled, is back there once that takes place.
    """
    meeting = slots.meeting(row)
    is_back = occurrence.own and not occurrence.void
    if meeting is not None and meeting.held and occurrence.slot != meeting.slot and not is_back:
        # It counts for the period that it was for, and was for this meeting.
        due = slots.papers_due(row, meeting)
        occurrence = replace(occurrence, due=due, meeting=meeting.day, slot=meeting.slot)
    elif occurrence.void:
        return
    if (row.meeting, row.slot or occurrence.slot) == (occurrence.meeting, occurrence.slot):
        return
    new = {"meeting": occurrence.meeting, "slot": occurrence.slot}
    if row.extended:
        gathered.update(row, **new)
        return
    dated: dict[str, object] = {
        "due": occurrence.due,
        "note": occurrence.note,
        "planned_due": None,
    }
    if row.due != occurrence.due:
        # Where it is opened again, its reminders are those of the date that it has by then.
        dated |= gathered.steps_from(row, occurrence.due)
    gathered.update(row, **new, **dated)
    if row.due != occurrence.due:
        _note_move(gathered, row, occurrence.due, _why_moved(row, occurrence, gathered.view))


def _is_gone(row: StoredOccurrence, view: BoardView, *, past: bool) -> bool:
    """Whether no body owes it any more; what is late stays with the body that owed it then."""
    return not still_owes(view.planner, view.obligations.get(row.ref), row.owner, is_past=past)


def _take_away(
    gathered: Gathered,
    row: StoredOccurrence,
    stored: dict[str, StoredOccurrence],
) -> None:
    """Withdraws what the planner does not ask of its owner any more; who was mailed of it hears."""
    view = gathered.view
    obligation = view.obligations.get(row.ref)
    why, notice, day = NOT_IN_PLANNER, Notice.LEFT_PLANNER, None
    if obligation is not None and row.owner not in obligation.owners:
        taking = [owner for owner in obligation.owners if _takes(owner, row, stored)]
        names = listed([view.names.short(owner) for owner in taking or obligation.owners])
        why = f"handed over to {names}" if taking else f"asked of {names} alone from now on"
        notice, day = Notice.HANDED_OVER, view.today
    _withdraw(gathered, row, why, left_planner=True, on=day)
    # What has another period by now is announced by its own reminders.
    if obligation is None or notice is Notice.HANDED_OVER:
        gathered.announce_off(row, notice)


def _takes(owner: str, row: StoredOccurrence, stored: dict[str, StoredOccurrence]) -> bool:
    """Whether a body takes over an occurrence that it did not owe itself before."""
    own = stored.get(f"{row.board}/{row.ref}/{owner}/{row.period}")
    return own is None or own.state == Status.VOID


def _follow(
    gathered: Gathered,
    row: StoredOccurrence,
    occurrence: Occurrence,
    slots: MeetingSlots,
    *,
    past: bool,
) -> None:
    fields = {
        "title": occurrence.title,
        "row": occurrence.row,
        "audience": list(occurrence.audience),
    }
    fields["met_by"] = occurrence.met_by
    if any(getattr(row, name) != value for name, value in fields.items()):
        gathered.update(row, **fields)
    if past:
        if row.state == Status.VOID and row.left_planner and not occurrence.void:
            _restore(gathered, row, occurrence)
        return
    stays = row.extended and not occurrence.void
    is_off = row.is_owed and not stays and slots.is_cancelled(row)
    if occurrence.void and row.state != Status.VOID:
        _withdraw(gathered, row, occurrence.note or NOT_HELD)
    elif _is_over(row, occurrence, gathered.view):
        if row.state != Status.VOID:
            _withdraw(gathered, row, OVER)
    elif row.extended and not occurrence.void:
        _follow_meeting(gathered, row, occurrence)
    elif (row.state == Status.VOID and not occurrence.void) or (
        (row.ruled_due, row.meeting, row.slot or occurrence.slot)
        != (occurrence.due, occurrence.meeting, occurrence.slot)
    ):
        _move(gathered, row, occurrence)
    if is_off:
        gathered.announce_off(row, Notice.CANCELLED)


def _is_over(row: StoredOccurrence, occurrence: Occurrence, view: BoardView) -> bool:
    """Whether it would go to another meeting, which is over: nobody could have known."""
    is_another = row.slot is not None and row.slot != occurrence.slot
    return is_another and occurrence.meeting is not None and occurrence.meeting < view.today


def _follow_meeting(gathered: Gathered, row: StoredOccurrence, occurrence: Occurrence) -> None:
    """The date that a person set stands, whatever becomes of the meeting that it is for."""
    if row.state == Status.VOID:
        _restore(gathered, row, occurrence)
    now = {"meeting": occurrence.meeting, "slot": occurrence.slot, "note": occurrence.note}
    if any(getattr(row, name) != value for name, value in now.items()):
        gathered.update(row, **now)


def _restore(gathered: Gathered, row: StoredOccurrence, occurrence: Occurrence) -> None:
    """What the planner lost and has again is owed as it was before."""
    view = gathered.view
    state = OPEN if row.due >= view.go_live else Status.UNSETTLED.value
    new = {"state": state, "note": occurrence.note, "left_planner": False}
    if state == OPEN and row.due < view.soonest and row.key not in gathered.withdrawn_today:
        new |= dated(view.soonest, ruled=row.ruled_due) | row.steps_again
    gathered.update(row, **new)
    why = _why_again(row, occurrence)
    _note_restored(gathered, row, state, why)
    if "due" in new:
        _note_move(gathered, row, view.soonest, why)


def _note_restored(gathered: Gathered, row: StoredOccurrence, state: str, why: str | None) -> None:
    gathered.note(row, ChangeKind.RESTORED, before=row.state, after=state, why=why)


def _move(gathered: Gathered, row: StoredOccurrence, occurrence: Occurrence) -> None:
    view = gathered.view
    owed = row.is_owed or first_state(occurrence, view) == OPEN
    due = _not_past(gathered, row, occurrence) if owed else occurrence.due
    new = {
        **dated(due, ruled=occurrence.due, precision=occurrence.precision),
        "meeting": occurrence.meeting,
        "slot": occurrence.slot,
        "note": occurrence.note,
        "left_planner": False,
    }
    if row.is_owed and row.due == due:
        gathered.update(row, **new)
        return
    # Whoever returned it wants it again, wherever its date goes.
    state = row.state if row.is_owed else first_state(occurrence, view)
    new["state"] = state
    new |= gathered.steps_from(row, due)
    gathered.update(row, **new)
    gathered.take_back(row, UnsentReason.DATE_MOVED)
    if row.state == Status.VOID and row.due == due:
        _note_restored(gathered, row, state, occurrence.note or _why_again(row, occurrence))
    else:
        _note_move(gathered, row, due, _why_moved(row, occurrence, view))


def _why_moved(row: StoredOccurrence, occurrence: Occurrence, view: BoardView) -> str:
    """Why an occurrence has another date than it had, as a remark."""
    if row.left_planner:
        return AGAIN
    if occurrence.note is not None:
        return occurrence.note
    gone_on = row.note is not None and row.slot not in (None, occurrence.slot)
    if row.state == Status.VOID or gone_on:
        return _why_again(row, occurrence)
    if occurrence.meeting is not None and row.meeting != occurrence.meeting:
        return f"the meeting is on {long_date(occurrence.meeting)} now"
    first = min(row.ruled_due, occurrence.due)
    last = occurrence.meeting or max(row.ruled_due, occurrence.due)
    own_days = view.planner.days.closed | view.planner.days.open_days
    if any(first <= day <= last for day in own_days):
        return "the days off were changed"
    return "the planner was changed"


def _why_again(row: StoredOccurrence, occurrence: Occurrence) -> str:
    """Why what was off, or had gone on to another meeting, is owed as before."""
    if row.left_planner or occurrence.meeting is None:
        return AGAIN
    return f"the meeting of {long_date(occurrence.meeting)} takes place after all"


def _note_move(gathered: Gathered, row: StoredOccurrence, due: date, why: str | None) -> None:
    gathered.note(row, ChangeKind.MOVED, before=row.due, after=due, why=why)


def _not_past(gathered: Gathered, row: StoredOccurrence, occurrence: Occurrence) -> date:
    """The date of `occurrence`, or where that has passed the next day that email goes out.

    What was late before stays as late as it was: it does not become later by a change of plans,
    nor is it forgiven. A date that its owner was told last is one that they knew.
    """
    view = gathered.view
    if occurrence.due >= view.soonest or occurrence.kind is Kind.REVIEW:
        return occurrence.due
    told = gathered.told.get(row.id)
    if told is not None and told.due == occurrence.due and not is_notice(told.step):
        was_owed = row.is_owed or row.key in gathered.withdrawn_today
        return occurrence.due if was_owed else view.soonest
    return row.due if row.is_owed and row.due < view.today else view.soonest


def _withdraw(
    gathered: Gathered,
    row: StoredOccurrence,
    why: str,
    *,
    left_planner: bool = False,
    on: date | None = None,
) -> None:
    """Takes an occurrence out of what is owed: it is void; handed over `on` a day, where it was."""
    gathered.update(row, state=Status.VOID.value, note=why, left_planner=left_planner)
    gathered.take_back(row, UnsentReason.WITHDRAWN, why)
    gathered.note(row, ChangeKind.VOID, on=on, before=row.state, why=why)
