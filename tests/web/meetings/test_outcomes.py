from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.operations.planner.change import plan_now
from boardcal.storage.schema.occurrences import change, occurrence
from boardcal.tests.factories import S11, checked, make_document, make_report
from boardcal.tests.pages import make_whole
from boardcal.tests.web.reader import ADMIN, SECRETARIAT, Place

if TYPE_CHECKING:
    from httpx2 import Response

    from boardcal.tests.web.reader import Reader

MARCH = "/meetings/lscb/2018-03-08"
RECORD = f"{MARCH}/record"
PMQAG, CDOP = "lscb/progress/pmqag/2018-03", "lscb/progress/cdop/2018-03"
ALL = (S11, PMQAG, CDOP)
ON_THE_9TH = {"on-day": "9", "on-month": "Mar", "on-year": "2018"}


@pytest.fixture
def after(empty_place: Place) -> Place:
    """The day after the March meeting, to which three papers were due."""
    empty_place.imports(make_whole())
    for who, role in ((SECRETARIAT, "secretariat"), (ADMIN, "admin")):
        empty_place.lets_in(who, role)
    with empty_place.database.write() as connection:
        plan_now(empty_place.installation, connection, "lscb")
    empty_place.passes(days=36)
    return empty_place


def opened(place: Place, who: str = SECRETARIAT) -> Reader:
    reader = place.reader(who)
    assert reader.opens(RECORD).status_code == 200
    return reader


def sent(reader: Reader, **chosen: str) -> Response:
    """The whole form as it stands, with choices by key: {"status/KEY": "submitted"}."""
    versions = {f"standing/{key}": reader.hidden(f"standing/{key}") for key in ALL}
    return reader.sends(RECORD, **{**versions, **ON_THE_9TH, **chosen})


def states(place: Place) -> dict[str, Any]:
    return {row.key: row.state for row in place.table(occurrence) if row.key in ALL}


def test_every_paper_of_the_meeting_has_a_row(after: Place) -> None:
    reader = opened(after)
    page = reader.shown.text if reader.shown else ""
    for key in ALL:
        assert f'name="status/{key}"' in page
        assert f'name="note/{key}"' in page
    assert page.count("Nothing to report") == 2  # where it is allowed
    assert 'name="on-day" type="text" value="8"' in page  # the day of the meeting


def test_many_are_recorded_with_one_button(after: Place) -> None:
    reader = opened(after)
    done = sent(
        reader,
        **{
            f"status/{S11}": "accepted",
            f"note/{S11}": "minute 4.2",
            f"status/{CDOP}": "nothing to report",
        },
    )
    assert (done.status_code, done.headers["location"]) == (303, MARCH)
    reader.follows(done)
    assert "Recorded 2 answers at the LSCB meeting of Thursday 8 March 2018." in reader.text
    assert "Come (1)" in reader.text
    assert "Nothing to report (1)" in reader.text
    assert "Accepted on 9 March 2018 minute 4.2" in reader.text
    assert states(after) == {S11: "accepted", PMQAG: "open", CDOP: "nothing to report"}
    noted = {row.subject: (row.who, row.on.isoformat(), row.why) for row in after.table(change)}
    assert noted == {
        S11: (SECRETARIAT, "2018-03-09", "minute 4.2"),
        CDOP: (SECRETARIAT, "2018-03-09", None),
    }


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({}, "Choose what became of at least one of them"),
        (
            {f"status/{S11}": "nothing to report"},
            'does not accept "nothing to report"',
        ),
        ({f"status/{S11}": "lost"}, "What became of “Report s11” of PMQAG must be chosen"),
        (
            {f"note/{S11}": "minute 4.2"},
            "Choose what became of “Report s11” of PMQAG, or take the remark out",
        ),
        (
            {f"status/{S11}": "accepted", f"note/{S11}": "x" * 301},
            "The remark on “Report s11” of PMQAG must be no longer than 300 characters",
        ),
        ({f"status/{S11}": "accepted", "on-day": "10"}, "10 March 2018 is still to come"),
        (
            {f"status/{S11}": "accepted", "on-day": "31", "on-month": "June", "on-year": "2017"},
            "The day must be a real date: June 2017 has 30 days",
        ),
        (
            {"status/lscb/none/pmqag/2018-03": "accepted"},
            "A paper that you chose is not for this meeting any more",
        ),
        (
            {"status/ctb/s11/pmqag/2018-03": "accepted"},
            "A paper that you chose is not for this meeting any more",
        ),
    ],
)
def test_all_or_nothing_with_the_problem_in_its_row(
    after: Place, wrong: dict[str, str], sentence: str
) -> None:
    reader = opened(after)
    good = {f"status/{PMQAG}": "submitted", f"note/{PMQAG}": "by mail"} if wrong else {}
    shown = sent(reader, **good, **wrong)
    assert shown.status_code == 422
    assert reader.text.count(sentence) == 2
    assert set(states(after).values()) == {"open"}
    assert after.table(change) == []
    if good:
        assert 'value="by mail"' in shown.text
        assert 'value="submitted" selected' in shown.text


