"""A trial: every mail goes to one address, and nobody answers in a chair's name from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from boardcal.notifications.links import ONLY_SHOWN
from boardcal.scheduler.factory import links_for, sender_for
from boardcal.settings.load import Settings
from boardcal.tests.factories import CHAIR
from boardcal.tests.office import INSTALLATION, SENDER

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.tests.office import Mail, Office

BASE = "https://calendar.example.org"
TRIAL = "trial@example.org"
MEANT = f"A trial: this email is meant for {CHAIR}, and came to you instead."


def first_mail(office: Office, folder: Path, redirect_to: str) -> Mail:
    """The first reminder to the chair of PMQAG, under settings with this `redirect_to`."""
    settings = Settings.model_validate(
        {"mail": {"redirect_to": redirect_to}, "web": {"base_url": BASE}},
        context={"folder": folder},
    )
    sender = sender_for(settings)
    office.sender = replace(SENDER, redirect_to=sender.redirect_to)
    office.links = links_for(settings, INSTALLATION, "5" * 64)
    office.delivery = office.new_delivery("office")
    mails = office.store().sweep("2018-01-25")
    return next(mail for mail in mails if mail.items)


def html_of(mail: Mail) -> str:
    part = mail.message.get_body(("html",))
    assert part is not None
    return " ".join(part.get_content().split())


def test_its_links_are_only_shown_and_it_says_whose_mail_it_is(
    office: Office, tmp_path: Path
) -> None:
    mail = first_mail(office, tmp_path, TRIAL)
    assert mail.to == TRIAL
    assert MEANT in mail.text
    assert MEANT in html_of(mail)
    assert mail.text.count("/answer/") == mail.text.count(f"{BASE}/answer/{ONLY_SHOWN}") == 1
    assert f"{BASE}/answer/{ONLY_SHOWN}" in html_of(mail)
    assert "no answer can be given by its links" in mail.text
    assert "could answer in your name" not in mail.text + html_of(mail)


def test_without_one_they_work(office: Office, tmp_path: Path) -> None:
    mail = first_mail(office, tmp_path, "")
    assert mail.to == CHAIR
    assert ONLY_SHOWN not in mail.text + html_of(mail)
    assert "A trial" not in mail.text + html_of(mail)
    assert "could answer in your name" in mail.text
