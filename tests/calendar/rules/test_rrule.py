"""Recurrence rules: against python-dateutil, and what is said of rules that are none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.rrule import check_rrule, rule_days
from boardcal.calendar.rules.timing import RecurrenceRule
from boardcal.tests.fuzz import law

LAW = law(80)
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
ONE_DAY = timedelta(days=1)

dates = st.dates(date(2015, 1, 1), date(2022, 12, 31))


def several(values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    lists = st.lists(values, min_size=1, max_size=4, unique=True)
    return lists.map(lambda chosen: ",".join(map(str, chosen)))


def signed(largest: int) -> st.SearchStrategy[object]:
    return st.integers(1, largest) | st.integers(-largest, -1)


plain_weekdays = st.sampled_from(WEEKDAYS)
counted_weekdays = st.builds("{}{}".format, signed(5), plain_weekdays) | plain_weekdays
PARTS = {
    "BYMONTH": several(st.integers(1, 12)),
    "BYMONTHDAY": several(signed(31)),
    "BYYEARDAY": several(signed(366)),
    "BYWEEKNO": several(signed(53)),
    "BYDAY": several(plain_weekdays),
    "counted": several(counted_weekdays),
    "WKST": plain_weekdays,
}
GO_TOGETHER = {
    "DAILY": [["BYMONTH"], ["BYMONTHDAY"], ["BYDAY"], ["BYMONTH", "BYMONTHDAY", "BYDAY"]],
    "WEEKLY": [[], ["BYMONTH"], ["BYDAY"], ["BYDAY", "WKST"], ["BYMONTH", "BYDAY", "WKST"]],
    "MONTHLY": [[], ["BYMONTH"], ["BYMONTHDAY"], ["counted"], ["BYMONTH", "BYMONTHDAY", "BYDAY"]],
    "YEARLY": [
        [], ["BYMONTH"], ["BYMONTHDAY"], ["BYYEARDAY"], ["BYWEEKNO"], ["BYDAY"], ["counted"],
        ["BYMONTH", "BYMONTHDAY"], ["BYMONTH", "counted"], ["BYMONTH", "BYWEEKNO"],
        ["BYWEEKNO", "BYDAY"], ["BYWEEKNO", "BYDAY", "WKST"], ["BYYEARDAY", "BYDAY"],
        ["BYMONTHDAY", "BYDAY"], ["BYMONTH", "BYWEEKNO", "BYDAY", "WKST"],
    ],
}  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules of every shape that RFC 5545 allows for days."""
    freq = draw(st.sampled_from(sorted(GO_TOGETHER)))
    names = draw(st.sampled_from(GO_TOGETHER[freq]))
    parts = [f"{name.replace('counted', 'BYDAY')}={draw(PARTS[name])}" for name in names]
    if names not in ([], ["WKST"]) and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(several(signed(3)))}")
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end:
        value = draw(st.integers(1, 20) if end == "COUNT" else dates.map("{:%Y%m%d}".format))
        parts.append(f"{end}={value}")
    return ";".join([f"FREQ={freq}", *draw(st.permutations(parts))])


def rule(text: str, start: date) -> RecurrenceRule:
    return RecurrenceRule(rrule=text, start=start)


