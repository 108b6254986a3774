"""Mail servers in a mood: greylists, limits, odd replies; minute by minute, on the test's clock."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.storage.schema.mail import message
from boardcal.tests.factories import SECRETARIAT, at
from boardcal.tests.faults.figures import EITHER, some
from boardcal.tests.faults.judge import HOST, Judge, doubled
from boardcal.tests.faults.yard import TODAY, many_chairs
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.storage.database.engine import Database
    from boardcal.tests.faults.figures import Figures, Run

CHAIRS = 12
BEGINS = f"{TODAY} 08:00"
# The longest reply that SMTP allows has 512 characters (RFC 5321 4.5.3.1.5).
LONG = "x" * 9000
ENDLESS = b"250-" + b"y" * 100_000


@dataclass(kw_only=True)
class Night:
    """An office that sends to many chairs by the judge, whose mood may change with the clock."""

    database: Database
    judge: Judge
    chairs: int = CHAIRS
    host: str = HOST
    tls: ssl.SSLContext | None = None
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sets up the office."""
        account = SmtpAccount(
            host=self.host,
            port=self.judge.port,
            security="none" if self.tls is None else "tls",
            tls=self.tls,
        )
        self.office = Office(database=self.database, transport=SmtpTransport(account))
        self.office.store(many_chairs(self.chairs), go_live=TODAY.isoformat())
        self.office.now = at(BEGINS)

    def passes(self, minutes: int, mood: Callable[[], object] = lambda: None) -> None:
        """Lets so many minutes go by, with a sweep and a burst in each."""
        for _ in range(minutes):
            mood()
            self.office.ticker.tick(self.office.now)
            asyncio.run(self._burst())
            if self.office.delivery.trouble not in (None, *self.said[-1:]):
                self.said.append(str(self.office.delivery.trouble))
            self.office.now += timedelta(minutes=1)

    def sleeps(self, until: str) -> None:
        """Goes on at another time."""
        self.office.now = at(until)

    async def _burst(self) -> None:
        await self.office.delivery.deliver()
        await self.office.delivery.transport.close()

    def states(self) -> dict[str, str]:
        """What became of the newest mail of each reader."""
        return {recipient: state for recipient, _, state in self.office.messages()}

    def fills_in(self, run: Run, *, kept: set[str] | None = None) -> None:
        """The figures: what had to arrive, and what the judge was given."""
        states = self.states()
        arrived = {mail.recipient for mail in self.judge.accepted}
        run.mails = len(states)
        run.uncertain = sum(state == "uncertain" for state in states.values())
        run.lost = len(states.keys() - arrived - (kept or set()))
        run.doubled = doubled(self.judge.steps().values())

    def is_told(self, words: str) -> bool:
        """Whether the daemon would have said so."""
        return any(words in sentence for sentence in self.said)


def all_sent(night: Night, run: Run) -> None:
    """Holds that each mail arrived once, and that this is known."""
    night.fills_in(run)
    assert set(night.states().values()) == {"sent"}
    assert (run.lost, run.doubled, run.mails) == (0, 0, night.chairs + 1)


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize(
    ("verb", "answer"),
    some(
        [
            ("RCPT", "450 4.2.0 Greylisted, come back later"),
            ("DOT", "451 4.7.1 Greylisted, come back later"),
            ("MAIL", "421 4.7.0 Try again later"),
        ],
        lambda case: case[0] == "RCPT",
    ),
)
def test_a_server_that_greylists_for_ten_minutes_gets_each_mail_once(
    verb: str, answer: str, kind: str, database: Database, judge: Judge, figures: Figures
) -> None:
    night = Night(database=database, judge=judge)
    judge.answers[verb] = answer

    def mood() -> None:
        if night.office.now >= at(BEGINS) + timedelta(minutes=10):
            judge.answers.clear()

    with figures.run(f"greylisted for ten minutes at {verb}", kind) as run:
        night.passes(10, mood)
        assert judge.accepted == []
        night.passes(25, mood)
        # What a server refused after its dot it was given twice, and took once.
        judge.received[:] = judge.accepted
        all_sent(night, run)


def test_a_server_that_hangs_up_after_ten_mails_gets_the_others_at_once(
    sqlite: Database, judge: Judge, figures: Figures
) -> None:
    night = Night(database=sqlite, judge=judge)

    def counts(moment: str, connection: int) -> None:
        judge.answers.pop("MAIL", None)
        taken = sum(mail.connection == connection for mail in judge.accepted)
        if moment == "MAIL" and taken >= 10:
            judge.answers["MAIL"] = "421 4.7.0 Too many messages in this session"

    judge.watch = counts
    with figures.run("421 after ten mails", "sqlite") as run:
        night.passes(1)
        run.note = f"{judge.connections} connections"
        all_sent(night, run)


