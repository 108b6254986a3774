from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.status import Status
from boardcal.operations.agenda import AgendaItem, record_nothing_raised
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.operations.raise_item import (
    ItemToRaise,
    RaisedMeanwhileError,
    raise_item,
    raised_already,
)
from boardcal.operations.record import RecordError
from boardcal.queries.calendar.action_plan import action_plan
from boardcal.queries.calendar.item import item_details
from boardcal.queries.calendar.raise_item import (
    ChosenMeeting,
    first_mail_in_words,
    raise_choices,
    raise_preview,
)
from boardcal.queries.calendar.upcoming import UpcomingFilter, upcoming_page
from boardcal.queries.changes import history
from boardcal.queries.meetings.meetings import meeting_calendar
from boardcal.queries.meetings.papers import meeting_papers
from boardcal.scheduler.simulation import simulate
from boardcal.storage.backup.copy import copy_of
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.occurrences import raised
from boardcal.tests.factories import CHAIR, LONDON, at, day, make_action, make_planner, make_report
from boardcal.tests.office import WHO, Office
from boardcal.tests.pages import reading, shown_by
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from boardcal.queries.calendar.raise_item import RaisePreview
    from boardcal.storage.occurrences import StoredOccurrence

pytestmark = pytest.mark.usefixtures("unmarked")
FIRST = "lscb/exceptions/pmqag/raised-1"
EXCEPTIONS = make_report("exceptions", title="Exceptions", when={"as_required": True})
PLANNER = make_planner(report=[EXCEPTIONS])


def wanted(for_day: str = "2018-03-08", **given: Any) -> ItemToRaise:
    fields: dict[str, Any] = {
        "ref": "exceptions",
        "owner": "pmqag",
        "day": day(for_day),
        "body": "lscb",
    }
    return ItemToRaise(**(fields | {"why": "an exception"} | given))


def raises(office: Office, asked: ItemToRaise | None = None, who: str = WHO) -> StoredOccurrence:
    with office.changing("lscb") as (connection, view):
        return raise_item(connection, view, asked or wanted(), who=who)


def test_what_was_raised_for_one_body_stands_under_that_body_and_its_owner_alone(
    any_office: Office,
) -> None:
    exceptions = make_report(
        "exceptions", to=["lscb", "business-group"], when={"as_required": True}
    )
    any_office.store(make_planner(report=[exceptions])).tick("2018-01-15 09:00")
    raises(any_office)
    found = {}
    with reading(any_office) as (connection, view):
        for body in ("lscb", "business-group", "pmqag"):
            page = upcoming_page(
                connection,
                view,
                start=day("2018-01-15"),
                end=day("2018-03-31"),
                choice=UpcomingFilter(kind=Kind.REPORT, body=body),
            )
            found[body] = page.paging.total
    assert found == {"lscb": 1, "business-group": 0, "pmqag": 1}


def looks_ahead(office: Office, asked: ItemToRaise | None = None) -> RaisePreview:
    with office.changing("lscb") as (connection, view):
        return raise_preview(connection, view, asked or wanted())


@pytest.fixture
def january(any_office: Office) -> Office:
    """An office whose mails began in November 2017, on 15 January 2018."""
    any_office.store(PLANNER).tick("2018-01-15 09:00")
    return any_office


def test_it_is_reminded_of_and_chased_like_anything_else_until_it_is_settled(
    january: Office,
) -> None:
    row = raises(january)
    assert (row.key, row.due, row.meeting, row.state) == (
        FIRST,
        day("2018-02-22"),
        day("2018-03-08"),
        "open",
    )
    mails = january.days("2018-01-16", "2018-03-01")
    steps = [(mail.at.date().isoformat(), step) for mail in mails for key, step, _ in mail.items]
    assert [(when, step) for when, step in steps if step < 5] == [
        ("2018-01-25", -20),
        ("2018-02-08", -10),
        ("2018-02-15", -5),
        ("2018-02-21", -1),
        ("2018-02-22", 0),
        ("2018-02-23", 1),
    ]
    assert {mail.to for mail in mails if (FIRST, 5, "deputy") in mail.items} != set()
    january.record(FIRST, Status.SUBMITTED)
    assert [mail.items for mail in january.days("2018-03-02", "2018-06-01") if mail.items] == []


def test_only_the_steps_from_the_day_of_raising_on_are_mailed(january: Office) -> None:
    january.tick("2018-02-12 10:00")
    row = raises(january)
    assert row.next_step_at == at("2018-02-15")
    january.days("2018-02-13", "2018-02-15")
    assert january.ledger(FIRST) == [(-5, CHAIR, "owner", "sent")]


