from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from boardcal.calendar.status import Status
from boardcal.operations.planner.change import plan_now
from boardcal.operations.planner.meetings import move_meeting
from boardcal.operations.record import record
from boardcal.storage.accounts.accounts import Role
from boardcal.storage.boards import board_row
from boardcal.storage.occurrences import occurrence_by_key
from boardcal.storage.planners import content_of, save_content
from boardcal.storage.replies.requests import Wish, add_request
from boardcal.storage.schema.mail import answer_request
from boardcal.storage.schema.occurrences import change, occurrence
from boardcal.tests.factories import S11, checked, make_document, make_report
from boardcal.tests.pages import make_whole
from boardcal.tests.web.reader import ADMIN, SECRETARIAT, VIEWER, Place, Reader

if TYPE_CHECKING:
    from httpx2 import Response

DUE = f"/due/{S11}"
RECORD = f"/record/{S11}"
EXTEND = f"/extend/{S11}"
# The place stands at 1 February 2018; the papers are due on the 22nd.
TODAY = {"on-day": "1", "on-month": "2", "on-year": "2018"}
MARCH_3 = {"to-day": "3", "to-month": "Mar", "to-year": "2018"}


@pytest.fixture
def planned(place: Place) -> Place:
    """The same place after its calendar was gone through."""
    with place.database.write() as connection:
        plan_now(place.installation, connection, "lscb")
    return place


@pytest.fixture
def whole(empty_place: Place) -> Place:
    """A planner with a bit of everything."""
    empty_place.imports(make_whole())
    empty_place.lets_in(SECRETARIAT, Role.SECRETARIAT)
    return empty_place


def opened(place: Place, who: str = SECRETARIAT, path: str = DUE) -> Reader:
    """Somebody who looks at something due."""
    reader = place.reader(who)
    assert reader.opens(path).status_code == 200
    return reader


def sent(reader: Reader, path: str = RECORD, **fields: str) -> Response:
    """The form of the page that is shown, filled in."""
    outcome = TODAY | {"status": "submitted"} if "/record/" in path else {}
    return reader.sends(path, **{"standing": reader.hidden("standing"), **outcome, **fields})


def states(place: Place) -> dict[str, Any]:
    return {row.key: row.state for row in place.table(occurrence)}


@pytest.mark.parametrize("who", [ADMIN, SECRETARIAT, VIEWER])
def test_everybody_sees_why_it_is_due_and_who_is_reminded(place: Place, who: str) -> None:
    reader = opened(place, who)
    assert "Report s11" in reader.text
    assert "22 February 2018" in reader.text
    assert "LSCB, Thursday 8 March 2018" in reader.text
    assert "to be presented to the LSCB every March." in reader.text
    assert "10 working days before that is Thursday 22 February 2018." in reader.text
    assert "pmqag.chair@example.org (answers for it)" in reader.text
    assert "Nothing is on record about it yet." in reader.text
    assert "Nobody was mailed about it yet." in reader.text


def test_only_the_secretariat_has_the_forms(place: Place) -> None:
    assert "Record it" in opened(place, SECRETARIAT).text
    viewer = opened(place, VIEWER)
    assert "Record it" not in viewer.text
    assert "Give it a new date" not in viewer.text
    for path in (RECORD, EXTEND):
        assert viewer.sends(path, status="submitted", **TODAY).status_code == 403
    assert place.table(change) == []


def test_looking_at_it_changes_nothing(place: Place) -> None:
    reader = opened(place)
    assert reader.client.head(DUE).status_code == 200
    assert place.table(occurrence) == []
    assert place.table(change) == []


@pytest.mark.parametrize("path", [RECORD, EXTEND])
def test_what_only_takes_a_form_is_not_opened(place: Place, path: str) -> None:
    assert place.reader(SECRETARIAT).opens(path).status_code == 405


def test_a_submission_is_recorded_with_who_when_and_why(planned: Place) -> None:
    reader = opened(planned)
    done = sent(reader, by="Anna Blake", note="minute 4.2")
    assert (done.status_code, done.headers["location"]) == (303, DUE)
    reader.follows(done)
    assert (
        '"Report s11" of PMQAG, due 22 February 2018, is recorded as submitted on 1 February 2018.'
        in reader.text
    )
    assert "No more mails go out about it; the next one is due on" in reader.text
    assert (
        f"{SECRETARIAT} recorded “Report s11” of PMQAG, due 22 February 2018, as submitted "
        "(by Anna Blake; minute 4.2)." in reader.text
    )
    assert "Nothing more is sent: it is submitted." in reader.text
    assert "Give it a new date" not in reader.text
    [noted] = planned.table(change)
    assert (noted.who, noted.on.isoformat(), noted.after) == (
        SECRETARIAT,
        "2018-02-01",
        "submitted",
    )
    assert states(planned)[S11] == "submitted"


