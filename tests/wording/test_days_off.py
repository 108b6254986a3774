from __future__ import annotations

from datetime import date

import pytest

from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.wording.text import day_off, needless_days

DAYS = WorkingDays(closed=[date(2018, 12, 27)], open_days=[date(2018, 12, 29)])


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2018, 12, 24), None),
        (date(2018, 12, 25), "Note that 25 December 2018 is a bank holiday."),
        (date(2018, 12, 27), "Note that 27 December 2018 is a day off."),
        (date(2018, 12, 29), None),
        (date(2018, 12, 30), "Note that 30 December 2018 is a Sunday."),
    ],
)
def test_a_day_that_is_not_worked_is_remarked_on(day: date, says: str | None) -> None:
    assert day_off(DAYS, day) == says


ANYWAY = "Note that {} anyway; listing it as {} changes nothing."


@pytest.mark.parametrize(
    ("closed", "open_days", "says"),
    [
        ([date(2018, 12, 27)], [date(2018, 12, 29)], []),
        (
            [date(2018, 3, 30), date(2018, 3, 31)],
            [],
            [
                ANYWAY.format("30 March 2018 is a bank holiday", "closed"),
                ANYWAY.format("31 March 2018 is a Saturday", "closed"),
            ],
        ),
        ([], [date(2018, 3, 29)], [ANYWAY.format("29 March 2018 is a working day", "open")]),
        (
            [date(2018, 3, 29)],
            [date(2018, 3, 29)],
            ["Note that 29 March 2018 is listed as closed and as open; it counts as open."],
        ),
    ],
)
def test_a_day_listed_for_nothing_is_remarked_on(
    closed: list[date], open_days: list[date], says: list[str]
) -> None:
    assert list(needless_days(WorkingDays(closed=closed, open_days=open_days))) == says
