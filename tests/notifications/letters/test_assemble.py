from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import move_meeting
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import ask_for_time
from boardcal.storage.schema.mail import ledger
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.tests.factories import (
    BOARD_CHAIR,
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
    with_body,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.office import Mail, Office

NEW_SECRETARIAT = "new.secretariat@example.org"
NEW_CHAIR = "new.chair@example.org"


def items(mails: list[Mail]) -> list[tuple[str, str, int, str]]:
    return [(mail.to, *item) for mail in mails for item in mail.items]


def reasons(office: Office) -> set[tuple[UnsentReason | None, str | None]]:
    """Why rows were taken back that were decided for today."""
    return {
        (row.reason, row.reason_detail)
        for row in office.table(ledger)
        if row.message_id is not None
    }


# Rows that have lost their reason


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (lambda office: office.record(S11, Status.SUBMITTED), (UnsentReason.RECORDED, "submitted")),
        (lambda office: office.extend(S11, "2018-04-30"), (UnsentReason.DATE_MOVED, None)),
        (
            lambda office: office.edit(
                lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-06-14"))
            ),
            (UnsentReason.DATE_MOVED, None),
        ),
        (lambda office: office.pause("body", "pmqag"), (UnsentReason.PAUSED, None)),
        (lambda office: office.pause("board", "lscb"), (UnsentReason.PAUSED, None)),
        (lambda office: office.go_live("2018-03-01"), (UnsentReason.NOT_LIVE, None)),
    ],
    ids=["submitted", "extended", "moved", "body paused", "Board paused", "go-live"],
)
def test_a_mail_whose_reason_is_gone_before_it_is_sent_is_dropped(
    any_office: Office,
    meanwhile: Callable[[Office], object],
    reason: tuple[UnsentReason, str | None],
) -> None:
    any_office.store().sweep("2018-02-21")
    any_office.tick("2018-02-22")
    meanwhile(any_office)
    assert items(any_office.sweep("2018-02-22 08:01")) == []
    assert any_office.messages()[-1] == (CHAIR, day("2018-02-22"), "superseded")
    assert reason in reasons(any_office)
    assert items(any_office.sweep("2018-02-22 08:02")) == []


def test_an_email_about_what_left_the_planner_says_that_alone(any_office: Office) -> None:
    any_office.store().sweep("2018-02-21")
    any_office.tick("2018-02-22")
    any_office.edit(lambda _: make_planner(report=[]))
    [mail] = any_office.sweep("2018-02-22 08:01")
    assert (mail.items, "No longer in the planner" in mail.text) == ([], True)
    assert (UnsentReason.WITHDRAWN, "no longer in the planner") in reasons(any_office)
    assert any_office.sweep("2018-02-22 08:02") == []


def test_a_change_that_no_tick_has_followed_yet_is_noticed_before_sending(office: Office) -> None:
    office.store().sweep("2018-02-21")
    office.tick("2018-02-22")
    office.edit(lambda _: make_planner(report=[]))
    office.deliver()
    assert office.ledger(S11)[-1] == (0, CHAIR, "owner", "superseded")


def test_a_mail_of_several_keeps_what_still_holds(office: Office) -> None:
    office.store(make_planner(report=[make_report(), make_report("other")])).sweep("2018-02-21")
    office.tick("2018-02-22")
    office.record(S11, Status.SUBMITTED)
    assert items(office.sweep("2018-02-22 08:01")) == [
        (CHAIR, "lscb/other/pmqag/2018-03", 0, "owner")
    ]


def test_after_a_dropped_mail_the_day_may_bring_another(office: Office) -> None:
    office.store(make_planner(report=[make_report(), make_report("other")])).sweep("2018-02-21")
    office.tick("2018-02-22")
    for key in (S11, "lscb/other/pmqag/2018-03"):
        office.record(key, Status.SUBMITTED)
    assert items(office.sweep("2018-02-22 08:01")) == []
    office.record(S11, Status.RETURNED)
    # It is due again on the next day on which email goes out.
    assert items(office.sweep("2018-02-22 08:02")) == [(CHAIR, S11, -1, "owner")]


# Roles handed on


