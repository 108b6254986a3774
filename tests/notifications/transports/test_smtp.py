from __future__ import annotations

import asyncio
import base64
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from boardcal.core.addresses import Address
from boardcal.core.errors import BoardcalError
from boardcal.notifications.delivery.mime import MailItem, build_mail
from boardcal.notifications.transports.base import (
    AccountError,
    DeliveryError,
    OutgoingMail,
    Receipt,
    Transport,
)
from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.tests.waiting import PATIENCE, run_skipping, skip

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

HOST = "127.0.0.1"
USERNAME = "lscb@example.org"
PASSWORD = "not-for-the-wire"
CHAIR = "pmqag.chair@example.org"
DROP, HANG = "drop the connection", "say nothing"
TIME_LIMIT = 60.0  # what a transport waits for; a server that hangs lets more than that go by

TEXT = "Zoë, the S.11 annual report is due.\n.\n..two dots\nFrom here on\n" + "long " * 300 + "\n"
HTML = "<p>Zoë, the <b>S.11 annual report</b> is due.</p>\n"
SUBJECT = "Due 22 February 2018: S.11 annual report – Prüfung (LSCB, 8 March) and two more reports"
MAIL = OutgoingMail(
    message_id="<boardcal.1@example.org>",
    sender=USERNAME,
    recipient=CHAIR,
    content=build_mail(
        sender=Address(name="Cumbria LSCB", address=USERNAME),
        recipient=Address(name="Brontë, Zoë", address=CHAIR),
        reply_to=Address(address="secretariat@example.org"),
        subject=SUBJECT,
        text=TEXT,
        html=HTML,
        message_id="<boardcal.1@example.org>",
        date=datetime(2018, 2, 22, 8, 0, tzinfo=UTC),
        items=[MailItem(key="lscb/s11-annual/pmqag/2018-03", step=0, level="owner")],
    ),
    day=date(2018, 2, 22),
)