@pytest.mark.parametrize(
    ("when", "due", "first"),
    [
        ("2018-02-22 10:00", "2018-02-22", 0),
        ("2018-03-02 10:00", "2018-03-02", 0),
        ("2018-03-03 10:00", "2018-03-05", -1),
        ("2018-03-08 10:00", "2018-03-08", 0),
    ],
)
def test_raised_after_its_papers_were_due_it_is_due_at_once_and_mailed_once(
    january: Office, when: str, due: str, first: int
) -> None:
    january.sweep(when)
    row = raises(january)
    assert (row.due, row.meeting) == (day(due), day("2018-03-08"))
    january.sweep(f"{due} 11:00")
    sent = [row for row in january.ledger(FIRST) if row[3] == "sent"]
    assert [step for step, *_ in sent] == [0]
    assert all(step >= first for step, *_ in january.ledger(FIRST))


def test_it_follows_its_meeting_and_goes_to_the_next_one_where_that_is_cancelled(
    january: Office,
) -> None:
    raises(january)
    january.edit(lambda it: move_meeting(it, "lscb", day("2018-03-08"), day("2018-03-15")))
    january.tick()
    row = january.row(FIRST)
    assert (row.due, row.meeting, row.first_due) == (
        day("2018-03-01"),
        day("2018-03-15"),
        day("2018-02-22"),
    )
    january.edit(
        lambda it: cancel_meeting(it, "lscb", day("2018-03-15"), decided=day("2018-01-15"))
    )
    january.tick()
    row = january.row(FIRST)
    assert (row.key, row.due, row.meeting) == (FIRST, day("2018-04-25"), day("2018-05-10"))
    assert row.note == (
        "the meeting of 15 March 2018 was cancelled, so this goes to the next one held"
    )
    assert [entry.what for entry in _history(january)] == ["raised", "moved", "moved"]


def _history(office: Office) -> Any:
    with office.changing("lscb") as (connection, view):
        return history(connection, view, [FIRST])


def test_who_raised_it_when_and_why_is_on_record(january: Office) -> None:
    raises(january, who="sam@example.org")
    (line,) = _history(january)
    assert line.text == (
        "15 January 2018, 09:00: sam@example.org raised “Exceptions” of PMQAG for the LSCB "
        "meeting of 8 March 2018 (an exception)."
    )
    (kept,) = january.table(raised)
    assert (kept.number, kept.body, kept.slot, kept.on, kept.who, kept.why) == (
        1,
        "lscb",
        "2018-03",
        date(2018, 1, 15),
        "sam@example.org",
        "an exception",
    )


def test_it_can_be_taken_back_and_raised_again(january: Office) -> None:
    raises(january)
    january.record(FIRST, Status.WAIVED, note="it was a mistake")
    assert january.row(FIRST).next_step_at is None
    assert raises(january).key == "lscb/exceptions/pmqag/raised-2"


@pytest.mark.parametrize("again", [wanted(), wanted("2018-02-20", body=None)])
def test_what_is_raised_and_owed_is_not_raised_again(january: Office, again: ItemToRaise) -> None:
    raises(january, again)
    with pytest.raises(RecordError, match=r"is raised for that (meeting|day) already, due"):
        raises(january, again)
    assert len(january.table(raised)) == 1
    # For another meeting it is another one.
    assert raises(january, wanted("2018-05-10")).key == "lscb/exceptions/pmqag/raised-2"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"ref": "nix"}, 'There is no report or action "nix"; exceptions can be raised.'),
        ({"ref": "s11"}, '"Report s11" is not due as required, so it cannot be raised.'),
        ({"owner": "lscb"}, '"Exceptions" is not owed by "lscb" but by PMQAG (pmqag).'),
        ({"body": "business-group"}, '"Exceptions" does not go to BUSINESS-GROUP.'),
        (
            {"day": day("2018-03-09")},
            "LSCB does not meet on 9 March 2018; perhaps the meeting was moved.",
        ),
        (
            {"day": day("2018-01-11")},
            "11 January 2018 has passed; give a day from today on.",
        ),
        (
            {"day": day("2018-01-14"), "body": None},
            "14 January 2018 has passed; give a day from today on.",
        ),
        (
            {"day": day("2028-01-14"), "body": None},
            "14 January 2028 is more than 3 years from now; see that the year is the one you mean.",
        ),
    ],
)
def test_what_cannot_be_raised_is_refused_with_a_sentence(
    office: Office, asked: dict[str, Any], sentence: str
) -> None:
    office.store(make_planner(report=[EXCEPTIONS, make_report()])).tick("2018-01-15 09:00")
    with pytest.raises(RecordError) as refused:
        raises(office, wanted(**asked))
    assert str(refused.value) == sentence
    assert office.table(raised) == []