def test_a_step_decided_for_a_chair_who_has_gone_reaches_the_new_one(any_office: Office) -> None:
    any_office.store().sweep("2018-02-21")
    any_office.tick("2018-02-22")
    any_office.appoint(RoleName.CHAIR, NEW_CHAIR, "2018-02-22")
    mails = [*any_office.sweep("2018-02-22 08:01"), *any_office.sweep("2018-02-22 08:02")]
    assert items(mails) == [(NEW_CHAIR, S11, 0, "owner")]
    assert any_office.ledger(S11)[-2:] == [
        (0, CHAIR, "owner", "superseded"),
        (0, NEW_CHAIR, "owner", "sent"),
    ]


def test_a_step_handed_on_and_back_again_is_not_lost(any_office: Office) -> None:
    any_office.store().sweep("2018-02-21")
    any_office.tick("2018-02-22")
    any_office.pause("person", CHAIR)
    any_office.sweep("2018-02-22 08:01")
    any_office.resume("person", CHAIR)
    mails = [*any_office.sweep("2018-02-22 08:02"), *any_office.sweep("2018-02-22 08:03")]
    assert items(mails) == [(CHAIR, S11, 0, "owner")]
    [row] = [row for row in any_office.table(ledger) if (row.recipient, row.step) == (CHAIR, 0)]
    assert (row.state, row.reason) == ("sent", None)


def test_whoever_is_copied_already_does_not_get_it_twice_when_a_role_is_handed_on(
    office: Office,
) -> None:
    office.store().reminded().sweep("2018-02-28")
    office.tick("2018-03-01")
    office.leave(RoleName.CHAIR, CHAIR, "2018-03-01")
    mails = [*office.sweep("2018-03-01 08:01"), *office.sweep("2018-03-01 08:02")]
    assert sorted(mail.to for mail in mails) == [VICE, SECRETARIAT]


# First contact


def test_somebody_is_introduced_to_the_calendar_once(any_office: Office) -> None:
    any_office.store()
    mails = [mail for mail in any_office.days("2018-02-20", "2018-02-22") if mail.to == CHAIR]
    said = "chair of the Pmqag Subgroup"
    assert len(mails) == 3
    introduced = ["first email" in mail.text for mail in mails]
    assert introduced == [True, False, False]
    assert said in mails[0].text


def test_who_takes_over_is_introduced_too(office: Office) -> None:
    office.store().sweep("2018-02-21")
    office.appoint(RoleName.CHAIR, NEW_CHAIR, "2018-02-22")
    (mail,) = [mail for mail in office.sweep("2018-02-22") if mail.items]
    assert "first email" in mail.text


def test_a_new_secretariat_is_introduced_by_a_request_that_comes_first(office: Office) -> None:
    office.store().sweep("2018-02-20")
    office.appoint(RoleName.SECRETARIAT, NEW_SECRETARIAT, "2018-02-20", body="lscb")
    with office.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=office.row(S11), reader=CHAIR)
        ask_for_time(connection, who, until=day("2018-03-01"), why="Two schools are late.")
    (mail,) = [mail for mail in office.sweep("2018-02-21") if mail.to == NEW_SECRETARIAT]
    assert "asks for more time" in mail.text
    assert "This is your first email from the reporting calendar" in mail.text


# What else is said


def test_a_mail_reminds_of_what_else_is_open_soon(office: Office) -> None:
    reports = [
        make_report(),
        make_report("soon", when={"by": "1 March 2018"}),
        make_report("far", when={"by": "26 April 2018"}),
        make_report("others", owner="business-group", when={"by": "1 March 2018"}),
    ]
    office.store(make_planner(report=reports)).sweep("2018-02-22")
    (mail,) = [mail for mail in office.sweep("2018-02-23") if mail.to == CHAIR]
    assert [key for key, *_ in mail.items] == [S11]
    assert "Report soon" in mail.text
    assert "Report far" not in mail.text
    assert "Report others" not in mail.text


