from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.transports.base import DeliveryError
from boardcal.queries.mails.mail import MailDetails, mail_details, without_secrets
from boardcal.queries.mails.mails import MailFilter, MailsPage, mails_page
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.mail import message
from boardcal.tests.factories import make_planner, make_report
from boardcal.tests.pages import in_memory, reading, refusing, shown_by
from boardcal.wording.mails import MailOutcome

if TYPE_CHECKING:
    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.tests.office import Office

CHAIR = "pmqag.chair@example.org"
SECRETARIAT = "secretariat@example.org"
S11 = "lscb/s11/pmqag/2018-03"


def page_of(office: Office, choice: MailFilter | None = None, page: int = 1) -> MailsPage:
    with reading(office) as (connection, view):
        return mails_page(connection, view.id, view.local, choice=choice, page=page, size=2)


def mail(office: Office, number: int) -> MailDetails | None:
    mail_shown: MailDetails | None = shown_by(office, mail_details, message_id=number)
    return mail_shown


def an_office() -> Office:
    """S.11's reminders of ten and five working days before, the first of them refused."""
    office = in_memory().store(go_live="2018-02-05")
    office.postbag.before = refusing(CHAIR)
    office.days("2018-02-05", "2018-02-08")
    office.postbag.before = lambda _: None
    office.days("2018-02-09", "2018-02-15")
    return office


def _of_ctb() -> PlannerFile:
    meeting = {"meeting": "ctb", "months": ["March"]}
    return make_planner("ctb", report=[make_report(to="ctb", when=meeting)])


def to_chair(office: Office) -> list[int]:
    return [row.id for row in office.table(message) if row.recipient == CHAIR]


def test_the_newest_mails_come_first_in_pages() -> None:
    office = an_office()
    first, second = page_of(office), page_of(office, page=2)
    assert (first.paging.total, first.paging.pages) == (4, 2)
    days = [mail.day for mail in (*first.mails, *second.mails)]
    assert days == sorted(days, reverse=True)
    assert first.people == (CHAIR, SECRETARIAT)
    assert first.counts == {MailOutcome.SENT: 3, MailOutcome.REFUSED: 1}


@pytest.mark.parametrize(
    ("choice", "finds"),
    [
        (MailFilter(), 4),
        (MailFilter(person=CHAIR), 2),
        (MailFilter(person=f"  {CHAIR.upper()} "), 2),
        (MailFilter(outcome=MailOutcome.REFUSED), 1),
        (MailFilter(outcome=MailOutcome.WAITING), 0),
        (MailFilter(day=date(2018, 2, 8)), 1),
        (MailFilter(person=SECRETARIAT, outcome=MailOutcome.REFUSED), 0),
    ],
)
def test_mails_are_chosen(choice: MailFilter, finds: int) -> None:
    assert page_of(an_office(), choice).paging.total == finds


def test_a_line_says_what_became_of_a_mail_and_how_much_is_in_it() -> None:
    office = an_office()
    refused = page_of(office, MailFilter(outcome=MailOutcome.REFUSED)).mails[0]
    assert refused.words == "was refused: There is no such mailbox."
    assert (refused.to, refused.items, refused.boards) == (CHAIR, 1, ("lscb",))
    assert refused.subject.startswith("Due 22 February 2018: Report s11 (LSCB, 8 March)")
    sent = page_of(office, MailFilter(person=CHAIR, outcome=MailOutcome.SENT)).mails[0]
    assert sent.words.startswith("sent 15 February 2018, 08:00")
    assert "Report s11" in sent.subject


def test_every_state_of_a_message_has_an_outcome() -> None:
    office = in_memory().store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    office.tick("2018-02-08")
    assert page_of(office).counts == {MailOutcome.SENT: 1, MailOutcome.WAITING: 1}
    office.postbag.before = lambda _: DeliveryError("the disk is full", scope="transport")
    office.deliver()
    waiting = page_of(office, MailFilter(outcome=MailOutcome.WAITING)).mails[0]
    assert waiting.words == "could not be sent yet, and is tried again: the disk is full"


def test_a_board_sees_its_own_mails_only() -> None:
    office = an_office()
    with office.database.write() as connection:
        store_planner(connection, _of_ctb(), source="test", who="test", now=office.now)
    number = to_chair(office)[0]
    with reading(office, board="ctb") as (connection, view):
        assert mails_page(connection, view.id, view.local).paging.total == 0
        assert mail_details(connection, view, number) is None


def test_a_whole_mail_has_headers_text_items_and_attempts() -> None:
    office = an_office()
    refused, sent = (mail(office, number) for number in to_chair(office))
    assert sent is not None
    assert dict(sent.headers)["To"] == CHAIR
    assert list(dict(sent.headers)) == ["From", "To", "Reply-To", "Subject", "Date", "Message-ID"]
    assert sent.content == office.postbag.mails[-1].outgoing.content
    assert sent.text is not None
    assert "Report s11" in sent.text
    assert [(item.key, item.step, item.capacity) for item in sent.items] == [
        (S11, "5 working days before", "answers for it")
    ]
    assert [(attempt.words, attempt.reply) for attempt in sent.attempts] == [
        ("sent", "250 2.0.0 OK")
    ]
    assert (sent.has_overview, sent.requests) == (False, ())
    assert refused is not None
    # It was refused before its bytes were fixed.
    assert (refused.text, refused.headers, refused.content) == (None, (), None)
    assert [attempt.words for attempt in refused.attempts] == ["refused"]


def test_an_overview_is_said_and_what_was_settled_meanwhile_says_why() -> None:
    office = in_memory().store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    overview = mail(office, 1)
    assert overview is not None
    assert overview.has_overview
    office.tick("2018-02-08")
    office.record(S11, Status.SUBMITTED)
    office.deliver()
    dropped = mail(office, to_chair(office)[0])
    assert dropped is not None
    assert dropped.line.outcome is MailOutcome.DROPPED
    assert [item.words for item in dropped.items] == ["not sent: submitted before it was sent"]


def test_there_is_no_mail_of_a_number_that_there_is_not() -> None:
    assert mail(an_office(), 999) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Nothing here.", "Nothing here."),
        ("See http://x.org/upcoming now", "See http://x.org/upcoming now"),
        (
            f"Press https://x.org/answer/{'a1-_' * 12}.zz",
            "Press https://x.org/answer/…",
        ),
        (f"https://x.org/feeds/{'f' * 40}.ics and on", "https://x.org/feeds/… and on"),
        (f"<https://x.org/a/{'b' * 43}>", "<https://x.org/a/…>"),
    ],
)
def test_the_signed_part_of_a_link_is_its_readers_alone(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


def test_a_mail_handed_on_to_a_new_chair_is_told_of_as_such() -> None:
    office = in_memory().store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    office.tick("2018-02-08")
    office.appoint(RoleName.CHAIR, "new@example.org", "2018-02-08")
    office.deliver()
    old = mail(office, to_chair(office)[0])
    assert old is not None
    assert [item.words for item in old.items] == ["not sent: somebody else holds the role now"]
    assert replace(old.line, words="").outcome is MailOutcome.DROPPED
