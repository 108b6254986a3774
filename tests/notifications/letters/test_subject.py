from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.rules.escalation import Level
from boardcal.calendar.rules.timing import Precision
from boardcal.core.addresses import parse_address
from boardcal.notifications.delivery.mime import build_mail
from boardcal.notifications.letters.model import Asked, Item, Letter, Overview
from boardcal.notifications.letters.samples import sample_action as action
from boardcal.notifications.letters.samples import sample_asked
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
            "Due 22 February 2018: S.11 annual report (LSCB, 8 March), in 10 working days",
        ),
        (
            [item(title="S.11 annual report")],
            "Due today, 22 February 2018: S.11 annual report (LSCB, 8 March)",
        ),
        (
            [item(title="S.11 annual report", today=date(2018, 2, 23), days_late=1)],
            (
                "Overdue since 22 February 2018: S.11 annual report (LSCB, 8 March), "
                "1 working day late"
            ),
        ),
        (
            [item(title="S.11", due=date(2017, 12, 20), today=date(2017, 12, 1), days_left=13)],
            "Due 20 December 2017: S.11 (LSCB, 8 March 2018), in 13 working days",
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
            [action(title="Audit", due=date(2018, 7, 31), days_left=110)],
            "Due by end of July 2018: Audit (Action 8.4), in 110 working days",
        ),
        (
            [action(title="Audit", due=date(2017, 12, 29), days_late=38)],
            "Overdue since end of December 2017: Audit (Action 8.4), 38 working days late",
        ),
        (
            [
                action(
                    title="Audit", due=date(2019, 11, 29), precision=Precision.SEASON, days_left=9
                )
            ],
            "Due by end of autumn 2019: Audit (Action 8.4), in 9 working days",
        ),
        (
            [action(title="Audit", due=date(2019, 2, 28), precision=Precision.SEASON, days_left=9)],
            "Due by end of winter 2018-19: Audit (Action 8.4), in 9 working days",
        ),
        (
            [review(days_left=40)],
            "For review 25 April 2018: Develop Early Help Panels (Action 3.3), in 40 working days",
        ),
        (
            [review(due=date(2018, 2, 15))],
            (
                "For review 15 February 2018: Develop Early Help Panels (Action 3.3), "
                "email of 22 February 2018"
            ),
        ),
        (
            [copy()],
            (
                "Copy: overdue since 15 February 2018: Subgroup progress report "
                "(Education Subgroup), 5 working days late"
            ),
        ),
        (
            [item(title="S.11"), item(), item()],
            "Due today, 22 February 2018: S.11, and 2 more",
        ),
        (
            [overdue(title="S.11"), item(), item(), action(due=date(2018, 3, 29))],
            "Overdue since 15 February 2018: S.11, 5 working days late, and 3 more",
        ),
        (
            [overdue(title="S.11"), item(), copy(), copy()],
            "Overdue since 15 February 2018: S.11, 5 working days late, and 1 more and 2 copies",
        ),
        (
            [overdue(title="S.11"), copy()],
            "Overdue since 15 February 2018: S.11, 5 working days late, and 1 copy",
        ),
        (
            [copy(title="S.11"), copy()],
            "Copies: overdue since 15 February 2018: S.11, 5 working days late, and 1 more",
        ),
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
        (
            [],
            [overview()] * 3,
            (
                "3 Boards: the reporting calendar, week of 19 February 2018, "
                "email of 22 February 2018"
            ),
        ),
    ],
)
def test_the_subject_of_an_overview_names_board_and_week(
    items: list[Item], overviews: list[Overview], expected: str
) -> None:
    assert subject(letter(items=tuple(items), overviews=tuple(overviews))) == expected


