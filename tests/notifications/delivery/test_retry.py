from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from boardcal.notifications.delivery.retry import RetrySchedule

NOW = datetime(2018, 2, 22, 8, 0, tzinfo=UTC)
STEADY = RetrySchedule(jitter=0)


def seeded(seed: int) -> Random:
    return Random(seed)


@pytest.mark.parametrize(
    ("attempt", "minutes"),
    [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 150), (7, 150), (500, 150)],
)
def test_waits_grow_to_an_hour_and_then_stay_at_two_and_a_half(attempt: int, minutes: int) -> None:
    due = STEADY.next_attempt(attempt, NOW, seeded(1))
    assert due == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize("attempt", [1, 3, 5, 9])
def test_each_wait_is_off_by_at_most_a_fifth_and_not_always_by_the_same(attempt: int) -> None:
    wait = STEADY.next_attempt(attempt, NOW, seeded(1)) - NOW
    draw = seeded(7)
    waits = [RetrySchedule().next_attempt(attempt, NOW, draw) - NOW for _ in range(200)]
    assert min(waits) >= 0.8 * wait
    assert max(waits) <= 1.2 * wait
    assert max(waits) - min(waits) > 0.3 * wait


def test_the_same_seed_gives_the_same_time() -> None:
    first, again, other = (RetrySchedule().next_attempt(2, NOW, seeded(s)) for s in (5, 5, 6))
    assert first == again != other


def test_an_hour_is_an_hour_in_the_night_the_clocks_go_back() -> None:
    london = datetime(2018, 10, 28, 1, 30, tzinfo=ZoneInfo("Europe/London"))  # 00:30 UTC
    due = STEADY.next_attempt(5, london, seeded(1))
    assert due == datetime(2018, 10, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_count_from_one(attempt: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        STEADY.next_attempt(attempt, NOW, seeded(1))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        STEADY.next_attempt(1, NOW.replace(tzinfo=None), seeded(1))
