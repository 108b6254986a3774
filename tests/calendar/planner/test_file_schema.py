"""A broken planner file: what is said of each mistake, with its file, line, key and value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Broken = Callable[..., str]

TITLE = 'title = "S.11 report"'
QUOTE = 'quote = "every March"'
MONTHS = 'months = ["January", "March", "May", "July", "September", "November"]'
OTHER = """

[[report]]
id = "{}"
title = "Other report"
row = "Other"
owner = "pmqag"
when = {}
quote = "Other"
"""
MARCH = '{ meeting = "lscb", months = ["March"] }'


@pytest.mark.parametrize(
    ("title", "says"),
    [
        (
            r'"S.11\r\nBcc: x@example.org"',
            (
                r""""S.11\r\nBcc: x@example.org" holds a character that cannot be seen ('\r'); """
                "type the text again."
            ),
        ),
        (
            r'"S.11 \u202etroper"',
            (
                r""""S.11 \u202etroper" holds a character that cannot be seen ('\u202e'); """
                "type the text again."
            ),
        ),
        (
            r'"S.11\u061creport"',
            (
                r""""S.11\u061creport" holds a character that cannot be seen ('\u061c'); """
                "type the text again."
            ),
        ),
        (
            r'"S.11\u0007"',
            r""""S.11\x07" holds a character that cannot be seen ('\x07'); type the text again.""",
        ),
        (
            r'"S.11\u2028report"',
            (
                r""""S.11\u2028report" holds a character that cannot be seen ('\u2028'); """
                "type the text again."
            ),
        ),
        (f'"{"x" * 301}"', f'"{"x" * 59}…" must have at most 300 characters.'),
        ('""', '"" must not be empty.'),
        ('"   "', '"   " must not be empty.'),
        ("11", "11 must be a text in quotes."),
    ],
)
def test_a_title_that_cannot_be_shown_is_refused(title: str, says: str, said_of: Broken) -> None:
    broken = said_of((TITLE, f"title = {title}"))
    assert broken == f'planner.toml, line 39, report "s11-march", title: {says}'


@pytest.mark.parametrize("text", ["<b>S.11</b> & more", "Café – “S.11” ☎", "{{ x }} %s"])
def test_any_text_that_can_be_seen_is_a_title(text: str, said_of: Broken) -> None:
    assert said_of((TITLE, f"title = '{text}'")) == ""


def test_lines_and_tabs_may_stand_in_a_quote_and_nothing_else_unseen(said_of: Broken) -> None:
    assert said_of((QUOTE, r'quote = "one\n\ttwo"')) == ""
    assert said_of((QUOTE, r'quote = "a\u0000b"')) == (
        r"""planner.toml, line 44, report "s11-march", quote: "a\x00b" holds a character that """
        r"""cannot be seen ('\x00'); type the text again."""
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'id = "s11-march"',
            'id = "S.11 March"',
            (
                'line 38, report "S.11 March", id: "S.11 March" must be made of small letters, '
                "digits, full stops and hyphens, such as s11-march."
            ),
        ),
        (
            'id = "s11-march"',
            'id = "1.1"',
            'line 47, action, id: "1.1" is used already; give this action another id.',
        ),
        (
            'number = "1.1"',
            "number = 1.1",
            'line 48, action "1.1", number: 1.1 must be a text in quotes.',
        ),
    ],
)
def test_an_id_must_be_plain_and_the_only_one(
    old: str, new: str, sentence: str, said_of: Broken
) -> None:
    assert said_of((old, new)) == f"planner.toml, {sentence}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'owner = "pmqag"\nto',
            'owner = "pmqa"\nto',
            (
                'line 41, report "s11-march", owner: "pmqa" is not a body of this file; '
                "did you mean "
                '"pmqag"?'
            ),
        ),
        (
            'owner = "pmqag"\nto',
            'owner = ["pmqag", "nobody"]\nto',
            (
                'line 41, report "s11-march", owner: "nobody" is not a body of this file; '
                "the known "
                "ones are group, lscb and pmqag."
            ),
        ),
        (
            'owner = "pmqag"\nto',
            'owner = ["pmqag", "pmqag"]\nto',
            'line 41, report "s11-march", owner: "pmqag" is named twice; leave one of them out.',
        ),
        (
            'owner = "pmqag"\nto',
            "owner = []\nto",
            'line 41, report "s11-march", owner: [] must not be empty.',
        ),
        (
            'owner = "pmqag"\nto',
            "to",
            'line 37, report "s11-march", owner is missing.',
        ),
        (
            'to = "lscb"',
            'too = "lscb"',
            'line 42, report "s11-march", too is not a known key; did you mean `to`?',
        ),
        (
            'to = "lscb"',
            'to = ["lscb", "ctb"]',
            (
                'line 42, report "s11-march", to: "ctb" is not a body of this file; the known ones '
                "are group, lscb and pmqag."
            ),
        ),
        (
            'to = "lscb"\n',
            'to = "lscb"\nnothing_to_reprot = true\n',
            (
                'line 43, report "s11-march", nothing_to_reprot is not a known key; did you mean '
                "`nothing_to_report`?"
            ),
        ),
        (
            '[board]\nid = "lscb"',
            '[board]\nid = "lsbc"',
            'line 2, board.id: "lsbc" is not a body of this file; did you mean "lscb"?',
        ),
        (
            'business_group = "group"',
            'business_group = "groups"',
            (
                'line 4, board.business_group: "groups" is not a body of this file; did you mean '
                '"group"?'
            ),
        ),
        (
            'business_group = "group"',
            'bussiness_group = "group"',
            "line 4, board.bussiness_group is not a known key; did you mean `business_group`?",
        ),
        (
            'when = { by = "July 2018" }',
            'when = { every_months = 3, from = "December 2030" }',
            (
                'line 52, action "1.1", when gives no date from 31 October 2017 until 31 October '
                "2020, when this action ends."
            ),
        ),
        (
            'when = { by = "July 2018" }',
            'when = { months = ["August"] }\nfrom = 2020-09-01',
            (
                'line 52, action "1.1", when gives no date from 1 September 2020 until 31 October '
                "2020, when this action ends."
            ),
        ),
        *(
            (
                'when = { by = "July 2018" }',
                f'when = {{ months = ["August"] }}\n{outside}',
                (
                    'line 52, action "1.1", when gives no date, as this action lies outside the '
                    "plan (31 October 2017 to 31 October 2020)."
                ),
            )
            for outside in ("from = 2021-01-01", "until = 2016-12-31")
        ),
        (
            "from = 2017-10-31\nto = 2020-10-31",
            "from = 2020-10-31\nto = 2017-10-31",
            "line 6, plan ends (2017-10-31) before it begins (2020-10-31).",
        ),
        (
            "from = 2017-10-31\nto = 2020-10-31",
            'from = "31 October 2017"\nto = 2020-10-31',
            'line 9, plan.from: "31 October 2017" must be a real date such as 2018-03-08.',
        ),
        (
            "from = 2017-10-31\n",
            "",
            "line 6, plan.from is missing.",
        ),
        (
            "[board]",
            "format = 2\n[board]",
            "line 1, format: 2 is not allowed; use 1.",
        ),
        (
            "[[event]]",
            "[[events]]",
            "line 33, events is not a known key; did you mean `event`?",
        ),
        (
            "[plan]",
            '[working_days]\nclosed = ["Christmas"]\n[plan]',
            (
                'line 7, working_days.closed (entry 1): "Christmas" must be a real date such as '
                "2018-03-08."
            ),
        ),
        (
            "[plan]",
            "[working_days]\nclosed = 2018-12-24\n[plan]",
            "line 7, working_days.closed: 2018-12-24 must be a list in square brackets.",
        ),
        (
            "[[report]]",
            "[report]",
            "line 37, report needs two brackets on each side, [[report]].",
        ),
    ],
)
def test_an_entry_that_does_not_fit_is_named_with_what_is_allowed(
    old: str, new: str, sentence: str, said_of: Broken
) -> None:
    assert said_of((old, new)) == f"planner.toml, {sentence}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'secretariat = "secretariat@example.org"\n',
            "",
            (
                'line 12, body "lscb", secretariat is missing, or ends; mails that nobody else can '
                "get must always reach somebody."
            ),
        ),
        (
            'secretariat = "secretariat@example.org"',
            'secretariat = { address = "s@example.org", to = 2018-01-01 }',
            'line 17, body "lscb", secretariat must be a list in square brackets.',
        ),
        (
            'secretariat = "secretariat@example.org"',
            'secretariat = [{ address = "s@example.org", to = 2018-01-01 }]',
            (
                'line 17, body "lscb", secretariat is missing, or ends; mails that nobody else can '
                "get must always reach somebody."
            ),
        ),
        (
            '"lscb.chair@example.org"',
            '"lscb.chair"',
            (
                'line 16, body "lscb", chair: "lscb.chair" has no @; write an address such as '
                "name@example.org."
            ),
        ),
        (
            '"lscb.chair@example.org"',
            '"chair@example.org, deputy@example.org"',
            (
                'line 16, body "lscb", chair: "chair@example.org, deputy@example.org" holds more '
                "than one address; give only one."
            ),
        ),
        (
            '"lscb.chair@example.org"',
            '"chair@example.org\\nBcc: x@example.org"',
            (
                'line 16, body "lscb", chair: "chair@example.org\\nBcc: x@example.org" '
                "holds a line "
                "break or another character that cannot be seen; type the address again."
            ),
        ),
        (
            '"lscb.chair@example.org"',
            '"Zoë@example.org"',
            (
                'line 16, body "lscb", chair: "Zoë@example.org" has "ë" before the @, which many '
                "mail systems refuse; ask for an address in plain letters."
            ),
        ),
        (
            '"lscb.chair@example.org"',
            '[{ address = "c@example.org", from = 2018-05-01, to = 2018-04-01 }]',
            'line 16, body "lscb", chair 1 ends (2018-04-01) before it begins (2018-05-01).',
        ),
        (
            'kind = "subgroup"',
            'kind = "sub-group"',
            (
                'line 31, body "pmqag", kind: "sub-group" is not allowed; use board, group, '
                "subgroup, partner or post."
            ),
        ),
        (
            'day = "second Thursday"',
            'day = "2nd Thursday"',
            (
                'line 20, body "lscb", meets.day: "2nd Thursday" is not a day such as "second '
                'Thursday".'
            ),
        ),
        (
            'day = "second Thursday"',
            'day = "fifth Thursday"',
            (
                'line 20, body "lscb", meets.day: "fifth Thursday" is not a day such as "second '
                'Thursday".'
            ),
        ),
        (
            'day = "second Thursday"',
            'day = ["second Thursday", "second Thursday"]',
            (
                'line 20, body "lscb", meets.day: "second Thursday" is named twice; leave one of '
                "them out."
            ),
        ),
        (
            MONTHS,
            'months = ["January", "Marhc"]',
            'line 21, body "lscb", meets.months: "Marhc" is not a month; did you mean "March"?',
        ),
        (
            MONTHS,
            'months = ["January", "Jan"]',
            'line 21, body "lscb", meets.months: "January" is named twice; leave one of them out.',
        ),
        (
            MONTHS,
            "months = []",
            'line 21, body "lscb", meets.months: [] must not be empty.',
        ),
        (
            MONTHS,
            f'{MONTHS}\ntime = "9.30"',
            'line 22, body "lscb", meets.time: "9.30" is not a time such as "09:30-12:30".',
        ),
        (
            MONTHS,
            f'{MONTHS}\ntime = "12:30-09:30"',
            'line 22, body "lscb", meets.time: "12:30-09:30" ends before it begins.',
        ),
        (
            'name = "PMQAG"\nkind = "subgroup"',
            'name = "PMQAG"\nkind = "subgroup"\n\n[[body.meeting]]\nadded = 2018-04-12',
            (
                'line 33, body "pmqag", meeting needs a [body.meets] above it, which says '
                "when this "
                "body usually meets."
            ),
        ),
    ],
)
def test_a_mistake_in_a_body_is_named_with_what_is_allowed(
    old: str, new: str, sentence: str, said_of: Broken
) -> None:
    assert said_of((old, new)) == f"planner.toml, {sentence}"


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            "cancelled = 2018-03-09",
            (
                'line 24, body "lscb", meeting.cancelled: 2018-03-09 is not a day on which '
                "this body "
                "meets; the nearest one is 8 March 2018."
            ),
        ),
        (
            "moved = 2018-03-08",
            'line 23, body "lscb", meeting 1 needs "moved" and "to" together.',
        ),
        (
            "moved = 2018-03-09\nto = 2018-03-15",
            (
                'line 24, body "lscb", meeting.moved: 2018-03-09 is not a day on which this body '
                "meets; the nearest one is 8 March 2018."
            ),
        ),
        (
            "moved = 2018-03-08\nto = 2019-06-15",
            (
                'line 24, body "lscb", meeting.moved: 2018-03-08 goes to a day more than a year '
                "away; cancel it and add another meeting instead."
            ),
        ),
        (
            "added = 2018-03-08",
            (
                'line 24, body "lscb", meeting.added: 2018-03-08 is a meeting of the '
                "series already; "
                "nothing needs adding."
            ),
        ),
        (
            "added = 2018-03-08\n[[body.meeting]]\ncancelled = 2018-03-08",
            (
                'line 24, body "lscb", meeting.added: 2018-03-08 is the day of a meeting that is '
                "cancelled; take the cancelling out instead."
            ),
        ),
        (
            (
                "added = 2018-03-08\n[[body.meeting]]\nadded = 2018-03-08\n"
                "cancelled = 2018-03-08\nextraordinary = true"
            ),
            (
                'line 24, body "lscb", meeting.added: 2018-03-08 is a meeting of the '
                "series already; nothing needs adding."
            ),
        ),
        (
            "added = 2018-04-12\ncancelled = 2018-05-10",
            (
                'line 23, body "lscb", meeting 1 needs exactly one of "moved", "cancelled" and '
                '"added".'
            ),
        ),
        (
            "extraordinary = true",
            (
                'line 23, body "lscb", meeting 1 needs exactly one of "moved", "cancelled" and '
                '"added".'
            ),
        ),
        (
            "cancelled = 2018-05-10\nextraordinary = true",
            'line 23, body "lscb", meeting 1 has "extraordinary" without "added".',
        ),
        (
            "added = 2018-04-12\ndecided = 2018-03-08",
            'line 23, body "lscb", meeting 1 has "decided" without "cancelled".',
        ),
        (
            "cancelled = 2018-02-30",
            "line 24 cannot be read: there is no such date or time.",
        ),
        (
            "cancelled = 9999-12-31",
            (
                'line 24, body "lscb", meeting 1, cancelled: 9999-12-31 lies outside the '
                "years 1990 "
                "to 2100."
            ),
        ),
        (
            "cancelled = 2018-05-10\n\n[[body.meeting]]\ncancelled = 2018-05-10",
            (
                'line 27, body "lscb", meeting.cancelled: 2018-05-10 is cancelled twice; '
                "keep one of "
                "the two."
            ),
        ),
    ],
)
def test_a_changed_meeting_that_cannot_be_is_refused(
    entry: str, sentence: str, said_of: Broken
) -> None:
    broken = said_of((MONTHS, f"{MONTHS}\n\n[[body.meeting]]\n{entry}"))
    assert broken == f"planner.toml, {sentence}"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            "from = 2019-01-01\nuntil = 2018-01-01",
            (
                'line 46, report "s11-march", until: 2018-01-01 lies before the day from '
                "which this "
                "report runs (2019-01-01)."
            ),
        ),
        (
            "until = 1066-10-14",
            'line 45, report "s11-march", until: 1066-10-14 lies outside the years 1990 to 2100.',
        ),
        (
            "steps = [0, -5]",
            (
                'line 45, report "s11-march", steps: [0, -5] must rise, each number once, such as '
                "[-10, -5, 0, 5]."
            ),
        ),
        (
            "steps = []",
            'line 45, report "s11-march", steps: [] must not be empty.',
        ),
        (
            "steps = [-10.5]",
            'line 45, report "s11-march", steps (entry 1): -10.5 must be a whole number.',
        ),
        (
            "from = 2018-03-01\nuntil = 2018-06-01",
            (
                'line 43, report "s11-march", when gives no date from 1 March 2018 until 1 June '
                "2018, when this report ends."
            ),
        ),
        (
            'met_by = "s11-march"',
            (
                'line 45, report "s11-march", met_by: "s11-march" is this report itself; name '
                "another one, or leave `met_by` out."
            ),
        ),
        (
            'met_by = "s11-may"',
            (
                'line 45, report "s11-march", met_by: "s11-may" is not a report of this '
                "file; add a "
                "[[report]] with this id."
            ),
        ),
    ],
)
def test_a_report_that_never_comes_or_has_odd_steps_is_refused(
    keys: str, sentence: str, said_of: Broken
) -> None:
    assert said_of((QUOTE, f"{QUOTE}\n{keys}")) == f"planner.toml, {sentence}"


@pytest.mark.parametrize(
    ("met_by", "others", "says"),
    [
        (
            "s11-mai",
            OTHER.format("s11-may", MARCH),
            '"s11-mai" is not a report of this file; did you mean "s11-may"?',
        ),
        (
            "s11-may",
            OTHER.format("s11-may", '{ meeting = "lscb", months = ["May"] }'),
            (
                '"s11-may" has another `when`, `from` or `until`; only a report due on the '
                "same days "
                "can count."
            ),
        ),
        (
            "s11-may",
            OTHER.format("s11-may", f"{MARCH}\nuntil = 2030-01-01"),
            (
                '"s11-may" has another `when`, `from` or `until`; only a report due on the '
                "same days "
                "can count."
            ),
        ),
        (
            "b",
            OTHER.format("b", f'{MARCH}\nmet_by = "c"') + OTHER.format("c", MARCH),
            '"b" is met by another report itself; name that one ("c").',
        ),
    ],
)
def test_a_report_is_met_only_by_one_due_on_the_same_days(
    met_by: str, others: str, says: str, said_of: Broken
) -> None:
    broken = said_of((QUOTE, f'{QUOTE}\nmet_by = "{met_by}"{others}'))
    assert broken == f'planner.toml, line 45, report "s11-march", met_by: {says}'


@pytest.mark.parametrize("when", [MARCH, '{ meeting = "lscb", months = ["Mar"], papers = 10 }'])
def test_a_report_is_met_by_one_that_says_the_same_in_other_words(
    when: str, said_of: Broken
) -> None:
    other = OTHER.format("main", when)
    assert said_of((QUOTE, f'{QUOTE}\nmet_by = "main"{other}')) == ""


def test_a_report_and_the_meetings_of_its_owner_have_keys_of_their_own(said_of: Broken) -> None:
    assert said_of((QUOTE, QUOTE + OTHER.format("pmqag", MARCH))) == ""
    taken = OTHER.format("lscb", MARCH).replace('owner = "pmqag"', 'owner = "lscb"')
    assert said_of((QUOTE, QUOTE + taken)) == (
        'planner.toml, line 47, report "lscb", id: "lscb" is the id of a body that meets; give '
        "this report another id."
    )


def test_all_mistakes_are_said_at_once_in_the_order_of_their_lines(said_of: Broken) -> None:
    broken = said_of(
        ('owner = "pmqag"\nwhen', 'owner = "nobody"\nwhen'),
        ('id = "pmqag"', 'id = "group"'),
        (f"when = {MARCH}", 'when = { meeting = "pmqag", months = ["March"] }'),
        (MONTHS, f"{MONTHS}\n\n[[body.meeting]]\ncancelled = 2018-03-09"),
        ('business_group = "group"', 'business_group = "business"'),
    )
    known = "the known ones are group and lscb"
    assert broken.split("\n  ") == [
        "planner.toml has 6 problems:",
        (
            f'planner.toml, line 4, board.business_group: "business" is not a body of this file; '
            f"{known}."
        ),
        (
            'planner.toml, line 24, body "lscb", meeting.cancelled: 2018-03-09 is not a '
            "day on which "
            "this body meets; the nearest one is 8 March 2018."
        ),
        'planner.toml, line 32, body, id: "group" is used already; give this body another id.',
        (
            f'planner.toml, line 44, report "s11-march", owner: "pmqag" is not a body of '
            f"this file; "
            f"{known}."
        ),
        (
            f'planner.toml, line 46, report "s11-march", when.meeting: "pmqag" is not a '
            f"body of this "
            f"file; {known}."
        ),
        (
            f'planner.toml, line 54, action "1.1", owner: "nobody" is not a body of this file; '
            f"{known}."
        ),
    ]


def test_mistakes_of_shape_are_said_at_once_too(said_of: Broken) -> None:
    broken = said_of(
        (TITLE, 'tilte = "S.11 report"'),
        ('"lscb.chair@example.org"', '[{ adress = "lscb.chair@example.org" }]'),
        ("to = 2020-10-31", 'to = "never"'),
    )
    assert broken.split("\n  ") == [
        "planner.toml has 5 problems:",
        'planner.toml, line 10, plan.to: "never" must be a real date such as 2018-03-08.',
        'planner.toml, line 16, body "lscb", chair 1, address is missing.',
        (
            'planner.toml, line 16, body "lscb", chair 1, adress is not a known key; did you mean '
            "`address`?"
        ),
        'planner.toml, line 37, report "s11-march", title is missing.',
        (
            'planner.toml, line 39, report "s11-march", tilte is not a known key; did you mean '
            "`title`?"
        ),
    ]


def test_the_file_as_it_should_be_has_no_mistakes(said_of: Broken) -> None:
    assert said_of() == ""


def test_an_empty_file_lacks_what_every_planner_has(right: str, said_of: Broken) -> None:
    assert said_of((right, "")).split("\n  ")[1:] == [
        "planner.toml, board is missing.",
        "planner.toml, plan is missing.",
        "planner.toml, body is missing.",
    ]