class Definition:
    """A rule of RFC 5545 3.3.10 as a question asked of each day by itself."""

    def __init__(self, text: str, begins: date) -> None:
        self.parts = dict(part.split("=") for part in text.split(";"))
        self.begins = begins
        self.freq = self.parts["FREQ"]
        self.wkst = WEEKDAYS.index(self.parts.get("WKST", "MO"))
        self.weekday = f"{begins:%a}".upper()[:2]
        chosen = self.parts.keys() & {"BYMONTHDAY", "BYYEARDAY", "BYDAY"}
        self.implied = {
            "BYDAY": self.freq == "WEEKLY" or "BYWEEKNO" in self.parts,
            "BYMONTHDAY": self.freq in ("MONTHLY", "YEARLY") and "BYWEEKNO" not in self.parts,
            "BYMONTH": self.freq == "YEARLY" and not self.parts.keys() & {"BYMONTH", "BYWEEKNO"},
        }
        self.implied = {name: is_so and not chosen for name, is_so in self.implied.items()}

    def numbers(self, name: str) -> list[int]:
        return [int(number) for number in self.parts.get(name, "").split(",") if number]

    def week_begins(self, day: date) -> date:
        while day.weekday() != self.wkst:
            day -= ONE_DAY
        return day

    def week_year(self, day: date) -> int:
        """The year in which most days of the week lie."""
        return (self.week_begins(day) + 3 * ONE_DAY).year

    def weeks(self, day: date) -> set[int]:
        """The number of its week, counted from the year's first and from its last."""
        year = self.week_year(day)
        before = after = 1
        while self.week_year(day - 7 * before * ONE_DAY) == year:
            before += 1
        while self.week_year(day + 7 * after * ONE_DAY) == year:
            after += 1
        return {before, -after}

    def period(self, day: date) -> int:
        """Which day, week, month or year of all it lies in."""
        match self.freq:
            case "DAILY":
                return day.toordinal()
            case "WEEKLY":
                return self.week_begins(day).toordinal() // 7
            case "MONTHLY":
                return day.year * 12 + day.month
        return self.week_year(day) if "BYWEEKNO" in self.parts else day.year

    def is_in_step(self, day: date) -> bool:
        first = self.begins.year if "BYWEEKNO" in self.parts else self.period(self.begins)
        return (self.period(day) - first) % int(self.parts.get("INTERVAL", "1")) == 0

    def is_named(self, day: date) -> bool:
        year_end, month_end = date(day.year, 12, 31), day
        while (month_end + ONE_DAY).month == day.month:
            month_end += ONE_DAY
        yday = (day - date(day.year, 1, 1)).days + 1
        places = {
            "BYMONTH": {day.month},
            "BYMONTHDAY": {day.day, -(month_end - day).days - 1},
            "BYYEARDAY": {yday, -(year_end - day).days - 1},
        }
        for name, place in places.items():
            if name in self.parts and not place & set(self.numbers(name)):
                return False
        if "BYWEEKNO" in self.parts and not self.weeks(day) & set(self.numbers("BYWEEKNO")):
            return False
        if self.implied["BYMONTH"] and day.month != self.begins.month:
            return False
        if self.implied["BYMONTHDAY"] and day.day != self.begins.day:
            return False
        names = [self.weekday] if self.implied["BYDAY"] else self.parts.get("BYDAY", "").split(",")
        return names == [""] or any(self.is_weekday(day, name) for name in names)

    def is_weekday(self, day: date, name: str) -> bool:
        number, weekday = int(name[:-2] or 0), name[-2:]
        if WEEKDAYS[day.weekday()] != weekday:
            return False
        step = 7 * ONE_DAY if number < 0 else -7 * ONE_DAY
        of_year = self.freq == "YEARLY" and "BYMONTH" not in self.parts

        def is_inside(other: date) -> bool:
            return other.year == day.year and (of_year or other.month == day.month)

        steps = 0
        while is_inside(day + step * steps):
            steps += 1
        return number in (0, steps if number > 0 else -steps)

    def days(self, start: date, end: date) -> list[date]:
        around = (end - self.begins).days + 400
        periods: dict[int, list[date]] = {}
        for day in (self.begins + ONE_DAY * number for number in range(-400, around)):
            if self.is_in_step(day) and self.is_named(day):
                periods.setdefault(self.period(day), []).append(day)
        if positions := self.numbers("BYSETPOS"):
            for period, named in periods.items():
                periods[period] = [
                    day
                    for place, day in enumerate(named)
                    if place + 1 in positions or place - len(named) in positions
                ]
        days = sorted(day for named in periods.values() for day in named if day >= self.begins)
        if "COUNT" in self.parts:
            days = days[: int(self.parts["COUNT"])]
        if "UNTIL" in self.parts:
            end = min(end, date.fromisoformat(self.parts["UNTIL"]))
        return [day for day in days if start <= day <= end]


