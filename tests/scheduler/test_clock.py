"""The one place that reads the machine's clock, under a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from boardcal.scheduler.clock import clock_from, system_clock
from boardcal.tests.factories import LONDON, at

NOW = at("2018-07-05 09:00")


def test_the_system_clock_says_the_machines_time_in_utc() -> None:
    with freeze_time(NOW):
        assert system_clock() == NOW
        assert system_clock().tzinfo is UTC


def test_a_clock_that_starts_elsewhere_goes_on_at_the_machines_pace() -> None:
    with freeze_time(NOW) as machine:
        clock = clock_from(at("2018-02-08").astimezone(LONDON.zone))
        assert clock() == at("2018-02-08")
        machine.tick(timedelta(minutes=90))
        assert clock() == at("2018-02-08 09:30")
        assert clock().tzinfo is UTC


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        clock_from(datetime(2018, 2, 8, 9))  # noqa: DTZ001 - what is tried
