"""Mails in words: when one comes, in which capacity its reader gets it, and its outcome."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ..calendar.occurrences import Kind
from ..calendar.rules.date_text import long_date
from ..calendar.rules.escalation import Level, Notice, is_notice
from ..core.local_time import LocalTime
from ..storage.message_states import DONE, MessageState
from ..storage.unsent_reasons import UnsentReason
from .text import one_line, working_days

CAPACITY = {
    Level.OWNER: "answers for it",
    Level.BOARD: "chair of the Board",
    Level.BUSINESS: "chair of the Business Group",
    Level.DEPUTY: "vice-chair",
    Level.SECRETARIAT: "secretariat",
}


NO_LONGER_KEPT = "The text of this email is no longer kept, because of its age."


class MailOutcome(StrEnum):
    """The outcome of a mail, as pages and commands show it."""

    WAITING = "waiting"
    SENDING = "being sent"
    SENT = "sent"
    WRITTEN = "written to a file"
    REFUSED = "refused"
    UNCERTAIN = "may have arrived"
    DROPPED = "not sent"

    @property
    def states(self) -> tuple[MessageState, ...]:
        """The states of a message that this means."""
        return tuple(state for state, outcome in OUTCOME_OF_STATE.items() if outcome is self)


OUTCOME_OF_STATE = {
    MessageState.PENDING: MailOutcome.WAITING,
    MessageState.DEFERRED: MailOutcome.WAITING,
    MessageState.CLAIMED: MailOutcome.SENDING,
    MessageState.DATA_STARTED: MailOutcome.SENDING,
    MessageState.SENT: MailOutcome.SENT,
    MessageState.WRITTEN: MailOutcome.WRITTEN,
    MessageState.FAILED: MailOutcome.REFUSED,
    MessageState.UNCERTAIN: MailOutcome.UNCERTAIN,
    MessageState.SUPERSEDED: MailOutcome.DROPPED,
}
STATE_WORDS = {
    MessageState.PENDING: "waits to be sent",
    MessageState.DEFERRED: "could not be sent yet, and is tried again",
    MessageState.CLAIMED: "is being sent",
    MessageState.DATA_STARTED: "is being sent",
    MessageState.SENT: "sent",
    MessageState.WRITTEN: "was written to a file",
    MessageState.FAILED: "was refused",
    MessageState.UNCERTAIN: "may or may not have arrived",
    MessageState.SUPERSEDED: "was not sent",
}
IN_TROUBLE = {
    MessageState.FAILED: "was refused",
    MessageState.DEFERRED: "has not gone out yet",
    MessageState.UNCERTAIN: "may or may not have arrived",
}


UNSENT = {
    UnsentReason.PAUSED: "paused before it was sent",
    UnsentReason.NOT_LIVE: "the Board's mails have not begun",
    UnsentReason.RECORDED: "{detail} before it was sent",
    UnsentReason.DATE_MOVED: "the date was moved",
    UnsentReason.OLDER_DATE: "the date was moved before it was sent",
    UnsentReason.LEFT_PLANNER: "no longer in the planner",
    UnsentReason.WITHDRAWN: "{detail}",
    UnsentReason.ROLE_PASSED_ON: "somebody else holds the role now",
    UnsentReason.LATER_STEP: "a later reminder came before it was sent",
    UnsentReason.LATER_STEP_BY_THEN: "a later reminder had come by then",
    UnsentReason.NEXT_DUE: "the next one fell due",
    UnsentReason.HELD_BACK: "held back by {detail}",
    UnsentReason.SENT_BEFORE_RESTORE: "sent before the backup came back, {detail} says",
}


NOTICES = {
    Notice.CANCELLED: "notice that its meeting is cancelled",
    Notice.HANDED_OVER: "notice that it was handed over",
    Notice.PUT_OFF: "notice that it was put off",
    Notice.LEFT_PLANNER: "notice that it is no longer in the planner",
}


def step_words(step: int, kind: Kind) -> str:
    """ "10 working days before", "on the day", "5 working days late"."""
    if is_notice(step):
        return NOTICES[Notice(step)]
    if step == 0:
        return "on the day"
    if step < 0:
        return f"{working_days(-step)} before"
    return f"{working_days(step)} {'after' if kind is Kind.REVIEW else 'late'}"


def mail_words(
    state: MessageState, *, finished_at: datetime | None, reply: str | None, local: LocalTime
) -> str:
    """ "sent 22 February 2018, 08:00", "was refused: no such mailbox"."""
    if state in DONE:
        done = OUTCOME_OF_STATE[state].value
        return done if finished_at is None else f"{done} {moment_words(finished_at, local)}"
    return f"{STATE_WORDS[state]}: {one_line(reply)}" if reply else STATE_WORDS[state]


def moment_words(instant: datetime, local: LocalTime) -> str:
    """ "22 February 2018, 08:00", by the Board's own clock."""
    moment = instant.astimezone(local.zone)
    return f"{long_date(moment.date())}, {moment:%H:%M}"


def taken_back(reason: UnsentReason | None, detail: str | None) -> str:
    """Why a mail that was decided on did not go out."""
    if reason is None:
        return "not sent"
    return f"not sent: {UNSENT[reason].format(detail=detail)}"
