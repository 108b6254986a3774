"""Sentences for the person who recorded an outcome or a new date."""

from __future__ import annotations

from datetime import date

from ..calendar.occurrences import Kind
from ..calendar.planner.model import Planner
from ..calendar.rules.date_text import long_date, weekday_date
from ..calendar.status import OWED, Status
from ..storage.occurrences import StoredOccurrence
from .names import short_names
from .text import day_off


def became(stored: StoredOccurrence, planner: Planner, status: Status | None, *, on: date) -> str:
    """ "“S.11” of PMQAG, due 22 February 2018, is recorded as submitted on 20 February 2018."."""
    what = "open again" if status is None else f"recorded as {status.value} on {long_date(on)}"
    sentence = f"{title_and_owner(stored, planner)}, due {long_date(stored.ruled_due)}, is {what}."
    if stored.state in OWED and stored.planned_due is not None:
        return f"{sentence} It is now due as soon as possible, by {weekday_date(stored.due)}."
    return sentence


def new_date(stored: StoredOccurrence, planner: Planner) -> str:
    """What its date is now, and where that is a day off or after the meeting that it is for."""
    was = f" instead of {long_date(stored.first_due)}" if stored.first_due != stored.due else ""
    sentence = f"{title_and_owner(stored, planner)} is now due on {weekday_date(stored.due)}{was}."
    if stored.meeting is not None and stored.due > stored.meeting:
        day = long_date(stored.meeting)
        sentence = f"{sentence} That is after the meeting it is for, on {day}."
    remark = day_off(planner.days, stored.due)
    return sentence if remark is None else f"{sentence} {remark}"


def now_for(stored: StoredOccurrence, planner: Planner) -> str:
    """ "“S.11” of PMQAG is now for the meeting on Thursday 10 May 2018, due on 25 April 2018."."""
    day = "" if stored.meeting is None else f" on {weekday_date(stored.meeting)}"
    due = f", due on {long_date(stored.due)}" if stored.state in OWED else ""
    return f"{title_and_owner(stored, planner)} is now for the meeting{day}{due}."


def next_mail(day: date, today: date) -> str:
    """When the next mail goes out about something."""
    if day <= today:
        return "The next mail about it goes out with the next sending."
    return f"The next mail about it goes out on {weekday_date(day)}."


def no_more(stored: StoredOccurrence) -> str:
    """That no mail goes out about what is not owed, and when the next of its kind is due."""
    ended = "No more mails go out about it"
    if stored.next_due is None or stored.kind is Kind.ACTION or stored.state == Status.VOID:
        return f"{ended}."
    return f"{ended}; the next one is due on {long_date(stored.next_due)}."


def title_and_owner(stored: StoredOccurrence, planner: Planner) -> str:
    """The title in quotes, and who owes it."""
    owner = "".join(short_names(planner, [stored.owner])) or stored.owner
    return f'"{stored.title}" of {owner}'
