"""The Board's own clock, on ordinary days and in the nights in which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.core.local_time import LocalTime
from boardcal.tests.fuzz import law

LAW = law(200)
LONDON = ZoneInfo("Europe/London")
EIGHT = LocalTime(zone=LONDON, send_at=time(8))

# Settings refuse 01:00 to 01:59, in which London's clocks change.
allowed_times = st.times(time(0), time(0, 59)) | st.times(time(2), time(23, 59))
dates = st.dates(date(2017, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2018-02-22T23:59:59+00:00", date(2018, 2, 22)),
        ("2018-02-23T00:00:00+00:00", date(2018, 2, 23)),
        ("2018-07-31T22:59:59+00:00", date(2018, 7, 31)),
        ("2018-07-31T23:00:00+00:00", date(2018, 8, 1)),
        ("2018-03-25T00:30:00+00:00", date(2018, 3, 25)),
        ("2018-10-27T23:30:00+00:00", date(2018, 10, 28)),
        ("2018-02-22T23:30:00-05:00", date(2018, 2, 23)),
    ],
)
def test_a_day_begins_at_local_midnight(instant: str, day: date) -> None:
    assert EIGHT.day_of(datetime.fromisoformat(instant)) == day


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        EIGHT.day_of(datetime(2018, 2, 22, 8))  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("send_at", "day", "instant"),
    [
        (time(8), date(2018, 2, 22), "2018-02-22T08:00:00+00:00"),
        (time(8), date(2018, 7, 2), "2018-07-02T07:00:00+00:00"),
        (time(8), date(2018, 3, 24), "2018-03-24T08:00:00+00:00"),
        (time(8), date(2018, 3, 25), "2018-03-25T07:00:00+00:00"),
        (time(8), date(2018, 10, 27), "2018-10-27T07:00:00+00:00"),
        (time(8), date(2018, 10, 28), "2018-10-28T08:00:00+00:00"),
        (time(0, 59), date(2018, 3, 25), "2018-03-25T00:59:00+00:00"),
        (time(2), date(2018, 3, 25), "2018-03-25T01:00:00+00:00"),
        (time(0, 59), date(2018, 10, 28), "2018-10-27T23:59:00+00:00"),
        (time(2), date(2018, 10, 28), "2018-10-28T02:00:00+00:00"),
    ],
)
def test_mail_goes_out_at_the_local_time(send_at: time, day: date, instant: str) -> None:
    local = LocalTime(zone=LONDON, send_at=send_at)
    assert local.sending_instant(day) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2018-02-22T07:59:59+00:00", False),
        ("2018-02-22T08:00:00+00:00", True),
        ("2018-02-22T23:59:59+00:00", True),
        ("2018-02-23T00:00:00+00:00", False),
        ("2018-07-02T06:59:59+00:00", False),
        ("2018-07-02T07:00:00+00:00", True),
        ("2018-03-25T06:59:59+00:00", False),
        ("2018-03-25T07:00:00+00:00", True),
        ("2018-10-28T07:59:59+00:00", False),
        ("2018-10-28T08:00:00+00:00", True),
    ],
)
def test_sending_is_open_from_the_sending_time_to_midnight(instant: str, is_open: bool) -> None:
    assert EIGHT.is_open(datetime.fromisoformat(instant)) is is_open


@LAW
@given(allowed_times, dates)
def test_every_day_has_exactly_one_sending_instant(send_at: time, day: date) -> None:
    local = LocalTime(zone=LONDON, send_at=send_at)
    instant = local.sending_instant(day)
    assert instant.tzinfo is UTC
    shown = instant.astimezone(LONDON)
    assert (shown.date(), shown.time()) == (day, send_at)
    # The clock shows this time neither an hour before nor an hour after.
    for hour in (timedelta(hours=-1), timedelta(hours=1)):
        assert (instant + hour).astimezone(LONDON).time() != send_at


@LAW
@given(allowed_times, dates)
def test_sending_instants_rise_day_by_day(send_at: time, day: date) -> None:
    local = LocalTime(zone=LONDON, send_at=send_at)
    apart = local.sending_instant(day + timedelta(days=1)) - local.sending_instant(day)
    assert timedelta(hours=23) <= apart <= timedelta(hours=25)
    assert local.is_open(local.sending_instant(day))
    # Just before midnight it is still open for the day before.
    just_before = local.sending_instant(day) - timedelta(microseconds=1)
    assert local.is_open(just_before) is (send_at == time(0))


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2018, 3, 11), "2018-03-11T03:30:00-04:00"),
        (date(2018, 11, 4), "2018-11-04T01:30:00-04:00"),
    ],
)
def test_elsewhere_a_time_that_is_missing_goes_forward_and_of_two_the_first_is_taken(
    day: date, instant: str
) -> None:
    send_at = time(2, 30) if day.month == 3 else time(1, 30)
    local = LocalTime(zone=ZoneInfo("America/New_York"), send_at=send_at)
    assert local.sending_instant(day) == datetime.fromisoformat(instant)
