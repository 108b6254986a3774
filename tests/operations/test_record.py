from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.status import RECORDABLE, Status
from boardcal.core.errors import BoardcalError
from boardcal.operations.record import RecordError, ensure_stored, stored_again
from boardcal.storage.schema.occurrences import change, event
from boardcal.tests.factories import (
    CHAIR,
    S11,
    at,
    checked,
    day,
    make_action,
    make_document,
    make_planner,
    make_report,
)
from boardcal.wording.recorded import became

if TYPE_CHECKING:
    from boardcal.tests.office import Office

EMPTY_IS_FINE = make_report("may-be-empty", nothing_to_report=True)
MAY_BE_EMPTY = "lscb/may-be-empty/pmqag/2018-03"


def opened(office: Office, when: str = "2018-02-12") -> Office:
    """Two reports of March 2018 whose reminder of ten days before has gone out."""
    office.store(make_planner(report=[make_report(), EMPTY_IS_FINE]))
    office.days("2018-02-01", when)
    return office


def notes(office: Office, key: str = S11) -> list[tuple[str, str | None, str | None, date | None]]:
    return [
        (row.what, row.before, row.after, row.on)
        for row in office.table(change)
        if row.subject == key
    ]


def refusal(act: object) -> str:
    assert callable(act)
    with pytest.raises(RecordError) as refused:
        act()
    return str(refused.value)


def test_what_vanished_while_it_was_recorded_is_gone_and_not_refused(office: Office) -> None:
    with office.database.read() as connection:
        gone = refusal(lambda: stored_again(connection, "lscb/x/y/2018"))
    assert gone == '"lscb/x/y/2018" is gone; try again.'


# Every status


@pytest.mark.parametrize(
    "status", [status for status in RECORDABLE if status is not Status.RETURNED]
)
def test_what_is_settled_is_not_chased_any_more(office: Office, status: Status) -> None:
    opened(office)
    stored = office.record(MAY_BE_EMPTY, status)
    assert (stored.state, stored.next_step_at) == (status.value, None)
    assert notes(office, MAY_BE_EMPTY) == [("recorded", "open", status.value, day("2018-02-12"))]
    keys = {key for mail in office.days("2018-02-15", "2018-02-23") for key, _, _ in mail.items}
    assert keys == {S11}


def test_what_is_returned_is_owed_again_and_its_steps_run_afresh(office: Office) -> None:
    opened(office)
    office.record(S11, Status.SUBMITTED)
    before = office.row(S11)
    stored = office.record(S11, Status.RETURNED, note="The figures are missing")
    assert stored.state == "returned"
    assert stored.due_revision == before.due_revision + 1
    assert stored.due == before.due
    assert notes(office)[-1] == ("returned", "2018-02-22", "returned", day("2018-02-12"))
    steps = [step for mail in office.days("2018-02-13", "2018-02-23") for _, step, _ in mail.items]
    assert sorted(set(steps)) == [-10, -5, -1, 0, 1]


def test_what_is_opened_again_is_chased_from_the_next_step_on(office: Office) -> None:
    opened(office)
    office.record(S11, Status.WAIVED)
    stored = office.record(S11, None)
    assert stored.state == "open"
    assert notes(office)[-1] == ("recorded", "waived", "open", day("2018-02-12"))
    steps = [
        step
        for mail in office.days("2018-02-13", "2018-02-23")
        for key, step, _ in mail.items
        if key == S11
    ]
    assert steps == [-5, -1, 0, 1]


def test_what_was_decided_and_not_sent_is_taken_back(office: Office) -> None:
    office.store().days("2018-02-01", "2018-02-07")
    office.tick("2018-02-08")
    assert office.ledger(S11)[-1] == (-10, CHAIR, "owner", "pending")
    office.record(S11, Status.SUBMITTED)
    assert office.ledger(S11)[-1] == (-10, CHAIR, "owner", "superseded")
    assert office.deliver().sent == 0


def test_who_when_and_why_are_kept(office: Office) -> None:
    opened(office)
    office.record(S11, Status.SUBMITTED, on="2018-02-09", note="by post")
    row = office.table(change)[-1]
    assert (row.who, row.at, row.on, row.why) == (
        "secretariat",
        at("2018-02-12"),
        day("2018-02-09"),
        "by post",
    )


