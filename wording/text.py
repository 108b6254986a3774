"""Small pieces of English: lists, counts, dates as stated, shortened titles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..calendar.rules.date_text import (
    MONTHS,
    SEASONS,
    WEEKDAYS,
    listed,
    long_date,
)
from ..calendar.rules.timing import Precision
from ..calendar.rules.working_days import WorkingDays, bank_holidays

NAMES_SHOWN = 3  # of those a report goes to; a survey's findings go to thirteen subgroups
SEASON_ENDING = {month: season for season, month in SEASONS.items()}


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and doubled spaces."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())


def shorten(text: str, room: int) -> str:
    """`text` on one line of at most `room` characters, cut between words with an "…"."""
    text = one_line(text)
    if len(text) <= room:
        return text
    cut = text[: room - 1]
    between_words = cut.rpartition(" ")[0] if text[room - 1] != " " else cut
    # A first word longer than the room is cut within.
    return f"{(between_words or cut).rstrip(' ,;:–-')}…"


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    text = one_line(text)
    if not text:
        return ""
    ended = text if text[-1] in ".!?…”" else f"{text}."
    return ended[:1].upper() + ended[1:]


def count(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 report", "2 reports"."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def working_days(number: int) -> str:
    """ "1 working day", "10 working days"."""
    return count(number, "working day")


def stated(due: date, precision: Precision) -> str:
    """ "22 February 2018", "end of July 2018" or "end of autumn 2019"."""
    if precision is Precision.MONTH:
        return f"end of {MONTHS[due.month - 1]} {due.year}"
    season = SEASON_ENDING.get(due.month)
    if precision is Precision.DAY or season is None:
        return long_date(due)
    if season == "winter":
        return f"end of winter {due.year - 1}-{due.year % 100:02}"
    return f"end of {season} {due.year}"


def is_stated_exactly(due: date, precision: Precision) -> bool:
    """Whether `stated` gives a day, rather than the end of a month or season."""
    return stated(due, precision) == long_date(due)


def audience(names: tuple[str, ...]) -> str:
    """ "LSCB", "CTB and HWB", "LSCB, CTB and 11 others"."""
    if len(names) > NAMES_SHOWN:
        return f"{', '.join(names[: NAMES_SHOWN - 1])} and {len(names) - NAMES_SHOWN + 1} others"
    return listed(list(names))


def day_off(days: WorkingDays, day: date) -> str | None:
    """ "Note that 26 December 2018 is a day off."; None for a working day."""
    if days.is_working(day):
        return None
    return f"Note that {long_date(day)} is {_kind_of_day(day)}."


def needless_days(days: WorkingDays) -> Iterator[str]:
    """Sentences about days listed as closed or open that would be so anyway, or as both."""
    usual = WorkingDays()
    for day in sorted(days.closed | days.open_days):
        listed_as = "open" if day in days.open_days else "closed"
        if day in days.closed & days.open_days:
            yield f"Note that {long_date(day)} is listed as closed and as open; it counts as open."
        elif usual.is_working(day) == (listed_as == "open"):
            kind = "a working day" if usual.is_working(day) else _kind_of_day(day)
            yield (
                f"Note that {long_date(day)} is {kind} anyway; listing it as {listed_as} changes "
                "nothing."
            )


def _kind_of_day(day: date) -> str:
    if day.weekday() >= WEEKDAYS.index("Saturday"):
        return f"a {WEEKDAYS[day.weekday()]}"
    return "a bank holiday" if day in bank_holidays(day.year) else "a day off"
