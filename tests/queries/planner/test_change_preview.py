from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.entries import document_of
from boardcal.calendar.rules.date_text import long_date
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import add_meeting, move_meeting
from boardcal.queries.planner.change_preview import change_effects
from boardcal.queries.planner.change_text import (
    effects,
    mailed_in_words,
    meetings_in_words,
    remarks,
)
from boardcal.scheduler.installation import Installation
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.boards import board_row
from boardcal.tests.factories import (
    S11,
    checked,
    day,
    make_body,
    make_document,
    make_report,
    with_body,
)

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.queries.planner.change_preview import ChangeEffects
    from boardcal.tests.office import Office

CDOP = make_body("cdop", chair="cdop.chair@example.org")


def with_cdop(**overrides: Any) -> dict[str, Any]:
    document = make_document(**overrides)
    return document | {"body": [*document["body"], CDOP]}


def told(office: Office, folder: Path, document: dict[str, Any]) -> tuple[ChangeEffects, Any]:
    """What a changed planner does, and that planner."""
    settings = Settings.model_validate({}, context={"folder": folder})
    loaded = LoadedSettings(settings=settings, file=None, folder=folder, variables=())
    installation = Installation(loaded=loaded, database=office.database, clock=lambda: office.now)
    after = planner_of(checked(document))
    with office.database.read() as connection:
        row = board_row(connection, "lscb")
        assert row is not None
        return change_effects(connection, installation.view(connection, row), after), after


MONTHS = ["January", "March", "May", "July", "September", "November"]


@pytest.mark.parametrize(
    ("report", "how"),
    [
        (
            {"owner": "cdop"},
            ["Due 22 February 2018, now from CDOP instead of PMQAG"],
        ),
        (
            {"owner": ["pmqag", "cdop"]},
            ["Papers now due 22 February 2018, in addition"],
        ),
        (
            {"when": {"meeting": "lscb", "months": ["March"], "papers": 5}},
            ["Papers now due 1 March 2018 instead of 22 February 2018"],
        ),
        (
            {"when": {"as_required": True}},
            ["No longer due on 22 February 2018"],
        ),
        ({"title": "Another name"}, []),
    ],
)
def test_each_change_of_a_report_is_told_in_words(
    office: Office, tmp_path: Path, report: dict[str, Any], how: list[str]
) -> None:
    office.store(checked(with_cdop())).tick("2018-02-01")
    found, after = told(office, tmp_path, with_cdop(report=[make_report(**report)]))
    assert [effect.how for effect in effects(found, after) if "2018" in effect.how] == how


def test_one_owner_who_hands_over_is_told_once(office: Office, tmp_path: Path) -> None:
    office.store(checked(with_cdop())).tick("2018-02-01")
    found, after = told(office, tmp_path, with_cdop(report=[make_report(owner="cdop")]))
    assert [(effect.how, effect.what) for effect in effects(found, after)] == [
        ("Due 22 February 2018, now from CDOP instead of PMQAG", ("Report s11: CDOP",)),
        ("Due 28 February 2019, now from CDOP instead of PMQAG", ("Report s11: CDOP",)),
    ]


def test_the_meetings_of_another_rule_are_told(office: Office, tmp_path: Path) -> None:
    office.store().tick("2018-02-01")
    rule = {"day": "second Friday", "months": MONTHS}
    found, _ = told(office, tmp_path, with_body(make_document(), "lscb", meets=rule))
    sentence = next(meetings_in_words(found.meetings))
    assert sentence == "LSCB meeting on Friday 9 March 2018 instead of Thursday 8 March 2018"


def test_what_is_settled_stays_and_that_is_said(office: Office, tmp_path: Path) -> None:
    office.store().tick("2018-02-01")
    office.record(S11, Status.SUBMITTED)
    found, _ = told(office, tmp_path, make_document(report=[]))
    assert found.staying == 1
    assert any("1 report stays as recorded" in remark for remark in remarks(found))


def test_it_is_said_when_reminders_went_out_already(office: Office, tmp_path: Path) -> None:
    office.store()
    office.days("2018-01-25", "2018-02-09")
    found, _ = told(office, tmp_path, make_document(report=[]))
    assert found.mailed == 1
    assert (mailed_in_words(found) or "").startswith("A reminder of one of these was sent already.")


def test_many_things_are_cut_to_a_few_and_counted(office: Office, tmp_path: Path) -> None:
    office.store().tick("2018-02-01")
    reports = [make_report(f"r{number:02}") for number in range(20)]
    found, after = told(office, tmp_path, make_document(report=reports))
    shown = next(
        effect
        for effect in effects(found, after, most=8)
        if effect.how.startswith("Papers now due 22")
    )
    assert (len(shown.what), shown.more) == (8, 12)


def test_a_change_that_moves_nothing_says_so(office: Office, tmp_path: Path) -> None:
    office.store().tick("2018-02-01")
    found, after = told(office, tmp_path, make_document())
    assert effects(found, after) == []
    assert list(remarks(found)) == ["No due date changes by that."]


def test_the_same_day_by_another_rule_is_no_news(office: Office, tmp_path: Path) -> None:
    office.store().tick("2018-02-01")
    nth = {"meeting": "lscb", "every": 6, "from": "March 2018"}
    found, after = told(office, tmp_path, make_document(report=[make_report(when=nth)]))
    assert effects(found, after) == []


def test_papers_that_are_late_already_move_while_their_meeting_lies_ahead(
    office: Office, tmp_path: Path
) -> None:
    office.store(checked(with_cdop())).tick("2018-03-01")
    found, after = told(office, tmp_path, with_cdop(report=[make_report(owner="cdop")]))
    (first, *_) = effects(found, after)
    passed = "Due as soon as possible, because 22 February 2018 has passed"
    assert first.how == f"{passed}, now from CDOP instead of PMQAG"


def test_of_many_owners_the_first_are_named(office: Office, tmp_path: Path) -> None:
    office.store(checked(with_cdop())).tick("2018-02-01")
    every = ["lscb", "business-group", "pmqag", "cdop"]
    report = make_report("all", owner=every)
    found, after = told(office, tmp_path, with_cdop(report=[make_report(), report]))
    assert effects(found, after, most=5)[0].what == (
        "Report all: BUSINESS-GROUP, CDOP and 2 others",
    )
    (whole,) = effects(found, after)[0].what
    assert whole == "Report all: BUSINESS-GROUP, CDOP, LSCB and PMQAG"


def test_what_was_accepted_and_handed_over_is_no_news_of_another_meeting(
    office: Office, tmp_path: Path
) -> None:
    office.store(checked(with_cdop())).tick("2018-01-29")
    office.record(S11, Status.ACCEPTED)
    handed = with_cdop(report=[make_report(owner="cdop")])
    office.edit(lambda _: checked(handed))
    office.tick()
    further = add_meeting(checked(handed), "lscb", day("2018-06-06"), extraordinary=True)
    changes, _ = told(office, tmp_path, document_of(further))
    assert [reflow.key for reflow in changes.flowing] == []


def test_a_preview_names_the_date_that_is_told_where_the_rule_s_had_passed(
    office: Office, tmp_path: Path
) -> None:
    office.store().reminded()
    office.tick("2018-02-08 07:00")
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-08"), day("2018-02-15")))
    office.tick()
    due = office.row(S11).due
    changes, after = told(office, tmp_path, make_document())
    [effect] = effects(changes, after)
    assert effect.how == f"Papers now due 22 February 2018 instead of {long_date(due)}"