def test_a_report_that_has_ended_is_not_raised(office: Office) -> None:
    ended = EXCEPTIONS | {"until": date(2017, 12, 31)}
    office.store(make_planner(report=[ended])).tick("2018-01-15 09:00")
    with pytest.raises(RecordError, match='"Exceptions" ended on 31 December 2017'):
        raises(office)


def test_a_button_pressed_twice_raises_once_and_somebody_elses_is_told(january: Office) -> None:
    def pressed(asked: ItemToRaise, who: str = WHO, since: int = 0) -> StoredOccurrence:
        with january.changing("lscb") as (connection, view):
            done = raised_already(connection, view, asked, who=who, since=since)
            return done or raise_item(connection, view, asked, who=who)

    assert pressed(wanted()).key == pressed(wanted()).key == FIRST
    assert len(january.table(raised)) == 1
    for other in (wanted(why="another"), wanted("2018-05-10")):
        with pytest.raises(RaisedMeanwhileError, match=r"by secretariat meanwhile"):
            pressed(other)
    with pytest.raises(RaisedMeanwhileError):
        pressed(wanted(), who="sam@example.org")
    assert pressed(wanted("2018-05-10"), since=1).key == "lscb/exceptions/pmqag/raised-2"


def test_those_who_press_at_the_same_moment_raise_it_once(january: Office) -> None:
    def press(who: str) -> str:
        with january.changing("lscb") as (connection, view):
            try:
                done = raised_already(connection, view, wanted(), who=who, since=0)
            except RaisedMeanwhileError:
                return "told"
            return (done or raise_item(connection, view, wanted(), who=who)).key

    with ThreadPoolExecutor(4) as threads:
        same = set(threads.map(press, [WHO] * 4))
        other = threads.submit(press, "sam@example.org").result(timeout=PATIENCE)
    assert (same, other) == ({FIRST}, "told")
    assert len(january.table(raised)) == 1


def test_an_action_can_be_raised_too(office: Office) -> None:
    action = make_action("3.1", title="Tell staff", when={"as_required": True})
    office.store(make_planner(report=[], action=[action])).tick("2018-01-15 09:00")
    row = raises(office, wanted("2018-02-20", ref="3.1", body=None))
    assert (row.key, row.kind) == ("lscb/3.1/pmqag/raised-1", "action")

    def standing() -> tuple[str, str]:
        today = LONDON.day_of(office.now)
        plan = shown_by(office, action_plan, today=today)
        (only,) = [row for section in plan.sections for row in section.rows]
        return only.rag.value, only.words

    assert standing()[1] != "as required"
    mails = office.days("2018-02-19", "2018-02-21")
    assert [step for mail in mails for _, step, _ in mail.items] == [-1, 0, 1]
    office.record(row.key, Status.SUBMITTED)
    assert standing()[0] == "complete"


# What follows is told before it is saved


def test_what_would_follow_is_told_and_nothing_is_kept(january: Office) -> None:
    preview = looks_ahead(january)
    assert (
        preview.headline == "“Exceptions” is raised for the LSCB meeting on Thursday 8 March 2018."
    )
    assert preview.due == (
        "PMQAG owes it by Thursday 22 February 2018, when the papers for the meeting are due."
    )
    assert first_mail_in_words(preview.mails) == (
        f"The first mail goes out on Thursday 25 January 2018, to {CHAIR} (answers for it)."
    )
    assert (january.table(raised), january.rows()) == ([], [])


@pytest.mark.parametrize(
    ("when", "asked", "due", "mail"),
    [
        (
            "2018-03-02 10:00",
            wanted(),
            (
                "The papers for the meeting were due on 22 February 2018, so PMQAG owes it at "
                "once: on Friday 2 March 2018."
            ),
            "The first mail goes out on Friday 2 March 2018, to",
        ),
        (
            "2018-02-12 10:00",
            wanted("2018-02-13", body=None),
            "PMQAG owes it by Tuesday 13 February 2018.",
            "The first mail goes out on Monday 12 February 2018, to",
        ),
    ],
)
def test_a_short_time_is_told_as_it_is(
    january: Office, when: str, asked: ItemToRaise, due: str, mail: str
) -> None:
    january.tick(when)
    preview = looks_ahead(january, asked)
    assert preview.due == due
    assert first_mail_in_words(preview.mails).startswith(mail)