def test_nothing_paused_is_mentioned_among_what_else_is_open(office: Office) -> None:
    document = make_document(
        report=[make_report(), make_report("quiet", owner="quiet", when={"by": "1 March 2018"})]
    )
    document["body"].append(make_body("quiet", chair=CHAIR))
    office.store(checked(document)).sweep("2018-02-22")
    office.pause("body", "quiet")
    (mail,) = [mail for mail in office.sweep("2018-02-23") if mail.to == CHAIR]
    assert "Report quiet" not in mail.text


def test_a_mail_says_what_else_a_paper_settles(office: Office) -> None:
    reports = [make_report(), make_report("also", met_by="s11")]
    office.store(make_planner(report=reports)).sweep("2018-02-21")
    (mail,) = [mail for mail in office.sweep("2018-02-22") if mail.items]
    assert [key for key, *_ in mail.items] == [S11]
    assert "Report also" in mail.text


def test_overdue_comes_before_due_and_copies_come_last(office: Office) -> None:
    reports = [
        make_report("a-later", when={"by": "8 March 2018"}),
        make_report("b-today", when={"by": "1 March 2018"}),
        make_report("c-late", when={"by": "28 February 2018"}),
        make_report("d-copied", owner="business-group", when={"by": "15 February 2018"}),
    ]
    document = with_body(make_document(report=reports), "lscb", secretariat=CHAIR)
    office.store(checked(document)).reminded("2018-02-01").sweep("2018-02-28")
    (mail,) = [mail for mail in office.sweep("2018-03-01") if mail.to == CHAIR]
    assert [(key.split("/")[1], level) for key, _, level in mail.items] == [
        ("c-late", "owner"),
        ("b-today", "owner"),
        ("a-later", "owner"),
        ("d-copied", "secretariat"),
    ]


def test_every_mail_asks_for_answers_to_the_secretariat(office: Office) -> None:
    office.store().sweep("2018-02-21")
    (mail,) = [mail for mail in office.sweep("2018-02-22") if mail.items]
    assert mail.message["Reply-To"] == SECRETARIAT


# Several Boards


def both_boards(office: Office, **of_ctb: Any) -> Office:
    """The LSCB and the Children's Trust Board, looked after by the same secretariat."""
    other = make_document(
        "ctb",
        report=[make_report("plan", to="ctb", when={"by": "22 February 2018"})],
        **of_ctb,
    )
    office.store().store(checked(other))
    return office


PLAN = "ctb/plan/pmqag/22-february-2018"


def test_two_boards_with_the_same_people_mail_each_once_a_day(any_office: Office) -> None:
    both_boards(any_office).reminded().sweep("2018-02-28")
    mails = any_office.sweep("2018-03-01")
    assert sorted(mail.to for mail in mails) == [CHAIR, VICE, SECRETARIAT]
    assert {key for _, key, *_ in items(mails)} == {S11, PLAN}


def test_a_paused_board_is_not_mentioned_in_the_mails_of_another(office: Office) -> None:
    both_boards(office).sweep("2018-02-21")
    office.pause("board", "ctb", "ctb")
    (mail,) = [mail for mail in office.sweep("2018-02-22") if mail.items]
    assert [key for key, *_ in mail.items] == [S11]
    assert "Report plan" not in mail.text


def test_a_pause_of_somebody_at_one_board_leaves_the_other_alone(office: Office) -> None:
    both_boards(office).sweep("2018-02-21")
    office.pause("person", CHAIR, "ctb")
    mails = office.sweep("2018-02-22")
    assert sorted(items(mails)) == [(CHAIR, S11, 0, "owner"), (VICE, PLAN, 0, "owner")]


def test_a_board_that_is_not_live_mails_nobody(office: Office) -> None:
    office.store(go_live=None).store(make_planner("ctb", report=[], action=[make_action()]))
    mails = office.days("2018-02-21", "2018-03-02")
    assert {mail.to for mail in mails} == {CHAIR, SECRETARIAT}
    assert {key.partition("/")[0] for _, key, *_ in items(mails)} == {"ctb"}


def test_a_board_that_goes_live_later_mails_from_that_day_on(office: Office) -> None:
    office.store(go_live="2018-02-22")
    assert office.days("2018-02-19", "2018-02-21") == []
    assert (CHAIR, S11, 0, "owner") in items(office.sweep("2018-02-22"))