# Dates


@pytest.mark.parametrize("on", ["2018-02-12", "2018-02-11", "2016-01-01"])
def test_it_may_have_happened_today_or_earlier(office: Office, on: str) -> None:
    assert opened(office).record(S11, Status.SUBMITTED, on=on).state == "submitted"


def test_what_is_still_to_come_has_not_happened(office: Office) -> None:
    opened(office)
    sentence = refusal(lambda: office.record(S11, Status.SUBMITTED, on="2018-02-13"))
    assert sentence == "13 February 2018 is still to come; record it when it has happened."
    assert office.row(S11).state == "open"
    assert notes(office) == []


def test_a_report_beyond_the_horizon_can_be_recorded_early(office: Office) -> None:
    opened(office)
    assert office.record("lscb/s11/pmqag/2021-03", Status.WAIVED).state == "waived"


def test_a_report_that_is_due_in_many_years_is_a_slip_of_the_year(office: Office) -> None:
    opened(office)
    sentence = refusal(lambda: office.record("lscb/s11/pmqag/2027-03", Status.SUBMITTED))
    assert sentence == (
        '"Report s11" is due on 25 February 2027, over 3 years from now, so '
        "nothing was recorded; see that the year in it is the one you mean."
    )
    assert all(row.period != "2027-03" for row in office.rows())


# Keys


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            "lscb/s11/pmqag/2018-04",
            (
                'There is no "lscb/s11/pmqag/2018-04"; the nearest of that report are '
                "lscb/s11/pmqag/2018-03, lscb/s11/pmqag/2017-03, lscb/s11/pmqag/2019-03."
            ),
        ),
        (
            "lscb/none/pmqag/2018-03",
            'There is no "lscb/none/pmqag/2018-03"; `boardcal upcoming` lists what there is.',
        ),
        (
            "lscb/lscb/lscb/2018-03",
            (
                '"lscb/lscb/lscb/2018-03" is a meeting; use `boardcal meeting move`, `cancel` or '
                "`add` for it."
            ),
        ),
        ("", 'There is no ""; `boardcal upcoming` lists what there is.'),
    ],
)
def test_an_unknown_key_is_a_sentence_with_the_nearest(
    office: Office, key: str, sentence: str
) -> None:
    opened(office)
    with office.changing("lscb") as (connection, view):
        assert refusal(lambda: ensure_stored(connection, view, key)) == sentence


def test_a_key_of_another_board_is_not_found(office: Office) -> None:
    opened(office)
    theirs = make_report(to="ctb", when={"meeting": "ctb", "months": ["March"]})
    office.store(make_planner("ctb", report=[theirs])).tick()
    with office.changing("ctb") as (connection, view), pytest.raises(RecordError):
        ensure_stored(connection, view, S11)


# Nothing to report


def test_nothing_to_report_is_refused_where_a_report_must_come(office: Office) -> None:
    opened(office)
    assert refusal(lambda: office.record(S11, Status.NOTHING_TO_REPORT)) == (
        '"Report s11" does not accept "nothing to report"; record it as waived if it is not '
        "needed this time."
    )


# New dates


def test_a_new_date_keeps_the_first_and_runs_the_steps_afresh(office: Office) -> None:
    opened(office)
    stored = office.extend(S11, "2018-03-05")
    assert (stored.due, stored.first_due) == (day("2018-03-05"), day("2018-02-22"))
    assert (stored.extended, stored.due_revision, stored.last_step) == (True, 2, None)
    assert notes(office) == [("extended", "2018-02-22", "2018-03-05", None)]
    steps = [
        step
        for mail in office.days("2018-02-13", "2018-03-06")
        for key, step, _ in mail.items
        if key == S11
    ]
    assert steps == [-20, -10, -5, -1, 0, 1]


