"""The transport that sends: one recipient a mail, one SMTP stage at a time (RFC 5321).

Each stage is a call of its own, so that what happened is known when one of them fails.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

import aiosmtplib

from ...core.addresses import parse_address
from ...core.errors import BoardcalError
from ...settings.mail import SmtpAuth
from .base import (
    AccountError,
    DeliveryError,
    LostClaimError,
    OutgoingMail,
    Receipt,
    Traits,
    always,
)
from .smtp_data import ask_to_begin, give_content
from .smtp_replies import (
    SETTINGS,
    already_delivered,
    broken_off,
    is_settled,
    no_connection,
    one_line,
    refused,
    unwritable,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ...settings.model import Settings
    from ..web_services.tokens import Tokens
    from .smtp_replies import Stage

Security = Literal["starttls", "tls", "none"]
SECURED = {"starttls": "encrypted by STARTTLS", "tls": "encrypted by TLS", "none": "not encrypted"}
QUIT_SECONDS = 5  # a courtesy: what was sent stays sent, whatever the server says to QUIT
FAILURES = (aiosmtplib.SMTPException, OSError, ValueError)  # ValueError: a name that is none


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """A mail server and how to log in to it.

    `password` may be a function, called at each log-in, so that the secret is not kept; `tokens`
    take its place where the server wants them (XOAUTH2).
    `timeout` bounds, in seconds, the way to a usable connection and each answer up to DATA;
    `data_timeout` the handing over itself (RFC 5321 4.5.3.2.6 asks for 10 minutes).
    `tls` replaces the system's trusted certificates. Raises AccountError.
    """

    host: str
    port: int = 587
    security: Security = "starttls"
    username: str = ""
    password: str | Callable[[], str] = field(default="", repr=False)
    tokens: Tokens | None = field(default=None, repr=False)
    timeout: float = 60
    data_timeout: float = 600
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.tokens is not None and not self.username:
            raise AccountError(f"username {SETTINGS} must name the mailbox that emails leave from.")
        if self.tokens is None and bool(self.username) != bool(self.password):
            raise AccountError(f"username and password_file {SETTINGS} need each other; set both.")
        if self.username and self.security == "none":
            raise AccountError(
                f'security is "none" {SETTINGS}, so the password would be sent unencrypted. '
                'Set it to "starttls" or "tls".'
            )

    @property
    def longest_send(self) -> float:
        """Seconds after which a `send` has ended, however slow the server; leases outlast it."""
        # With tokens: one may be asked for twice, and a second connection made.
        steps = 6 if self.tokens is None else 9
        return steps * self.timeout + self.data_timeout

    @property
    def server(self) -> str:
        """The server as a sentence begins with it."""
        return f"The mail server {self.host}, port {self.port},"


class SmtpTransport:
    """Hands mails to a mail server, over one connection that is kept for a burst of them.

    Call `close` after a burst. A server that hung up on a connection kept open costs no mail an
    attempt. Any number of tasks may call `send`; the mails leave one after another.
    """

    reaches_people = True
    traits = Traits(gives_id=False, own_sender=True, attachments=True)

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._client: aiosmtplib.SMTP | None = None
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    def from_settings(
        cls, settings: Settings, *, patience: float, clock: Callable[[], datetime]
    ) -> Self:
        """The account of `[mail.smtp]`. The password is read at each log-in and never kept."""
        smtp = settings.mail.smtp
        by_token = smtp.auth is SmtpAuth.OAUTH
        account = SmtpAccount(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            username=smtp.username,
            password=(lambda: smtp.password() or "") if smtp.username and not by_token else "",
            tokens=_tokens(settings, patience, clock) if by_token else None,
            timeout=patience,
        )
        return cls(account)

    @staticmethod
    def per_minute(settings: Settings) -> int | None:
        """What the mail server takes, as the settings say."""
        return settings.mail.smtp.rate_per_minute

    @staticmethod
    def way_out(settings: Settings) -> str:
        """Which mail server mails are sent through."""
        smtp = settings.mail.smtp
        return f"Mails are sent through {smtp.host}, port {smtp.port}."

    async def send(
        self,
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Receipt:
        """Hand `mail` to the server; the receipt is its answer. Raises DeliveryError.

        The error is `uncertain` when the connection was lost between the mail and the answer to
        it.
        """
        async with self._one_at_a_time:
            client = await self._begin(mail)
            with _stage("RCPT", client, mail):
                await client.rcpt(_bare(mail.recipient))
            on_data()
            try:
                with _stage("DATA", client, mail):
                    async with asyncio.timeout(self._account.timeout):
                        await ask_to_begin(client)
                    if not still_ours():
                        raise LostClaimError
                with _stage("CONTENT", client, mail):
                    async with asyncio.timeout(self._account.data_timeout):
                        answer = await give_content(client, mail.content)
            except DeliveryError as error:
                if error.reply is not None and already_delivered(error):
                    return Receipt(reply=error.reply)
                raise
            return Receipt(reply=one_line(answer.code, answer.message))

    async def check(self) -> str:
        """Connects and logs in, on a connection of its own; sends nothing."""
        account = self._account
        await _quit(await _connected(account))
        log_in = f" and accepts the log-in of {account.username}" if account.username else ""
        return f"{account.server} answers, {SECURED[account.security]}{log_in}; nothing was sent."

    async def close(self) -> None:
        """Say goodbye to the server."""
        async with self._one_at_a_time:
            client, self._client = self._client, None
            if client is not None:
                await _quit(client)

    async def _begin(self, mail: OutgoingMail) -> aiosmtplib.SMTP:
        """A connection on which the server has accepted the sender."""
        client = self._client
        if client is not None and client.is_connected:
            # Whatever goes wrong on an old connection, a new one decides: no mail has begun.
            with suppress(*FAILURES), _closed_on_error(client):
                await client.rset()
                await client.mail(_bare(mail.sender))
                return client
        client = self._client = await _connected(self._account)
        with _stage("MAIL", client, mail):
            await client.mail(_bare(mail.sender))
        return client


def _tokens(settings: Settings, patience: float, clock: Callable[[], datetime]) -> Tokens:
    # Loaded here: what signs tokens is slow to load, and a password needs none of it.
    from ..web_services.calls import Calls
    from ..web_services.tokens import SMTP_SCOPES, Tokens

    oauth = settings.mail.oauth
    return Tokens(
        settings=oauth,
        scope=oauth.scope or SMTP_SCOPES[oauth.provider],
        mailbox=settings.mail.smtp.username,
        clock=clock,
        calls=Calls(patience=patience / 2),
    )


def _bare(address: str) -> str:
    # Checked again here: the library would cut an odd address to what it can read of it.
    return parse_address(address).address


async def _connected(account: SmtpAccount) -> aiosmtplib.SMTP:
    """A new connection, encrypted and logged in as `account` asks for. Raises DeliveryError."""
    try:
        try:
            return await _opened(account)
        except aiosmtplib.SMTPAuthenticationError:
            if account.tokens is None:
                raise
        # A token may have been taken back before its end: a new one decides.
        account.tokens.forget()
        return await _opened(account)
    except FAILURES as error:
        raise no_connection(account.server, error, by_token=account.tokens is not None) from error


async def _opened(account: SmtpAccount) -> aiosmtplib.SMTP:
    token = None if account.tokens is None else await account.tokens.token()
    client = aiosmtplib.SMTP(
        hostname=account.host,
        port=account.port,
        timeout=account.timeout,
        use_tls=account.security == "tls",
        start_tls=False,  # never by the library, which would go on without it
        tls_context=account.tls,
    )
    with _closed_on_error(client):
        async with asyncio.timeout(account.timeout):
            await client.connect()
            await client.ehlo()
            if account.security == "starttls":
                await _encrypt(client, account)
            if token is not None:
                await _show_token(client, account, token)
            elif account.username:
                await _log_in(client, account)
    return client


async def _encrypt(client: aiosmtplib.SMTP, account: SmtpAccount) -> None:
    if not client.supports_extension("starttls"):
        raise DeliveryError(
            f"{account.server} offers no encryption (STARTTLS), so nothing was sent to it. Ask "
            f'who runs it, or set security to "tls" (usually port 465) {SETTINGS}.',
            scope="transport",
        )
    await client.starttls()
    await client.ehlo()


async def _log_in(client: aiosmtplib.SMTP, account: SmtpAccount) -> None:
    if not client.supported_auth_methods:
        raise DeliveryError(
            f"{account.server} takes no name and password. Ask who runs it to allow them for "
            f"{account.username} (SMTP AUTH), or empty username and password_file {SETTINGS}.",
            scope="transport",
        )
    try:
        password = account.password() if callable(account.password) else account.password
    except (BoardcalError, OSError, ValueError) as error:
        raise DeliveryError(
            f"The password for {account.username} could not be read: {error}", scope="transport"
        ) from error
    try:
        await client.login(account.username, password)
    except aiosmtplib.SMTPServerDisconnected as error:
        raise DeliveryError(
            f"{account.server} hung up at the log-in of {account.username}. Check username and "
            f"password_file {SETTINGS}. Mails wait and are tried again.",
            scope="transport",
        ) from error


async def _show_token(client: aiosmtplib.SMTP, account: SmtpAccount, token: str) -> None:
    if "xoauth2" not in client.server_auth_methods:
        raise DeliveryError(
            f"{account.server} takes no tokens (XOAUTH2). Check host and port {SETTINGS}, or set "
            'auth to "password" there.',
            scope="transport",
        )
    await client.auth_xoauth2(account.username, token)


async def _quit(client: aiosmtplib.SMTP) -> None:
    with suppress(*FAILURES), _closed_on_error(client):
        await client.quit(timeout=QUIT_SECONDS)
    client.close()


@contextmanager
def _stage(stage: Stage, client: aiosmtplib.SMTP, mail: OutgoingMail) -> Iterator[None]:
    """What goes wrong at `stage`, as a DeliveryError.

    The connection is kept only where the server's answer leaves it in a known state.
    """
    try:
        yield
    except aiosmtplib.SMTPResponseException as answer:
        if not is_settled(answer):
            client.close()
        raise refused(stage, mail, answer) from answer
    except ValueError as error:
        raise unwritable(stage, mail) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise broken_off(stage, mail) from error
    except BaseException:
        client.close()
        raise


@contextmanager
def _closed_on_error(client: aiosmtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        client.close()
        raise
