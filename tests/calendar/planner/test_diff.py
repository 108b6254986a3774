from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from boardcal.calendar.planner.diff import differences
from boardcal.tests.factories import (
    checked,
    make_action,
    make_document,
    make_planner,
    make_report,
    with_body,
)

BEFORE = make_planner(report=[make_report(), make_report("other")], action=[make_action()])


def lines(**changes: Any) -> list[str]:
    document = make_document(report=[make_report(), make_report("other")], action=[make_action()])
    after = checked(document | changes)
    return [line for each in differences(BEFORE, after) for line in each.lines]


def test_the_same_content_differs_in_nothing() -> None:
    assert lines() == []


def test_a_first_import_adds_everything_in_the_order_of_the_file() -> None:
    found = [each.lines for each in differences(None, make_planner())]
    assert found == [
        ["added [board]"],
        ["added [plan]"],
        ["added [working_days]"],
        ['added body "lscb"'],
        ['added body "business-group"'],
        ['added body "pmqag"'],
        ['added report "s11"'],
    ]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"title": "S.11"}, ['    title: "Report s11" -> "S.11"']),
        (
            {"when": {"meeting": "lscb", "months": ["May"]}},
            [
                (
                    '    when: { meeting = "lscb", months = ["March"] } -> '
                    '{ meeting = "lscb", months = ["May"] }'
                )
            ],
        ),
        ({"to": ["lscb", "business-group"]}, ['    to: ["lscb"] -> ["lscb", "business-group"]']),
        ({"from": date(2018, 4, 1)}, ['    from: "2018-04-01" (new)']),
        ({"nothing_to_report": True}, ["    nothing_to_report: true (new)"]),
        ({"steps": [-5, 0]}, ["    steps: [-5, 0] (new)"]),
        (
            {"title": "S.11", "assumed": "the March meeting"},
            ['    title: "Report s11" -> "S.11"', '    assumed: "the March meeting" (new)'],
        ),
    ],
)
def test_a_changed_entry_says_what_it_was_and_what_it_is(
    report: dict[str, Any], said: list[str]
) -> None:
    assert lines(report=[make_report(**report), make_report("other")]) == [
        'changed report "s11"',
        *said,
    ]


def test_a_field_that_was_taken_out_says_so() -> None:
    before = make_planner(report=[make_report(assumed="the March meeting")])
    (difference,) = differences(before, make_planner())
    assert difference.lines == [
        'changed report "s11"',
        '    assumed: "the March meeting" (taken out)',
    ]


def test_what_was_added_comes_where_it_stands_and_what_was_removed_last() -> None:
    assert lines(report=[make_report("new"), make_report()], action=[]) == [
        'added report "new"',
        'removed report "other"',
        'removed action "1.1"',
    ]


def test_the_tables_that_stand_alone_are_named_as_in_the_file() -> None:
    assert lines(working_days={"closed": [date(2018, 1, 2)]}) == [
        "changed [working_days]",
        '    closed: ["2018-01-02"] (new)',
    ]


def test_a_role_and_a_meeting_that_changed_are_shown() -> None:
    document = with_body(
        make_document(report=[make_report(), make_report("other")], action=[make_action()]),
        "lscb",
        meeting=[{"cancelled": date(2018, 3, 8)}],
        chair=[{"address": "new.chair@example.org", "from": date(2018, 2, 1)}],
    )
    found = [line for each in differences(BEFORE, checked(document)) for line in each.lines]
    assert found == [
        'changed body "lscb"',
        (
            '    chair: [{ address = "board.chair@example.org" }] -> '
            '[{ address = "new.chair@example.org", from = "2018-02-01" }]'
        ),
        '    meeting: [{ cancelled = "2018-03-08" }] (new)',
    ]
