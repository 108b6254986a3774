"""SMTP with a token instead of a password (XOAUTH2), and what is known of refusals."""

from __future__ import annotations

import asyncio
import base64
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import aiosmtplib
import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult

from boardcal.notifications.transports.base import (
    AccountError,
    DeliveryError,
    OutgoingMail,
    Receipt,
)
from boardcal.notifications.transports.registry import transport_for
from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.notifications.transports.smtp_known import KNOWN
from boardcal.notifications.transports.smtp_replies import no_connection, refused
from boardcal.notifications.web_services.calls import Calls
from boardcal.notifications.web_services.tokens import Tokens
from boardcal.settings.load import load_settings
from boardcal.settings.mail import OAuth
from boardcal.tests.services.token_server import CLIENT, SCOPE, SECRET, TENANT, TokenServer
from boardcal.tests.services.web_service import Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session

HOST = "127.0.0.1"
MAILBOX = "lscb@example.org"
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MAIL = OutgoingMail(
    message_id="<boardcal.1@example.org>",
    sender=MAILBOX,
    recipient="pmqag.chair@example.org",
    content=b"Subject: Due\r\n\r\nThe S.11 annual report is due.\r\n",
    day=date(2026, 12, 1),
)


@dataclass
class Submission:
    """A mail server that takes whoever shows a token which its token server has given."""

    token_server: TokenServer
    received: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    refuses_with: str = "535 5.7.3 Authentication unsuccessful"

    async def handle_DATA(self, _server: Server, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.received.extend(envelope.rcpt_tos)
        return "250 2.0.0 Queued"


class Server(SMTP):
    """Understands XOAUTH2, and says why it refuses before it does, as Microsoft and Google do."""

    async def auth_XOAUTH2(self, _server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        handler = self.event_handler
        assert isinstance(handler, Submission)
        shown = base64.b64decode(args[1]).decode()
        handler.shown.append(shown)
        user, _, token = shown.removesuffix("\1\1").partition("\1auth=Bearer ")
        if user == f"user={MAILBOX}" and handler.token_server.is_good(token):
            return AuthResult(success=True)
        why = base64.b64encode(b'{"status":"401","schemes":"Bearer"}').decode()
        await self.push(f"334 {why}")
        assert self._reader is not None
        assert await self._reader.readline() == b"\r\n"
        await self.push(handler.refuses_with)
        return AuthResult(success=False, handled=True)


def nobody(*_: Any) -> AuthResult:
    """No user name and password is right."""
    return AuthResult(success=False)


class NoTokens(SMTP):
    """A mail server that knows passwords alone."""


@asynccontextmanager
async def listening(
    submission: Submission, authority: trustme.CA, kind: type[SMTP] = Server
) -> AsyncIterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        return kind(submission, loop=loop, auth_require_tls=False, authenticator=nobody)

    async with await loop.create_server(connected, HOST, 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def token_server() -> Iterator[TokenServer]:
    with TokenServer(clock=lambda: NOW) as started:
        yield started


def send_twice(
    submission: Submission,
    authority: trustme.CA,
    folder: Path,
    *,
    between: Any = None,
    kind: type[SMTP] = Server,
) -> list[Receipt | str]:
    """What two bursts of one mail each came to: a receipt, or the sentence."""

    async def sending() -> list[Receipt | str]:
        results: list[Receipt | str] = []
        async with listening(submission, authority, kind) as port:
            transport = SmtpTransport(account_at(port, submission, authority, folder))
            for _ in range(2):
                try:
                    results.append(await transport.send(MAIL, on_data=lambda: None))
                except DeliveryError as error:
                    results.append(str(error) if error.scope == "transport" else "of one email")
                await transport.close()
                if between is not None:
                    between()
        return results

    return asyncio.run(sending())


def account_at(
    port: int, submission: Submission, authority: trustme.CA, folder: Path
) -> SmtpAccount:
    (folder / "secret").write_text(SECRET)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    settings = OAuth(
        tenant=TENANT,
        client_id=CLIENT,
        client_secret_file=folder / "secret",
        token_url=f"{submission.token_server.url}/{TENANT}/oauth2/v2.0/token",
    )
    return SmtpAccount(
        host=HOST,
        port=port,
        security="tls",
        username=MAILBOX,
        tls=trusting,
        tokens=Tokens(
            settings=settings,
            scope=SCOPE,
            mailbox=MAILBOX,
            clock=lambda: NOW,
            calls=Calls(patience=60),
        ),
    )


def test_a_token_opens_the_mailbox_and_serves_the_next_burst_too(
    token_server: TokenServer, authority: trustme.CA, tmp_path: Path
) -> None:
    submission = Submission(token_server)
    results = send_twice(submission, authority, tmp_path)
    assert all(isinstance(result, Receipt) for result in results)
    assert submission.received == [MAIL.recipient, MAIL.recipient]
    assert token_server.given == ["token-1"]
    assert submission.shown == [f"user={MAILBOX}\1auth=Bearer token-1\1\1"] * 2


def test_a_token_that_was_taken_back_is_asked_for_once_more(
    token_server: TokenServer, authority: trustme.CA, tmp_path: Path
) -> None:
    submission = Submission(token_server)

    def take_back() -> None:
        token_server.withdrawn.update(token_server.given)

    results = send_twice(submission, authority, tmp_path, between=take_back)
    assert all(isinstance(result, Receipt) for result in results)
    assert token_server.given == ["token-1", "token-2"]


def test_a_mailbox_that_is_not_given_to_the_application_is_explained(
    token_server: TokenServer, authority: trustme.CA, tmp_path: Path
) -> None:
    token_server.withdrawn = {"token-1", "token-2", "token-3", "token-4"}
    submission = Submission(token_server)
    first, second = send_twice(submission, authority, tmp_path)
    assert "object ID of the enterprise application" in str(first)
    assert "535 5.7.3 Authentication unsuccessful" in str(second)
    assert "token-" not in f"{first} {second}"
    assert len(token_server.given) == 3  # each burst asks once more, and the first one kept none
    assert submission.received == []


def test_without_a_token_no_connection_is_made(
    token_server: TokenServer, authority: trustme.CA, tmp_path: Path
) -> None:
    token_server.instead = {"POST": [Reply(200, "<html>Welcome</html>")]}
    submission = Submission(token_server)
    first, _ = send_twice(submission, authority, tmp_path)
    assert "something other than a token (200)" in str(first)
    assert submission.shown == []


def test_a_server_that_takes_no_tokens_is_explained(
    token_server: TokenServer, authority: trustme.CA, tmp_path: Path
) -> None:
    first, _ = send_twice(Submission(token_server), authority, tmp_path, kind=NoTokens)
    assert "takes no tokens (XOAUTH2)" in str(first)


def test_the_settings_say_what_a_token_is_for(tmp_path: Path) -> None:
    def load(text: str) -> Any:
        (tmp_path / "config.toml").write_text(text)
        settings = load_settings(None, {}, tmp_path).settings
        return transport_for(settings, clock=lambda: NOW)

    smtp = '[mail]\ntransport = "smtp"\n[mail.smtp]\nhost = "smtp.office365.com"\nauth = "oauth"\n'
    oauth = f'[mail.oauth]\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\n'
    secret = 'client_secret_file = "secret"\n'
    assert load(f'{smtp}username = "{MAILBOX}"\n{oauth}{secret}').reaches_people
    with pytest.raises(AccountError, match=r"username under .* must name the mailbox"):
        load(f"{smtp}{oauth}{secret}")
    with pytest.raises(AccountError, match="client_secret_file or certificate_file must name"):
        load(f'{smtp}username = "{MAILBOX}"\n{oauth}')


MICROSOFT_SAYS = {
    "basic authentication": (
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        False,
        'set auth = "oauth"',
    ),
    "switch": (
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
            "Mailbox."
        ),
        False,
        "Basic authentication (a user name and a password) is switched off",
    ),
    "switch, and a token": (
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
            "Tenant."
        ),
        True,
        "switch on authenticated SMTP",
    ),
    "security defaults": (
        (
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's "
            "security defaults policy."
        ),
        False,
        "security defaults of your organisation",
    ),
    "conditional access": (
        (
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be "
            "authenticated successfully."
        ),
        True,
        "conditional access policy",
    ),
    "another 5.7.139": ("535 5.7.139 Authentication unsuccessful", True, "sign-in log"),
    "retired": ("550 5.7.30 Basic authentication is not supported", False, 'auth = "oauth"'),
    "no permission": ("535 5.7.3 Authentication unsuccessful", True, "enterprise application"),
    "wrong password": ("535 5.7.3 Authentication unsuccessful", False, "password_file"),
    "google": (
        "535 5.7.8 Username and Password not accepted. https://support.google.com/mail",
        True,
        "domain-wide delegation",
    ),
    "google, a password": (
        "534 5.7.9 Application-specific password required. https://support.google.com/mail",
        False,
        "Google takes no ordinary password",
    ),
    "any other server": ("535 5.7.8 Error: authentication failed", False, "password_file"),
    "any other server, a token": (
        "535 5.7.8 Error",
        True,
        "did not accept the application's token",
    ),
}


@pytest.mark.parametrize("case", MICROSOFT_SAYS)
def test_a_refused_sign_in_says_what_to_change(case: str) -> None:
    reply, by_token, words = MICROSOFT_SAYS[case]
    code, message = int(reply[:3]), reply[4:]
    answer = aiosmtplib.SMTPAuthenticationError(code, message)
    error = no_connection("The mail server x, port 587,", answer, by_token=by_token)
    assert words in str(error)
    assert reply.rstrip(".") in str(error)
    assert (error.scope, error.permanent) == ("transport", False)


@pytest.mark.parametrize(
    ("stage", "reply", "words", "of_sender"),
    [
        ("MAIL", "530 5.7.57 Client not authenticated to send mail", "wants a sign-in", False),
        ("CONTENT", "550 5.7.30 Basic authentication is not supported", "switched off", False),
        (
            "RCPT",
            "550 5.7.68 TenantInboundAttribution; Direct Send not allowed",
            "connector",
            False,
        ),
        ("CONTENT", "554 5.7.60 SMTP; Client does not have permissions", MAILBOX, True),
        ("CONTENT", "554 5.2.252 SendAsDenied", "may not send as", True),
        ("MAIL", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit", "rate_per_minute", False),
        ("RCPT", "451 4.7.500 Server busy. Please try again later", "rate_per_minute", False),
    ],
)
def test_a_refusal_of_all_emails_alike_lets_them_wait(
    stage: Any, reply: str, words: str, of_sender: bool
) -> None:
    error = refused(stage, MAIL, aiosmtplib.SMTPDataError(int(reply[:3]), reply[4:]))
    assert words in str(error)
    assert (error.scope, error.permanent, error.of_sender) == ("transport", False, of_sender)


def test_every_known_refusal_says_who_can_change_what() -> None:
    for known in KNOWN:
        assert "administrator" in known.sentence or "config.toml" in known.sentence
