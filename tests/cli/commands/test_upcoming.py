from __future__ import annotations

import codecs
import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

FIELDS = [
    "key",
    "kind",
    "ref",
    "title",
    "row",
    "owner",
    "audience",
    "meeting",
    "due",
    "precision",
    "status",
]


def test_every_entry_has_the_fields_that_programs_rely_on(
    upcoming_json: list[dict[str, object]],
) -> None:
    assert all(list(entry) == FIELDS for entry in upcoming_json)
    dues = [str(entry["due"]) for entry in upcoming_json]
    assert dues == sorted(dues)
    assert all(str(date.fromisoformat(due)) == due for due in dues)
    assert {entry["kind"] for entry in upcoming_json} == {"report", "action", "review", "meeting"}


def test_a_report_is_given_in_full(upcoming_json: list[dict[str, object]]) -> None:
    assert [entry for entry in upcoming_json if entry["key"] == S11] == [
        {
            "key": S11,
            "kind": "report",
            "ref": "s11-march",
            "title": "S.11 compliance and themes: annual report",
            "row": "S.11 Audit",
            "owner": "pmqag",
            "audience": ["lscb"],
            "meeting": "2018-03-08",
            "due": "2018-02-22",
            "precision": "day",
            "status": "due",
        }
    ]


def test_a_meeting_is_its_bodys_and_due_on_its_day(upcoming_json: list[dict[str, object]]) -> None:
    meetings = [
        entry
        for entry in upcoming_json
        if entry["kind"] == "meeting" and entry["due"] == "2018-03-08"
    ]
    assert meetings == [
        {
            "key": "lscb/lscb/lscb/2018-03",
            "kind": "meeting",
            "ref": "lscb",
            "title": "LSCB meeting",
            "row": None,
            "owner": "lscb",
            "audience": [],
            "meeting": "2018-03-08",
            "due": "2018-03-08",
            "precision": "day",
            "status": "planned",
        }
    ]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (["--from", "2018-02-22", "--to", "2018-02-22"], True),
        (["--from", "2018-02-23", "--to", "2018-03-31"], False),
        (["--from", "1 January 2018", "--to", "21 February 2018"], False),
        ([], True),
    ],
)
def test_both_days_are_included_and_go_by_the_due_date(
    live: Desk, window: list[str], expected: bool
) -> None:
    shown = json.loads(live("upcoming", *window, "--format", "json").stdout)
    assert (S11 in [entry["key"] for entry in shown]) is expected


@pytest.mark.parametrize(
    ("as_of", "first", "last"),
    [("2018-02-01", "2018-02-06", "2018-04-30"), ("2018-11-30", "2018-11-30", "2019-02-28")],
)
def test_without_days_it_shows_three_months_from_today(
    live: Desk, as_of: str, first: str, last: str
) -> None:
    shown = json.loads(live("upcoming", "--format", "json", as_of=as_of).stdout)
    assert (shown[0]["due"], shown[-1]["due"]) == (first, last)


@pytest.mark.parametrize("body", ["pmqag", "PMQAG", "Performance and Quality Assurance Group"])
def test_a_body_is_found_by_any_of_its_names(live: Desk, body: str) -> None:
    shown = live("upcoming", "--to", "2018-03-31", "--body", body, "--format", "json")
    entries = json.loads(shown.stdout)
    kinds = {(entry["kind"], entry["owner"]) for entry in entries}
    assert all("pmqag" in (entry["owner"], *entry["audience"]) for entry in entries)
    assert ("meeting", "pmqag") in kinds
    assert ("report", "pmqag") in kinds
    assert ("report", "district-qags") in kinds
    assert ("meeting", "lscb") not in kinds


def test_a_body_that_is_not_known_is_a_sentence_with_those_that_are(live: Desk) -> None:
    result = live("upcoming", "--body", "pmqaq")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith('There is no body "pmqaq"; there are lscb, business-group, ')


def test_a_window_that_ends_before_it_begins_is_a_sentence(live: Desk) -> None:
    result = live("upcoming", "--from", "2018-03-08", "--to", "2018-03-01")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "The last day, 1 March 2018, comes before the first, 8 March 2018; give --to a day that "
        "is not before --from.\n"
    )


