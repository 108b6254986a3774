"""Chairs answer by the link in their mail: real mails, their links, the page, its buttons."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.storage.schema.mail import answer_request
from boardcal.storage.schema.occurrences import change, snooze
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    VICE,
    make_action,
)
from boardcal.tests.web.reader import VIEWER
from boardcal.tests.web.replying import BASE, MailingBoard, answers, links_in, mail_to, typed

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader


def test_the_link_opens_what_is_owed_and_says_what_each_button_does(chair: Reader) -> None:
    for sentence in (
        "Report s11",
        "Pmqag Subgroup",
        "LSCB, for the meeting on Thursday 8 March 2018",
        "Thursday 22 February 2018",
        "Not handed in yet",
        "This is recorded at once, as of today, with your address. Reminders to everybody stop.",
        "There is nothing to report",
        "I need more time",
        "Somebody else has this now",
        "Do not remind me for a while",
        f"You answer as {CHAIR}",
        SECRETARIAT,
    ):
        assert sentence in chair.text


def test_submitted_is_recorded_with_whose_link_it_was(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    done = answers(chair, link, "submitted", note="sent by email")
    assert done.status_code == 303
    assert mailing.office.row(S11).state == Status.SUBMITTED
    chair.follows(done)
    assert "Thank you. It is recorded, and its reminders stop." in chair.text
    assert "Recorded as submitted on 25 January 2018 by you: “sent by email”" in chair.text
    noted = mailing.office.table(change)[-1]
    assert (noted.who, noted.by_link, noted.why) == (CHAIR, True, "sent by email")
    mailing.place.lets_in(VIEWER, "viewer")
    viewer = mailing.place.reader(VIEWER)
    viewer.opens(f"/due/{S11}")
    assert f"{CHAIR} by the link in their mail recorded “Report s11”" in viewer.text
    later = mailing.office.days("2018-01-26", "2018-03-30")
    assert [mail for mail in later if mail.items] == []


def test_what_was_recorded_by_mistake_can_be_taken_back(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    chair.follows(answers(chair, link, "submitted"))
    assert answers(chair, link, "back").status_code == 303
    assert mailing.office.row(S11).is_owed
    chair.opens(link)
    assert "Record it as submitted" in chair.text


def test_only_what_the_link_recorded_can_be_taken_back(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    mailing.office.record(S11, Status.SUBMITTED, on="2018-01-25")
    chair.opens(link)
    assert "Recorded as submitted on 25 January 2018 by secretariat." in chair.text
    assert "Take it back" not in chair.text
    assert chair.sends(link, do="back", seen="1-submitted").status_code == 400
    assert mailing.office.row(S11).state == Status.SUBMITTED


def test_nothing_to_report_is_an_answer_where_the_report_allows_it(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    chair.follows(answers(chair, link, "nothing"))
    assert mailing.office.row(S11).state == Status.NOTHING_TO_REPORT
    assert "It is recorded that there is nothing to report." in chair.text


def test_nothing_to_report_is_refused_where_it_is_no_answer(
    sqlite: Database, tmp_path: Path
) -> None:
    mailing = MailingBoard(sqlite, tmp_path)
    link = links_in(mail_to(mailing.comes_to("2018-01-25"), CHAIR))[0]
    chair = mailing.place.reader()
    chair.opens(link)
    assert "nothing to report" not in chair.text
    assert answers(chair, link, "nothing").status_code == 400
    assert mailing.office.row(S11).is_owed


def test_more_time_is_asked_for_and_nothing_moves_by_itself(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    done = answers(
        chair, link, "more-time", why="Two schools are late.", **typed("until", "2018-03-01")
    )
    chair.follows(done)
    assert "Your request goes to the secretariat with its next mail." in chair.text
    assert "More time, until 1 March 2018 : “Two schools are late.”" in chair.text
    row = mailing.office.row(S11)
    assert (row.due, row.due_revision) == (date(2018, 2, 22), 1)
    chair.follows(
        answers(chair, link, "more-time", why="Later still.", **typed("until", "2018-03-05"))
    )
    requests = mailing.office.table(answer_request)
    assert [(request.outcome, request.until) for request in requests] == [
        ("asked anew", date(2018, 3, 1)),
        (None, date(2018, 3, 5)),
    ]
    answers(chair, link, "no-time")
    assert mailing.office.table(answer_request)[-1].outcome == "taken back"


WRONG = [
    ("more-time", {}, ["The new date must be given", "The reason must be given"]),
    ("more-time", {"why": "x", **typed("until", "2018-02-22")}, ["It is due on 22 February 2018"]),
    ("more-time", {"why": "x", **typed("until", "2018-01-02")}, ["The new date must lie ahead."]),
    (
        "more-time",
        {"why": "x", "until-day": "31", "until-month": "June", "until-year": "2018"},
        ["The new date must be a real date: June 2018 has 30 days"],
    ),
    (
        "more-time",
        {"why": "x" * 301, **typed("until", "2018-03-02")},
        ["The reason must be no longer"],
    ),
    ("hand-over", {}, ["Who has it instead must be given"]),
    ("rest", typed("rest", "2018-02-23"), ["Give 22 February 2018 at the latest"]),
    ("rest", typed("rest", "2018-01-25"), ["Give a day that lies ahead."]),
    ("submitted", {"note": "x" * 301}, ["What you wrote must be no longer than 300"]),
]


@pytest.mark.parametrize(("do", "fields", "sentences"), WRONG)
def test_what_is_wrong_is_said_by_its_field_and_what_was_typed_stays(
    mailing: MailingBoard,
    chair: Reader,
    link: str,
    do: str,
    fields: dict[str, str],
    sentences: list[str],
) -> None:
    before = mailing.dump()
    assert answers(chair, link, do, **fields).status_code == 422
    assert "There is a problem" in chair.text
    for sentence in sentences:
        assert chair.text.count(sentence) == 2
    assert chair.shown is not None
    for value in fields.values():
        assert f'value="{value}"' in chair.shown.text
    assert do == "submitted" or '<details class="govuk-details boardcal-choice" open>' in (
        chair.shown.text
    )
    assert mailing.dump() == before


def test_a_rest_is_kept_and_shown_and_ended(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    chair.follows(answers(chair, link, "rest", **typed("rest", "2018-02-20")))
    assert "No reminder of this before Tuesday 20 February 2018 ." in chair.text
    assert len(mailing.office.table(snooze)) == 1
    chair.follows(answers(chair, link, "wake"))
    assert "You are reminded again." in chair.text
    assert mailing.office.table(snooze) == []


def test_a_deputy_may_answer_and_who_looks_on_has_no_link(mailing: MailingBoard) -> None:
    mails = mailing.office.days("2018-02-22", "2018-03-22")
    last = {mail.to: mail for mail in mails if mail.items}
    mailing.is_at("2018-03-22 09:00")
    deputy = mailing.place.reader()
    link = links_in(last[VICE])[0]
    deputy.opens(link)
    answers(deputy, link, "submitted")
    noted = mailing.office.table(change)[-1]
    assert (noted.who, noted.by_link) == (VICE, True)
    chair = mailing.place.reader()
    chair.opens(links_in(last[CHAIR])[0])
    assert f"by {VICE} by the link in their mail." in chair.text
    assert "Take it back" not in chair.text
    assert {to for to in last if links_in(last[to])} == {CHAIR, VICE}
    assert f"{BASE}/boards/lscb/due/{S11}" in last[SECRETARIAT].text


def test_actions_and_reviews_are_asked_for_in_their_own_words(
    sqlite: Database, tmp_path: Path
) -> None:
    review = {"meeting": "business-group", "last_in": "quarter"}
    mailing = MailingBoard(
        sqlite,
        tmp_path,
        report=[],
        action=[make_action(), make_action("2.1", when={"review": review}, quote="Ongoing")],
    )
    pages = []
    for mail in mailing.office.days("2018-01-29", "2018-03-01"):
        for link in links_in(mail):
            reader = mailing.place.reader()
            mailing.is_at("2018-03-01 09:00")
            reader.opens(link)
            pages.append(reader.text)
    assert any("It is done" in page and "Action 1.1" in page for page in pages)
    assert any("It has been looked at" in page and "Review on" in page for page in pages)


def test_somebody_signed_in_who_answers_reads_what_the_page_before_left_them(
    mailing: MailingBoard, link: str
) -> None:
    mailing.place.lets_in(SECRETARIAT, "secretariat")
    reader = mailing.place.reader(SECRETARIAT)
    reader.opens("/subscribe")
    assert reader.sends("/pauses/pause", kind="body", id="pmqag").status_code == 303
    seen = mailing.place.reader()
    seen.opens(link)
    refused = reader.sends(link, do="more-time", seen=seen.hidden("seen"))
    assert refused.status_code == 422
    assert "are paused." in reader.text
    reader.opens("/account")
    assert "are paused." not in reader.text
