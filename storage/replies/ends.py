"""How a request of a reader ended."""

from __future__ import annotations

from enum import StrEnum


class RequestEnd(StrEnum):
    """How a request ended; values are stored for good."""

    # What somebody said to it.
    GRANTED = "granted"
    DECLINED = "declined"
    CLOSED = "closed"
    TAKEN_BACK = "taken back"
    ASKED_ANEW = "asked anew"

    # What became of its item or of its asker's role.
    REDATED = "redated"  # somebody gave the item another date
    MOVED = "moved"  # the planner did, and that is no earlier than what was asked for
    NOT_OWED = "not owed"  # an outcome was recorded, it counts as missed, or it is void
    ROLE_ENDED = "role ended"


# Opened again where the item is owed again, and due before what was asked for.
UNDONE_WITH_ITEM = (RequestEnd.MOVED, RequestEnd.NOT_OWED)
# Opened again where the asker's role goes on after all.
UNDONE_WITH_ROLE = (RequestEnd.GRANTED, RequestEnd.ROLE_ENDED)
