"""Several meetings of one body on one day, told apart in words."""

from __future__ import annotations

from collections.abc import Iterable

from ..calendar.rules.date_text import listed, long_date
from ..calendar.rules.meeting_series import Meeting


def set_apart(meeting: Meeting) -> str:
    """What sets a held meeting apart from others on its day: "moved from 12 July 2018"."""
    if meeting.extraordinary:
        return "extraordinary"
    if meeting.moved:
        return f"moved from {long_date(meeting.scheduled)}"
    return "added" if meeting.added else "as scheduled"


def say_which(short: str, on_day: Iterable[Meeting]) -> str:
    """The sentence that asks which meeting of a body is meant, on one day."""
    meetings = list(on_day)
    choices = listed([f"{one.slot} ({set_apart(one)})" for one in meetings], last="or")
    day = long_date(meetings[0].day)
    return f"{short} has {len(meetings)} meetings on {day}; say which with --slot: {choices}."