@LAW
@given(rules(), dates, dates, st.integers(0, 900))
def test_the_days_of_a_rule_are_those_that_the_rfc_defines(
    text: str, begins: date, start: date, length: int
) -> None:
    check_rrule(text)
    end = start + timedelta(days=length)
    assert list(rule_days(rule(text, begins), start, end)) == Definition(text, begins).days(
        start, end
    )


def is_read_rightly_by_dateutil(text: str) -> bool:
    """Whether dateutil 2.9 knows the days, and does not look for them until the year 9999."""
    counted = {name[-2:] != name for name in text.partition("BYDAY=")[2].split(";")[0].split(",")}
    is_weekly_choice = "WEEKLY" in text and "BYSETPOS" in text
    return "UNTIL" in text and "BYWEEKNO" not in text and not is_weekly_choice and len(counted) == 1


@LAW
@given(rules().filter(is_read_rightly_by_dateutil), dates, dates, st.integers(0, 900))
def test_the_days_of_a_rule_are_those_that_dateutil_gives(
    text: str, begins: date, start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    whole = (each.date() for each in rrulestr(text, dtstart=datetime.combine(begins, time.min)))
    expected = [day for day in takewhile(lambda day: day <= end, whole) if day >= start]
    assert list(rule_days(rule(text, begins), start, end)) == expected


@pytest.mark.parametrize(
    ("text", "begins", "first", "days"),
    [
        ("FREQ=YEARLY;BYWEEKNO=52;BYDAY=SU", "2017-01-01", "2021-01-01",
         "2022-01-02 2023-01-01 2023-12-31 2024-12-29"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2018-01-01", "2018-01-01",
         "2018-01-01 2018-12-31 2019-12-30 2021-01-04"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR", "2018-01-01", "2018-01-01",
         "2021-01-01 2027-01-01"),
        ("FREQ=YEARLY;BYWEEKNO=20", "2018-01-03", "2018-01-01",
         "2018-05-16 2019-05-15 2020-05-13"),
        ("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO", "2018-01-01", "2018-01-01",
         "2018-01-01 2019-12-30 2022-01-03"),
        ("FREQ=YEARLY;INTERVAL=2500;BYWEEKNO=1;BYDAY=WE", "2018-01-01", "2018-01-01",
         "2018-01-03"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU", "2018-01-01", "2018-01-01",
         "2018-12-30 2019-12-29 2021-01-03"),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SA,SU;BYSETPOS=-1", "2021-06-01", "2021-06-01",
         "2022-01-02 2023-01-01 2023-12-31"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "2018-01-03", "2018-01-01",
         "2018-01-08 2018-01-15 2018-01-22"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2018-01-06", "2018-01-01",
         "2018-01-12 2018-01-19 2018-01-26"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;BYSETPOS=2;WKST=SU", "2018-01-01", "2018-01-01",
         "2018-01-01 2018-01-15 2018-01-29"),
        ("FREQ=MONTHLY;BYDAY=1MO,FR", "2018-01-01", "2018-01-20",
         "2018-01-26 2018-02-02 2018-02-05 2018-02-09"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU,1MO", "2018-01-01", "2018-01-01",
         "2018-03-05 2018-03-25 2019-03-04"),
    ],
)  # fmt: skip
def test_rules_that_dateutil_reads_wrongly_give_their_days(
    text: str, begins: str, first: str, days: str
) -> None:
    check_rrule(text)
    found = rule_days(
        rule(text, date.fromisoformat(begins)), date.fromisoformat(first), date(2030, 1, 1)
    )
    expected = days.split()
    assert [f"{day}" for day in islice(found, len(expected))] == expected


