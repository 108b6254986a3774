from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from boardcal.calendar.rules.timing import Precision
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting, move_meeting
from boardcal.scheduler.planning.plan import horizon_of
from boardcal.storage.schema.occurrences import change
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import (
    CHAIR,
    S11,
    at,
    checked,
    cumbria,
    day,
    make_action,
    make_document,
    make_planner,
    make_report,
)

if TYPE_CHECKING:
    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.storage.occurrences import StoredOccurrence
    from boardcal.tests.office import Office

EVERY_MEETING = {"meeting": "lscb"}
QUARTERLY = {"meeting": "business-group", "last_in": "quarter"}


def plan_again(office: Office) -> list[StoredOccurrence]:
    """Plans everything anew, as after a change of the planner that changed nothing."""
    with office.database.write() as connection:
        connection.execute(update(board).values(planned_revision=0))
    office.tick()
    return office.rows()


def by_period(office: Office, ref: str) -> dict[str, StoredOccurrence]:
    return {row.period: row for row in office.rows() if row.ref == ref}


def changes(office: Office, key: str) -> list[tuple[str, str | None, str | None, str | None]]:
    rows = office.table(change)
    return [(row.what, row.before, row.after, row.why) for row in rows if row.subject == key]


def swapped(report: dict[str, Any]) -> PlannerFile:
    return checked(make_document(report=[report]))


# Again and again the same


@pytest.mark.parametrize("content", [make_planner(), cumbria()], ids=["small", "Cumbria"])
def test_planning_twice_is_planning_once(any_office: Office, content: PlannerFile) -> None:
    any_office.store(content).tick()
    planned = any_office.rows()
    assert planned
    assert plan_again(any_office) == planned


def test_a_tick_with_nothing_new_writes_nothing(office: Office) -> None:
    office.store()
    assert office.tick("2017-11-01 09:00") is True
    office.deliver()
    assert office.tick("2017-11-01 09:01") is False


@pytest.mark.parametrize(
    ("today", "months", "horizon"),
    [
        ("2017-11-01", 18, "2019-05-31"),
        ("2017-11-30", 18, "2019-05-31"),
        ("2018-08-31", 18, "2020-02-29"),
        ("2018-01-31", 1, "2018-02-28"),
    ],
)
def test_planning_reaches_to_the_end_of_a_month(today: str, months: int, horizon: str) -> None:
    assert horizon_of(day(today), months) == day(horizon)


def test_a_later_horizon_only_adds(office: Office) -> None:
    office.store(cumbria()).tick("2017-11-01 07:00")
    before = {row.key: row for row in office.rows()}
    office.tick("2017-12-01 07:00")
    after = {row.key: row for row in office.rows()}
    added = after.keys() - before.keys()
    assert added
    assert {after[key].due.isoformat()[:7] for key in added} == {"2019-06"}
    # The last of each kind now knows when the next overtakes it.
    assert [
        key
        for key, row in before.items()
        if after[key] != replace(row, next_due=after[key].next_due)
    ] == []


def test_planning_month_by_month_comes_to_the_same_as_planning_at_once(
    office: Office, any_office: Office
) -> None:
    office.store(cumbria())
    for month in (11, 12):
        office.tick(f"2017-{month}-01 07:00")
    office.tick("2018-06-01 07:00")
    any_office.store(cumbria())
    any_office.tick("2018-06-01 07:00")

    def seen(rows: list[StoredOccurrence]) -> set[tuple[Any, ...]]:
        return {(row.key, row.due, row.meeting, row.next_due, row.next_step_at) for row in rows}

    assert seen(office.rows()) == seen(any_office.rows())


# What is stored of an occurrence


