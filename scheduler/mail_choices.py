"""What can be done about a mail, by what has become of it, and how the record calls that."""

from __future__ import annotations

from enum import StrEnum

from ..notifications.states import MessageState


class MailAction(StrEnum):
    """What can be done about a mail, as the record of changes calls it."""

    SEND_AGAIN = "mail sent again"
    HOLD_BACK = "mail held back"
    ARRIVED = "mail arrived"
    LOST = "mail lost"


# How the record of changes names mails.
MAIL = "mail"
# A mail that was sent, or is in a daemon's hands this moment, is nobody's to change.
POSSIBLE = {
    MessageState.PENDING: (MailAction.HOLD_BACK,),
    MessageState.DEFERRED: (MailAction.HOLD_BACK,),
    MessageState.FAILED: (MailAction.SEND_AGAIN, MailAction.HOLD_BACK),
    MessageState.UNCERTAIN: (MailAction.ARRIVED, MailAction.SEND_AGAIN),
}
WHY_NOT = {
    MessageState.CLAIMED: "is being sent this moment; look again in a minute",
    MessageState.DATA_STARTED: "is being sent this moment; look again in a minute",
    MessageState.SENT: "was sent, and nobody is told twice",
    MessageState.SUPERSEDED: "was not sent: what it was about was settled, or is in another mail",
    MessageState.PENDING: "waits to be sent already",
    MessageState.DEFERRED: "waits to be sent already",
    MessageState.FAILED: "was refused: it did not arrive",
    MessageState.UNCERTAIN: "may have arrived, so it cannot be held back",
}


def subject_of(message_id: int) -> str:
    """What the record of changes calls a mail."""
    return f"{MAIL}/{message_id}"


def mail_of_subject(subject: str) -> int | None:
    """The mail that a change is about, or None where it is about something else."""
    name, _, number = subject.partition("/")
    return int(number) if name == MAIL and number.isdecimal() else None


def possible(state: MessageState) -> tuple[MailAction, ...]:
    """What can be done about a mail in a state."""
    return POSSIBLE.get(state, ())
