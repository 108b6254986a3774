from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from boardcal.calendar.rules.date_text import EARLIEST_YEAR, LATEST_YEAR
from boardcal.cli.framework.param_types import Moment, day_of, moment_of
from boardcal.core.local_time import LocalTime

YEARS = f"{EARLIEST_YEAR} to {LATEST_YEAR}"
LOCAL = LocalTime(zone=ZoneInfo("Europe/London"), send_at=time(8))


@pytest.mark.parametrize(
    "text",
    ["2018-03-08", "2018-3-8", "8 March 2018", "8 march 2018", " 8  Mar 2018 ", "8th March 2018"],
)
def test_a_day_may_be_written_as_people_write_it(text: str) -> None:
    assert day_of(text) == date(2018, 3, 8)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31 June 2018", 'there is no "31 June 2018": June 2018 has 30 days'),
        ("2018-06-31", 'there is no "31 June 2018": June 2018 has 30 days'),
        ("2018-02-29", 'there is no "29 February 2018": February 2018 has 28 days'),
        ("2018-13-01", '"2018-13-01" is not a day: there is no month 13'),
        ("July 2018", '"July 2018" is not one day; write 2018-03-08 or "8 March 2018"'),
        ("Autumn 2019", '"Autumn 2019" is not one day; write 2018-03-08 or "8 March 2018"'),
        ("08/03/2018", '"08/03/2018" is not a day; write 2018-03-08 or "8 March 2018"'),
        ("8 Mai 2018", '"8 Mai 2018" is not a day; write 2018-03-08 or "8 March 2018"'),
        ("tomorrow", '"tomorrow" is not a day; write 2018-03-08 or "8 March 2018"'),
        ("", '"" is not a day; write 2018-03-08 or "8 March 2018"'),
        ("0000-01-01", f"the year 0 lies outside {YEARS}"),
        ("9999-12-31", f"the year 9999 lies outside {YEARS}"),
    ],
)
def test_what_is_no_day_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        day_of(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2018-02-22", datetime(2018, 2, 22, 8, tzinfo=UTC)),
        ("22 February 2018", datetime(2018, 2, 22, 8, tzinfo=UTC)),
        ("2018-02-22T09:30", datetime(2018, 2, 22, 9, 30, tzinfo=UTC)),
        ("2018-02-22 9:30", datetime(2018, 2, 22, 9, 30, tzinfo=UTC)),
        ("2018-07-02T09:30", datetime(2018, 7, 2, 8, 30, tzinfo=UTC)),
        ("2018-07-02T09:30:15", datetime(2018, 7, 2, 8, 30, 15, tzinfo=UTC)),
        ("2018-07-02T09:30+02:00", datetime(2018, 7, 2, 7, 30, tzinfo=UTC)),
        ("2018-07-02T09:30Z", datetime(2018, 7, 2, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_local_unless_it_says_its_offset(text: str, instant: datetime) -> None:
    assert moment_of(text).instant(LOCAL) == instant


def test_a_day_alone_means_its_sending_time() -> None:
    assert moment_of("2018-07-02") == Moment(day=date(2018, 7, 2))
    assert moment_of("2018-07-02").instant(LOCAL) == datetime(2018, 7, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2018-02-22T25:00", "2018-02-22T9", "2018-02-22T09:30 soon"])
def test_what_is_no_moment_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (moment|day)"):
        moment_of(text)
