"""The secretariat's page of what a chair asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.storage.schema.mail import answer_request
from boardcal.tests.factories import CHAIR, S11, SECRETARIAT
from boardcal.tests.web.reader import VIEWER
from boardcal.tests.web.replying import answers, typed

if TYPE_CHECKING:
    from boardcal.tests.web.reader import Reader
    from boardcal.tests.web.replying import MailingBoard

ONE, TWO = "/requests/1", "/requests/2"


@pytest.fixture
def secretariat(mailing: MailingBoard, chair: Reader, link: str) -> Reader:
    """Who finds two requests of PMQAG's chair."""
    until = typed("until", "2018-03-01")
    chair.follows(answers(chair, link, "more-time", why="Two <b>schools</b> are late.", **until))
    answers(chair, link, "hand-over", successor="Jo Smith <jo.smith@example.org>")
    mailing.office.name_by_number(answer_request)
    for role in ("secretariat", "viewer"):
        mailing.place.lets_in(f"{role}@example.org", role)
    return mailing.place.reader(SECRETARIAT)


def outcomes(mailing: MailingBoard) -> list[str | None]:
    return [row.outcome for row in mailing.office.table(answer_request)]


def test_they_wait_under_to_decide_and_lead_to_their_pages(secretariat: Reader) -> None:
    secretariat.opens("/to-decide")
    assert "Asked for by chairs" in secretariat.text
    assert f"{CHAIR} asks for more time, until 1 March 2018: Two <b>schools</b>" in secretariat.text
    assert secretariat.shown is not None
    assert f'href="{ONE}"' in secretariat.shown.text
    assert "<b>schools" not in secretariat.shown.text


def test_the_date_that_was_asked_for_is_there_to_be_granted(
    mailing: MailingBoard, secretariat: Reader
) -> None:
    secretariat.opens(ONE)
    assert secretariat.shown is not None
    assert 'name="to-day" type="text" value="1"' in secretariat.shown.text
    done = secretariat.sends(ONE, do="grant", note="Agreed.", **typed("to", "2018-03-02"))
    secretariat.follows(done)
    assert f"It has its new date; {CHAIR} is told with their next mail." in secretariat.text
    assert "It has a new date, 2 March 2018: Agreed" in secretariat.text
    assert mailing.office.row(S11).due.isoformat() == "2018-03-02"


def test_a_successor_is_appointed_with_the_address_that_was_written(
    mailing: MailingBoard, secretariat: Reader
) -> None:
    secretariat.opens(TWO)
    assert secretariat.shown is not None
    assert 'value="jo.smith@example.org"' in secretariat.shown.text
    secretariat.sends(
        TWO, do="appoint", address="jo.smith@example.org", **typed("starts", "2018-02-01")
    )
    assert outcomes(mailing)[1] == (
        "From 1 February 2018 on jo.smith@example.org is chair, and gets the mails"
    )


def test_a_request_is_declined_with_a_reason(mailing: MailingBoard, secretariat: Reader) -> None:
    secretariat.opens(ONE)
    assert secretariat.sends(ONE, do="decline", why="").status_code == 422
    assert secretariat.text.count("The reason must be given") == 2
    secretariat.follows(secretariat.sends(ONE, do="decline", why="The Board meets then."))
    assert outcomes(mailing) == ["The date stays: The Board meets then", None]
    assert "Answered by secretariat@example.org" in secretariat.text


WRONG = [
    (ONE, "grant", typed("to", "2017-12-01"), "1 December 2017 has passed"),
    (ONE, "grant", {"to-day": "x"}, "The new date must include a month and a year"),
    (TWO, "appoint", {"address": "jo", **typed("starts", "2018-02-01")}, "The address has no @"),
    (TWO, "appoint", {"address": CHAIR, **typed("starts", "2018-02-01")}, "is chair of pmqag"),
    (TWO, "appoint", {"address": "jo@example.org"}, "The day must be given"),
]


@pytest.mark.parametrize(("path", "do", "fields", "sentence"), WRONG)
def test_what_is_wrong_is_said_by_its_field(
    mailing: MailingBoard,
    secretariat: Reader,
    path: str,
    do: str,
    fields: dict[str, str],
    sentence: str,
) -> None:
    secretariat.opens(path)
    before = mailing.dump()
    assert secretariat.sends(path, do=do, **fields).status_code == 422
    assert sentence in secretariat.text
    assert mailing.dump() == before


def test_what_its_asker_took_back_says_so(
    mailing: MailingBoard, secretariat: Reader, chair: Reader, link: str
) -> None:
    chair.opens(link)
    answers(chair, link, "no-time")
    secretariat.opens(ONE)
    assert f"Answered by {CHAIR} by the link in their mail: taken back." in secretariat.text
    row = mailing.office.table(answer_request)[0]
    assert (row.closed_by, row.by_link) == (CHAIR, True)


def test_somebody_elses_answer_stands(mailing: MailingBoard, secretariat: Reader) -> None:
    secretariat.opens(ONE)
    other = mailing.place.reader(SECRETARIAT)
    other.opens(ONE)
    other.sends(ONE, do="decline", why="No.")
    answer = secretariat.sends(ONE, do="grant", **typed("to", "2018-03-01"))
    assert answer.status_code == 409
    assert "secretariat@example.org has dealt with this request: The date stays: No" in (
        secretariat.text
    )


@pytest.mark.parametrize(
    ("path", "do", "status"),
    [(ONE, "", 400), (ONE, "appoint", 400), (TWO, "grant", 400), ("/requests/9", "decline", 404)],
)
def test_a_form_that_is_not_the_pages_is_refused(
    secretariat: Reader, path: str, do: str, status: int
) -> None:
    secretariat.opens(ONE)
    assert secretariat.sends(path, do=do, why="x").status_code == status


def test_a_viewer_sees_and_does_not_decide(mailing: MailingBoard, secretariat: Reader) -> None:
    assert secretariat.opens(ONE).status_code == 200
    viewer = mailing.place.reader(VIEWER)
    viewer.opens(ONE)
    assert "asks for more time" in viewer.text
    assert "Give it this date" not in viewer.text
    assert viewer.sends(ONE, do="decline", why="x").status_code == 403


def test_what_is_settled_meanwhile_is_only_to_be_closed(
    mailing: MailingBoard, secretariat: Reader, chair: Reader, link: str
) -> None:
    chair.opens(link)
    answers(chair, link, "submitted")
    settled, waiting = outcomes(mailing)
    assert settled is not None
    assert settled.startswith("It is recorded as submitted by pmqag.chair@example.org")
    assert waiting is None
    secretariat.opens(ONE)
    assert "Give it this date" not in secretariat.text


@pytest.mark.parametrize(
    ("path", "typed_in", "says"),
    [
        (ONE, {"do": "grant", **typed("to", "2018-03-02")}, "It has its new date."),
        (ONE, {"do": "decline", "why": "the Board meets"}, "Nothing has changed."),
        (
            TWO,
            {"do": "appoint", "address": "jo.smith@example.org", **typed("starts", "2018-02-01")},
            "jo.smith@example.org is appointed.",
        ),
    ],
)
@pytest.mark.usefixtures("secretariat")
def test_who_decides_on_their_own_request_is_promised_no_mail(
    mailing: MailingBoard, path: str, typed_in: dict[str, str], says: str
) -> None:
    mailing.place.lets_in(CHAIR, "secretariat")
    reader = mailing.place.reader(CHAIR)
    reader.opens(path)
    assert "with their next mail" not in reader.text
    reader.follows(reader.sends(path, **typed_in))
    assert says in reader.text
    assert "with their next mail" not in reader.text
