"""A pause ends on the day that was given for it, and the deputy is mailed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.operations.record import RecordError
from boardcal.storage.pauses import pauses_of
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import CHAIR, LONDON, S11, SECRETARIAT, VICE, at, day

if TYPE_CHECKING:
    from boardcal.tests.office import Mail, Office


@pytest.fixture
def live(office: Office) -> Office:
    """Before the first reminder, on Monday 22 January 2018, at ten."""
    office.store().sweep("2018-01-22")
    office.now = at("2018-01-22 10:00")
    return office


def reminded(mails: list[Mail]) -> list[tuple[str, str, int]]:
    return [
        (str(LONDON.day_of(mail.at)), mail.to, step) for mail in mails for _, step, _ in mail.items
    ]


def paused(office: Office) -> list[str]:
    with office.database.read() as connection:
        return [pause.id for pause in pauses_of(connection, "lscb")]


def test_who_is_away_until_a_day_is_reminded_again_from_it(live: Office) -> None:
    live.pause("person", CHAIR, until="2018-02-15")
    assert reminded(live.days("2018-01-23", "2018-02-22")) == [
        ("2018-01-25", VICE, -20),
        ("2018-02-08", VICE, -10),
        ("2018-02-15", CHAIR, -5),
        ("2018-02-21", CHAIR, -1),
        ("2018-02-22", CHAIR, 0),
    ]
    (ended,) = [row for row in live.table(change) if row.what == "resumed"]
    assert (ended.subject, ended.who) == (CHAIR, "boardcal")


@pytest.mark.parametrize(("kind", "name"), [("board", "lscb"), ("body", "pmqag")])
def test_what_came_due_meanwhile_is_caught_up_with_once_on_that_day(
    live: Office, kind: str, name: str
) -> None:
    live.pause(kind, name, until="2018-02-12")
    assert reminded(live.days("2018-01-23", "2018-02-14")) == [("2018-02-12", CHAIR, -10)]
    assert paused(live) == []


def test_a_pause_ends_on_a_day_off_and_its_mails_come_on_the_next(live: Office) -> None:
    live.pause("body", "pmqag", until="2018-02-10")
    live.days("2018-01-23", "2018-02-09")
    assert live.sweep("2018-02-10") == []
    assert paused(live) == []
    assert reminded(live.days("2018-02-11", "2018-02-12")) == [("2018-02-12", CHAIR, -10)]


@pytest.mark.parametrize(
    ("kind", "name"), [("board", "lscb"), ("body", "pmqag")], ids=["Board", "body"]
)
def test_what_fell_due_is_due_on_the_first_day_of_emails_after_a_weekend(
    live: Office, kind: str, name: str
) -> None:
    live.pause(kind, name, until="2018-02-24")
    mails = live.days("2018-01-23", "2018-02-27")
    assert [one for one in reminded(mails) if one[1] == CHAIR] == [
        ("2018-02-26", CHAIR, 0),
        ("2018-02-27", CHAIR, 1),
    ]
    assert live.row(S11).due == day("2018-02-26")


def test_nothing_is_shown_overdue_on_the_days_off_that_a_pause_ends_on(live: Office) -> None:
    live.pause("board", "lscb", until="2018-02-24")
    live.days("2018-01-23", "2018-02-25")
    assert live.row(S11).due == day("2018-02-26")
    live.pause("body", "pmqag")
    live.now = at("2018-02-25 10:00")
    live.resume("body", "pmqag")
    assert live.row(S11).due == day("2018-02-26")


def test_nothing_is_written_each_minute_once_it_has_ended(live: Office) -> None:
    live.pause("person", VICE, until="2018-01-24")
    assert live.tick("2018-01-24 00:01") is True
    assert live.tick("2018-01-24 00:02") is False


def test_another_end_takes_the_place_of_the_first(live: Office) -> None:
    assert live.pause("person", CHAIR, until="2018-02-01")
    assert live.pause("person", CHAIR, until="2018-02-15")
    assert not live.pause("person", CHAIR, until="2018-02-15")
    assert live.pause("person", CHAIR)
    assert not live.pause("person", CHAIR)
    live.days("2018-01-23", "2018-02-16")
    assert paused(live) == [CHAIR]


@pytest.mark.parametrize(
    ("until", "why"),
    [("2018-01-22", "lies ahead"), ("2018-01-01", "lies ahead"), ("2081-02-15", "the year is")],
)
def test_a_pause_ends_after_it_begins_and_not_years_off(live: Office, until: str, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        live.pause("person", CHAIR, until=until)


def test_the_weekly_overview_names_every_pause_and_since_when(live: Office) -> None:
    live.pause("person", CHAIR, until="2018-02-15")
    live.pause("body", "business-group")
    for week in ("2018-01-29", "2018-02-05"):
        (mail,) = [mail for mail in live.days(week, week) if mail.to == SECRETARIAT]
        text = " ".join(mail.text.split())
        assert (
            f"The mails to {CHAIR} have been paused since 22 January 2018, and go on from 15 "
            "February 2018." in text
        )
        assert "have been paused since 22 January 2018, until somebody ends the pause." in text
