"""Local days and the time of day at which mail goes out."""

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

    def moment(self, now: datetime) -> Moment:
        """A reading of the clock as it is here."""
        return Moment(now=now, today=self.day_of(now), local=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One reading of the clock: the instant, its local day, and the clock it was read by.

    Made once for each tick, request or command and passed down, so that all of it agrees.
    """

    now: datetime
    today: date
    local: LocalTime

    @property
    def is_open(self) -> bool:
        """Whether the sending time of the day has come."""
        return self.local.is_open(self.now)
