"""Chairs answer by the link in their mail: real mails, their links, the page, its buttons."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.status import Status
from boardcal.notifications.links import Links, LinkSigner
from boardcal.storage.tables import change
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    at,
    checked,
    make_document,
    make_report,
)
from boardcal.tests.office import Mail, Office
from boardcal.tests.web.reader import Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from boardcal.storage.database import Database
    from boardcal.tests.web.reader import Reader

LINK = re.compile(r"https://calendar\.example\.org(/answer/\S+)")
BASE = "https://calendar.example.org"
WORKSHOP = "lscb/1.1/pmqag/march-2018"


class Desk:
    """A Board's mails and pages, on one clock: the first reminder has just been sent."""

    def __init__(self, database: Database, folder: Path, **document: Any) -> None:
        self.place = Place(database=database, folder=folder, settings={"web": {"base_url": BASE}})
        signer = LinkSigner(secret=self.place.site.secret, installation=self.installation())
        self.office = Office(database=database, links=Links(base_url=BASE, signer=signer))
        self.office.store(checked(make_document(**document)))

    def installation(self) -> str:
        from boardcal.scheduler.installation import installation_id

        with self.place.database.read() as connection:
            return installation_id(connection)

    def comes_to(self, when: str) -> list[Mail]:
        """Moves both clocks on, and sends what is due; the mails."""
        mails = self.office.sweep(when)
        self.place.now = self.office.now
        return mails

    def is_at(self, when: str) -> None:
        """Moves both clocks on."""
        self.office.now = self.place.now = at(when)


def links_in(mail: Mail) -> list[str]:
    part = mail.message.get_body(("plain",))
    assert part is not None
    return LINK.findall(part.get_content())


def mail_to(mails: Sequence[Mail], reader: str) -> Mail:
    (found,) = [mail for mail in mails if mail.to == reader]
    return found


@pytest.fixture
def desk(sqlite: Database, tmp_path: Path) -> Desk:
    """PMQAG's S.11 report and an action of it."""
    return Desk(sqlite, tmp_path, report=[make_report(nothing_to_report=True)])


@pytest.fixture
def link(desk: Desk) -> str:
    """The path of the link in the first reminder, which has just been sent."""
    mails = desk.comes_to("2018-01-25")
    return links_in(mail_to(mails, CHAIR))[0]


@pytest.fixture
def chair(desk: Desk, link: str) -> Reader:
    """Who has just opened the link."""
    reader = desk.place.reader()
    assert reader.opens(link).status_code == 200
    return reader


def answers(reader: Reader, link: str, do: str, **fields: str) -> Any:
    """Presses a button of the page that is shown."""
    return reader.sends(link, do=do, seen=reader.hidden("seen"), **fields)


def day(prefix: str, iso: str) -> dict[str, str]:
    when = date.fromisoformat(iso)
    return {
        f"{prefix}-day": str(when.day),
        f"{prefix}-month": f"{when:%b}",
        f"{prefix}-year": str(when.year),
    }


def test_the_link_opens_what_is_owed_and_says_what_each_button_does(chair: Reader) -> None:
    for said in (
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
        assert said in chair.text


def test_submitted_is_recorded_with_whose_link_it_was(desk: Desk, chair: Reader, link: str) -> None:
    done = answers(chair, link, "submitted", note="sent by email")
    assert done.status_code == 303
    assert desk.office.row(S11).state == Status.SUBMITTED
    chair.follows(done)
    assert "Thank you. It is recorded, and its reminders stop." in chair.text
    assert "Recorded as submitted on 25 January 2018 by you: “sent by email”" in chair.text
    noted = desk.office.table(change)[-1]
    assert (noted.who, noted.why) == (f"{CHAIR} by the link in their mail", "sent by email")
    later = desk.office.days("2018-01-26", "2018-03-30")
    assert [mail for mail in later if mail.items] == []