def test_the_mail_that_was_told_of_is_the_one_that_comes(january: Office) -> None:
    january.tick("2018-02-09 10:00")
    told = looks_ahead(january).mails.mails[0]
    raises(january)
    first = next(mail for mail in january.days("2018-02-10", "2018-03-01") if mail.items)
    assert (LONDON.day_of(first.at), first.to) == (told.day, told.readers[0].address)
    assert "Why this date: raised as required, for the meeting" in first.text
    assert "“Nothing to report” is an answer too" in first.text


def test_who_had_todays_mail_already_is_told_of_on_the_day_after(january: Office) -> None:
    january.tick("2018-02-22 07:00")
    raises(january)
    january.sweep("2018-02-22 08:00")
    sentence = first_mail_in_words(
        looks_ahead(january, wanted(body=None, for_day="2018-02-22")).mails
    )
    assert f"to {CHAIR} (answers for it; on Friday 23 February 2018, because they had" in sentence


def test_a_mail_about_what_was_raised_late_or_put_off_says_why_it_is_due_then(
    january: Office,
) -> None:
    january.tick("2018-03-01 09:00")
    raises(january)
    (late,) = [mail for mail in january.days("2018-03-02", "2018-03-02") if mail.items]
    assert "raised as required, after the papers for the meeting were due" in late.text
    january.extend(FIRST, "2018-03-06")
    (moved,) = [mail for mail in january.days("2018-03-05", "2018-03-05") if mail.items]
    assert "raised as required, for the meeting, and given a date of its own" in moved.text


def test_before_mails_begin_it_is_raised_and_nobody_is_mailed(office: Office) -> None:
    office.store(PLANNER, go_live=None).tick("2018-01-15 09:00")
    assert first_mail_in_words(looks_ahead(office).mails) == "No mails of Cumbria LSCB go out yet."
    raises(office)
    assert office.days("2018-01-16", "2018-03-10") == []
    office.go_live("2018-03-12")
    office.tick("2018-03-12 09:00")
    assert office.row(FIRST).state == Status.UNSETTLED


def test_the_next_meetings_are_offered_with_the_day_that_it_would_be_due(january: Office) -> None:
    january.tick("2018-03-01 09:00")
    found = shown_by(
        january,
        raise_choices,
        ref="exceptions",
        today=day("2018-03-01"),
        also=ChosenMeeting("lscb", day("2019-01-10"), None),
    )
    assert [
        (meeting.body.id, meeting.day.isoformat(), meeting.due) for meeting in found.meetings
    ] == [
        (
            "lscb",
            "2018-03-08",
            "Its papers were due 22 February 2018, so this would be due at once",
        ),
        ("lscb", "2018-05-10", "Papers due 25 April 2018"),
        ("lscb", "2018-07-12", "Papers due 28 June 2018"),
        ("lscb", "2018-09-13", "Papers due 30 August 2018"),
        ("lscb", "2019-01-10", "Papers due 24 December 2018"),
    ]
    assert found.times == 0


# What becomes of it elsewhere


def test_it_survives_an_import_and_leaves_and_returns_with_its_report(january: Office) -> None:
    raises(january)

    def imports(*reports: dict[str, Any]) -> StoredOccurrence:
        with january.database.write() as connection:
            content = make_planner(report=list(reports))
            store_planner(connection, content, source="again", who=WHO, now=january.now)
        january.tick()
        return january.row(FIRST)

    assert imports(EXCEPTIONS | {"title": "Other"}, make_report()).title == "Other"
    gone = imports(make_report())
    assert (gone.state, gone.note) == (Status.VOID, "no longer in the planner")
    assert [
        mail for mail in january.days("2018-01-25", "2018-02-23") if FIRST in str(mail.items)
    ] == []
    january.now = at("2018-02-01 09:00")
    back = imports(EXCEPTIONS)
    assert (back.state, back.due) == ("open", day("2018-02-22"))
    assert imports(EXCEPTIONS | {"owner": "business-group"}).state == Status.VOID


def test_planning_anew_makes_it_once_and_a_long_way_ahead_too(january: Office) -> None:
    raises(january, wanted("2020-07-09"))
    before = january.row(FIRST)
    january.edit(lambda it: move_meeting(it, "lscb", day("2018-03-08"), day("2018-03-15")))
    january.tick()
    assert january.row(FIRST) == before
    assert before.due == day("2020-06-25")


def test_a_simulation_mails_what_was_raised(january: Office) -> None:
    raises(january)
    copy = copy_of(january.database)
    mails = simulate(
        copy, local=LONDON, horizon_months=18, start=day("2018-01-20"), end=day("2018-02-09")
    )
    steps = [(item.key, item.step) for mail in mails for item in mail.letter.items]
    copy.close()
    assert steps == [(FIRST, -20), (FIRST, -10)]


