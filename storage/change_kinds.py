"""The kinds of change that the record of changes holds."""

from __future__ import annotations

from enum import StrEnum


class ChangeKind(StrEnum):
    """One thing that can be done to the calendar, to mails, people or the planner.

    Values are stored for good: a new kind is a new member with its sentence in
    `wording.changes`; none is renamed without a migration.
    """

    # What follows from the planner or the calendar by itself.
    MOVED = "moved"
    VOID = "void"
    RESTORED = "restored"
    MISSED = "missed"

    # What a person recorded about something due.
    RECORDED = "recorded"
    RETURNED = "returned"
    EXTENDED = "extended"
    RAISED = "raised"
    EVENT = "event"

    # What the reader of a mail asked for by its link.
    ASKED = "asked"
    REQUEST_TAKEN_BACK = "request taken back"
    REQUEST_ANSWERED = "request answered"
    SNOOZED = "snoozed"
    SNOOZE_ENDED = "snooze ended"

    # When mails go out at all.
    GO_LIVE = "go-live"
    PUT_ON_HOLD = "put on hold"
    HOLD_ENDED = "hold ended"
    COUNTED_AS_SENT = "counted as sent"
    PAUSED = "paused"
    RESUMED = "resumed"

    # What a person decided about one mail.
    MAIL_SENT_AGAIN = "mail sent again"
    MAIL_HELD_BACK = "mail held back"
    MAIL_ARRIVED = "mail arrived"
    MAIL_LOST = "mail lost"
    MAIL_DOWNLOADED = "mail downloaded"

    # What was changed in the planner.
    ROLE = "role"
    MEETING_MOVED = "meeting moved"
    MEETING_CANCELLED = "meeting cancelled"
    MEETING_ADDED = "meeting added"
    ENTRY_ADDED = "entry added"
    ENTRY_CHANGED = "entry changed"
    ENTRY_REMOVED = "entry removed"
    READING_CONFIRMED = "reading confirmed"
    # Noted in the table of imports rather than in that of changes, and told among them.
    IMPORTED = "imported"

    FEED_MADE = "feed made"
    FEED_GIVEN_A_NEW_ADDRESS = "feed given a new address"
    FEED_REVOKED = "feed revoked"
