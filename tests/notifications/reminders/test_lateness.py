"""Nobody is late before they could know of a date, whoever changed which plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.entries import document_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.calendar.status import Status
from boardcal.operations.planner.change import checked_content
from boardcal.operations.planner.meetings import move_meeting
from boardcal.tests.factories import (
    BUSINESS_CHAIR,
    CHAIR,
    S11,
    SECRETARIAT,
    VICE,
    checked,
    day,
    make_action,
    make_body,
    make_document,
    make_planner,
    make_report,
)

if TYPE_CHECKING:
    from boardcal.tests.office import Mail, Office

DAYS = WorkingDays()
EVENT = {"id": "review", "title": "The review is published"}


def replanned(office: Office, **changes: Any) -> None:
    """Brings another planner in, as an import or an edit does."""
    office.edit(lambda _: checked(make_document(**changes)))


def meeting_moves(office: Office, to: str) -> None:
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-08"), day(to)))


def day_is_closed(office: Office) -> None:
    def close(content: PlannerFile) -> PlannerFile:
        document = document_of(content)
        closed = [day(f"2018-02-{number}") for number in range(12, 17)]
        document["working_days"] = {"closed": closed}
        return checked_content(document)

    office.edit(close)


def is_returned(office: Office) -> None:
    office.record(S11, Status.SUBMITTED)
    office.days("2018-02-08", "2018-04-19")
    office.record(S11, Status.RETURNED, note="figures missing")


def is_opened_again(office: Office) -> None:
    office.record(S11, Status.SUBMITTED)
    office.days("2018-02-08", "2018-04-19")
    office.record(S11, None)


def pause_ends(office: Office) -> None:
    office.days("2018-02-08", "2018-03-20")
    office.resume("body", "pmqag")


def event_is_recorded_late(office: Office) -> None:
    office.happened("review", "2017-12-01")


# What somebody does on 7 February 2018, a Wednesday, at 10:00, to which planner.
CHANGES: dict[str, tuple[dict[str, Any], Callable[[Office], None]]] = {
    "a meeting is brought forward": ({}, lambda office: meeting_moves(office, "2018-02-12")),
    "a meeting is moved into the past": ({}, lambda office: meeting_moves(office, "2018-02-01")),
    "days off are proclaimed": (
        {"report": [make_report(when={"meeting": "lscb", "papers": 19})]},
        day_is_closed,
    ),
    "papers take longer": (
        {},
        lambda office: replanned(
            office, report=[make_report(when={"meeting": "lscb", "papers": 30})]
        ),
    ),
    "a report is returned after its date": ({}, is_returned),
    "a report is opened again after its date": ({}, is_opened_again),
    "an action is added late": (
        {},
        lambda office: replanned(office, action=[make_action(when={"by": "January 2018"})]),
    ),
    "a report is added in mid-cycle": (
        {"report": []},
        lambda office: replanned(
            office, report=[make_report(when={"meeting": "lscb", "papers": 30})]
        ),
    ),
    "another group has it between its date and the meeting": (
        {"report": [make_report(when={"meeting": "lscb", "papers": 30})]},
        lambda office: replanned(
            office,
            body=[*make_document()["body"], make_body("audit")],
            report=[make_report(owner="audit", when={"meeting": "lscb", "papers": 30})],
        ),
    ),
    "an action is given to another group when it is late": (
        {"action": [make_action(when={"by": "January 2018"})]},
        lambda office: replanned(
            office,
            body=[*make_document()["body"], make_body("audit")],
            action=[make_action(owner="audit", when={"by": "January 2018"})],
        ),
    ),
    "an event is recorded late": (
        {"event": [EVENT], "report": [make_report(when={"after": "review", "days": 5})]},
        event_is_recorded_late,
    ),
}


def unfair(mails: list[Mail], keys: set[str]) -> list[str]:
    """What mails say of `keys` before their owners were told: that they are late, or copies."""
    told: dict[str, date] = {}
    wrong = []
    items = [(mail, *item) for mail in mails for item in mail.items if item[0] in keys]
    for mail, key, step, level in sorted(items, key=lambda item: (item[0].at, item[3] != "owner")):
        on = mail.at.date()
        if level == "owner":
            told.setdefault(key, on)
        days = DAYS.between(told[key], on) if key in told else -1
        if step > days or (level != "owner" and days < 5):
            wrong.append(f"{on}: {mail.to} is sent step {step} of {key}")
    return wrong


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_is_late_nor_copied_before_the_owner_could_know(office: Office, change: str) -> None:
    planner, act = CHANGES[change]
    office.store(make_planner(**planner))
    office.days("2018-01-02", "2018-02-07")
    office.now = office.now.replace(hour=10)
    known = {(row.key, row.due) for row in office.rows()}
    act(office)
    changed = office.now.date()
    office.tick()
    dated = [row for row in office.rows() if (row.key, row.due) not in known]
    rows = [row for row in dated if row.is_owed and row.planned_due is not None]
    assert rows
    assert [row.key for row in rows if row.due < changed] == []
    until = changed + timedelta(days=30)
    mails = office.days(changed.isoformat(), until.isoformat())
    assert unfair(mails, {row.key for row in rows}) == []
    # In the end it is late, and others hear of it.
    assert SECRETARIAT in {mail.to for mail in mails if any(step >= 5 for _, step, _ in mail.items)}


def test_a_group_that_was_paused_all_the_while_is_told_before_others(office: Office) -> None:
    office.store().sweep("2018-01-02")
    office.pause("body", "pmqag")
    pause_ends(office)
    (mail,) = [mail for mail in office.sweep("2018-03-21") if mail.items]
    assert (mail.to, mail.items) == (CHAIR, [(S11, 0, "owner")])
    copies = [mail for mail in office.days("2018-03-22", "2018-03-28") if mail.to == VICE]
    assert [mail.at.date() for mail in copies] == [date(2018, 3, 28)]


def test_what_was_late_stays_late_when_its_meeting_is_brought_forward(office: Office) -> None:
    office.store().reminded().days("2018-02-20", "2018-03-01")
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-08"), day("2018-03-06")))
    office.tick()
    row = office.row(S11)
    assert (row.due, row.meeting) == (date(2018, 2, 22), date(2018, 3, 6))
    mails = [mail for mail in office.days("2018-03-02", "2018-03-08") if mail.items]
    assert {step for mail in mails for _, step, _ in mail.items} == {10}


def test_what_is_opened_again_on_the_day_of_a_mistake_is_as_late_as_before(
    office: Office,
) -> None:
    office.store().reminded().days("2018-02-20", "2018-02-27")
    office.record(S11, Status.SUBMITTED)
    office.record(S11, None, note="a mistake")
    assert office.row(S11).due == date(2018, 2, 22)
    mails = [mail for mail in office.days("2018-02-28", "2018-03-01") if mail.items]
    assert {step for mail in mails for _, step, _ in mail.items} == {5}


def test_an_email_says_as_soon_as_possible_where_the_date_had_passed(office: Office) -> None:
    office.store().reminded("2018-01-25").days("2018-01-26", "2018-02-08")
    meeting_moves(office, "2018-02-12")
    office.tick()
    (mail,) = [mail for mail in office.sweep("2018-02-09") if mail.items]
    assert "Due as soon as possible" in mail.subject
    assert "Due as soon as possible, by Friday 9 February 2018" in mail.text
    assert "The date was 22 February 2018: the meeting of 8 March 2018 was moved" in mail.text


# A reader is told differences from what that reader was last told


def told_of_changes(mails: list[Mail]) -> list[tuple[str, str]]:
    return [
        (mail.at.date().isoformat(), mail.text.split("The date was ")[1].split(":")[0])
        for mail in mails
        if "The date was " in mail.text
    ]


@pytest.mark.parametrize(
    ("dates", "mailed", "told"),
    [
        (["2018-03-01", "2018-03-05"], ["2018-02-05"], [("2018-02-05", "22 February 2018")]),
        (["2018-03-20", "2018-02-22"], ["2018-02-08"], []),
        (["2018-03-20", "2018-03-21", "2018-02-22"], ["2018-02-08"], []),
    ],
    ids=["twice", "there and back", "there, on and back"],
)
def test_changes_between_two_emails_are_told_as_one_difference(
    office: Office, dates: list[str], mailed: list[str], told: list[tuple[str, str]]
) -> None:
    office.store().sweep("2018-01-25")
    for to in dates:
        office.extend(S11, to, note="a change")
    mails = [mail for mail in office.days("2018-01-26", "2018-02-08") if mail.items]
    assert [mail.at.date().isoformat() for mail in mails] == mailed
    assert told_of_changes(mails) == told


def test_a_date_that_was_told_and_taken_back_is_told_as_the_one_that_was_told(
    office: Office,
) -> None:
    office.store().sweep("2018-01-25")
    office.extend(S11, "2018-03-05", note="later")
    office.days("2018-01-26", "2018-02-05")
    office.extend(S11, "2018-02-22", note="as it was")
    mails = [mail for mail in office.days("2018-02-06", "2018-02-08") if mail.items]
    assert told_of_changes(mails) == [("2018-02-06", "5 March 2018")]


def test_every_reader_is_told_from_the_date_of_their_own_last_email(office: Office) -> None:
    office.store().reminded().days("2018-02-20", "2018-03-01")
    office.extend(S11, "2018-03-15", note="the first time")
    office.days("2018-03-02", "2018-03-14")
    office.extend(S11, "2018-03-20", note="the second time")
    mails = office.days("2018-03-15", "2018-03-27")
    changed = {mail.to: told_of_changes([mail])[0][1] for mail in mails if told_of_changes([mail])}
    assert changed == {
        CHAIR: "15 March 2018",
        VICE: "22 February 2018",
        SECRETARIAT: "22 February 2018",
    }


def day_is_closed_before_the_meeting(office: Office) -> None:
    document = {**make_document(), "working_days": {"closed": [day("2018-02-28")]}}
    office.edit(lambda _: checked_content(document))


def meeting_is_back(office: Office) -> None:
    meeting_moves(office, "2018-03-15")
    office.days("2018-02-06", "2018-02-15")
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-15"), day("2018-03-08")))


def papers_take_a_day_longer(office: Office) -> None:
    replanned(office, report=[make_report(when={"meeting": "lscb", "papers": 11})])


def is_paused_once_it_is_due_soonest(office: Office) -> None:
    meeting_moves(office, "2018-02-12")
    office.tick()
    office.days("2018-02-06", "2018-02-06")
    office.pause("body", "pmqag")
    office.days("2018-02-07", "2018-02-14")
    office.resume("body", "pmqag")


def is_opened_again_long_after(office: Office) -> None:
    office.record(S11, Status.SUBMITTED)
    office.days("2018-02-06", "2018-03-02")
    office.record(S11, None)


def leaves_and_comes_back(office: Office) -> None:
    replanned(office, report=[make_report("other", owner="lscb")])
    office.days("2018-02-06", "2018-03-02")
    replanned(office)


# What happens after the owner was mailed of 22 February on the 5th, and what they are told then.
REASONS: dict[str, tuple[Callable[[Office], None], str]] = {
    "a move is taken back": (
        meeting_is_back,
        "The date was 1 March 2018: the meeting is on 8 March 2018 now.",
    ),
    "a day is closed": (
        day_is_closed_before_the_meeting,
        "The date was 22 February 2018: the days off were changed.",
    ),
    "papers take longer": (
        papers_take_a_day_longer,
        "The date was 22 February 2018: the planner was changed.",
    ),
    "a pause ends": (
        is_paused_once_it_is_due_soonest,
        "The date was 6 February 2018: emails about it were paused.",
    ),
    "it is opened again": (
        is_opened_again_long_after,
        "The date was 22 February 2018: it was opened again.",
    ),
    "it is in the planner again": (
        leaves_and_comes_back,
        "You were told that it was off: in the planner again.",
    ),
}


@pytest.mark.parametrize("change", REASONS)
def test_a_changed_date_is_told_with_its_reason(office: Office, change: str) -> None:
    happens, sentence = REASONS[change]
    office.store().reminded().days("2018-02-05", "2018-02-05")
    office.now = office.now.replace(hour=10)
    happens(office)
    office.tick()
    start = office.now.date() + timedelta(days=1)
    mails = office.days(str(start), str(start + timedelta(days=30)))
    told = [mail.text for mail in mails if mail.to == CHAIR and "Changed" in mail.text]
    assert sentence in told[0]
    assert len(told) == 1


@pytest.mark.parametrize(("kind", "name"), [("body", "pmqag"), ("board", "lscb")])
def test_what_fell_due_in_a_pause_is_due_when_that_ends(
    office: Office, kind: str, name: str
) -> None:
    office.store().reminded().sweep("2018-02-08")
    office.pause(kind, name)
    office.days("2018-02-09", "2018-03-20")
    office.resume(kind, name)
    assert office.row(S11).due == date(2018, 3, 20)
    mails = office.days("2018-03-21", "2018-03-28")
    steps = [item for mail in mails for item in mail.items]
    assert steps[0] == (S11, 0, "owner")
    assert [level for _, _, level in steps if level != "owner"] == ["deputy", "secretariat"]


def test_what_is_late_stays_with_who_owed_it_and_is_chased(office: Office) -> None:
    office.store(make_planner(report=[make_report()], action=[make_action()])).reminded()
    office.days("2018-03-05", "2018-04-04")
    given = [make_report(owner="business-group")], [make_action(owner="business-group")]
    replanned(office, report=given[0], action=given[1])
    mails = office.days("2018-04-05", "2018-04-26")
    owners = {(key, mail.to) for mail in mails for key, _, level in mail.items if level == "owner"}
    assert owners == {
        (S11, CHAIR),
        ("lscb/1.1/business-group/march-2018", BUSINESS_CHAIR),
    }
    owed = {row.key for row in office.rows() if row.is_owed and row.due < day("2018-04-26")}
    assert owed == {key for key, _ in owners}


def test_an_owner_hears_first_also_where_a_report_has_no_reminders(office: Office) -> None:
    office.store(make_planner(report=[make_report(steps=[5, 10])]))
    mails = office.days("2018-02-01", "2018-03-16")
    sent = [(mail.at.date(), step, level) for mail in mails for _, step, level in mail.items]
    copied = ["deputy", "owner", "secretariat"]
    assert sorted(sent) == [
        (date(2018, 3, 1), 0, "owner"),
        *((date(2018, 3, 8), 5, level) for level in copied),
        *((date(2018, 3, 15), 10, level) for level in ["business", *copied]),
    ]