@pytest.mark.parametrize("status", ["submitted", "accepted", "returned", "waived"])
def test_each_status_can_be_recorded_and_opened_again(planned: Place, status: str) -> None:
    reader = opened(planned)
    assert "Open again" not in reader.text
    reader.follows(sent(reader, status=status))
    assert states(planned)[S11] == status
    reader.follows(sent(reader, status="open", note="recorded by mistake"))
    assert "is open again." in reader.text
    assert states(planned)[S11] == "open"


def test_nothing_to_report_is_offered_where_it_is_allowed(whole: Place) -> None:
    progress = "lscb/progress/cdop/2018-03"
    reader = opened(whole, path=f"/due/{progress}")
    assert "Nothing to report" in reader.text
    done = sent(reader, f"/record/{progress}", status="nothing to report")
    assert done.status_code == 303
    assert states(whole)[progress] == "nothing to report"


def test_nothing_to_report_is_refused_where_it_is_not_allowed(place: Place) -> None:
    reader = opened(place)
    assert "Nothing to report" not in reader.text
    assert sent(reader, status="nothing to report").status_code == 422
    assert 'does not accept "nothing to report"' in reader.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": ""}, "What became of it must be chosen"),
        ({"status": "lost"}, "What became of it must be chosen from the list"),
        (
            {"on-day": "31", "on-month": "June", "on-year": "2017"},
            "The day must be a real date: June 2017 has 30 days",
        ),
        (
            {"on-day": "3", "on-month": "Mar", "on-year": "2018"},
            "3 March 2018 is still to come; record it when it has happened.",
        ),
        (
            {"on-day": "", "on-month": "", "on-year": ""},
            "The day must be given, such as 27 3 2018",
        ),
        ({"note": "x" * 301}, "The remark must be no longer than 300 characters"),
    ],
)
def test_a_wrong_record_says_so_and_keeps_what_was_typed(
    place: Place, fields: dict[str, str], sentence: str
) -> None:
    reader = opened(place)
    shown = sent(reader, **({"by": "Anna Blake"} | fields))
    assert shown.status_code == 422
    assert shown.text.count(sentence.replace("'", "&#39;")) == 2  # in the summary and beside it
    assert 'value="Anna Blake"' in shown.text
    assert "<title>Error: Report s11" in shown.text
    assert place.table(change) == []
    # And what is put right is taken.
    assert sent(reader, note="").status_code == 303


def test_a_day_is_read_as_people_type_it(planned: Place) -> None:
    reader = opened(planned)
    typed = {"on-day": "03", "on-month": "jan.", "on-year": "18"}
    reader.follows(sent(reader, **typed))
    assert "recorded as submitted on 3 January 2018." in reader.text


def test_a_new_date_moves_it_and_its_reminders(planned: Place) -> None:
    reader = opened(planned)
    done = sent(reader, EXTEND, why="the audit runs late", **MARCH_3)
    assert done.status_code == 303
    reader.follows(done)
    assert (
        '"Report s11" of PMQAG is now due on Saturday 3 March 2018 instead of 22 February 2018.'
        in reader.text
    )
    assert "3 March 2018, instead of 22 February 2018" in reader.text
    assert "(the audit runs late)" in reader.text


def test_it_can_be_put_off_to_a_later_meeting(planned: Place) -> None:
    reader = opened(planned)
    fields = {"meeting": "2018-05", "reason": "the Board is busy"}
    done = sent(reader, f"/put-off/{S11}", **fields)
    assert done.status_code == 303
    reader.follows(done)
    assert "is now for the meeting on Thursday 10 May 2018, due on 25 April 2018." in reader.text
    assert "put off to the meeting on 10 May 2018: the Board is busy" in reader.text
    reader.opens("/meetings/lscb/2018-05-10")
    assert "25 April 2018" in reader.text


def test_it_can_be_put_off_to_either_of_two_meetings_on_one_day(planned: Place) -> None:
    with planned.database.write() as connection:
        content = content_of(connection, "lscb")
        assert content is not None
        moved = move_meeting(content, "lscb", date(2018, 7, 12), date(2018, 5, 10))
        save_content(connection, moved)
    reader = opened(planned)
    assert "Thursday 10 May 2018, moved from 12 July 2018" in reader.text
    fields = {"meeting": "2018-07", "reason": "the Board is busy"}
    one, other = opened(planned), opened(planned)
    for pressed in (one, other):
        assert sent(pressed, f"/put-off/{S11}", **fields).status_code == 303
    with planned.database.read() as connection:
        row = occurrence_by_key(connection, S11)
    assert row is not None
    assert (row.put_off, row.meeting) == ("2018-07", date(2018, 5, 10))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "busy"}, "The meeting must be chosen"),
        ({"meeting": "2018-05"}, "The reason must be given: the mails say it"),
        ({"meeting": "soon", "reason": "busy"}, "LSCB does not meet any more as chosen; it meets"),
        ({"meeting": "2018-03", "reason": "busy"}, "is for the meeting on 8 March 2018 already"),
    ],
)
def test_a_wrong_meeting_to_put_it_off_to_is_said_and_nothing_saved(
    place: Place, fields: dict[str, str], sentence: str
) -> None:
    reader = opened(place)
    assert sent(reader, f"/put-off/{S11}", **fields).status_code == 422
    assert sentence in reader.text
    assert place.table(change) == []


