"""Pauses in words: whose emails, since when, until when and why."""

from __future__ import annotations

from datetime import date

from ..calendar.planner.model import Planner
from ..calendar.rules.date_text import long_date
from ..storage.pauses import Pause, PauseKind
from .names import Names
from .text import one_line


def mails_meant(planner: Planner, kind: PauseKind, name: str) -> str:
    """Which mails a pause holds back, to begin a sentence with."""
    if kind == PauseKind.BOARD:
        return f"The mails of {planner.name}"
    if kind == PauseKind.BODY:
        return f"The mails about what {Names(planner).short(name)} owes"
    return f"The mails to {name}"


def paused_words(pause: Pause, since: date) -> str:
    """ "have been paused since 3 January 2018, and go on from 8 March 2018 (on leave)"."""
    until = "until somebody ends the pause"
    if pause.until is not None:
        until = f"and go on from {long_date(pause.until)}"
    why = f" ({one_line(pause.why).rstrip('.')})" if pause.why else ""
    return f"have been paused since {long_date(since)}, {until}{why}"
