"""Tokens: how they are asked for, how long they are used, and why there is none."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.notifications.transports.base import AccountError, DeliveryError
from boardcal.notifications.web_services.calls import Calls
from boardcal.notifications.web_services.tokens import Tokens
from boardcal.settings.mail import OAuth
from boardcal.tests.services.token_server import (
    CLIENT,
    SCOPE,
    SECRET,
    TENANT,
    TokenServer,
    make_certificate,
    make_service_account,
)
from boardcal.tests.services.web_service import DROP, HANG, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MAILBOX = "lscb@example.org"
NEVER_ANSWERS = 0.05  # seconds; the server stays silent however long one waits


class Watch:
    """A clock that a test turns on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer(clock=lambda: NOW) as listening:
        yield listening


def make_tokens(server: TokenServer, folder: Path, **overrides: Any) -> tuple[Tokens, Watch]:
    (folder / "secret").write_text(SECRET + "\n")
    clock = overrides.pop("clock", Watch())
    patience = overrides.pop("patience", 60)
    given = {
        "tenant": TENANT,
        "client_id": CLIENT,
        "client_secret_file": folder / "secret",
        "token_url": f"{server.url}/{TENANT}/oauth2/v2.0/token",
    }
    settings = OAuth.model_validate(given | overrides)
    tokens = Tokens(
        settings=settings,
        scope=settings.scope or SCOPE,
        mailbox=MAILBOX,
        clock=clock,
        calls=Calls(patience=patience),
    )
    return tokens, clock


def refusal(tokens: Tokens) -> str:
    with pytest.raises(DeliveryError) as refused:
        asyncio.run(tokens.token())
    error = refused.value
    assert (error.scope, error.permanent, error.uncertain) == ("transport", False, False)
    assert SECRET not in f"{error} {error.reply}"
    return str(error)


def test_a_token_is_used_until_shortly_before_its_end(server: TokenServer, tmp_path: Path) -> None:
    tokens, clock = make_tokens(server, tmp_path)
    assert asyncio.run(tokens.token()) == "token-1"
    clock.now += timedelta(minutes=54, seconds=59)
    assert asyncio.run(tokens.token()) == "token-1"
    clock.now += timedelta(seconds=1)
    assert asyncio.run(tokens.token()) == "token-2"


def test_a_token_that_was_refused_is_not_used_again(server: TokenServer, tmp_path: Path) -> None:
    tokens, _ = make_tokens(server, tmp_path)
    asyncio.run(tokens.token())
    tokens.forget()
    assert asyncio.run(tokens.token()) == "token-2"


@pytest.mark.parametrize("lives", [1, "soon", None, 240])
def test_a_token_that_lives_shortly_is_not_asked_for_at_each_email(
    server: TokenServer, tmp_path: Path, lives: Any
) -> None:
    server.lives = lives
    tokens, clock = make_tokens(server, tmp_path)
    for _ in range(3):
        asyncio.run(tokens.token())
        clock.now += timedelta(seconds=5)
    assert len(server.given) == 1


def test_a_certificate_takes_the_place_of_a_secret(server: TokenServer, tmp_path: Path) -> None:
    pem, server.certificate = make_certificate(NOW)
    (tmp_path / "certificate.pem").write_text(pem)
    files = {"client_secret_file": None, "certificate_file": tmp_path / "certificate.pem"}
    tokens, _ = make_tokens(server, tmp_path, **files)
    assert asyncio.run(tokens.token()) == "token-1"


def test_a_service_account_speaks_for_the_mailbox(server: TokenServer, tmp_path: Path) -> None:
    server.account_key = make_service_account(tmp_path / "account.json")
    server.mailbox = MAILBOX
    tokens, _ = make_tokens(
        server,
        tmp_path,
        provider="google",
        service_account_file=tmp_path / "account.json",
        token_url=server.url,
    )
    assert asyncio.run(tokens.token()) == "token-1"


