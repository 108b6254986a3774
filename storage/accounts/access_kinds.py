"""The kinds of thing that the record of access holds."""

from __future__ import annotations

from enum import StrEnum


class AccessKind(StrEnum):
    """One thing done to an account, or with it. Values are stored for good."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    SESSION_ENDED = "session ended"
    OTHER_SESSIONS_ENDED = "other sessions ended"
    ACCOUNT_ADDED = "account added"
    ACCOUNT_DISABLED = "account disabled"
    ROLE_GIVEN = "role given"
    ROLE_REMOVED = "role removed"
    LINK_MADE = "link made"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 - a kind, and no password


class RefusalKind(StrEnum):
    """One reason for which somebody was refused. Values are stored for good."""

    WRONG_PASSWORD = "wrong password"  # noqa: S105 - a kind, and no password
    TOO_EARLY = "too early"
    NO_ROLE = "no role"
    FROM_ELSEWHERE = "from elsewhere"