def test_one_who_is_mailed_by_several_boards_reads_which_one_it_is() -> None:
    one = letter(items=(item(title="S.11"),), of_several_boards=True)
    assert subject(one) == "Due today, 22 February 2018: S.11 (Cumbria LSCB, LSCB, 8 March)"
    two = letter(items=(item(title="S.11"), item()), of_several_boards=True)
    assert subject(two) == "Due today, 22 February 2018: S.11 (Cumbria LSCB), and 1 more"
    asked = letter(asked=(sample_asked(title="S.11", wish="more time"),), of_several_boards=True)
    assert subject(asked) == (
        "pmqag.chair@example.org asks for more time: S.11 (Cumbria LSCB), email of 22 February 2018"
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            [sample_asked(title="S.11", wish="more time")],
            "pmqag.chair@example.org asks for more time: S.11, email of 22 February 2018",
        ),
        (
            [sample_asked(title="S.11", wish="more time"), sample_asked(), sample_asked()],
            (
                "pmqag.chair@example.org asks for more time: S.11, email of 22 February 2018, "
                "and 2 more"
            ),
        ),
        (
            [sample_asked(title="S.11", wish="more time", outcome="granted"), sample_asked()],
            "Your request for more time: S.11, email of 22 February 2018, and 1 more",
        ),
    ],
)
def test_the_subject_of_requests_names_the_first_and_the_day(
    asked: list[Asked], expected: str
) -> None:
    assert subject(letter(asked=tuple(asked))) == expected


def test_a_long_title_is_shortened_between_words_and_the_date_is_not() -> None:
    title = "Complete an audit of the effectiveness of multi-agency working " * 3
    said = subject(letter(items=(item(title=title, today=date(2018, 2, 8)),)))
    assert len(said) <= 120
    assert said.startswith("Due 22 February 2018: Complete an audit of the effectiveness")
    assert said.endswith("… (LSCB, 8 March), in 14 days")


DUES = st.dates(date(2018, 1, 1), date(2018, 3, 31))
THINGS = st.tuples(
    DUES,
    st.sampled_from(Kind),
    st.sampled_from(Level),
    st.sampled_from(Precision),
    st.sampled_from(["Report", "Report of the Subgroup " * 9]),
)


def letter_of(today: date, things: list[tuple[date, Kind, Level, Precision, str]]) -> Letter:
    """A letter of a day about some things, with their days counted as a mail has them."""
    items = [
        item(
            due=due,
            kind=kind,
            level=level,
            precision=precision,
            title=title,
            today=today,
            days_late=working_days_between(due, today),
            days_left=working_days_between(today, due),
        )
        for due, kind, level, precision, title in things
    ]
    return letter(day=today, items=tuple(sorted(items, key=lambda item: item.is_copy)))


def working_days_between(start: date, end: date) -> int:
    days = (start + timedelta(days=n + 1) for n in range((end - start).days))
    return sum(day.weekday() < 5 for day in days)


@given(
    days=st.sets(
        st.dates(date(2018, 1, 1), date(2018, 3, 31)).filter(lambda day: day.weekday() < 5),
        min_size=2,
        max_size=2,
    ),
    things=st.lists(THINGS, min_size=1, max_size=3),
    others=st.none() | st.lists(THINGS, min_size=1, max_size=3),
)
def test_no_two_mails_of_one_reader_have_the_same_subject(
    days: set[date],
    things: list[tuple[date, Kind, Level, Precision, str]],
    others: list[tuple[date, Kind, Level, Precision, str]] | None,
) -> None:
    earlier, later = sorted(days)
    first, second = letter_of(earlier, things), letter_of(later, others or things)
    assert subject(first) != subject(second)


def test_overviews_and_requests_of_two_days_have_subjects_of_their_own() -> None:
    boards = [overview(board=f"{'Safeguarding Board of the ' * 3}{name}") for name in "ABCDEF"]
    parts: list[dict[str, Any]] = [
        {"overviews": tuple(boards[:1])},
        {"overviews": tuple(boards[1:2])},
        {"overviews": tuple(boards[:3])},
        {"overviews": tuple(boards[3:])},
        {"asked": (sample_asked(),)},
        {"asked": (sample_asked(owner="the Education Subgroup"),)},
        {"asked": (sample_asked(outcome="granted"),)},
        {"asked": (sample_asked(outcome="refused"),)},
        {},
        {},
    ]
    first_day = date(2018, 2, 19)
    subjects = [
        subject(letter(day=first_day + timedelta(days=number), **part))
        for number, part in enumerate(parts)
    ]
    assert len(set(subjects)) == len(subjects)


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
