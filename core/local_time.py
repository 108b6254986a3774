"""The Board's own clock: which day it is there, and when mail goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """A time zone, and the time of day from which mail goes out there."""

    zone: ZoneInfo
    send_at: time

    def day_of(self, instant: datetime) -> date:
        """The local day of an aware instant."""
        if instant.tzinfo is None:
            raise ValueError(f"{instant!r} has no time zone")
        return instant.astimezone(self.zone).date()

    def sending_instant(self, day: date) -> datetime:
        """When mail goes out on `day`, in UTC.

        Settings refuse a time in the hour that clocks change, so there is exactly one.
        """
        return datetime.combine(day, self.send_at, tzinfo=self.zone).astimezone(UTC)

    def is_open(self, instant: datetime) -> bool:
        """Whether the sending time of the local day has come."""
        return instant >= self.sending_instant(self.day_of(instant))