def test_an_occurrence_is_stored_with_all_that_a_mail_needs(any_office: Office) -> None:
    any_office.store().tick()
    row = any_office.row(S11)
    assert (row.board, row.ref, row.owner, row.period) == ("lscb", "s11", "pmqag", "2018-03")
    assert (row.title, row.row, row.audience) == ("Report s11", "S.11 Audit", ["lscb"])
    assert (row.due, row.first_due, row.meeting) == (
        date(2018, 2, 22),
        date(2018, 2, 22),
        date(2018, 3, 8),
    )
    assert (row.state, row.due_revision, row.extended) == ("open", 1, False)
    assert (row.last_step, row.next_due) == (None, date(2019, 2, 28))


@pytest.mark.parametrize(
    ("when", "wakes"),
    [
        ({"by": "28 March 2018"}, datetime(2018, 2, 28, 8, tzinfo=UTC)),
        # London is an hour ahead of UTC in summer.
        ({"by": "20 July 2018"}, datetime(2018, 6, 22, 7, tzinfo=UTC)),
    ],
)
def test_the_first_step_wakes_the_sweep_at_the_local_sending_time(
    office: Office, when: dict[str, str], wakes: datetime
) -> None:
    office.store(make_planner(report=[make_report(when=when)])).tick()
    (row,) = office.rows()
    assert row.next_step_at == wakes


def test_two_owners_owe_an_occurrence_each(office: Office) -> None:
    office.store(make_planner(report=[make_report(owner=["pmqag", "business-group"])])).tick()
    assert {row.key for row in office.rows() if row.period == "2018-03"} == {
        "lscb/s11/pmqag/2018-03",
        "lscb/s11/business-group/2018-03",
    }


def test_what_another_report_meets_is_listed_and_has_no_steps(office: Office) -> None:
    reports = [make_report(), make_report("also", met_by="s11")]
    office.store(make_planner(report=reports)).tick()
    row = office.row("lscb/also/pmqag/2018-03")
    assert (row.state, row.met_by, row.next_step_at) == ("open", S11, None)
    mails = office.days("2018-01-24", "2018-01-26")
    assert [mail.items for mail in mails if mail.items] == [[(S11, -20, "owner")]]


@pytest.mark.parametrize(
    "when",
    [{"as_required": True}, {"undecided": "no month is given"}, {"after": "published"}],
)
def test_what_has_no_date_is_not_stored(office: Office, when: dict[str, Any]) -> None:
    event = [{"id": "published", "title": "A review is published"}]
    office.store(make_planner(event=event, report=[make_report(when=when)])).tick()
    assert office.rows() == []


@pytest.mark.usefixtures("unmarked")
def test_an_event_makes_what_waits_for_it_due_each_time_it_happens(any_office: Office) -> None:
    event = [{"id": "published", "title": "A review is published"}]
    report = make_report(when={"after": "published", "days": 20})
    any_office.store(make_planner(event=event, report=[report])).tick()
    assert any_office.happened("published", "2017-11-01") == 1
    any_office.tick("2018-01-10 08:00")
    assert any_office.happened("published", "2018-01-05") == 2
    any_office.tick("2018-01-10 08:01")
    assert [(row.key, row.due, row.next_due) for row in any_office.rows()] == [
        # Its date, 29 November, had passed before anybody was told.
        ("lscb/s11/pmqag/published-1", date(2018, 1, 10), None),
        ("lscb/s11/pmqag/published-2", date(2018, 2, 2), None),
    ]


# When the next one overtakes


def test_each_of_a_series_knows_when_the_next_falls_due(office: Office) -> None:
    office.store(make_planner(report=[make_report(when=QUARTERLY)])).tick()
    rows = list(by_period(office, "s11").values())
    assert len(rows) > 4
    assert [row.next_due for row in rows] == [*(row.due for row in rows[1:]), None]


def test_an_extension_past_the_next_one_is_overtaken_by_the_one_after_it(office: Office) -> None:
    office.store(make_planner(report=[make_report(when=QUARTERLY)])).tick()
    first, second, third = list(by_period(office, "s11").values())[:3]
    office.extend(first.key, (second.due.replace(day=28)).isoformat())
    assert office.row(first.key).next_due == third.due