def test_its_page_says_why_it_is_due_and_for_which_meeting(january: Office) -> None:
    january.tick("2018-03-02 09:00")
    raises(january)
    item = shown_by(january, item_details, key=FIRST, today=day("2018-03-02"))
    assert item.why[-3:] == (
        "It was raised on 2 March 2018, for a meeting of LSCB.",
        "LSCB meets on Thursday 8 March 2018, so it was due at once, on Friday 2 March 2018.",
        "Its papers were due on 22 February 2018, before it was raised.",
    )
    assert item.meeting.body.id == "lscb"
    january.extend(FIRST, "2018-03-06")
    item = shown_by(january, item_details, key=FIRST, today=day("2018-03-02"))
    assert item.why[-1] == "It was given a date of its own: 6 March 2018 instead of 2 March 2018."


def test_its_page_says_by_which_day_where_there_is_no_meeting(january: Office) -> None:
    raises(january, wanted("2018-02-20", body=None))
    item = shown_by(january, item_details, key=FIRST, today=day("2018-01-15"))
    assert item.why[-1] == (
        "It was raised on 15 January 2018, to be due by Tuesday 20 February 2018."
    )
    assert item.meeting is None


def papers(office: Office, body: str, when: str) -> Any:
    today = LONDON.day_of(office.now)
    return shown_by(office, meeting_papers, body=body, day=day(when), today=today)


def test_it_is_a_paper_of_the_body_that_it_was_raised_for_and_of_no_other(office: Office) -> None:
    report = EXCEPTIONS | {"to": ["lscb", "business-group"]}
    office.store(make_planner(report=[report])).tick("2018-01-15 09:00")
    raises(office, wanted("2018-05-15", body="business-group"))
    office.edit(lambda it: move_meeting(it, "lscb", day("2018-05-10"), day("2018-05-15")))
    office.tick()
    theirs = papers(office, "business-group", "2018-05-15")
    assert [paper.entry.key for paper in theirs.outstanding] == [FIRST]
    assert [entry.key for entry in theirs.may_be_raised[0].raised] == [FIRST]
    assert theirs.may_be_raised[0].silent == ()
    other = papers(office, "lscb", "2018-05-15")
    assert (other.expected, other.may_be_raised[0].raised) == (0, ())
    assert [owner.id for owner in other.may_be_raised[0].silent] == ["pmqag"]
    year = {"start": day("2018-01-01"), "end": day("2018-12-31"), "today": day("2018-01-15")}
    found = shown_by(office, meeting_calendar, **year)
    counted = {
        (body_line.body.id, line.day.isoformat()): line.expected
        for body_line in found.bodies
        for line in body_line.meetings
        if line.expected
    }
    assert counted == {("business-group", "2018-05-15"): 1}


# Nothing to report


def says_nothing(office: Office, when: str = "2018-03-08") -> None:
    asked = AgendaItem(ref="exceptions", owner="pmqag", body="lscb", day=day(when))
    with office.changing("lscb") as (connection, view):
        record_nothing_raised(connection, view, asked, on=day(when), who=WHO)


def test_after_a_meeting_it_is_kept_that_there_was_nothing_to_report_once(january: Office) -> None:
    january.tick("2018-03-09 09:00")
    says_nothing(january)
    says_nothing(january)
    (row,) = january.rows()
    assert (row.key, row.state, row.due) == (FIRST, Status.NOTHING_TO_REPORT, day("2018-03-08"))
    assert (row.next_step_at, row.note) == (None, None)
    assert [
        paper.entry.key for paper in papers(january, "lscb", "2018-03-08").nothing_to_report
    ] == [FIRST]
    assert [mail for mail in january.days("2018-03-10", "2018-04-10") if mail.items] == []


@pytest.mark.parametrize("status", [None, Status.SUBMITTED])
def test_what_was_raised_for_the_meeting_is_not_nothing(
    january: Office, status: Status | None
) -> None:
    raises(january)
    if status is not None:
        january.record(FIRST, status)
    with pytest.raises(RecordError, match=r'"Exceptions" (is|was) raised for'):
        says_nothing(january)
    assert len(january.rows()) == 1


def test_what_is_as_required_may_always_be_answered_with_nothing_to_report(
    january: Office,
) -> None:
    raises(january)
    assert january.record(FIRST, Status.NOTHING_TO_REPORT).state == Status.NOTHING_TO_REPORT