def aadsts(number: int) -> Reply:
    return Reply(401, {"error": "invalid_client", "error_description": f"AADSTS{number}: No."})


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"client_id": "of-nobody"}, "does not know the application in this tenant"),
        ({"scope": "https://example.org/.default"}, "does not know the scope"),
        ({"clock": lambda: NOW - timedelta(hours=1)}, "The clock of this machine is wrong"),
        ({"clock": lambda: NOW + timedelta(hours=1)}, "The clock of this machine is wrong"),
    ],
)
def test_what_microsoft_refuses_is_explained(
    server: TokenServer, tmp_path: Path, overrides: dict[str, Any], words: str
) -> None:
    pem, server.certificate = make_certificate(NOW)
    (tmp_path / "certificate.pem").write_text(pem)
    files = {"client_secret_file": None, "certificate_file": tmp_path / "certificate.pem"}
    tokens, _ = make_tokens(server, tmp_path, **files | overrides)
    assert words in refusal(tokens)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (aadsts(90002), "does not know the tenant"),
        (aadsts(7000215), "secret is wrong"),
        (aadsts(7000222), "secret has expired"),
        (aadsts(700027), "does not know this certificate"),
        (aadsts(53003), "conditional access policy"),
        (aadsts(999), "gives boardcal no token (401 invalid_client: AADSTS999: No.)"),
        (Reply(200, {"error": "temporarily_unavailable"}), "(200 temporarily_unavailable)"),
        (Reply(200, {"access_token": 7}), "(200 without a reason)"),
        (
            Reply(200, "<html><body>Sign in to the guest network</body></html>"),
            "other than a token",
        ),
        (Reply(302, ""), "other than a token (302)"),
        (Reply(503, {"error": "server_error"}), "cannot answer at present (503)"),
        (Reply(400, {"error": f"you said {SECRET}"}), "you said ***"),
        (DROP, "hung up before its answer"),
    ],
)
def test_what_a_sign_in_service_says_instead_of_a_token_is_explained(
    server: TokenServer, tmp_path: Path, reply: Reply | str, words: str
) -> None:
    server.instead = {"POST": [reply]}
    tokens, _ = make_tokens(server, tmp_path)
    sentence = refusal(tokens)
    assert words in sentence
    assert "Emails wait and are tried again." in sentence


def test_a_sign_in_service_that_stays_silent_is_waited_for_no_longer_than_asked(
    server: TokenServer, tmp_path: Path
) -> None:
    server.instead = {"POST": [HANG]}
    tokens, _ = make_tokens(server, tmp_path, patience=NEVER_ANSWERS)
    assert "did not answer in time" in refusal(tokens)


def test_a_sign_in_service_that_is_away_is_explained(server: TokenServer, tmp_path: Path) -> None:
    tokens, _ = make_tokens(server, tmp_path, token_url="http://127.0.0.1:9/token")
    assert "could not be reached" in refusal(tokens)


@pytest.mark.parametrize(
    ("words_of_google", "words"),
    [
        ("unauthorized_client", "domain-wide delegation"),
        ("Invalid JWT Signature.", "does not know the service account's key"),
        ("Token must be short-lived and in a reasonable timeframe", "clock of this machine"),
        ("Invalid email or User ID", "Correct username under [mail.smtp]"),
        ("invalid_scope", "Empty scope under [mail.oauth]"),
    ],
)
def test_what_google_refuses_is_explained(
    server: TokenServer, tmp_path: Path, words_of_google: str, words: str
) -> None:
    make_service_account(tmp_path / "account.json")
    server.instead = {"POST": [Reply(400, {"error": words_of_google})]}
    files = {"provider": "google", "service_account_file": tmp_path / "account.json"}
    tokens, _ = make_tokens(server, tmp_path, **files)
    assert words in refusal(tokens)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("certificate_file", None, "does not exist"),
        ("certificate_file", "nonsense", "does not hold a private key and its certificate"),
        ("certificate_file", "-----BEGIN CERTIFICATE-----\nx\n", "does not hold a private key"),
        ("client_secret_file", "", "is empty"),
        ("service_account_file", "{}", "does not hold the key of a service account"),
        ("service_account_file", '{"type": "service_account"}', "does not hold the key"),
        ("service_account_file", "[", "does not hold the key of a service account"),
    ],
)
def test_a_secret_that_cannot_be_used_holds_all_emails(
    server: TokenServer, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    file = tmp_path / "broken"
    if content is not None:
        file.write_text(content)
    provider = "google" if name == "service_account_file" else "microsoft"
    overrides = {"client_secret_file": None, name: file, "provider": provider}
    tokens, _ = make_tokens(server, tmp_path, **overrides)
    sentence = refusal(tokens)
    assert words in sentence
    assert str(file) in sentence
    assert server.calls == []


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"tenant": "", "token_url": ""}, "tenant must be"),
        ({"client_id": ""}, "client_id must be"),
        ({"client_secret_file": None}, "client_secret_file or certificate_file must name"),
        ({"provider": "google"}, "service_account_file must name"),
    ],
)
def test_settings_that_lack_something_are_refused(
    server: TokenServer, tmp_path: Path, overrides: dict[str, Any], words: str
) -> None:
    with pytest.raises(AccountError, match=words):
        make_tokens(server, tmp_path, **overrides)


def test_the_providers_own_addresses_are_known() -> None:
    def url_of(**settings: Any) -> str:
        return Tokens(
            settings=OAuth.model_validate(settings),
            scope=SCOPE,
            mailbox=MAILBOX,
            clock=lambda: NOW,
            calls=Calls(patience=1),
        ).url

    secret = {"client_id": CLIENT, "client_secret_file": "secret"}
    url = url_of(tenant=TENANT, **secret)
    assert url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    google = url_of(provider="google", service_account_file="account.json")
    assert google == "https://oauth2.googleapis.com/token"