def test_the_table_says_who_owes_what_to_whom_and_by_when(live: Desk) -> None:
    shown = live("upcoming", "--from", "2018-02-22", "--to", "2018-03-08", "--body", "pmqag")
    assert shown.stdout == (
        "PMQAG, 22 February 2018 to 8 March 2018\n"
        "\n"
        "February 2018\n"
        " Thu 22   Indicators: quarterly progress report                              due\n"
        "          Indicators: PMQAG to LSCB, for the meeting on 8 March\n"
        "          lscb/indicators-lscb/pmqag/2018-Q1\n"
        " Thu 22   S.11 compliance and themes: annual report                          due\n"
        "          S.11 Audit: PMQAG to LSCB, for the meeting on 8 March\n"
        "          lscb/s11-march/pmqag/2018-03\n"
        " Thu 22   Subgroup progress report                                           due\n"
        "          Other subgroups: PMQAG to LSCB, for the meeting on 8 March\n"
        "          lscb/subgroup-progress/pmqag/2018-03\n"
        "\n"
        "3 entries.\n"
    )


def test_a_month_reads_as_its_end(live: Desk) -> None:
    shown = live("upcoming", "--from", "2018-07-01", "--to", "2018-07-31", "--body", "pmqag")
    assert "          Action 2.2: PMQAG, by end of July 2018\n" in shown.stdout
    assert "\n by end   " in shown.stdout


def test_an_empty_window_says_so_and_what_to_do(live: Desk) -> None:
    shown = live("upcoming", "--from", "2018-03-09", "--to", "2018-03-10")
    assert shown.exit_code == 0
    assert flat(shown.stdout) == (
        "Nothing falls due and nobody meets for Cumbria LSCB from 9 March 2018 to 10 March 2018. "
        "Other days can be given with --from and --to, such as --from 2018-01-01 --to 2018-12-31."
    )
    window = ("--from", "2018-03-09", "--to", "2018-03-10")
    assert json.loads(live("upcoming", *window, "--format", "json").stdout) == []
    rows = live("upcoming", *window, "--format", "csv").stdout_bytes
    assert rows.decode("utf-8-sig") == ",".join(FIELDS) + "\r\n"


def test_what_fell_due_before_mails_began_is_unsettled_and_said_to_be(live: Desk) -> None:
    done = live("golive", "2018-06-01")
    assert done.exit_code == 0
    shown = flat(live("upcoming", "--to", "2018-03-31").stdout)
    assert "unsettled" in shown
    assert "Unsettled: it fell due before mails began, 1 June 2018, and nobody" in shown


def test_without_a_database_it_says_what_it_was_worked_out_from(desk: Desk) -> None:
    shown = flat(desk("upcoming").stdout)
    assert "Nothing is stored yet: this was worked out from " in shown
    assert shown.endswith("cumbria-lscb-2017-20.toml as if mails began today.")


def _rows(written: bytes) -> list[dict[str, str]]:
    """The rows as Excel reads them, which goes by the byte order mark."""
    assert written.startswith(codecs.BOM_UTF8)
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))


def test_a_spreadsheet_gets_the_same_entries(
    live: Desk, upcoming_json: list[dict[str, object]]
) -> None:
    shown = live("upcoming", "--from", "2017-11-01", "--to", "2019-01-31", "--format", "csv")
    rows = _rows(shown.stdout_bytes)
    assert [row["key"] for row in rows] == [entry["key"] for entry in upcoming_json]
    assert all(list(row) == FIELDS for row in rows)
    one = next(row for row in rows if row["key"] == S11)
    assert (one["audience"], one["meeting"], one["due"]) == ("lscb", "2018-03-08", "2018-02-22")
    assert {row["row"] for row in rows if row["kind"] == "meeting"} == {""}


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("-1 report", "'-1 report"),
        ("＝SUM(A1)", "'＝SUM(A1)"),
        ("Plain – Ärzte", "Plain – Ärzte"),
    ],
)
def test_no_title_becomes_a_formula_in_a_spreadsheet(desk: Desk, title: str, cell: str) -> None:
    text = desk("export").stdout
    old = 'title = "S.11 compliance and themes: annual report"'
    assert old in text
    desk.write("planner.toml", text.replace(old, f'title = "{title}"'))
    desk.write("config.toml", 'planner = "planner.toml"\n')
    rows = _rows(desk("upcoming", "--format", "csv").stdout_bytes)
    assert [row["title"] for row in rows if row["key"] == S11] == [cell]


def test_what_another_report_meets_says_so(desk: Desk) -> None:
    shown = desk("upcoming", "--from", "2018-06-20", "--to", "2018-07-12", "--body", "pmqag")
    assert "          met by lscb/data-july/pmqag/2018-07\n" in shown.stdout
