"""Microsoft Graph: what it is given, what its refusals mean, and what Sent Items is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.core.addresses import Address
from boardcal.notifications.delivery.mime import build_mail
from boardcal.notifications.transports.base import (
    AccountError,
    AskableTransport,
    DeliveryError,
    LostClaimError,
    OutgoingMail,
    Receipt,
)
from boardcal.notifications.transports.graph import GraphTransport
from boardcal.settings.model import Settings
from boardcal.tests.services.graph import GraphService, refusal
from boardcal.tests.services.token_server import CLIENT, SECRET, TENANT, TokenServer
from boardcal.tests.services.web_service import DROP, HANG, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MAILBOX = "lscb@example.org"
CHAIR = "pmqag.chair@example.org"


def make_mail(number: int = 1, recipient: str = CHAIR) -> OutgoingMail:
    message_id = f"<boardcal.{number}@example.org>"
    content = build_mail(
        sender=Address(name="Cumbria LSCB", address=MAILBOX),
        recipient=Address(address=recipient),
        reply_to=Address(address="secretariat@example.org"),
        subject="Due 22 February 2018: S.11 annual report – Prüfung",
        text="The S.11 annual report is due.\n",
        html="<p>The S.11 annual report is due.</p>",
        message_id=message_id,
        date=NOW,
    )
    return OutgoingMail(
        message_id=message_id,
        sender=MAILBOX,
        recipient=recipient,
        content=content,
        day=date(2026, 12, 1),
    )


MAIL = make_mail()


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer(clock=lambda: NOW) as listening:
        yield listening


@pytest.fixture
def service(tokens: TokenServer) -> Iterator[GraphService]:
    with GraphService(is_good=tokens.is_good, clock=lambda: NOW) as listening:
        tokens.scope = f"{listening.url}/.default"
        yield listening


def make_transport(
    service: GraphService,
    tokens: TokenServer,
    folder: Path,
    *,
    patience: float = 60,
    **oauth: Any,
) -> GraphTransport:
    (folder / "secret").write_text(SECRET)
    settings = Settings.model_validate(
        {
            "mail": {
                "transport": "graph",
                "from": f"Cumbria LSCB <{MAILBOX}>",
                "graph": {"base_url": service.url},
                "oauth": {
                    "tenant": TENANT,
                    "client_id": CLIENT,
                    "client_secret_file": folder / "secret",
                    "token_url": f"{tokens.url}/{TENANT}/oauth2/v2.0/token",
                }
                | oauth,
            }
        }
    )
    return GraphTransport.from_settings(settings, patience=patience, clock=lambda: NOW)


@pytest.fixture
def transport(service: GraphService, tokens: TokenServer, tmp_path: Path) -> GraphTransport:
    return make_transport(service, tokens, tmp_path)


def send(transport: GraphTransport, *mails: OutgoingMail) -> list[Receipt]:
    async def sending() -> list[Receipt]:
        try:
            return [await transport.send(mail, on_data=lambda: None) for mail in mails]
        finally:
            await transport.close()

    return asyncio.run(sending())


def find(transport: GraphTransport, mail: OutgoingMail = MAIL) -> Receipt | None:
    async def asking() -> Receipt | None:
        try:
            return await transport.find(mail, begun=NOW)
        finally:
            await transport.close()

    return asyncio.run(asking())


def test_a_mail_arrives_byte_for_byte_and_needs_one_token(
    service: GraphService, tokens: TokenServer, transport: GraphTransport
) -> None:
    send(transport, MAIL, make_mail(2))
    send(transport, make_mail(3))
    assert service.taken[0].content == MAIL.content
    assert service.counts() == {CHAIR: 3}
    assert tokens.given == ["token-1"]


def test_a_token_that_was_taken_back_is_asked_for_once_more(
    service: GraphService, tokens: TokenServer, transport: GraphTransport
) -> None:
    send(transport, MAIL)
    tokens.withdrawn = {"token-1"}
    send(transport, make_mail(2))
    tokens.withdrawn = {"token-1", "token-2"}
    assert find(transport) is not None
    assert tokens.given == ["token-1", "token-2", "token-3"]
    assert len(service.taken) == 2


@pytest.mark.parametrize(
    ("answer", "judgement", "words"),
    [
        (refusal(403, "ErrorAccessDenied"), ("transport", False, False), "permission Mail.Send"),
        (refusal(403, "ErrorSendAsDenied"), ("transport", False, False), "right Send As"),
        (refusal(404, "ErrorInvalidUser"), ("transport", False, False), "has no mailbox"),
        (refusal(401, "InvalidAuthentication"), ("transport", False, False), "'s token. Check"),
        (refusal(429, "ApplicationThrottled"), ("transport", False, False), "Lower rate_per"),
        (refusal(400, "ErrorInvalidRecipients"), ("recipient", True, False), "Check the address"),
        (refusal(400, "ErrorMimeContentInvalid"), ("recipient", False, False), "is tried again"),
        (refusal(503, "ServiceUnavailable"), ("transport", False, True), "nothing to do"),
        (Reply(200, {"error": {"code": "x"}}), ("transport", False, True), "Something other"),
        (Reply(200, "<html>Welcome</html>"), ("transport", False, True), "Something other"),
        (Reply(302), ("transport", False, False), "Something other"),
        (Reply(403, "<html>Blocked</html>"), ("transport", False, False), "Something other"),
        (DROP, ("transport", False, True), "hung up before its answer"),
    ],
)  # fmt: skip
def test_each_answer_is_weighed(
    service: GraphService,
    transport: GraphTransport,
    answer: Reply | str,
    judgement: tuple[str, bool, bool],
    words: str,
) -> None:
    service.instead = {"POST": [answer]}
    with pytest.raises(DeliveryError) as refused:
        send(transport, MAIL)
    error = refused.value
    assert words in str(error)
    assert (error.scope, error.permanent, error.uncertain) == judgement
    assert "token-" not in f"{error} {error.reply}"


def test_without_a_token_no_mail_begins(tokens: TokenServer, transport: GraphTransport) -> None:
    tokens.instead = {"POST": [Reply(503, "<html>Away</html>")]}
    begun: list[int] = []
    with pytest.raises(DeliveryError):
        asyncio.run(transport.send(MAIL, on_data=lambda: begun.append(1)))
    assert begun == []


def test_silence_after_the_mail_is_uncertain(
    service: GraphService, tokens: TokenServer, tmp_path: Path
) -> None:
    service.instead = {"POST": [HANG]}
    transport = make_transport(service, tokens, tmp_path, patience=0.5)
    with pytest.raises(DeliveryError, match="did not answer in time") as silent:
        send(transport, MAIL)
    assert silent.value.uncertain


def test_a_claim_that_was_lost_sends_nothing(
    service: GraphService, transport: GraphTransport
) -> None:
    with pytest.raises(LostClaimError):
        asyncio.run(transport.send(MAIL, on_data=lambda: None, still_ours=lambda: False))
    assert service.taken == []


def test_a_mail_is_found_in_sent_items(service: GraphService, transport: GraphTransport) -> None:
    assert isinstance(transport, AskableTransport)
    assert find(transport) is None
    send(transport, MAIL)
    assert find(transport) is not None
    assert find(transport, make_mail(2)) is None
    service.files = False
    assert find(transport) is None


@pytest.mark.parametrize(
    ("minutes", "found"), [(-6, False), (-4, True), (0, True), (119, True), (121, False)]
)
def test_a_mail_with_another_message_id_is_found_by_time_reader_and_subject(
    service: GraphService, transport: GraphTransport, minutes: int, found: bool
) -> None:
    service.rewrites = True
    service.clock = lambda: NOW + timedelta(minutes=minutes)
    send(transport, MAIL)
    assert (find(transport) is not None) is found
    assert find(transport, make_mail(1, "another@example.org")) is None


def test_another_page_of_sent_items_is_looked_at(
    service: GraphService, transport: GraphTransport
) -> None:
    service.rewrites, service.page = True, 2
    others = [make_mail(number, f"chair-{number}@example.org") for number in range(2, 7)]
    send(transport, *others, MAIL)
    assert find(transport) is not None


def test_a_mailbox_that_is_too_busy_to_look_through_is_said(
    service: GraphService, transport: GraphTransport
) -> None:
    service.rewrites, service.page = True, 1
    others = [make_mail(number, f"chair-{number}@example.org") for number in range(2, 14)]
    send(transport, *others)
    with pytest.raises(DeliveryError, match="a mailbox of its own"):
        find(transport)


def test_another_mail_of_ours_with_the_same_words_is_not_taken_for_it(
    service: GraphService, transport: GraphTransport
) -> None:
    send(transport, make_mail(2))
    assert find(transport, make_mail(1)) is None


def test_check_says_what_the_application_may_not(
    service: GraphService, transport: GraphTransport
) -> None:
    assert "gives boardcal a token" in asyncio.run(transport.check())
    service.may = frozenset({"Mail.Send"})
    with pytest.raises(DeliveryError, match=r"may not see Sent Items .* Mail\.ReadBasic"):
        asyncio.run(transport.check())
    service.mailboxes = set()
    with pytest.raises(DeliveryError, match="has no mailbox lscb@example"):
        asyncio.run(transport.check())
    assert service.taken == []


def test_a_sender_of_one_board_alone_holds_up_no_other(
    service: GraphService, transport: GraphTransport
) -> None:
    with pytest.raises(DeliveryError) as refused:
        send(transport, replace(MAIL, sender="ctb@example.org"))
    assert (refused.value.of_sender, refused.value.scope) == (True, "transport")


def test_a_google_account_cannot_send_by_graph(
    service: GraphService, tokens: TokenServer, tmp_path: Path
) -> None:
    with pytest.raises(AccountError, match="provider under"):
        make_transport(service, tokens, tmp_path, provider="google")
