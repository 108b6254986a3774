"""What is said of a channel before an email meets it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.notifications.transports.channel_check import (
    channel_warnings,
    secret_days_left,
    secret_ending,
)
from boardcal.settings.model import Settings
from boardcal.tests.services.token_server import make_certificate

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 12, 1)
MAILBOX = "lscb@example.org"
SIGN_IN = {"host": "smtp.office365.com", "username": MAILBOX}
PASSWORD = SIGN_IN | {"password_file": "password"}
TOKEN = SIGN_IN | {"auth": "oauth"}


def make_settings(transport: str, **mail: Any) -> Settings:
    given = {"transport": transport, "from": f"Cumbria LSCB <{MAILBOX}>"} | mail
    return Settings.model_validate({"mail": given})


@pytest.mark.parametrize(
    ("host", "transport", "warned"),
    [
        ("smtp.office365.com", "smtp", True),
        ("SMTP.Office365.com", "smtp", True),
        ("smtp-mail.outlook.com", "smtp", True),
        ("smtp.office365.us", "smtp", True),
        ("mail.example.org", "smtp", False),
        ("office365.com.example.org", "smtp", False),
        ("smtp.office365.com", "outbox", False),
    ],
)
def test_a_password_at_microsoft_is_warned_of(host: str, transport: str, warned: bool) -> None:
    settings = make_settings(transport, smtp=PASSWORD | {"host": host})
    said = " ".join(channel_warnings(settings, TODAY))
    assert ("end of December 2026" in said) is warned


def test_a_token_or_a_connector_at_microsoft_is_not_warned_of() -> None:
    assert list(channel_warnings(make_settings("smtp", smtp=TOKEN), TODAY)) == []
    connector = {"host": "example-org.mail.protection.outlook.com", "port": 25}
    assert list(channel_warnings(make_settings("smtp", smtp=connector), TODAY)) == []


@pytest.mark.parametrize(
    ("end", "left", "words"),
    [
        (date(2027, 1, 1), 31, None),
        (date(2026, 12, 31), 30, "ends on 31 December 2026"),
        (date(2026, 12, 1), 0, "ends on 1 December 2026"),
        (date(2026, 11, 30), -1, "ended on 30 November 2026"),
    ],
)
@pytest.mark.parametrize("transport", ["smtp", "graph"])
def test_a_secret_that_ends_is_said_30_days_before(
    transport: str, end: date, left: int, words: str | None
) -> None:
    settings = make_settings(transport, smtp=TOKEN, oauth={"secret_expires": end})
    assert secret_days_left(settings, TODAY) == left
    said = secret_ending(settings, TODAY)
    assert said is None if words is None else words in str(said)
    assert [said] * (said is not None) == list(channel_warnings(settings, TODAY))


def test_a_certificate_says_itself_when_it_ends(tmp_path: Path) -> None:
    pem, _ = make_certificate(datetime(2026, 12, 1, tzinfo=UTC), days=12)
    file = tmp_path / "certificate.pem"
    file.write_text(pem)
    oauth = {"certificate_file": file, "secret_expires": date(2030, 1, 1)}
    assert secret_days_left(make_settings("graph", oauth=oauth), TODAY) == 12
    file.write_text("nonsense")
    assert secret_days_left(make_settings("graph", oauth=oauth), TODAY) is None
    file.unlink()
    assert secret_days_left(make_settings("graph", oauth=oauth), TODAY) is None


@pytest.mark.parametrize("transport", ["outbox", "notify", "smtp"])
def test_a_secret_that_is_not_used_is_not_watched(transport: str) -> None:
    settings = make_settings(transport, smtp=PASSWORD, oauth={"secret_expires": TODAY})
    assert secret_days_left(settings, TODAY) is None


def test_a_sender_that_the_channel_may_not_send_as_is_named() -> None:
    boards = {"ctb": "ctb@example.org"}
    (said,) = channel_warnings(make_settings("smtp", smtp=TOKEN, from_by_board=boards), TODAY)
    assert "signs in to the mailbox lscb@example.org and sends as ctb@example.org" in said
    for unused in ({"from_by_board": boards}, {"reply_to": "replies@example.org"}):
        (said,) = channel_warnings(make_settings("notify", **unused), TODAY)
        assert "mail.from_by_board and mail.reply_to have no effect" in said
    assert list(channel_warnings(make_settings("notify"), TODAY)) == []
