"""What can become of a message, and of the ledger rows that it carries."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """Stages of a message.

    Written: to a file, by a transport that reaches nobody; for what it carries that is sent.

    Pending or deferred ones can still change. From data_started on its bytes are fixed: it may
    have left. Uncertain: nobody can tell whether it did, and a person decides.
    """

    PENDING = "pending"
    CLAIMED = "claimed"
    DATA_STARTED = "data_started"
    SENT = "sent"
    WRITTEN = "written"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SUPERSEDED = "superseded"


class CarriedState(StrEnum):
    """Stages of what a message carries: a row of the ledger, an overview, a request.

    Pending ones may yet go into another message; sending ones are in bytes that are fixed.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SUPERSEDED = "superseded"


# Not frozen: recomposed before it is sent, or given up for a later day's.
CHANGEABLE = (MessageState.PENDING, MessageState.DEFERRED)


# Its sender is at work on it: what it holds is not to be moved elsewhere.
IN_HAND = (MessageState.CLAIMED, MessageState.DATA_STARTED)


# It went out, by a mail server or into a file.
DONE = (MessageState.SENT, MessageState.WRITTEN)


# It has left, may have, is leaving or was refused: its reader gets nothing more that day.
GONE = (
    *IN_HAND,
    *DONE,
    MessageState.FAILED,
    MessageState.UNCERTAIN,
)


# It has reached its reader, as far as anyone can know.
ARRIVED = (
    MessageState.DATA_STARTED,
    *DONE,
    MessageState.UNCERTAIN,
)