def test_stated_dates_do_not_overtake_each_other(office: Office) -> None:
    action = make_action(when={"by": ["November 2017", "March 2018"]})
    office.store(make_planner(report=[], action=[action])).tick()
    assert [(row.period, row.next_due) for row in office.rows()] == [
        ("november-2017", None),
        ("march-2018", None),
    ]


# When the planner changes


def test_a_meeting_that_moves_takes_what_is_due_along_and_keeps_its_key(
    any_office: Office,
) -> None:
    any_office.store().tick("2018-01-25")
    assert any_office.ledger(S11)[0][3] == "pending"
    any_office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-22")))
    any_office.tick("2018-01-25 08:05")
    row = any_office.row(S11)
    assert (row.due, row.meeting, row.first_due) == (
        date(2018, 3, 8),
        date(2018, 3, 22),
        date(2018, 2, 22),
    )
    assert (row.due_revision, row.last_step) == (2, None)
    assert row.note == "the meeting of 8 March 2018 was moved"
    assert row.next_step_at == at("2018-02-08")
    assert any_office.ledger(S11) == [(-20, CHAIR, "owner", "superseded")]
    assert changes(any_office, S11) == [
        ("moved", "2018-02-22", "2018-03-08", "the meeting of 8 March 2018 was moved")
    ]


def test_what_is_past_stays_where_it_was(office: Office) -> None:
    office.store(make_planner(report=[make_report(when=EVERY_MEETING)])).tick()
    office.tick("2018-03-09")
    before = by_period(office, "s11")
    assert before["2018-03"].state == "open"
    fewer_days = make_report(when={"meeting": "lscb", "papers": 5})
    office.edit(lambda _: swapped(fewer_days))
    office.tick("2018-03-09 08:01")
    after = by_period(office, "s11")
    moved = {period for period in before if before[period].due != after[period].due}
    assert {"2018-01", "2018-03"}.isdisjoint(moved)
    assert {"2018-05", "2018-07"} <= moved


def test_papers_that_are_due_already_move_as_long_as_their_meeting_lies_ahead(
    office: Office,
) -> None:
    office.store().tick("2018-03-01")
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-22")))
    office.tick("2018-03-01 08:01")
    assert office.row(S11).due == date(2018, 3, 8)


@pytest.mark.parametrize(
    "status", [Status.SUBMITTED, Status.ACCEPTED, Status.WAIVED], ids=lambda status: status.value
)
def test_what_is_settled_stays_so_and_follows_its_meeting(office: Office, status: Status) -> None:
    office.store().tick("2018-02-20")
    office.record(S11, status)
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-22")))
    office.tick("2018-02-20 08:01")
    row = office.row(S11)
    assert (row.state, row.meeting, row.due) == (status, day("2018-03-22"), day("2018-03-08"))
    assert row.next_step_at is None


def test_a_date_that_somebody_set_is_not_overridden(office: Office) -> None:
    office.store().tick("2018-02-20")
    office.extend(S11, "2018-03-01")
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-22")))
    office.tick("2018-02-20 08:01")
    row = office.row(S11)
    assert (row.due, row.first_due, row.extended) == (date(2018, 3, 1), date(2018, 2, 22), True)


def test_a_report_that_is_taken_out_is_no_longer_owed_but_what_came_in_is_kept(
    any_office: Office,
) -> None:
    any_office.store(make_planner(report=[make_report(when=EVERY_MEETING)])).tick("2018-01-04")
    rows = by_period(any_office, "s11")
    any_office.record(rows["2018-01"].key, Status.SUBMITTED)
    any_office.edit(lambda _: make_planner(report=[make_report("other")]))
    any_office.tick("2018-01-04 08:01")
    states = {row.period: row.state for row in by_period(any_office, "s11").values()}
    assert states.pop("2018-01") == "submitted"
    assert set(states.values()) == {"void"}
    assert {row.next_step_at for row in by_period(any_office, "s11").values()} == {None}
    assert changes(any_office, rows["2018-03"].key) == [
        ("void", "open", None, "no longer in the planner")
    ]