def test_levels_are_those_of_each_board(office: Office) -> None:
    document = make_document(
        "ctb", report=[make_report("plan", to="ctb", when={"by": "1 March 2018"})]
    )
    ctb = with_body(document, "business-group", chair="ctb.business@example.org")
    office.store().store(checked(with_body(ctb, "ctb", chair="ctb.chair@example.org")))
    mails = office.reminded("2018-02-01").sweep("2018-03-29")
    to = {(key, level): reader for reader, key, _, level in items(mails)}
    assert to[S11, "board"] == BOARD_CHAIR
    assert to[S11, "business"] == BUSINESS_CHAIR
    assert to["ctb/plan/pmqag/1-march-2018", "board"] == "ctb.chair@example.org"
    assert to["ctb/plan/pmqag/1-march-2018", "business"] == "ctb.business@example.org"


@pytest.mark.parametrize("theirs", ["ctb.secretariat@example.org", SECRETARIAT])
def test_answers_to_a_mail_of_two_boards_reach_both_secretariats(
    office: Office, theirs: str
) -> None:
    document = make_document(
        "ctb", report=[make_report("plan", to="ctb", when={"by": "22 February 2018"})]
    )
    document["board"]["name"] = "Cumbria CTB"
    office.store(make_planner("lscb"), go_live="2018-02-06")
    office.store(checked(with_body(document, "ctb", secretariat=theirs)), go_live="2018-02-06")
    (mail,) = (mail for mail in office.sweep("2018-02-08") if mail.to == CHAIR)
    assert {key.partition("/")[0] for key, _, _ in mail.items} == {"lscb", "ctb"}
    answers = [each.addr_spec for each in mail.message["Reply-To"].addresses]
    assert sorted(answers) == sorted({theirs, SECRETARIAT})
    if theirs == SECRETARIAT:
        assert f"goes to the secretariat, {SECRETARIAT}." in mail.text
    else:
        assert "Your answer goes to the secretariats of Cumbria" in mail.text
        assert f"Cumbria CTB ({theirs})" in mail.text
        assert f"Cumbria LSCB ({SECRETARIAT})" in mail.text


def test_what_the_overview_lists_is_not_also_open_below_it(office: Office) -> None:
    soon = make_report("soon", when={"by": "28 February 2018"})
    document = with_body(make_document(report=[make_report(), soon]), "pmqag", chair=SECRETARIAT)
    office.store(checked(document)).sweep("2018-02-01")
    office.sweep("2018-02-09")
    (mail,) = [mail for mail in office.sweep("2018-02-12") if mail.to == SECRETARIAT]
    assert "The next eight weeks" in mail.text
    assert "Also open" not in mail.text
    assert mail.text.count("Report soon") == 1


@pytest.mark.parametrize(
    "holder",
    [
        "Dr Jo Example <pmqag.chair@example.org>",
        [{"name": "Dr Jo Example", "address": "pmqag.chair@example.org"}],
    ],
    ids=["before the address", "beside it"],
)
def test_a_reader_with_a_name_is_greeted_by_it(any_office: Office, holder: Any) -> None:
    any_office.store(checked(with_body(make_document(), "pmqag", chair=holder)))
    mails = any_office.days("2018-01-22", "2018-02-26")
    greeted = [mail for mail in mails if mail.to == CHAIR]
    assert str(greeted[0].message["To"]) == "Dr Jo Example <pmqag.chair@example.org>"
    assert greeted[0].text.startswith("Dear Dr Jo Example, ")
    assert {mail.to for mail in mails if "Dear" in mail.text} == {CHAIR}


def test_a_copy_names_who_can_be_asked(office: Office) -> None:
    chair = "Dr Jo Example <pmqag.chair@example.org>"
    office.store(checked(with_body(make_document(), "pmqag", chair=chair)))
    copies = [mail for mail in office.days("2018-01-22", "2018-03-02") if "vice" in mail.to]
    assert "the chair (Dr Jo Example <pmqag.chair@example.org>)" in " ".join(
        copies[-1].text.split()
    )