def test_a_server_that_closes_after_each_mail_gets_all_at_once(
    sqlite: Database, judge: Judge, figures: Figures
) -> None:
    night = Night(database=sqlite, judge=judge)

    def closes(moment: str, _: int) -> None:
        if moment == "REPLIED":
            raise ConnectionError

    judge.watch = closes
    with figures.run("connection closed after each mail", "sqlite") as run:
        night.passes(1)
        run.note = f"{judge.connections} connections"
        all_sent(night, run)


# What is odd in a reply, by the verb that it answers; what may become of the mails meanwhile.
WAITS = {"pending", "deferred"}
ODD_REPLIES = [
    ("twice", "MAIL", b"250 2.1.0 OK\r\n250 2.1.0 OK\r\n", WAITS),
    ("twice", "RCPT", b"250 2.1.5 OK\r\n250 2.1.5 OK\r\n", WAITS),
    ("twice", "DOT", b"250 2.0.0 Queued\r\n250 2.0.0 Queued\r\n", {"sent"} | WAITS),
    ("twice", "EHLO", b"250 judge\r\n250 judge\r\n", WAITS),
    ("with a bare LF", "MAIL", b"250 2.1.0 OK\n", {"sent"}),
    ("with a bare LF", "DOT", b"250-2.0.0 Queued\n250 2.0.0 Queued\n", {"sent"}),
    ("with other letters", "RCPT", b"250 2.1.5 \xe9\xff\xfe OK\r\n", {"sent"}),
    ("with other letters", "DOT", b"250 2.0.0 \xe9\xff\xfe\x00\x1b[31m Queued\r\n", {"sent"}),
    ("of 9,000 characters", "RCPT", f"250 2.1.5 {LONG}\r\n".encode(), WAITS),
    ("of 9,000 characters", "DOT", f"250 2.0.0 {LONG}\r\n".encode(), {"uncertain"} | WAITS),
    ("never ending", "GREETING", ENDLESS, WAITS),
    ("never ending", "MAIL", ENDLESS, WAITS),
    ("never ending", "DOT", ENDLESS, {"uncertain"} | WAITS),
]


@pytest.mark.parametrize(
    ("how", "verb", "reply", "becomes"), some(ODD_REPLIES, lambda case: case[1] == "DOT")
)
def test_an_odd_reply_loses_and_doubles_nothing(
    how: str,
    verb: str,
    reply: bytes,
    becomes: set[str],
    sqlite: Database,
    judge: Judge,
    figures: Figures,
) -> None:
    night = Night(database=sqlite, judge=judge, chairs=3)
    judge.answers[verb] = reply
    with figures.run(f"reply {how} at {verb}", "sqlite") as run:
        night.passes(1)
        assert set(night.states().values()) <= becomes
        judge.answers.clear()
        # The overview goes once more where its fate is not known; reminders wait for a person.
        night.passes(35)
        unknown = {to for to, state in night.states().items() if state == "uncertain"}
        night.fills_in(run, kept=unknown)
        run.note = f"first {', '.join(sorted(becomes))}"
        for row in night.office.table(message):
            assert (row.reply or "").isprintable()
            assert len(row.reply or "") <= 300
    assert run.lost == 0
    assert run.doubled <= ("uncertain" in becomes)
    assert {state for to, state in night.states().items() if to not in unknown} == {"sent"}
    assert bool(unknown) == ("uncertain" in becomes)