def test_a_report_that_comes_back_is_owed_again(office: Office) -> None:
    office.store().tick("2018-01-04")
    office.edit(lambda _: make_planner(report=[]))
    office.tick("2018-01-04 08:01")
    assert office.row(S11).state == "void"
    office.edit(lambda _: make_planner())
    office.tick("2018-01-04 08:02")
    row = office.row(S11)
    assert (row.state, row.due, row.next_step_at) == ("open", date(2018, 2, 22), at("2018-01-25"))


def test_an_owner_who_is_taken_off_a_report_no_longer_owes_it(office: Office) -> None:
    both = make_report(owner=["pmqag", "business-group"])
    office.store(make_planner(report=[both])).tick("2018-01-04")
    office.edit(lambda _: swapped(make_report(owner="business-group")))
    office.tick("2018-01-04 08:01")
    assert office.row(S11).state == "void"
    assert office.row("lscb/s11/business-group/2018-03").state == "open"


def test_a_cancelled_meeting_frees_a_report_that_comes_at_every_one(office: Office) -> None:
    office.store(make_planner(report=[make_report(when=EVERY_MEETING)])).tick("2018-01-25")
    office.edit(lambda c: cancel_meeting(c, "lscb", day("2018-03-08"), day("2018-01-25")))
    office.tick("2018-01-25 08:01")
    row = office.row(S11)
    assert (row.state, row.next_step_at) == ("void", None)
    assert row.note == "the meeting of 8 March 2018 was cancelled"


def test_a_cancelled_meeting_sends_a_report_of_that_month_to_the_next_one(office: Office) -> None:
    office.store().tick("2018-01-25")
    office.edit(lambda c: cancel_meeting(c, "lscb", day("2018-03-08"), day("2018-01-25")))
    office.tick("2018-01-25 08:01")
    row = office.row(S11)
    assert (row.state, row.due, row.meeting) == ("open", date(2018, 4, 25), date(2018, 5, 10))
    assert row.note == (
        "the meeting of 8 March 2018 was cancelled, so this goes to the next one held"
    )


def test_an_added_meeting_brings_what_comes_at_every_one(office: Office) -> None:
    office.store(make_planner(report=[make_report(when=EVERY_MEETING)])).tick("2018-01-25")
    office.edit(lambda c: add_meeting(c, "lscb", day("2018-04-12"), extraordinary=False))
    office.tick("2018-01-25 08:01")
    assert by_period(office, "s11")["added-2018-04-12"].due == date(2018, 3, 27)


def test_a_new_title_is_taken_over_for_what_is_open_but_not_for_what_came_in(
    office: Office,
) -> None:
    office.store(make_planner(report=[make_report(when=EVERY_MEETING)])).tick("2018-01-04")
    rows = by_period(office, "s11")
    office.record(rows["2018-01"].key, Status.SUBMITTED)
    office.edit(lambda _: swapped(make_report(when=EVERY_MEETING, title="S.11")))
    office.tick("2018-01-04 08:01")
    titles = {row.period: row.title for row in by_period(office, "s11").values()}
    assert (titles["2018-01"], titles["2018-03"]) == ("Report s11", "S.11")


def test_a_date_set_beyond_the_horizon_survives_a_change_of_the_planner(office: Office) -> None:
    action = make_action(when={"by": "July 2020"})
    office.store(make_planner(report=[], action=[action])).tick("2017-11-01")
    key = "lscb/1.1/pmqag/july-2020"
    office.extend(key, "2020-08-31")
    office.edit(lambda _: make_planner(action=[action]))
    office.tick("2017-11-01 08:01")
    row = office.row(key)
    assert (row.state, row.due) == ("open", date(2020, 8, 31))


# Go-live


