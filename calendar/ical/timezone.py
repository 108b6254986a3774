"""The VTIMEZONE of a zone whose clocks change as Europe's do, or not at all (RFC 5545 3.6.5)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..rules.meeting_series import Weekday

# From the first Board's plan to the last year that zone files spell out.
FIRST_YEAR, LAST_YEAR = 2017, 2037


# Where rules begin by custom; nobody has a meeting before.
CUSTOM = 1970
LAST_SUNDAY = Weekday(n=-1, weekday=6)
FORWARD, BACK = 3, 10  # the months in which Europe's clocks change


@cache
def vtimezone(zone: str) -> bytes:
    """The VTIMEZONE of a named zone: a STANDARD part, and a DAYLIGHT part where clocks change.

    One rule for each part is all that every client follows; ValueError for a zone that needs
    more, for one that a client cannot read, and for what is no zone.
    """
    place = _place(zone)
    winter, summer = (
        datetime(FIRST_YEAR, month, 1, tzinfo=UTC).astimezone(place) for month in (1, 7)
    )
    if any(
        instant.astimezone(place).utcoffset() != (summer if in_summer else winter).utcoffset()
        for instant, in_summer in _instants()
    ):
        raise ValueError(
            f"a feed cannot say when the clocks change in {zone}; it can for zones that change "
            "them with Europe/London, and for those that never do"
        )
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}"]
    if winter.utcoffset() == summer.utcoffset():
        lines += _part("STANDARD", f"{CUSTOM}0101T000000", winter, winter)
    else:
        lines += _yearly("STANDARD", BACK, summer, winter)
        lines += _yearly("DAYLIGHT", FORWARD, winter, summer)
    return "\r\n".join([*lines, "END:VTIMEZONE", ""]).encode()


def _place(zone: str) -> ZoneInfo:
    if zone.rpartition("/")[2].startswith("GMT"):
        raise ValueError(
            f'Outlook for Mac cannot read the time zone "{zone}"; use that of a place, such as '
            "Europe/London"
        )
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f'"{zone}" is not a time zone; use one such as Europe/London') from None


@cache
def _instants() -> list[tuple[datetime, bool]]:
    """Every Sunday's 01:00 UTC and the second before, and whether Europe has summer time."""
    instants = []
    sunday = datetime(FIRST_YEAR, 1, 1, 1, tzinfo=UTC)
    while sunday.year <= LAST_YEAR:
        forward, back = _change(sunday.year, FORWARD), _change(sunday.year, BACK)
        both = (sunday - timedelta(seconds=1), sunday)
        instants += [(instant, forward <= instant < back) for instant in both]
        sunday += timedelta(weeks=1)
    return instants


def _change(year: int, month: int) -> datetime:
    """When Europe's clocks change: at 01:00 UTC on the month's last Sunday."""
    return datetime.combine(LAST_SUNDAY.day_in(year, month), time(1), tzinfo=UTC)


def _yearly(name: str, month: int, before: datetime, after: datetime) -> list[str]:
    # A part begins at what clocks show before they change; in 1970 itself Britain's never did.
    begins = _change(CUSTOM, month).astimezone(timezone(before.utcoffset() or timedelta(0)))
    rule = f"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH={month}"
    return _part(name, f"{begins:%Y%m%dT%H%M%S}", before, after, rule)


def _part(name: str, begins: str, before: datetime, after: datetime, *rule: str) -> list[str]:
    return [
        f"BEGIN:{name}",
        f"DTSTART:{begins}",
        f"TZOFFSETFROM:{before:%z}",
        f"TZOFFSETTO:{after:%z}",
        f"TZNAME:{after:%Z}",
        *rule,
        f"END:{name}",
    ]