@dataclass
class Postmaster:
    """What a mail server is told to answer, and what it was sent."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    verbs: list[str] = field(default_factory=list)
    connections: int = 0
    silent_seconds: float = TIME_LIMIT + 1
    received: list[tuple[str | None, list[str], bytes]] = field(default_factory=list)
    wire: bytearray = field(default_factory=bytearray)

    def begun(self) -> None:
        """What a transport calls just before DATA."""
        self.verbs.append("begun")

    def answer(self, verb: str) -> str | None:
        """The prescribed answer to `verb`, or None for the usual one; the last one stays."""
        prescribed = self.answers.get(verb)
        if not prescribed:
            return None
        return (prescribed.pop(0) if len(prescribed) > 1 else prescribed[0]) or None

    async def handle_DATA(self, _server: Server, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append((envelope.mail_from, envelope.rcpt_tos, content))
        return self.answer("CONTENT") or "250 2.0.0 Queued as 4F1C"


class Server(SMTP):
    """aiosmtpd, answering as its postmaster says, at each verb."""

    def __init__(self, postmaster: Postmaster, **options: Any) -> None:
        super().__init__(postmaster, hostname="mail.example.org", **options)
        self.postmaster = postmaster
        self._smtp_methods = {
            verb: self._prescribed(verb, method) for verb, method in self._smtp_methods.items()
        }

    def _prescribed(
        self, verb: str, method: Callable[[str | None], Awaitable[None]]
    ) -> Callable[[str | None], Awaitable[None]]:
        async def run(arg: str | None) -> None:
            self.postmaster.verbs.append(verb)
            answer = self.postmaster.answer(verb)
            await (method(arg) if answer is None else self.push(answer))

        return run

    async def push(self, status: str | bytes) -> None:
        said = status if isinstance(status, str) else status.decode("latin-1")
        if not self.postmaster.verbs:
            said = self.postmaster.answer("GREETING") or said
        assert self.transport is not None
        if said == DROP:
            self.transport.close()
        elif said == HANG:
            await skip(self.postmaster.silent_seconds)
            await asyncio.sleep(3600)
        else:
            await super().push(said.encode("latin-1"))
            if said.startswith("421"):
                self.transport.close()


def check_password(*args: Any) -> AuthResult:
    login = args[-1]
    assert isinstance(login, LoginPassword)
    return AuthResult(success=login.password == PASSWORD.encode(), handled=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def certified(authority: trustme.CA, host: str = HOST) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(context)
    return context


@asynccontextmanager
async def mail_server(
    postmaster: Postmaster, *, wrapped: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[int]:
    """A server on a free port, which it yields; `wrapped` encrypts from the first byte."""
    loop = asyncio.get_running_loop()
    sessions: list[Server] = []

    def connected() -> Server:
        postmaster.connections += 1
        sessions.append(Server(postmaster, loop=loop, authenticator=check_password, **options))
        return sessions[-1]

    async with await loop.create_server(connected, HOST, 0, ssl=wrapped) as server:
        yield port_of(server)
        async with asyncio.timeout(PATIENCE):
            while still_open := [each.transport for each in sessions if each.transport]:
                for transport in still_open:
                    transport.close()
                await asyncio.sleep(0.001)


@asynccontextmanager
async def tapped(port: int, wire: bytearray) -> AsyncIterator[int]:
    """A relay to `port` that keeps every byte the client sends."""

    async def copy(source: asyncio.StreamReader, to: asyncio.StreamWriter, *, keep: bool) -> None:
        with suppress(ConnectionError):
            while octets := await source.read(65536):
                if keep:
                    wire.extend(octets)
                to.write(octets)
        to.close()
        with suppress(ConnectionError):
            await to.wait_closed()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relayed.append(asyncio.current_task())
        there, onward = await asyncio.open_connection(HOST, port)
        await asyncio.gather(copy(reader, onward, keep=True), copy(there, writer, keep=False))

    relayed: list[asyncio.Task[None] | None] = []
    async with await asyncio.start_server(relay, HOST, 0) as server:
        yield port_of(server)
    await asyncio.gather(*filter(None, relayed))


def port_of(server: asyncio.Server) -> int:
    port = server.sockets[0].getsockname()[1]
    assert isinstance(port, int)
    return port


def make_account(port: int, **overrides: Any) -> SmtpAccount:
    given: dict[str, Any] = {"host": HOST, "port": port, "security": "none", "timeout": TIME_LIMIT}
    return SmtpAccount(**given | overrides)


def deliver(
    postmaster: Postmaster,
    *mails: OutgoingMail,
    server: dict[str, Any] | None = None,
    **overrides: Any,
) -> list[Receipt | DeliveryError]:
    """What sending each of `mails` over one transport came to."""

    async def sending() -> list[Receipt | DeliveryError]:
        results: list[Receipt | DeliveryError] = []
        async with (
            mail_server(postmaster, **server or {}) as port,
            tapped(port, postmaster.wire) as tap,
        ):
            transport: Transport = SmtpTransport(make_account(tap, **overrides))
            for mail in mails:
                try:
                    results.append(await transport.send(mail, on_data=postmaster.begun))
                except DeliveryError as error:
                    results.append(error)
            await transport.close()
        return results

    return run_skipping(sending())


def refusal(postmaster: Postmaster, **options: Any) -> DeliveryError:
    """The error that sending one mail came to; nothing of it was received."""
    (error,) = deliver(postmaster, MAIL, **options)
    assert isinstance(error, DeliveryError)
    return error


def judged(error: DeliveryError) -> tuple[str, bool, bool]:
    return error.scope, error.permanent, error.uncertain


def with_password(authority: trustme.CA, **overrides: Any) -> dict[str, Any]:
    return {
        "security": "starttls",
        "username": USERNAME,
        "password": PASSWORD,
        "tls": trusting(authority),
        "server": {"tls_context": certified(authority)},
    } | overrides


def test_a_mail_arrives_part_by_part_as_it_was_written(authority: trustme.CA) -> None:
    postmaster = Postmaster()
    (receipt,) = deliver(postmaster, MAIL, **with_password(authority))
    assert receipt == Receipt(reply="250 2.0.0 Queued as 4F1C")
    ((sender, recipients, content),) = postmaster.received
    assert (sender, recipients) == (USERNAME, [CHAIR])
    assert content == MAIL.content
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    text, html = message.iter_parts()
    assert message["Subject"] == SUBJECT
    assert message["To"].addresses[0].display_name == "Brontë, Zoë"
    assert message["X-Boardcal-Items"] == "lscb/s11-annual/pmqag/2018-03@0/owner"
    assert text.get_content().replace("\r\n", "\n") == TEXT
    assert html.get_content().replace("\r\n", "\n") == HTML


def test_dots_and_line_ends_survive_whatever_the_content() -> None:
    content = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\nb.\r\n"
    postmaster = Postmaster()
    deliver(postmaster, replace(MAIL, content=content))
    assert postmaster.received[0][2] == content


def test_the_caller_hears_of_it_once_and_just_before_data(authority: trustme.CA) -> None:
    postmaster = Postmaster()
    deliver(postmaster, MAIL, **with_password(authority))
    assert postmaster.verbs == [
        *("EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "begun", "DATA", "QUIT")
    ]


def test_mail_can_be_encrypted_from_the_first_byte(authority: trustme.CA) -> None:
    postmaster = Postmaster()
    server = {"wrapped": certified(authority), "auth_require_tls": False}
    deliver(postmaster, MAIL, **with_password(authority, security="tls", server=server))
    assert [content for _, _, content in postmaster.received] == [MAIL.content]
    assert "AUTH" in postmaster.verbs
    assert b"EHLO" not in postmaster.wire


SECRETS = [
    PASSWORD.encode(),
    base64.b64encode(PASSWORD.encode()),
    base64.b64encode(f"\0{USERNAME}\0{PASSWORD}".encode()),
    b"AUTH",
]


def test_a_password_is_never_seen_on_the_wire(authority: trustme.CA) -> None:
    postmaster = Postmaster()
    deliver(postmaster, MAIL, **with_password(authority))
    assert "AUTH" in postmaster.verbs
    assert b"STARTTLS" in postmaster.wire
    assert [secret for secret in SECRETS if secret in postmaster.wire] == []


def test_a_server_without_starttls_is_sent_nothing(authority: trustme.CA) -> None:
    postmaster = Postmaster()
    server = {"auth_require_tls": False}  # it would take the password as it is
    error = refusal(postmaster, **with_password(authority, server=server))
    assert judged(error) == ("transport", False, False)
    assert "offers no encryption (STARTTLS), so nothing was sent to it" in str(error)
    assert postmaster.verbs == ["EHLO"]
    assert [secret for secret in SECRETS if secret in postmaster.wire] == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"security": "none", "username": USERNAME, "password": PASSWORD}, "sent unencrypted"),
        ({"security": "tls", "username": USERNAME}, "need each other"),
        ({"security": "tls", "password": PASSWORD}, "need each other"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(AccountError, match=words) as caught:
        make_account(587, **settings)
    assert caught.value.exit_code == 78


def test_a_password_is_not_shown_with_its_account() -> None:
    shown = repr(make_account(587, security="tls", username=USERNAME, password=PASSWORD))
    assert USERNAME in shown
    assert PASSWORD not in shown


@pytest.mark.parametrize(
    ("security", "host"), [("starttls", HOST), ("tls", HOST), ("tls", "b.example")]
)
def test_a_certificate_that_cannot_be_trusted_ends_it(
    authority: trustme.CA, security: str, host: str
) -> None:
    issuer = authority if host != HOST else trustme.CA()
    server = {"tls_context": certified(issuer, host)}
    if security == "tls":
        server = {"wrapped": certified(issuer, host)}
    postmaster = Postmaster()
    error = refusal(postmaster, **with_password(authority, security=security, server=server))
    assert judged(error) == ("transport", False, False)
    assert "certificate that cannot be trusted" in str(error)
    assert not {"AUTH", "MAIL"} & set(postmaster.verbs)


def test_encryption_asked_of_a_server_that_speaks_plainly_is_explained() -> None:
    error = refusal(Postmaster(), security="tls")
    assert judged(error) == ("transport", False, False)
    assert "does not encrypt as asked. Check port and security" in str(error)


def test_a_wrong_password_holds_all_mails(authority: trustme.CA) -> None:
    postmaster = Postmaster()
    error = refusal(postmaster, **with_password(authority, password=lambda: "wrong"))
    assert judged(error) == ("transport", False, False)
    assert "did not accept the name and password: 535 5.7.8" in str(error)
    assert "Check username and password_file under [mail.smtp]" in str(error)
    assert "MAIL" not in postmaster.verbs


def test_a_password_that_cannot_be_read_holds_all_mails(authority: trustme.CA) -> None:
    def unreadable() -> str:
        raise BoardcalError("The file var/password may not be read.")

    error = refusal(Postmaster(), **with_password(authority, password=unreadable))
    assert judged(error) == ("transport", False, False)
    assert "The file var/password may not be read." in str(error)


def test_a_server_that_takes_no_password_is_explained(authority: trustme.CA) -> None:
    server = {"tls_context": certified(authority), "auth_exclude_mechanism": ["PLAIN", "LOGIN"]}
    error = refusal(Postmaster(), **with_password(authority, server=server))
    assert judged(error) == ("transport", False, False)
    assert "takes no name and password" in str(error)


def test_a_server_that_hangs_up_at_the_log_in_is_explained(authority: trustme.CA) -> None:
    error = refusal(Postmaster({"AUTH": [DROP]}), **with_password(authority))
    assert judged(error) == ("transport", False, False)
    assert "hung up at the log-in" in str(error)


PASSING, LATER, FOR_GOOD, UNKNOWN = (
    ("transport", False, False),
    ("recipient", False, False),
    ("recipient", True, False),
    ("recipient", False, True),
)


@pytest.mark.parametrize(
    ("verb", "answer", "judgement"),
    [
        ("GREETING", "421 4.3.2 Too busy", PASSING),
        ("GREETING", "554 5.7.1 Go away", PASSING),
        ("EHLO", "421 4.3.2 Too busy", PASSING),
        ("EHLO", "550 5.7.1 Not you", PASSING),
        ("MAIL", "421 4.3.2 Too busy", PASSING),
        ("MAIL", "451 4.3.0 Try later", LATER),
        ("MAIL", "530 5.7.0 Log in first", PASSING),
        ("MAIL", "535 5.7.8 Log in again", PASSING),
        ("MAIL", "550 5.7.60 Client does not have permissions to send as this sender", PASSING),
        ("MAIL", "553 5.7.1 Sender not owned by user", PASSING),
        ("MAIL", "550 Sender rejected", PASSING),
        ("MAIL", "501 5.1.7 Bad sender", PASSING),
        ("MAIL", "552 5.3.4 Too big", FOR_GOOD),
        ("RCPT", "421 4.7.0 Slow down", LATER),
        ("RCPT", "450 4.2.0 Greylisted", LATER),
        ("RCPT", "452 4.2.2 Mailbox full", LATER),
        ("RCPT", "530 5.7.0 Log in first", PASSING),
        ("RCPT", "550 5.1.1 No such user", FOR_GOOD),
        ("RCPT", "551 Not here", FOR_GOOD),
        ("DATA", "421 4.3.2 Closing", LATER),
        ("DATA", "451 4.3.0 Try later", LATER),
        ("DATA", "554 5.5.1 No valid recipients", FOR_GOOD),
        ("CONTENT", "421 4.3.2 Closing", LATER),
        ("CONTENT", "452 4.3.1 Disk full", LATER),
        ("CONTENT", "554 5.7.1 Looks like spam", FOR_GOOD),
        ("CONTENT", "554 5.2.252 SendAsDenied", PASSING),
        ("CONTENT", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", PASSING),
        ("MAIL", "452 4.7.1 Daily message quota exceeded", PASSING),
        ("MAIL", "550 5.4.5 Daily user sending limit exceeded", PASSING),
        ("RCPT", "550 5.4.5 Daily sending quota exceeded", PASSING),
        ("RCPT", "550 5.1.90 You have reached your daily limit for recipients", PASSING),
        ("RCPT", "550 Domain example.org has exceeded the max emails per hour (9/9)", PASSING),
        ("RCPT", "552 5.2.2 Mailbox over quota, sending is blocked", FOR_GOOD),
        ("RCPT", "450 4.2.1 Receives too many mails an hour", LATER),
        ("CONTENT", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceeded", PASSING),
        ("CONTENT", "550 5.7.233 The tenant exceeded its daily limit", PASSING),
        ("CONTENT", "550 5.2.122 The recipient has exceeded their limit per hour", FOR_GOOD),
        ("CONTENT", "552 5.3.4 Message size exceeds the limit for outgoing mail", FOR_GOOD),
        ("CONTENT", "550 5.1.8 Access denied, bad outbound sender", PASSING),
        ("CONTENT", "550 5.7.705 Access denied, tenant has exceeded threshold", PASSING),
        ("CONTENT", "550 5.7.708 Access denied, traffic not accepted from this IP", PASSING),
        ("CONTENT", "550 5.7.509 Access denied, the sending domain fails DMARC", FOR_GOOD),
        ("CONTENT", "299 What?", UNKNOWN),
        ("CONTENT", "nonsense", UNKNOWN),
    ],
)
def test_each_answer_is_weighed_by_where_it_came(
    verb: str, answer: str, judgement: tuple[str, bool, bool]
) -> None:
    postmaster = Postmaster({verb: [answer]})
    error = refusal(postmaster)
    assert judged(error) == judgement
    assert error.reply is not None
    assert answer in error.reply
    assert error.reply.rstrip(".") in str(error)
    assert postmaster.verbs.count("begun") == (verb in {"DATA", "CONTENT"})


@pytest.mark.parametrize("fault", [DROP, HANG])
@pytest.mark.parametrize(
    ("verb", "judgement"),
    [
        ("GREETING", PASSING),
        ("EHLO", PASSING),
        ("MAIL", PASSING),
        ("RCPT", LATER),
        ("DATA", LATER),
        ("CONTENT", UNKNOWN),
    ],
)
def test_silence_is_uncertain_only_once_the_mail_itself_was_given(
    verb: str, fault: str, judgement: tuple[str, bool, bool]
) -> None:
    postmaster = Postmaster({verb: [fault]})
    error = refusal(postmaster, data_timeout=TIME_LIMIT)
    assert judged(error) == judgement
    assert error.reply is None
    assert postmaster.verbs.count("begun") == (verb in {"DATA", "CONTENT"})
    if fault == HANG and verb in {"GREETING", "EHLO"}:
        assert "did not answer in time. Check host, port and security" in str(error)


def test_a_slow_yes_is_still_a_yes() -> None:
    class Slow(Postmaster):
        async def handle_DATA(self, *args: Any) -> str:  # noqa: N802
            await skip(TIME_LIMIT + 1)
            return await super().handle_DATA(*args)

    (receipt,) = deliver(Slow(), MAIL, timeout=TIME_LIMIT, data_timeout=2 * TIME_LIMIT)
    assert receipt == Receipt(reply="250 2.0.0 Queued as 4F1C")


def test_a_duplicate_refused_after_a_lost_answer_counts_as_sent() -> None:
    reply = "554 5.2.0 STOREDRV.Deliver; delivery result banner: duplicate delivery detected"
    assert deliver(Postmaster({"CONTENT": [reply]}), MAIL) == [Receipt(reply=reply)]


@pytest.mark.parametrize("fault", ["421 4.3.2 Closing", "500 What?", DROP])
def test_what_is_said_to_quit_changes_nothing(fault: str) -> None:
    postmaster = Postmaster({"QUIT": [fault]})
    assert deliver(postmaster, MAIL) == [Receipt(reply="250 2.0.0 Queued as 4F1C")]
    assert postmaster.verbs[-1] == "QUIT"


def test_a_burst_goes_over_one_connection() -> None:
    postmaster = Postmaster()
    deliver(postmaster, MAIL, MAIL, MAIL)
    assert postmaster.connections == 1
    assert len(postmaster.received) == 3
    assert postmaster.verbs.count("RSET") == 2


def test_a_refused_mail_does_not_stop_the_next_on_the_same_connection() -> None:
    postmaster = Postmaster({"RCPT": ["550 5.1.1 No such user", ""]})
    first, second = deliver(postmaster, MAIL, MAIL)
    assert isinstance(first, DeliveryError)
    assert isinstance(second, Receipt)
    assert postmaster.connections == 1


@pytest.mark.parametrize("answer", ["299 What?", "nonsense", HANG])
def test_after_an_answer_that_is_none_the_next_mail_has_a_connection_of_its_own(
    answer: str,
) -> None:
    postmaster = Postmaster({"CONTENT": [answer, ""]})
    _, second = deliver(postmaster, MAIL, MAIL, data_timeout=TIME_LIMIT)
    assert isinstance(second, Receipt)
    assert postmaster.connections == 2
    assert b"RSET" not in postmaster.wire


@pytest.mark.parametrize("verb", ["RSET", "MAIL"])
@pytest.mark.parametrize("fault", ["421 4.4.2 Idle too long", "451 4.7.0 Enough of you", DROP])
def test_a_server_that_hung_up_between_mails_is_called_again(verb: str, fault: str) -> None:
    before = [""] if verb == "MAIL" else []
    postmaster = Postmaster({verb: [*before, fault, ""]})
    first, second = deliver(postmaster, MAIL, MAIL)
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert postmaster.connections == 2
    assert postmaster.verbs.count("begun") == 2


def test_a_server_that_goes_on_refusing_is_called_again_only_once() -> None:
    postmaster = Postmaster({"MAIL": ["", "451 4.7.0 Enough of you"]})
    _, second = deliver(postmaster, MAIL, MAIL)
    assert isinstance(second, DeliveryError)
    assert judged(second) == LATER
    assert postmaster.connections == 2


def test_a_caller_who_says_no_sends_nothing_and_may_go_on() -> None:
    def no() -> None:
        raise RuntimeError("no longer owed")

    async def twice() -> None:
        async with mail_server(postmaster) as port:
            transport = SmtpTransport(make_account(port))
            with pytest.raises(RuntimeError, match="no longer owed"):
                await transport.send(MAIL, on_data=no)
            assert "DATA" not in postmaster.verbs
            await transport.send(MAIL, on_data=lambda: None)
            await transport.close()

    postmaster = Postmaster()
    asyncio.run(twice())
    assert len(postmaster.received) == 1
    assert postmaster.connections == 1


@pytest.mark.parametrize("verb", ["RSET", "MAIL", "RCPT", "CONTENT"])
def test_a_sending_that_is_called_off_leaves_no_connection_half_way(verb: str) -> None:
    async def interrupted() -> Receipt:
        async with (
            mail_server(postmaster) as port,
            tapped(port, postmaster.wire) as tap,
        ):
            transport = SmtpTransport(make_account(tap))
            await transport.send(MAIL, on_data=lambda: None)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(TIME_LIMIT / 4):
                    await transport.send(MAIL, on_data=lambda: None)
            receipt = await transport.send(MAIL, on_data=lambda: None)
            await transport.close()
            return receipt

    before = [] if verb == "RSET" else [""]
    postmaster = Postmaster({verb: [*before, HANG, ""]}, silent_seconds=TIME_LIMIT / 2)
    assert run_skipping(interrupted()) == Receipt(reply="250 2.0.0 Queued as 4F1C")
    assert postmaster.connections == 2
    # The silent connection is not asked again.
    assert postmaster.wire.count(b"RSET") == 1


def test_mails_sent_at_the_same_time_leave_one_after_another() -> None:
    async def together() -> None:
        async with mail_server(postmaster) as port:
            transport = SmtpTransport(make_account(port))
            await asyncio.gather(
                *(transport.send(mail, on_data=lambda: None) for mail in mails),
                transport.close(),
            )
            await transport.close()

    mails = [replace(MAIL, recipient=f"chair{n}@example.org") for n in range(8)]
    postmaster = Postmaster()
    asyncio.run(together())
    assert [recipients for _, recipients, _ in postmaster.received] == [
        [mail.recipient] for mail in mails
    ]


def test_check_logs_in_and_sends_nothing(authority: trustme.CA) -> None:
    async def checking() -> str:
        options = with_password(authority)
        async with mail_server(postmaster, **options.pop("server")) as port:
            sentence = await SmtpTransport(make_account(port, **options)).check()
            return sentence.replace(str(port), "587")

    postmaster = Postmaster()
    assert asyncio.run(checking()) == (
        "The mail server 127.0.0.1, port 587, answers, encrypted by STARTTLS and accepts the "
        "log-in of lscb@example.org; nothing was sent."
    )
    assert postmaster.verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"]


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (HOST, "could not be reached (Connection refused)"),
        ("mail.invalid", "cannot be found by that name. Check host under [mail.smtp]"),
        ("mail..example.org", "cannot be found by that name"),
    ],
)
def test_a_server_that_cannot_be_reached_holds_all_mails(host: str, words: str) -> None:
    async def checking() -> None:
        async with mail_server(Postmaster()) as port:
            pass
        await SmtpTransport(make_account(port, host=host)).check()

    with pytest.raises(DeliveryError) as caught:
        asyncio.run(checking())
    assert judged(caught.value) == PASSING
    assert words in str(caught.value)
    assert "Mails wait and are tried again." in str(caught.value)


@pytest.mark.parametrize(
    ("mail", "judgement"),
    [
        (replace(MAIL, recipient="zoë@example.org"), FOR_GOOD),
        (replace(MAIL, recipient="a@example.org>\r\nDATA"), FOR_GOOD),
        (replace(MAIL, sender="lscb@example.org> SIZE=1"), PASSING),
    ],
)
def test_an_address_that_smtp_cannot_write_is_never_sent(
    mail: OutgoingMail, judgement: tuple[str, bool, bool]
) -> None:
    postmaster = Postmaster()
    (error,) = deliver(postmaster, mail)
    assert isinstance(error, DeliveryError)
    assert judged(error) == judgement
    assert "which is no mail address" in str(error)
    assert "begun" not in postmaster.verbs


def test_a_refusal_tells_a_secretariat_what_to_do() -> None:
    error = refusal(Postmaster({"RCPT": ["550 5.1.1 No such user here."]}))
    assert str(error) == (
        "The mail server refused pmqag.chair@example.org: 550 5.1.1 No such user here. Check the "
        'address with whoever holds the role and correct it with "boardcal people appoint".'
    )


def test_what_a_server_says_is_made_fit_to_be_shown_and_stored() -> None:
    class Odd(Postmaster):
        async def handle_DATA(self, *_: Any) -> Any:  # noqa: N802
            return b"550-5.7.1 \x1b[31mRefused\x00\r\n550 5.7.1 caf\xe9 " + b"x" * 900

    error = refusal(Odd())
    assert error.reply is not None
    assert error.reply.startswith("550 5.7.1 [31mRefused 5.7.1 caf x")
    assert error.reply.isprintable()
    assert len(error.reply) == 300