def test_a_board_that_has_no_go_live_is_not_planned(office: Office) -> None:
    office.store(go_live=None)
    assert office.tick() is False
    assert office.rows() == []


def test_actions_from_before_the_start_are_unsettled_and_have_no_steps(
    any_office: Office,
) -> None:
    actions = [
        make_action("1.1", when={"by": "November 2017"}),
        make_action("1.2", when={"by": "March 2018"}),
    ]
    any_office.store(make_planner(report=[], action=actions), go_live="2018-01-08")
    any_office.tick("2018-01-08")
    assert [(row.ref, row.state, row.next_step_at is None) for row in any_office.rows()] == [
        ("1.1", "unsettled", True),
        ("1.2", "open", False),
    ]


def test_of_what_came_again_and_again_before_the_start_only_the_last_is_unsettled(
    office: Office,
) -> None:
    quarterly = make_action("1.9", when={"every_months": 3, "from": "December 2017"})
    office.store(make_planner(report=[], action=[quarterly]), go_live="2018-08-01")
    office.tick("2018-08-01")
    assert [(row.period, row.state) for row in office.rows()][:4] == [
        ("2017-12", "missed"),
        ("2018-03", "missed"),
        ("2018-06", "unsettled"),
        ("2018-09", "open"),
    ]


@pytest.mark.parametrize(
    ("go_live", "state"),
    [
        ("2018-02-22", "open"),
        ("2018-02-23", "unsettled"),
        ("2018-03-08", "unsettled"),
        ("2018-03-09", None),
    ],
)
def test_a_report_is_of_interest_while_its_meeting_lies_ahead(
    office: Office, go_live: str, state: str | None
) -> None:
    office.store(go_live=go_live).tick(f"{go_live} 08:00")
    rows = by_period(office, "s11")
    assert (rows["2018-03"].state if "2018-03" in rows else None) == state


def test_reviews_count_from_the_start_only(office: Office) -> None:
    ongoing = make_action("1.2", when={"review": {"every_months": 1, "from": "November 2017"}})
    office.store(make_planner(report=[], action=[ongoing]), go_live="2018-01-31")
    office.tick("2018-01-31")
    rows = office.rows()
    assert [row.period for row in rows][:2] == ["2018-01", "2018-02"]
    assert {row.kind for row in rows} == {"review"}


def test_steps_from_before_the_start_are_not_sent(office: Office) -> None:
    office.store(go_live="2018-02-16")
    mails = office.days("2018-02-16", "2018-02-22")
    assert [mail.items for mail in mails if mail.items] == [
        [(S11, -1, "owner")],
        [(S11, 0, "owner")],
    ]


def test_an_unsettled_report_whose_meeting_moves_ahead_is_owed_again(office: Office) -> None:
    office.store(go_live="2018-03-01").tick("2018-03-01")
    assert office.row(S11).state == "unsettled"
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-29")))
    office.tick("2018-03-01 08:01")
    row = office.row(S11)
    assert (row.state, row.due, row.next_step_at) == ("open", date(2018, 3, 15), at("2018-03-08"))
    assert office.ledger(S11) == [(-10, CHAIR, "owner", "pending")]


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        ("2017-11-01", "2018-04-01", {"2018-03": "unsettled", "2019-03": "open"}),
        ("2018-03-01", "2018-02-01", {"2018-03": "open", "2019-03": "open"}),
    ],
)
def test_another_go_live_settles_anew_what_lies_before_it(
    office: Office, before: str, after: str, states: dict[str, str]
) -> None:
    office.store(go_live=before).tick("2018-03-02")
    office.go_live(after)
    office.tick("2018-03-02 08:01")
    assert {row.period: row.state for row in office.rows()} == states


def test_a_vague_date_keeps_its_precision_until_somebody_sets_a_day(office: Office) -> None:
    action = make_action(when={"by": "Autumn 2018"})
    office.store(make_planner(report=[], action=[action])).tick()
    (row,) = office.rows()
    assert (row.due, row.precision) == (date(2018, 11, 30), Precision.SEASON)


