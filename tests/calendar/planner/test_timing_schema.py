"""A `when` that says no date, or none that can be: what is said of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Broken = Callable[..., str]

WHEN = 'when = { meeting = "lscb", months = ["March"] }'


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        (
            '{ meeting = "pmqag" }',
            'when.meeting: "pmqag" has no [body.meets], so nothing can be due at its meetings.',
        ),
        (
            '{ meeting = "lsbc" }',
            'when.meeting: "lsbc" is not a body of this file; did you mean "lscb"?',
        ),
        (
            '{ meeting = "lscb", months = ["Febuary"] }',
            'when.months: "Febuary" is not a month; did you mean "February"?',
        ),
        (
            '{ meeting = "lscb", months = ["March", "Mar"] }',
            'when.months: "March" is named twice; leave one of them out.',
        ),
        (
            '{ meeting = "lscb", months = ["March"], last_in = "year" }',
            'when says several things at once; give only one of "months", "last_in" and "every".',
        ),
        (
            '{ meeting = "lscb", last_in = "month" }',
            'when.last_in: "month" is not allowed; use quarter, half-year or year.',
        ),
        (
            '{ meeting = "lscb", every = 2 }',
            'when needs both "every" and "from", such as every = 2, from = "December 2017".',
        ),
        (
            '{ meeting = "lscb", every = 1, from = "December 2017" }',
            "when.every: 1 must be from 2 to 50.",
        ),
        (
            '{ meeting = "lscb", every = 2, from = 2017-12-01 }',
            "when.from: 2017-12-01 must be a text in quotes.",
        ),
        (
            '{ meeting = "lscb", papers = 90 }',
            "when.papers: 90 must be from 0 to 60.",
        ),
        (
            '{ meeting = "lscb", paper = 5 }',
            "when.paper is not a known key; did you mean `papers`?",
        ),
        (
            '{ months = ["Smarch"] }',
            'when.months: "Smarch" is not a month; did you mean "March"?',
        ),
        (
            '{ months = ["May"], day = 32 }',
            "when.day: 32 must be from 1 to 31.",
        ),
        (
            '{ every_months = 0, from = "May 2018" }',
            "when.every_months: 0 must be from 1 to 120.",
        ),
        (
            "{ every_months = 3 }",
            "when.from is missing.",
        ),
        (
            '{ every_months = 3, from = "Autumn 2018" }',
            'when.from: "Autumn 2018" is not a month and a year, such as "December 2017".',
        ),
        (
            '{ by = "31 June 2018" }',
            'when.by: there is no "31 June 2018": June 2018 has 30 days.',
        ),
        (
            '{ by = "soon" }',
            'when.by: "soon" is not a date; write "8 March 2018", "July 2018" or "Autumn 2019".',
        ),
        (
            '{ by = ["July 2018", "Jul 2018"] }',
            'when.by: "July 2018" is named twice; leave one of them out.',
        ),
        (
            "{ by = [] }",
            "when.by: [] must not be empty.",
        ),
        (
            "{ by = 2018-07-31 }",
            "when.by: 2018-07-31 must be a text in quotes.",
        ),
        (
            '{ by = "July 1066" }',
            'when.by: "July 1066": the year 1066 lies outside 1990 to 2100.',
        ),
        (
            '{ by = "July 2018", review = { last_in = "quarter" } }',
            (
                'when.review needs one of "meeting", "months", "every_months" and "rrule", '
                "such as { "
                'meeting = "lscb", last_in = "quarter" }.'
            ),
        ),
        (
            '{ review = { meeting = "pmqag" } }',
            (
                'when.review.meeting: "pmqag" has no [body.meets], so nothing can be due at its '
                "meetings."
            ),
        ),
        (
            '{ review = { by = "July 2018" } }',
            (
                'when.review needs one of "meeting", "months", "every_months" and "rrule", '
                "such as { "
                'meeting = "lscb", last_in = "quarter" }.'
            ),
        ),
        (
            '{ review = "quarterly" }',
            (
                'when.review: "quarterly" needs one of "meeting", "months", "every_months" and '
                '"rrule", such as { meeting = "lscb", last_in = "quarter" }.'
            ),
        ),
        (
            '{ after = "review-publshed" }',
            (
                'when.after: "review-publshed" is not an event of this file; did you mean '
                '"review-published"?'
            ),
        ),
        (
            '{ after = "annual" }',
            'when.after: "annual" is not an event of this file; the only one is review-published.',
        ),
        (
            '{ after = "review-published", days = 500 }',
            "when.days: 500 must be from 0 to 260.",
        ),
        (
            "{ as_required = false }",
            "when.as_required: false is not allowed; use true.",
        ),
        (
            '{ undecided = "" }',
            'when.undecided: "" must not be empty.',
        ),
        (
            '"July 2018"',
            (
                'when: "July 2018" needs one of "meeting", "months", "every_months", '
                '"rrule", "by", '
                '"review", "after", "as_required" and "undecided", such as { by = "July 2018" }.'
            ),
        ),
        (
            "{ monthly = true }",
            (
                'when needs one of "meeting", "months", "every_months", "rrule", "by", "review", '
                '"after", "as_required" and "undecided", such as { by = "July 2018" }.'
            ),
        ),
        (
            "{ }",
            (
                'when needs one of "meeting", "months", "every_months", "rrule", "by", "review", '
                '"after", "as_required" and "undecided", such as { by = "July 2018" }.'
            ),
        ),
        (
            '{ rrule = "FREQ=MONTHLY;BYDAY=1XX", from = 2018-01-01 }',
            'when.rrule: "FREQ=MONTHLY;BYDAY=1XX" is not a rule that RFC 5545 knows.',
        ),
        (
            '{ rrule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", from = 2018-01-01 }',
            (
                'when.rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" gives no date within 9 years of '
                "2018-01-01."
            ),
        ),
        (
            '{ rrule = "FREQ=DAILY;INTERVAL=0", from = 2018-01-01 }',
            (
                'when.rrule: "FREQ=DAILY;INTERVAL=0" has an INTERVAL or COUNT that is no whole '
                "number from 1."
            ),
        ),
        (
            '{ rrule = "DTSTART:20180101\\nRRULE:FREQ=DAILY", from = 2018-01-01 }',
            (
                'when.rrule: "DTSTART:20180101\\nRRULE:FREQ=DAILY" holds DTSTART, which is another '
                "line of a calendar; give only the rule, such as FREQ=MONTHLY;BYDAY=1MO, and its "
                "first day as from = 2018-01-01."
            ),
        ),
        (
            '{ rrule = "FREQ=MONTHLY" }',
            "when.from is missing.",
        ),
    ],
)
def test_a_when_that_says_no_date_is_refused(when: str, sentence: str, said_of: Broken) -> None:
    broken = said_of((WHEN, f"when = {when}"))
    assert broken == f'planner.toml, line 43, report "s11-march", {sentence}'


def test_each_month_in_which_the_body_never_meets_is_named(said_of: Broken) -> None:
    broken = said_of((WHEN, 'when = { meeting = "lscb", months = ["April", "May", "June"] }'))
    place = 'planner.toml, line 43, report "s11-march", when.months:'
    never = (
        "is no month in which lscb meets; it meets in January, March, May, July, September and "
        "November."
    )
    assert broken.split("\n  ")[1:] == [f'{place} "April" {never}', f'{place} "June" {never}']