def test_a_date_after_its_meeting_is_remarked_on(planned: Place) -> None:
    reader = opened(planned)
    reader.follows(sent(reader, EXTEND, why="late", **(MARCH_3 | {"to-day": "11"})))
    assert "That is after the meeting it is for, on 8 March 2018." in reader.text
    assert "Note that 11 March 2018 is a Sunday." in reader.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"why": ""}, "The reason must be given"),
        ({"to-day": "31", "to-month": "6"}, "The new date must be a real date: June 2018 has 30"),
        ({"to-year": "2017"}, "3 March 2017 has passed; give a day from today on."),
        ({"to-month": ""}, "The new date must include a month"),
        ({"to-year": "2099"}, "see that the year is the one you mean"),
    ],
)
def test_a_wrong_new_date_says_so_with_its_form_open(
    place: Place, fields: dict[str, str], sentence: str
) -> None:
    reader = opened(place)
    shown = sent(reader, EXTEND, **({"why": "the audit"} | MARCH_3 | fields))
    assert shown.status_code == 422
    assert sentence in reader.text
    assert '<details class="govuk-details boardcal-no-print" open>' in shown.text
    # The other form is as it was.
    assert 'name="on-day" type="text" value="1"' in shown.text
    assert place.table(change) == []


def test_what_is_settled_has_no_date_to_move(planned: Place) -> None:
    reader = opened(planned)
    reader.follows(sent(reader))
    assert sent(reader, EXTEND, why="late", **MARCH_3).status_code == 422
    assert "there is no date left to move" in reader.text


def test_a_second_tab_is_told_and_keeps_what_was_typed(planned: Place) -> None:
    one, two = opened(planned), opened(planned, ADMIN)
    assert sent(one, note="by mail").status_code == 303
    shown = sent(two, status="waived", note="not this year")
    assert shown.status_code == 409
    assert "Somebody else changed this meanwhile, so nothing was saved." in two.text
    assert f"{SECRETARIAT} recorded “Report s11” of PMQAG" in two.text
    assert 'value="not this year"' in shown.text
    assert states(planned)[S11] == "submitted"
    # Whoever has seen it may go on.
    assert sent(two, status="waived", note="not this year").status_code == 303
    assert states(planned)[S11] == "waived"


def test_a_new_date_set_meanwhile_is_told_too(planned: Place) -> None:
    one, two = opened(planned), opened(planned, ADMIN)
    assert sent(one, EXTEND, why="the audit runs late", **MARCH_3).status_code == 303
    late = sent(two, EXTEND, why="because", **(MARCH_3 | {"to-day": "5"}))
    assert late.status_code == 409
    assert "the audit runs late" in two.text
    assert 'value="because"' in late.text


def test_a_form_without_its_standing_is_not_trusted(planned: Place) -> None:
    reader = opened(planned)
    for standing in ("", "x", "-1.1", "9" * 400):
        assert sent(reader, standing=standing).status_code == 409
    assert planned.table(change) == []


def test_a_button_pressed_twice_records_once(planned: Place) -> None:
    reader = opened(planned)
    standing = reader.hidden("standing")
    csrf = reader.csrf
    for _ in range(2):
        assert sent(reader, note="by mail", standing=standing, csrf=csrf).status_code == 303
    assert len(planned.table(change)) == 1


def test_what_the_same_person_replied_by_a_link_was_not_the_button(planned: Place) -> None:
    reader = opened(planned)
    with planned.database.write() as connection:
        row = board_row(connection, "lscb")
        assert row is not None
        record(
            connection,
            planned.installation.view(connection, row),
            S11,
            Status.SUBMITTED,
            on=planned.installation.today,
            who=SECRETARIAT,
            by_link=True,
            note=None,
        )
    assert sent(reader).status_code == 409
    assert f"{SECRETARIAT} by the link in their mail recorded “Report s11”" in reader.text


