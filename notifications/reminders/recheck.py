"""Check what was decided again before it is sent, and take back what no longer holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.occurrences import still_owes
from ...calendar.rules.escalation import Step, is_notice
from ...calendar.status import OWED, SETTLED
from ...core.local_time import LocalTime
from ...storage.mail.ledger import hand_rows_on, rows_of, take_back, take_out_resting
from ...storage.mail.overviews import hand_overview_on, overviews_of
from ...storage.message_states import CarriedState
from ...storage.replies.requests import requests_of
from ...storage.schema.column_types import AnyRow
from ...storage.unsent_reasons import UnsentReason
from ...wording.stand_ins import as_document
from ..links import NO_LINKS, Links
from .mailing_boards import LiveBoard
from .recipients import Recipient, recipients, secretariat_on


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSources:
    """What letters are assembled from: the Boards, the day, and what the reader may be told.

    Without `in_full` letters hold their items alone, for those who count mails but read none.
    """

    boards: Mapping[str, LiveBoard]
    today: date
    local: LocalTime
    notices: Mapping[str, tuple[str, ...]]
    in_full: bool = True
    links: Links = NO_LINKS


def rows_that_hold(
    connection: Connection, message_ids: Sequence[int], sources: LetterSources
) -> dict[int, list[AnyRow]]:
    """The ledger rows of messages that still hold; the others are taken back."""
    take_out_resting(connection, message_ids, sources.today)
    rows = rows_of(connection, message_ids)
    kept: dict[int, list[AnyRow]] = defaultdict(list)
    lost: dict[tuple[UnsentReason, str | None], list[int]] = defaultdict(list)
    handed_on: list[dict[str, object]] = []
    for row in rows:
        reason = _lost_reason(row, sources)
        detail = row.state if reason is UnsentReason.RECORDED else None
        if reason is None and is_notice(row.step):
            kept[row.message_id].append(row)
            continue
        if reason is None:
            current = _recipients_now(row, sources)
            if row.recipient in {recipient.address for recipient in current}:
                kept[row.message_id].append(row)
                continue
            # The step was decided and its mail is owed: the holder of today gets it.
            handed_on += [_handed_on(row, recipient) for recipient in current]
            reason = UnsentReason.ROLE_PASSED_ON
        lost[reason, detail].append(row.ledger_id)
    hand_rows_on(connection, handed_on)
    for (reason, detail), numbers in lost.items():
        take_back(connection, numbers, reason, detail)
    return kept


def overviews_that_hold(
    connection: Connection, message_ids: Sequence[int], sources: LetterSources
) -> dict[int, list[AnyRow]]:
    """The overviews in messages; after a long outage only the newest week of each Board.

    Where another is the secretariat by now, it goes to them; one that is paused gets none.
    """
    rows = overviews_of(connection, message_ids)
    newest: dict[tuple[int, str], AnyRow] = {}
    for row in rows:
        if row.board in sources.boards:
            newest.setdefault((row.message_id, row.board), row)
    kept: dict[int, list[AnyRow]] = defaultdict(list)
    for row in newest.values():
        board = sources.boards[row.board]
        if row.recipient in board.away:
            continue  # a pause takes it back; the end of the pause asks for it again
        secretariat = secretariat_on(board.planner, sources.today, board.away)
        if secretariat in (row.recipient, None):
            kept[row.message_id].append(row)
            continue
        hand_overview_on(connection, row, secretariat)
    return kept


def still_holds(connection: Connection, message_id: int, sources: LetterSources) -> bool:
    """Whether anything in a mail with fixed bytes is still to be said, and to its reader."""
    messages = [message_id]
    for row in rows_of(connection, messages, state=CarriedState.SENDING):
        if _lost_reason(row, sources) is None and (
            is_notice(row.step)
            or row.recipient in {one.address for one in _recipients_now(row, sources)}
        ):
            return True
    for row in overviews_of(connection, messages, state=CarriedState.SENDING):
        if _is_secretariat(row, sources):
            return True
    for row in requests_of(connection, messages, state=CarriedState.SENDING):
        # The outcome of a request is for its asker.
        if _may_hear(row, sources) and (row.closed_at is not None or _is_secretariat(row, sources)):
            return True
    return False


def _is_secretariat(row: AnyRow, sources: LetterSources) -> bool:
    """Whether the reader is the secretariat, and not away; their overview goes in any pause."""
    board = sources.boards.get(row.board)
    return board is not None and (
        secretariat_on(board.planner, sources.today, board.away) == row.recipient
    )


def _may_hear(row: AnyRow, sources: LetterSources) -> bool:
    board = sources.boards.get(row.board)
    return board is not None and not board.paused and row.recipient not in board.away


def _recipients_now(row: AnyRow, sources: LetterSources) -> list[Recipient]:
    board = sources.boards[row.board]
    return recipients(
        board.planner,
        row.owner,
        Step(day=sources.today, offset=row.step),
        board.obligations[row.ref].policy,
        day=sources.today,
        away=board.away,
    )


def _handed_on(row: AnyRow, recipient: Recipient) -> dict[str, object]:
    return {
        "occurrence_id": row.id,
        "due_revision": row.decided_revision,
        "step": row.step,
        "recipient": recipient.address,
        "level": recipient.level.value,
        "because": as_document(recipient.stand_in),
        "due": row.due,
        "decided_at": row.decided_at,
        "state": CarriedState.PENDING,
        "reason": None,
        "reason_detail": None,
        "message_id": None,
    }


def _lost_notice(row: AnyRow, board: LiveBoard, today: date) -> UnsentReason | None:
    """Why a reader need not hear that something is off; None where they must."""
    if row.recipient in board.away:
        return UnsentReason.PAUSED
    if row.state in SETTLED:
        return UnsentReason.RECORDED
    if row.state in OWED and row.due == row.told_due:
        return UnsentReason.OLDER_DATE
    bodies = board.planner.bodies_naming(row.recipient)
    terms = (holder for body in bodies for holder in body.holders)
    if any(term.address == row.recipient and term.holds_on(today) for term in terms):
        return None
    return UnsentReason.ROLE_PASSED_ON


def _lost_reason(row: AnyRow, sources: LetterSources) -> UnsentReason | None:
    board = sources.boards.get(row.board)
    if board is None:
        return UnsentReason.NOT_LIVE
    if board.is_paused_for(row.owner):
        return UnsentReason.PAUSED
    if is_notice(row.step):
        return _lost_notice(row, board, sources.today)
    if row.state not in OWED:
        return UnsentReason.RECORDED
    if row.decided_revision != row.due_revision:
        return UnsentReason.OLDER_DATE
    is_past = (row.meeting or row.due) < sources.today
    obligation = board.obligations.get(row.ref)
    if still_owes(board.planner, obligation, row.owner, is_past=is_past):
        return None
    return UnsentReason.LEFT_PLANNER
