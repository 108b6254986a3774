"""The decide stage: occurrences whose next step is due become rows of the ledger."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, dated
from ...calendar.planner.model import Planner
from ...calendar.rules.escalation import Level, Policy, Step, next_step, steps_left
from ...calendar.status import Status
from ...core.local_time import Moment
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import BOARDCAL, note_change
from ...storage.mail.ledger import add_rows, supersede_unsent
from ...storage.mail.occurrence_mail import owners_told_of
from ...storage.message_states import CarriedState
from ...storage.occurrences import (
    StoredOccurrence,
    awaiting_step,
    owners_awaiting_step,
    update_occurrences,
)
from ...storage.schema.column_types import AnyRow
from ...storage.unsent_reasons import UnsentReason
from ...wording.stand_ins import as_document
from .mailing_boards import LiveBoard
from .recipients import recipient_at, recipients
from .stage import Stage

# The remark on what nobody was told of in time.
NOBODY_TOLD = "no email about it had gone out before"


@dataclass(slots=True)
class Decisions:
    """What one run of the stage is about to write, gathered so that it is written at once."""

    ledger: list[dict[str, Any]] = field(default_factory=list)
    moved_on: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    overtaken: list[int] = field(default_factory=list)


def decide(connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment) -> int:
    """Writes the ledger rows of every step that has come; how many occurrences moved on.

    Only the latest step of each is mailed; the ones before it, left over from a time when
    nothing ran, are recorded as superseded.
    """
    decisions = Decisions()
    reminded = [
        (row, board)
        for row in awaiting_step(connection, moment.now)
        if (board := _reminding(boards, row.board, row.owner)) is not None
    ]
    past = {
        row.id for row, board in reminded if is_chased(row, board.planner, moment.today, board.away)
    }
    told = owners_told_of(connection, past)
    for row, board in reminded:
        is_unheard = row.id in past and not is_told(row, told.get(row.id))
        asked = make_due_now(connection, row, moment) if is_unheard else row
        _decide_one(connection, decisions, asked, board, moment)
    supersede_unsent(connection, decisions.overtaken, UnsentReason.LATER_STEP)
    add_rows(connection, decisions.ledger)
    update_occurrences(connection, decisions.moved_on)
    update_occurrences(connection, decisions.ended)
    return len(decisions.moved_on) + len(decisions.ended)


def is_told(row: StoredOccurrence, told: AnyRow | None) -> bool:
    """Whether the owner was mailed the date as it is asked for now; `told` is their last email."""
    return (
        told is not None
        and told.due == row.due
        and (told.due_revision == row.due_revision or told.step == row.last_step)
    )


def is_step_due(connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment) -> bool:
    """Whether `decide` would find anything."""
    awaiting = owners_awaiting_step(connection, moment.now)
    return any(_reminding(boards, board, owner) is not None for board, owner in awaiting)


DECIDE = Stage(has_work=is_step_due, run=decide)


def _reminding(boards: Mapping[str, LiveBoard], name: str, owner: str) -> LiveBoard | None:
    """The Board that reminds of what `owner` owes; None where it does not mail, or is paused."""
    board = boards.get(name)
    return None if board is None or board.is_paused_for(owner) else board


def is_chased(row: StoredOccurrence, planner: Planner, day: date, away: Collection[str]) -> bool:
    """Whether an item's date has passed by `day`, and somebody can be mailed in its owner's place.

    Where no email told its owner of that date, the item is due on that very day.
    """
    if row.kind is Kind.REVIEW or not row.is_owed or row.due >= day:
        return False
    if row.next_due is not None and row.next_due <= day:
        return False
    return recipient_at(planner, row.owner, Level.OWNER, day, away) is not None


def make_due_now(
    connection: Connection,
    row: StoredOccurrence,
    moment: Moment,
    *,
    due: date | None = None,
    why: str = NOBODY_TOLD,
) -> StoredOccurrence:
    """Makes an item due today, or on `due`, whose owner was not told of its date in time.

    Lateness, and copies to others, count from the first email that could be read.
    """
    due = due or moment.today
    supersede_unsent(connection, [row.id], UnsentReason.DATE_MOVED)
    # Noted once, however many days it takes until an email leaves.
    if row.planned_due is None or why != NOBODY_TOLD:
        note_change(
            connection,
            board=row.board,
            subject=row.key,
            what=ChangeKind.MOVED,
            before=row.due,
            after=due,
            why=why,
            now=moment.now,
            who=BOARDCAL,
        )
    changed = dated(due, ruled=row.ruled_due) | row.steps_again
    update_occurrences(connection, [{"id": row.id, **changed}])
    return replace(row, **changed)


def _decide_one(
    connection: Connection,
    decisions: Decisions,
    row: StoredOccurrence,
    board: LiveBoard,
    moment: Moment,
) -> None:
    policy, today = board.policy(row), moment.today
    if policy is None or not row.is_owed or row.met_by is not None:
        decisions.ended.append({"id": row.id, "state": row.state, "next_step_at": None})
        return
    if row.next_due is not None and row.next_due <= today:
        _miss(connection, decisions, row, now=moment.now)
        return
    days = board.planner.days
    left = steps_left(row.due, policy, days, last_step=row.last_step, since=board.go_live)
    fallen = list(takewhile(lambda step: step.day <= today, left))
    if fallen and row.last_step is not None:
        decisions.overtaken.append(row.id)
    for step in fallen:
        decisions.ledger.extend(_ledger_rows(row, board, policy, step, fallen[-1], moment))
    following = next_step(row.due, policy, max(today, board.go_live), days)
    days_ahead = (None if following is None else following.day, row.next_due)
    candidates = [day for day in days_ahead if day is not None]
    wakes = moment.local.sending_instant(min(candidates)) if candidates else None
    last_step = fallen[-1].offset if fallen else row.last_step
    decisions.moved_on.append({"id": row.id, "last_step": last_step, "next_step_at": wakes})


def _miss(
    connection: Connection, decisions: Decisions, row: StoredOccurrence, *, now: datetime
) -> None:
    """The next of the same fell due: no more chasers for this one."""
    supersede_unsent(connection, [row.id], UnsentReason.NEXT_DUE)
    if row.kind is Kind.REVIEW:
        decisions.ended.append({"id": row.id, "state": row.state, "next_step_at": None})
        return
    state = Status.MISSED.value
    decisions.ended.append({"id": row.id, "state": state, "next_step_at": None})
    note_change(
        connection,
        board=row.board,
        subject=row.key,
        what=ChangeKind.MISSED,
        before=row.state,
        after=state,
        why="the next one fell due",
        now=now,
        who=BOARDCAL,
    )


def _ledger_rows(
    row: StoredOccurrence,
    board: LiveBoard,
    policy: Policy,
    step: Step,
    latest: Step,
    moment: Moment,
) -> list[dict[str, Any]]:
    is_latest = step == latest
    return [
        {
            "occurrence_id": row.id,
            "due_revision": row.due_revision,
            "step": step.offset,
            "recipient": recipient.address,
            "level": recipient.level.value,
            "because": as_document(recipient.stand_in),
            "due": row.due,
            "decided_at": moment.now,
            "state": CarriedState.PENDING if is_latest else CarriedState.SUPERSEDED,
            "reason": None if is_latest else UnsentReason.LATER_STEP_BY_THEN,
        }
        for recipient in recipients(
            board.planner, row.owner, step, policy, day=moment.today, away=board.away
        )
    ]