@pytest.mark.parametrize("state", [Status.SUBMITTED, Status.ACCEPTED, Status.WAIVED])
def test_what_is_settled_has_no_date_left_to_move(office: Office, state: Status) -> None:
    opened(office).record(S11, state)
    sentence = refusal(lambda: office.extend(S11, "2018-03-05"))
    assert sentence == f'"Report s11" is {state.value}; there is no date left to move.'


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("2018-02-11", "11 February 2018 has passed; give a day from today on."),
        (
            "2081-03-05",
            "5 March 2081 is more than 3 years from now; see that the year is the one you mean.",
        ),
    ],
)
def test_a_date_that_has_passed_or_is_a_slip_is_refused(
    office: Office, to: str, sentence: str
) -> None:
    opened(office)
    assert refusal(lambda: office.extend(S11, to)) == sentence
    assert office.row(S11).due == day("2018-02-22")


def test_today_is_a_date_that_can_be_given(office: Office) -> None:
    assert opened(office).extend(S11, "2018-02-12").due == day("2018-02-12")


def test_what_was_returned_stays_returned_with_its_new_date(office: Office) -> None:
    opened(office).record(S11, Status.RETURNED)
    assert office.extend(S11, "2018-03-05").state == "returned"


def test_what_is_unsettled_is_owed_again_with_a_new_date(office: Office) -> None:
    office.store(go_live="2018-03-01").tick("2018-03-01")
    assert office.row(S11).state == "unsettled"
    assert office.extend(S11, "2018-03-20").state == "open"
    assert office.row(S11).next_step_at is not None


# Events

WAITS = checked(
    make_document(
        event=[{"id": "review-published", "title": "A review was published"}],
        report=[make_report("learning", when={"after": "review-published"})],
    )
)


@pytest.mark.usefixtures("unmarked")
def test_each_time_an_event_happens_something_falls_due(office: Office) -> None:
    office.store(WAITS).tick("2018-02-01")
    office.now = at("2018-02-12")
    assert office.happened("review-published", "2018-02-05") == 1
    assert office.happened("review-published", "2018-02-12") == 2
    office.tick()
    assert [row.key for row in office.rows()] == [
        "lscb/learning/pmqag/review-published-1",
        "lscb/learning/pmqag/review-published-2",
    ]
    assert [row.number for row in office.table(event)] == [1, 2]
    assert notes(office, "review-published") == [
        ("event", None, "1", day("2018-02-05")),
        ("event", None, "2", day("2018-02-12")),
    ]


@pytest.mark.parametrize(
    ("name", "on", "sentence"),
    [
        (
            "review",
            "2018-02-05",
            'The planner waits for no event "review"; it knows review-published.',
        ),
        (
            "review-published",
            "2018-02-02",
            "2 February 2018 is still to come; record it when it has happened.",
        ),
    ],
)
def test_an_event_that_cannot_have_happened_is_refused(
    office: Office, name: str, on: str, sentence: str
) -> None:
    office.store(WAITS).tick("2018-02-01")
    with pytest.raises(BoardcalError) as refused:
        office.happened(name, on)
    assert str(refused.value) == sentence
    assert office.table(event) == []


def test_an_event_is_recorded_once_a_day(office: Office) -> None:
    office.store(WAITS).tick("2018-02-12")
    office.happened("review-published", "2018-02-05")
    sentence = refusal(lambda: office.happened("review-published", "2018-02-05"))
    assert sentence == '"review-published" is recorded on 5 February 2018 already.'


def test_an_action_is_recorded_like_a_report(office: Office) -> None:
    office.store(make_planner(action=[make_action()])).tick("2018-03-01")
    key = next(row.key for row in office.rows() if row.kind == "action")
    assert office.record(key, Status.ACCEPTED).state == "accepted"


def test_what_is_said_of_a_return_names_the_date_that_it_had(office: Office) -> None:
    opened(office, "2018-03-05")
    stored = office.record(S11, Status.RETURNED)
    assert became(stored, planner_of(make_planner()), Status.RETURNED, on=day("2018-03-05")) == (
        '"Report s11" of PMQAG, due 22 February 2018, is recorded as returned on 5 March 2018.'
    )
    office.record(S11, Status.SUBMITTED)
    office.now = at("2018-03-06 10:00")
    stored = office.record(S11, Status.RETURNED)
    assert became(stored, planner_of(make_planner()), Status.RETURNED, on=day("2018-03-06")) == (
        '"Report s11" of PMQAG, due 22 February 2018, is recorded as returned on 6 March 2018. '
        "It is now due as soon as possible, by Wednesday 7 March 2018."
    )