@pytest.mark.parametrize(
    ("text", "begins", "days"),
    [
        ("FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200", "1997-01-01",
         "1997-01-01 1997-04-10 1997-07-19 2000-01-01"),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1997-05-19 1998-05-18 1999-05-17"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "1997-05-12 1998-05-11 1999-05-17"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02",
         "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05",
         "1996-11-05 2000-11-07 2004-11-02"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04",
         "1997-09-04 1997-10-07 1997-11-06"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29",
         "1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29 1998-02-26 1998-03-30"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05",
         "1997-08-05 1997-08-10 1997-08-19 1997-08-24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05",
         "1997-08-05 1997-08-17 1997-08-19 1997-08-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15",
         "2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30"),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc_give_the_days_printed_there(
    text: str, begins: str, days: str
) -> None:
    check_rrule(text)
    first, expected = date.fromisoformat(begins), days.split()
    found = rule_days(rule(text, first), first, date(2010, 1, 1))
    assert [f"{day}" for day in islice(found, len(expected))] == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO", "01-01 02-05 03-05 04-02 05-07 06-04"),
        ("freq=monthly;byday=1mo", "01-01 02-05 03-05 04-02 05-07 06-04"),
        ("FREQ=MONTHLY;BYDAY=2TH;BYMONTH=3", "03-08"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "01-31 03-31 05-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "01-31 02-28 03-31"),
        ("FREQ=WEEKLY;INTERVAL=4;BYDAY=FR;UNTIL=20180330", "01-05 02-02 03-02 03-30"),
        ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1", "04-01"),
    ],
)
def test_the_days_of_a_rule_in_the_first_half_of_2018(text: str, days: str) -> None:
    check_rrule(text)
    found = rule_days(rule(text, date(2018, 1, 1)), date(2018, 1, 1), date(2018, 6, 30))
    assert [f"{day:%m-%d}" for day in found] == days.split()


@pytest.mark.parametrize(
    ("text", "end"),
    [("FREQ=MONTHLY", date(2017, 12, 31)), ("FREQ=DAILY;UNTIL=20171231", date(2018, 12, 31))],
)
def test_a_rule_gives_nothing_before_it_begins_or_after_it_ends(text: str, end: date) -> None:
    assert list(rule_days(rule(text, date(2018, 1, 1)), date(2010, 1, 1), end)) == []


def test_a_count_is_counted_from_where_the_rule_begins_and_not_from_the_window() -> None:
    monthly = rule("FREQ=MONTHLY;COUNT=4", date(2018, 1, 15))
    found = list(rule_days(monthly, date(2018, 3, 1), date(2018, 12, 31)))
    assert found == [date(2018, 3, 15), date(2018, 4, 15)]