def test_what_a_change_would_put_to_a_meeting_of_the_past_is_owed_no_more(office: Office) -> None:
    every_other = {"meeting": "lscb", "every": 2, "from": "November 2017"}
    office.store(make_planner(report=[make_report(when=every_other)])).tick("2018-02-01")
    second = by_period(office, "s11")["2"]
    assert (second.meeting, second.state) == (day("2018-03-08"), "open")
    # An ordinary meeting of December is noted late: from then on it counts.
    office.edit(
        lambda content: add_meeting(content, "lscb", day("2017-12-07"), extraordinary=False)
    )
    office.tick("2018-02-01 10:00")
    rows = by_period(office, "s11").values()
    assert [row.period for row in rows if row.is_owed and row.due < day("2018-02-01")] == []
    assert all(row.meeting and row.meeting >= day("2018-02-01") for row in rows if row.is_owed)


def test_an_older_one_with_a_new_date_does_not_make_the_newer_one_missed(office: Office) -> None:
    office.store(make_planner(report=[make_report(when=EVERY_MEETING)])).sweep("2018-01-29")
    office.days("2018-02-20", "2018-03-02")
    january, march = (f"lscb/s11/pmqag/2018-{month}" for month in ("01", "03"))
    office.record(january, Status.SUBMITTED)
    office.days("2018-03-05", "2018-03-09")
    office.record(january, Status.RETURNED)
    office.days("2018-03-12", "2018-03-14")
    assert office.row(march).state == "open"
    assert office.row(march).next_due == office.row("lscb/s11/pmqag/2018-05").due


def test_a_meeting_moved_there_and_back_leaves_what_is_late_as_it_was(office: Office) -> None:
    office.store().reminded().days("2018-02-20", "2018-03-02")
    there, back = day("2018-03-08"), day("2018-03-22")
    for at_first, then in ((there, back), (back, there)):
        office.edit(lambda c, a=at_first, b=then: move_meeting(c, "lscb", a, b))  # type: ignore[misc]
        office.tick()
    row = office.row(S11)
    assert (row.due, row.last_step) == (day("2018-02-22"), 5)
    assert [mail for mail in office.days("2018-03-05", "2018-03-07") if mail.items] == []


def test_what_is_opened_again_after_its_meeting_moved_is_reminded_of_anew(office: Office) -> None:
    office.store().reminded().days("2018-02-08", "2018-02-22")
    office.record(S11, Status.SUBMITTED)
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-29")))
    office.tick()
    office.record(S11, None)
    mails = [mail for mail in office.days("2018-02-23", "2018-03-09") if mail.items]
    assert [step for mail in mails for _, step, _ in mail.items] == [-20, -10, -5]


def test_what_is_returned_after_it_was_given_to_another_is_owed_by_that_one(
    office: Office,
) -> None:
    office.store().reminded().record(S11, Status.SUBMITTED)
    office.edit(lambda _: swapped(make_report(owner="business-group")))
    office.tick()
    office.record(S11, Status.RETURNED)
    owed = {row.key for row in office.rows() if row.is_owed and row.period == "2018-03"}
    assert owed == {"lscb/s11/business-group/2018-03"}


def test_what_comes_back_into_the_planner_is_not_late_at_once(office: Office) -> None:
    office.store().reminded().days("2018-02-08", "2018-02-12")
    office.edit(lambda _: swapped(make_report("other", when={"by": "June 2018"})))
    office.days("2018-02-13", "2018-03-05")
    office.edit(lambda _: swapped(make_report()))
    office.tick()
    row = office.row(S11)
    assert (row.state, row.due) == ("open", day("2018-03-06"))
    (mail,) = [mail for mail in office.sweep("2018-03-06") if mail.items]
    assert mail.items == [(S11, 0, "owner")]
