from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.escalation import Level
from boardcal.calendar.rules.timing import Precision
from boardcal.core.addresses import parse_address
from boardcal.notifications.delivery.mime import build_mail
from boardcal.notifications.letters.model import Item, Overview
from boardcal.notifications.letters.samples import sample_action as action
from boardcal.notifications.letters.samples import sample_item as item
from boardcal.notifications.letters.samples import sample_letter as letter
from boardcal.notifications.letters.samples import sample_overdue as overdue
from boardcal.notifications.letters.samples import sample_overview as overview
from boardcal.notifications.letters.samples import sample_review as review
from boardcal.notifications.letters.subject import subject


def copy(**changes: Any) -> Item:
    values = {
        "level": Level.DEPUTY,
        "title": "Subgroup progress report",
        "owner": "the Education Subgroup",
        "owner_contact": "education.chair@example.org",
    }
    return overdue(**{**values, **changes})


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (
            [item(title="S.11 annual report", today=date(2018, 2, 8), step=-10)],
            "Due 22 February 2018: S.11 annual report (LSCB, 8 March)",
        ),
        (
            [item(title="S.11 annual report")],
            "Due today, 22 February 2018: S.11 annual report (LSCB, 8 March)",
        ),
        (
            [item(title="S.11 annual report", today=date(2018, 2, 23), days_late=1)],
            "Overdue since 22 February 2018: S.11 annual report (LSCB, 8 March)",
        ),
        (
            [item(title="S.11", due=date(2017, 12, 20), today=date(2017, 12, 1))],
            "Due 20 December 2017: S.11 (LSCB, 8 March 2018)",
        ),
        (
            [item(title="S.11", meeting=None, audience=("CTB", "HWB"))],
            "Due today, 22 February 2018: S.11 (CTB and HWB)",
        ),
        (
            [item(title="S.11", meeting=None, audience=("A", "B", "C", "D"))],
            "Due today, 22 February 2018: S.11 (A, B and 2 others)",
        ),
        (
            [action(title="Audit", due=date(2018, 7, 31))],
            "Due by end of July 2018: Audit (Action 8.4)",
        ),
        (
            [action(title="Audit", due=date(2017, 12, 29), days_late=38)],
            "Overdue since end of December 2017: Audit (Action 8.4)",
        ),
        (
            [action(title="Audit", due=date(2019, 11, 29), precision=Precision.SEASON)],
            "Due by end of autumn 2019: Audit (Action 8.4)",
        ),
        (
            [action(title="Audit", due=date(2019, 2, 28), precision=Precision.SEASON)],
            "Due by end of winter 2018-19: Audit (Action 8.4)",
        ),
        (
            [review()],
            "For review 25 April 2018: Develop Early Help Panels (Action 3.3)",
        ),
        (
            [copy()],
            "Copy: overdue since 15 February 2018: Subgroup progress report (Education Subgroup)",
        ),
        ([item(), item(), item()], "3 reports due"),
        ([overdue(), item(), item(), item()], "3 reports due, 1 overdue"),
        (
            [overdue(), item(), item(), action(due=date(2018, 3, 29)), copy(), copy()],
            "2 reports and 1 action due, 1 overdue, 2 copies",
        ),
        ([overdue(), overdue()], "2 reports overdue"),
        ([overdue(), copy()], "1 report overdue, 1 copy"),
        ([copy(), copy()], "Copies: 2 reports overdue"),
        ([item(), review(due=date(2018, 2, 1))], "1 report and 1 review due"),
    ],
)
def test_a_subject_says_what_is_due_and_when(items: list[Item], expected: str) -> None:
    assert subject(letter(items=tuple(items))) == expected


@pytest.mark.parametrize(
    ("items", "overviews", "expected"),
    [
        ([], [overview()], "Cumbria LSCB: the reporting calendar, week of 19 February 2018"),
        (
            [overdue(), overdue()],
            [overview()],
            "Cumbria LSCB: the reporting calendar, week of 19 February 2018; 2 reports overdue",
        ),
        (
            [copy()],
            [overview()],
            (
                "Cumbria LSCB: the reporting calendar, week of 19 February 2018; "
                "copy: 1 report overdue"
            ),
        ),
        (
            [],
            [overview(), overview(board="Cumbria CTB")],
            "Cumbria LSCB and Cumbria CTB: the reporting calendar, week of 19 February 2018",
        ),
        ([], [overview()] * 3, "3 Boards: the reporting calendar, week of 19 February 2018"),
    ],
)
def test_the_subject_of_an_overview_names_board_and_week(
    items: list[Item], overviews: list[Overview], expected: str
) -> None:
    assert subject(letter(items=tuple(items), overviews=tuple(overviews))) == expected


def test_a_long_title_is_shortened_between_words_and_the_date_is_not() -> None:
    title = "Complete an audit of the effectiveness of multi-agency working " * 3
    said = subject(letter(items=(item(title=title, today=date(2018, 2, 8)),)))
    assert len(said) <= 120
    assert said.startswith("Due 22 February 2018: Complete an audit of the effectiveness")
    assert said.endswith("… (LSCB, 8 March)")


@given(title=st.text(min_size=1), owner=st.text(min_size=1), level=st.sampled_from(Level))
def test_any_title_makes_a_subject_that_a_mail_can_carry(
    title: str, owner: str, level: Level
) -> None:
    said = subject(letter(items=(item(title=title, owner=owner, level=level),)))
    assert len(said) <= 120
    address = parse_address("lscb@example.org")
    mail = build_mail(
        sender=address,
        recipient=address,
        reply_to=address,
        subject=said,
        text="",
        html="",
        message_id="<1@example.org>",
        date=datetime(2018, 2, 22, 8, tzinfo=UTC),
    )
    assert b"Subject: " in mail