def test_rows_that_somebody_else_changed_are_told_and_nothing_is_saved(after: Place) -> None:
    one, other = opened(after), opened(after, ADMIN)
    assert sent(other, **{f"status/{S11}": "waived"}).status_code == 303
    late = sent(one, **{f"status/{S11}": "accepted", f"status/{PMQAG}": "submitted"})
    assert late.status_code == 409
    assert "Somebody else changed some of these meanwhile, so nothing was saved." in one.text
    assert f"{ADMIN} recorded “Report s11” of PMQAG" in one.text
    assert states(after) == {S11: "waived", PMQAG: "open", CDOP: "open"}
    assert late.text.count("boardcal-row--changed") == 1
    # What was chosen is still there, and goes through when it is sent again.
    assert 'value="accepted" selected' in late.text
    again = sent(one, **{f"status/{S11}": "accepted", f"status/{PMQAG}": "submitted"})
    assert again.status_code == 303
    assert states(after) == {S11: "accepted", PMQAG: "submitted", CDOP: "open"}


def test_what_somebody_else_changed_does_not_matter_where_nothing_is_chosen(after: Place) -> None:
    one, other = opened(after), opened(after, ADMIN)
    assert sent(other, **{f"status/{S11}": "waived"}).status_code == 303
    assert sent(one, **{f"status/{PMQAG}": "submitted"}).status_code == 303


def test_a_button_pressed_twice_records_once(after: Place) -> None:
    reader = opened(after)
    csrf = reader.csrf
    standing = reader.hidden(f"standing/{S11}")
    for _ in range(2):
        fields = {f"status/{S11}": "accepted", f"standing/{S11}": standing, "csrf": csrf}
        assert reader.sends(RECORD, **ON_THE_9TH, **fields).status_code == 303
    assert len(after.table(change)) == 1


def test_hostile_remarks_are_only_words(after: Place) -> None:
    reader = opened(after)
    note = "<b>one</b>\r\ntwo\u200f"
    done = sent(reader, **{f"status/{S11}": "accepted", f"note/{S11}": note})
    page = reader.follows(done).text
    assert "<b>" not in page
    assert "&lt;b&gt;one&lt;/b&gt; two" in page
    assert sent(opened(after), **{f"note/{S11}": "\u202e"}).status_code == 400


def test_a_meeting_without_papers_says_so(after: Place) -> None:
    reader = after.reader(SECRETARIAT)
    assert reader.opens("/meetings/business-group/2018-02-20/record").status_code == 200
    reader.opens("/meetings/lscb/2018-01-11/record")
    assert reader.shown is not None


def test_before_the_meeting_the_day_is_today(after: Place) -> None:
    after.passes(days=-20)
    reader = opened(after)
    assert 'name="on-day" type="text" value="17"' in (reader.shown.text if reader.shown else "")


def test_a_large_meeting_is_recorded_in_parts(empty_place: Place) -> None:
    reports = [make_report(f"r{number}", title=f"Report {number}") for number in range(170)]
    empty_place.imports(checked(make_document(report=reports)))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = opened(empty_place)
    assert "20 more follow when these are recorded." in reader.text
    page = reader.shown.text if reader.shown else ""
    first = [line.split('"')[1] for line in page.split("name=")[1:] if line.startswith('"status/')]
    assert len(first) == 150
    fields = dict.fromkeys(first, "submitted")
    fields |= {
        name.replace("status/", "standing/"): reader.hidden(name.replace("status/", "standing/"))
        for name in first
    }
    today = {"on-day": "1", "on-month": "2", "on-year": "2018"}
    assert reader.sends(RECORD, **fields, **today).status_code == 303
    opened(empty_place)