@pytest.mark.parametrize(
    ("what", "verb", "answer"),
    some(
        [
            ("too big", "MAIL", "552 5.3.4 Message size exceeds fixed limit"),
            ("too big", "DOT", "552 5.3.4 Message too big"),
            ("spam", "DOT", "554 5.7.1 Message rejected as spam"),
            ("a policy", "DOT", "550 5.7.509 Access denied, the domain does not pass DMARC"),
        ],
        lambda case: case[0] == "spam",
    ),
)
def test_a_mail_that_is_refused_for_good_is_named_and_holds_up_no_other(
    what: str, verb: str, answer: str, sqlite: Database, judge: Judge, figures: Figures
) -> None:
    night = Night(database=sqlite, judge=judge)
    first: list[str] = []

    def refuses(moment: str, _: int) -> None:
        # The first mail alone, whichever it is.
        if moment == "MAIL":
            first.append(moment)
            judge.answers.clear()
            if len(first) == 1:
                judge.answers[verb] = answer

    judge.watch = refuses
    with figures.run(f"refused as {what} at {verb}: {answer[:9]}", "sqlite") as run:
        night.passes(5)
        (refused,) = [to for to, state in night.states().items() if state == "failed"]
        night.fills_in(run, kept={refused})
        run.note = "one refused and named, the others sent"
    assert (run.lost, run.doubled) == (0, 0)
    assert len(judge.accepted) == CHAIRS
    replies = [row.reply for row in night.office.table(message) if row.state == "failed"]
    assert replies == [answer]


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize(
    ("verb", "answer"),
    some(
        [
            ("MAIL", "550 5.4.5 Daily user sending limit exceeded"),
            ("RCPT", "550 5.1.90 You have reached your daily limit for message recipients"),
            ("DOT", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"),
        ],
        lambda case: case[0] == "DOT",
    ),
)
def test_what_a_days_limit_keeps_back_leaves_the_next_day(
    verb: str, answer: str, kind: str, database: Database, judge: Judge, figures: Figures
) -> None:
    night = Night(database=database, judge=judge)

    def counts(moment: str, _: int) -> None:
        if moment == "MAIL" and len(judge.accepted) >= 5:
            judge.answers[verb] = answer

    judge.watch = counts
    with figures.run(f"a day's limit after five mails, at {verb}", kind) as run:
        night.passes(60)
        assert len(judge.accepted) == 5
        assert set(night.states().values()) <= {"sent"} | WAITS
        assert night.is_told("takes no more mails of lscb@example.org for now")
        assert night.is_told("tomorrow where it is a day's limit")
        judge.watch = lambda _moment, _connection: None
        judge.answers.clear()
        night.sleeps(f"{TODAY + timedelta(days=1)} 08:00")
        night.passes(5)
        judge.received[:] = judge.accepted
        night.fills_in(run)
        run.note = "5 that day, the others the next"
    assert (run.lost, run.doubled) == (0, 0)
    assert set(night.states().values()) == {"sent"}


def test_a_server_without_any_extension_gets_mails_of_plain_ascii(
    sqlite: Database, judge: Judge, figures: Figures
) -> None:
    night = Night(database=sqlite, judge=judge, chairs=1)
    judge.answers["EHLO"] = "250 judge.example.org"
    with figures.run("a server without 8BITMIME and SMTPUTF8", "sqlite") as run:
        night.office.edit(lambda content: content.model_copy(update={"board": named(content)}))
        night.passes(1)
        all_sent(night, run)
    assert all(mail.content.isascii() for mail in judge.received)
    texts = [str(mail.content) for mail in judge.received if mail.recipient == SECRETARIAT]
    assert any("=?utf-8?" in text for text in texts)


def named(content: PlannerFile) -> object:
    """The Board, with a name that is not of plain letters."""
    return content.board.model_copy(update={"name": "Bwrdd Diogelu Plant Dŵr"})


def test_a_certificate_that_expires_keeps_mails_back_until_it_is_renewed(
    sqlite: Database, figures: Figures
) -> None:
    authority = trustme.CA()
    client, server = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(client)
    authority.issue_cert(HOST).configure_cert(server)
    expired = authority.issue_cert(HOST, not_after=datetime(2018, 2, 22, tzinfo=UTC))
    with Judge(tls=server) as judge, figures.run("a certificate expires", "sqlite") as run:
        night = Night(database=sqlite, judge=judge, tls=client)

        def expires(moment: str, _: int) -> None:
            # What is connected stays so; the next connection is shown the old certificate.
            if moment == "REPLIED" and len(judge.accepted) == 5:
                expired.configure_cert(server)
                raise ConnectionError

        judge.watch = expires
        night.passes(20)
        assert len(judge.accepted) == 5
        assert night.is_told("shows a certificate that has expired")
        authority.issue_cert(HOST).configure_cert(server)
        night.passes(40)
        run.note = "5 before, the others once it was renewed"
        all_sent(night, run)


def test_a_name_that_does_not_resolve_keeps_all_back_and_is_named(
    sqlite: Database, judge: Judge, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = Night(database=sqlite, judge=judge, host="localhost")
    away = True

    async def looked_up(
        self: asyncio.BaseEventLoop, host: str, port: int, **more: Any
    ) -> list[Any]:
        if away:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return await there(self, HOST, port, **more)

    there = asyncio.BaseEventLoop.getaddrinfo
    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", looked_up)
    with figures.run("the server's name cannot be looked up", "sqlite") as run:
        night.passes(20)
        assert judge.connections == 0
        assert night.is_told("cannot be found by that name")
        away = False
        night.passes(40)
        all_sent(night, run)