def test_a_rule_that_never_gives_a_day_gives_none() -> None:
    never = rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", date(2018, 1, 1))
    assert list(rule_days(never, date(2018, 1, 1), date(2027, 1, 1))) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("monthly", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=DAILY;", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=DAILY;FREQ=HOURLY", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=YEARLY;BYEASTER=0", "has BYEASTER, which RFC 5545 does not know; leave it out"),
        ("FREQ=YEARLY;SKIP=OMIT", "has SKIP, which RFC 5545 does not know; leave it out"),
        ("FREQ=MONTHLY;BYWEEKNO=2", "has BYWEEKNO, which goes only with FREQ=YEARLY"),
        ("FREQ=DAILY;BYYEARDAY=2", "has BYYEARDAY, which goes only with FREQ=YEARLY"),
        (
            "FREQ=WEEKLY;BYMONTHDAY=2",
            "has BYMONTHDAY, which goes only with FREQ=DAILY or FREQ=MONTHLY or FREQ=YEARLY",
        ),
        *(
            (
                text,
                (
                    "counts the weekdays of BYDAY, which goes only with FREQ=MONTHLY or "
                    "FREQ=YEARLY, and not with BYWEEKNO; leave the numbers out"
                ),
            )
            for text in (
                "FREQ=WEEKLY;BYDAY=1MO",
                "FREQ=DAILY;BYDAY=MO,-1TU",
                "FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO",
            )
        ),
        *(
            (
                text,
                "has a BYSETPOS without anything to choose from, such as BYDAY=MO,TU",
            )
            for text in ("FREQ=WEEKLY;BYSETPOS=1", "FREQ=YEARLY;BYSETPOS=0;WKST=SU")
        ),
        ("BYDAY=1MO", "needs a FREQ, which may be DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=HOURLY", "needs a FREQ, which may be DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=DAILY;BYHOUR=9", "names a time of day; a rule gives days only"),
        ("FREQ=DAILY;INTERVAL=0", "has an INTERVAL or COUNT that is no whole number from 1"),
        ("FREQ=DAILY;INTERVAL=-1", "has an INTERVAL or COUNT that is no whole number from 1"),
        ("FREQ=DAILY;COUNT=0", "has an INTERVAL or COUNT that is no whole number from 1"),
        ("FREQ=DAILY;COUNT=two", "has an INTERVAL or COUNT that is no whole number from 1"),
        (
            "FREQ=DAILY;UNTIL=20201231T000000Z",
            "needs a day alone after UNTIL, such as UNTIL=20201231",
        ),
        ("FREQ=DAILY;COUNT=3;UNTIL=20201231", "has both COUNT and UNTIL; keep one of them"),
        ("FREQ=DAILY;UNTIL=20201331", "needs a day alone after UNTIL, such as UNTIL=20201231"),
        ("FREQ=MONTHLY;BYDAY=XX", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYDAY=", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=YEARLY;BYMONTH=-1", "is not a rule that RFC 5545 knows"),
        ("FREQ=WEEKLY;WKST=1", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYMONTH=1;BYSETPOS=0", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYDAY=1MO,+7MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYDAY=99MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=6MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYDAY=0MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYWEEKDAY=MO", "has BYWEEKDAY, which RFC 5545 does not know; leave it out"),
        ("FREQ=MONTHLY;BYDAY=MO(+99)", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYMONTH=13;BYDAY=1MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYYEARDAY=400", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYMONTHDAY=x", "is not a rule that RFC 5545 knows"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as error:
        check_rrule(text)
    assert str(error.value) == f'"{text}" {says}'


@pytest.mark.parametrize(
    "pasted",
    ["RRULE:FREQ=MONTHLY;BYDAY=1MO", " rrule: FREQ=MONTHLY;BYDAY=1MO\n", "FREQ=MONTHLY;BYDAY=1MO"],
)
def test_a_rule_pasted_with_its_name_is_the_rule(pasted: str) -> None:
    assert check_rrule(pasted) == "FREQ=MONTHLY;BYDAY=1MO"


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("DTSTART:20180101\nRRULE:FREQ=DAILY", "DTSTART"),
        ("DTSTART;TZID=Europe/London:20180101T090000\r\nRRULE:FREQ=DAILY", "DTSTART"),
        ("RRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20180108", "EXDATE"),
        ("rrule:freq=daily exdate:20180108", "EXDATE"),
        ("RRULE:FREQ=DAILY\nRDATE:20180108", "RDATE"),
    ],
)
def test_other_lines_pasted_with_a_rule_get_a_sentence(pasted: str, line: str) -> None:
    with pytest.raises(ValueError, match=f"holds {line}, which is another line of a calendar"):
        check_rrule(pasted)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FREQ=YEARLY;BYDAY=53MO", "2018-12-31"),
        ("FREQ=YEARLY;BYDAY=-53MO", "2018-01-01"),
        ("FREQ=MONTHLY;BYDAY=5MO", "2018-01-29"),
        ("FREQ=MONTHLY;BYDAY=-5FR", "2018-03-02"),
    ],
)
def test_the_largest_numbers_give_the_days_that_they_mean(text: str, first: str) -> None:
    check_rrule(text)
    rule = RecurrenceRule(rrule=text, start=date(2018, 1, 1))
    found = list(rule_days(rule, date(2018, 1, 1), date(2024, 12, 31)))
    assert found[0].isoformat() == first
