"""Whatever a mail server says, it is classified, and shown on one line."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, get_args

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.notifications.transports.base import DeliveryError, OutgoingMail
from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.notifications.transports.smtp_replies import LONGEST_REPLY, Stage, refused
from boardcal.tests.fuzz import law
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

MAIL = OutgoingMail(
    message_id="<1@example.org>",
    sender="lscb@example.org",
    recipient="chair@example.org",
    content=b"Subject: x\r\n\r\nx\r\n",
    day=date(2018, 2, 8),
)
codes = st.one_of(st.integers(-1, 999), st.sampled_from([421, 450, 452, 530, 535, 550, 552, 554]))
words = st.one_of(
    st.text(max_size=400),
    st.from_regex(r"[245]\.\d{1,3}\.\d{1,3} [ -~\r\n]{0,80}", fullmatch=True),
)


@law(200)
@given(st.sampled_from(get_args(Stage)), codes, words)
def test_any_answer_but_yes_is_an_error_that_can_be_stored_and_shown(
    stage: Stage, code: int, message: str
) -> None:
    error = refused(stage, MAIL, aiosmtplib.SMTPResponseException(code, message))
    assert isinstance(error, DeliveryError)
    assert error.reply is not None
    assert len(error.reply) <= LONGEST_REPLY
    assert error.reply.isprintable()
    assert str(error).isprintable()
    # Only what was given whole may have arrived, and it is not said to be refused for good too.
    assert not error.uncertain or stage == "CONTENT"
    assert not (error.uncertain and error.permanent)
    assert not (error.permanent and error.scope == "transport")
    assert not (error.uncertain and error.scope == "transport")
    if error.permanent:
        assert 500 <= code < 600


@pytest.mark.parametrize(
    ("stage", "code", "message", "expected"),
    [
        ("MAIL", 550, "5.7.60 Client does not have permissions to send as this sender", True),
        ("MAIL", 550, "5.1.7 Sender unknown", True),
        ("MAIL", 530, "5.7.0 Log in first", False),
        ("RCPT", 550, "5.1.1 No such user", False),
    ],
)
def test_a_refusal_of_the_sender_is_told_from_one_of_the_account(
    stage: Stage, code: int, message: str, expected: bool
) -> None:
    error = refused(stage, MAIL, aiosmtplib.SMTPResponseException(code, message))
    assert error.of_sender is expected


# A server that waits for more has fallen silent; it hangs up, so that no test waits for ours.
SILENT_SECONDS = 0.05


class BabblingServer:
    """A real server that answers every line with something drawn by a test."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = list(answers)

    async def talks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers until it has nothing left to say."""
        with suppress(OSError, ValueError, TimeoutError):
            for answer in self.answers:
                writer.write(answer)
                await writer.drain()
                if not await asyncio.wait_for(reader.readline(), SILENT_SECONDS):
                    break
        writer.close()


good = st.sampled_from(
    [b"220 ready\r\n", b"250 ok\r\n", b"250-x\r\n250 ok\r\n", b"354 go on\r\n", b"250 2.0.0 OK\r\n"]
)
bad = st.one_of(
    st.binary(max_size=60),
    st.builds(b"%d %s\r\n".__mod__, st.tuples(st.integers(100, 599), st.binary(max_size=40))),
    st.just(b""),
)


@law(25)
@given(st.lists(st.one_of(good, good, bad), min_size=1, max_size=12))
def test_a_server_that_babbles_never_brings_anything_but_a_delivery_error(
    answers: list[bytes],
) -> None:
    begun: list[bool] = []

    async def send() -> None:
        server = await asyncio.start_server(BabblingServer(answers).talks, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        account = SmtpAccount(host="127.0.0.1", port=port, security="none")
        transport = SmtpTransport(account)
        try:
            await asyncio.wait_for(
                transport.send(MAIL, on_data=lambda: begun.append(True)), PATIENCE
            )
        finally:
            await transport.close()
            server.close()

    outcome = _outcome(lambda: asyncio.run(send()))
    if isinstance(outcome, DeliveryError):
        assert not outcome.uncertain or begun
    else:
        assert outcome is None
        assert begun == [True]


def _outcome(act: Callable[[], None]) -> BaseException | None:
    try:
        act()
    except DeliveryError as error:
        return error
    return None