@pytest.mark.parametrize(
    "key",
    [
        "lscb/s11/pmqag/2018-04",
        "lscb/none/pmqag/2018-03",
        "lscb/lscb/lscb/2018-03",
        "ctb/s11/pmqag/2018-03",
        "x",
        "lscb/s11/pmqag/2018-03/",
        "lscb//s11/pmqag/2018-03",
        "lscb/s11/pmqag/%00",
        "%E2%80%AE",
        "lscb/s11/" + "x" * 3000,
    ],
)
def test_what_is_not_due_is_a_page_that_says_so(place: Place, key: str) -> None:
    reader = opened(place)
    csrf = reader.csrf
    assert reader.opens(f"/due/{key}").status_code == 404
    assert "Nothing is due under this address." in reader.text
    fields = {"standing": "0.1", "status": "submitted", "csrf": csrf, **TODAY}
    assert reader.sends(f"/record/{key}", **fields).status_code == 404
    moved = {"standing": "0.1", "why": "late", "csrf": csrf, **MARCH_3}
    assert reader.sends(f"/extend/{key}", **moved).status_code == 404
    assert place.table(change) == []


def test_another_board_is_not_reached(place: Place) -> None:
    entry = {"id": "ctb", "name": "Cumbria CTB", "business_group": "business-group"}
    report = make_report(to="ctb", when={"meeting": "ctb", "months": ["March"]})
    other = checked(make_document("ctb") | {"board": entry, "report": [report]})
    place.imports(other)
    place.lets_in("ctb@example.org", "secretariat", "ctb")
    reader = place.reader("ctb@example.org")
    theirs = "ctb/s11/pmqag/2018-03"
    assert reader.opens(f"/due/{theirs}").status_code == 200
    assert reader.opens(DUE).status_code == 404
    assert reader.opens(f"/boards/lscb{DUE}").status_code == 403
    reader.opens(f"/due/{theirs}")
    assert sent(reader).status_code == 404
    assert sent(reader, f"/boards/lscb{RECORD}").status_code == 403
    both = place.reader(SECRETARIAT)
    assert both.opens(DUE).headers["location"] == f"/boards/lscb{DUE}"
    both.opens(f"/boards/lscb{DUE}")
    assert f'action="/boards/lscb{RECORD}"' in (both.shown.text if both.shown else "")
    assert sent(both, f"/boards/lscb{RECORD}").status_code == 303


def test_hostile_words_are_only_words(empty_place: Place) -> None:
    title = "<script>alert(1)</script> & more"
    empty_place.imports(checked(make_document(report=[make_report(title=title)])))
    empty_place.lets_in(SECRETARIAT, Role.SECRETARIAT)
    reader = opened(empty_place)
    done = sent(reader, by='<img src=x onerror="1">', note="one\r\n<b>two</b>\u200f")
    page = reader.follows(done).text
    assert "<script>" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "one &lt;b&gt;two&lt;/b&gt;" in page


def test_what_turns_text_about_is_refused_and_an_oversized_form_too(place: Place) -> None:
    reader = opened(place)
    assert sent(reader, note="\u202eabc").status_code == 400
    reader = opened(place)
    assert sent(reader, note="x" * 300_000).status_code == 413
    assert place.table(change) == []


def test_what_another_submission_meets_says_so_and_leads_there(whole: Place) -> None:
    reader = opened(whole, path="/due/lscb/audits-july/pmqag/2018-07")
    assert "Met by Data: annual report" in reader.text
    assert "another submission settles it too" in reader.text
    reader = opened(whole, path="/due/lscb/july/pmqag/2018-07")
    assert "Also meets Audits: annual report" in reader.text


def test_before_mails_begin_a_record_can_be_made(empty_place: Place) -> None:
    empty_place.imports()
    with empty_place.database.write() as connection:
        connection.exec_driver_sql("UPDATE board SET go_live = NULL")
    empty_place.lets_in(SECRETARIAT, Role.SECRETARIAT)
    reader = opened(empty_place)
    reader.follows(sent(reader))
    assert "is recorded as submitted on 1 February 2018. No mails go out yet." in reader.text


def test_what_a_chair_asks_for_is_shown_until_it_is_answered(planned: Place) -> None:
    with planned.database.write() as connection:
        about = occurrence_by_key(connection, S11)
        assert about is not None
        add_request(
            connection,
            about=about,
            wish=Wish.MORE_TIME,
            asked_by="pmqag.chair@example.org",
            now=planned.now,
            recipient=None,
            until=date(2018, 3, 1),
            why="the <b>audit</b> runs late",
        )
        connection.execute(update(answer_request).values(identity="a1"))
    page = opened(planned).shown
    assert page is not None
    assert "pmqag.chair@example.org asks for" in page.text
    assert "the &lt;b&gt;audit&lt;/b&gt; runs late" in page.text
    assert 'href="/requests/a1"' in page.text
    viewer = opened(planned, VIEWER)
    assert "asks for" in viewer.text
    assert "Answer it" not in viewer.text
    reader = opened(planned)
    reader.follows(sent(reader))
    assert "asks for" not in reader.text
