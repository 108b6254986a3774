"""GOV.UK Notify: what it is given, what its refusals mean, and what it is asked afterwards."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.core.addresses import Address
from boardcal.notifications.delivery.mime import build_mail
from boardcal.notifications.letters.render import Templates
from boardcal.notifications.letters.samples import sample_letters
from boardcal.notifications.transports.base import (
    AccountError,
    AskableTransport,
    DeliveryError,
    LostClaimError,
    OutgoingMail,
    Receipt,
)
from boardcal.notifications.transports.notify import NotifyTransport
from boardcal.settings.mail import Notify
from boardcal.settings.model import Settings
from boardcal.tests.services.notify import (
    API_KEY,
    KEY_SECRET,
    REPLY_TO,
    TEMPLATE,
    NotifyService,
    make_template,
    refusal,
)
from boardcal.tests.services.web_service import DROP, HANG, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from boardcal.notifications.letters.model import Letter

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
CHAIR = "pmqag.chair@example.org"
SUBJECT = "Due 22 February 2018: S.11 annual report – Prüfung"
TEXT = "Zoë, the S.11 annual report is due.\n\nhttps://calendar.example.org/reply/x\n"
MAIL = OutgoingMail(
    message_id="<boardcal.1@example.org>",
    sender="lscb@example.org",
    recipient=CHAIR,
    content=build_mail(
        sender=Address(name="Cumbria LSCB", address="lscb@example.org"),
        recipient=Address(name="Brontë, Zoë", address=CHAIR),
        reply_to=Address(address="secretariat@example.org"),
        subject=SUBJECT,
        text=TEXT,
        html="<p>Not for Notify</p>",
        message_id="<boardcal.1@example.org>",
        date=NOW,
    ),
    day=date(2026, 12, 1),
)


@pytest.fixture
def service() -> Iterator[NotifyService]:
    with NotifyService(clock=lambda: NOW) as listening:
        yield listening


def make_transport(
    service: NotifyService,
    folder: Path,
    *,
    patience: float = 60,
    clock: Any = None,
    **overrides: Any,
) -> NotifyTransport:
    key = folder / "key"
    if not key.exists():
        key.write_text(f"{API_KEY}\n")
    given = {"base_url": service.url, "api_key_file": key, "template_id": TEMPLATE}
    return NotifyTransport(
        Notify.model_validate(given | overrides), patience=patience, clock=clock or (lambda: NOW)
    )


def send(transport: NotifyTransport, *mails: OutgoingMail) -> list[Receipt]:
    async def sending() -> list[Receipt]:
        try:
            return [await transport.send(mail, on_data=lambda: None) for mail in mails]
        finally:
            await transport.close()

    return asyncio.run(sending())


def refused_with(transport: NotifyTransport, *, scope: str, uncertain: bool = False) -> str:
    begun = []

    async def sending() -> None:
        try:
            await transport.send(MAIL, on_data=lambda: begun.append(1))
        finally:
            await transport.close()

    with pytest.raises(DeliveryError) as refused:
        asyncio.run(sending())
    error = refused.value
    assert (error.scope, error.permanent, error.uncertain) == (scope, False, uncertain)
    assert KEY_SECRET not in f"{error} {error.reply}"
    return str(error)


def test_subject_and_text_fill_the_template_and_our_reference_goes_along(
    service: NotifyService, tmp_path: Path
) -> None:
    (receipt,) = send(make_transport(service, tmp_path, reply_to_id=REPLY_TO), MAIL)
    (email,) = service.taken
    assert (email.recipient, email.subject, email.reply_to) == (CHAIR, SUBJECT, REPLY_TO)
    assert email.body == TEXT
    assert email.reference == "boardcal.1@example.org"
    assert email.id in receipt.reply


@pytest.mark.parametrize("letter", sample_letters())
def test_headings_and_rules_are_written_as_notify_reads_them(
    service: NotifyService, tmp_path: Path, letter: Letter
) -> None:
    text = Templates().render(letter).text
    content = build_mail(
        sender=Address(address="lscb@example.org"),
        recipient=Address(address=CHAIR),
        reply_to=Address(address="secretariat@example.org"),
        subject=SUBJECT,
        text=text,
        html="<p></p>",
        message_id=MAIL.message_id,
        date=NOW,
    )
    send(make_transport(service, tmp_path), replace(MAIL, content=content))
    body = service.taken[0].body
    assert "----" not in body
    assert "===" not in body
    assert not any(line.startswith(" ") for line in body.splitlines())
    words = re.compile(r"[\w@:/.]+")
    assert words.findall(body) == words.findall(text)


def test_the_template_is_looked_at_once_a_burst(service: NotifyService, tmp_path: Path) -> None:
    transport = make_transport(service, tmp_path)
    send(transport, MAIL, MAIL)
    send(transport, MAIL)
    assert [call.verb for call in service.calls] == ["GET", "POST", "POST", "GET", "POST"]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"body": "Dear chair, please look."}, "The body of the template"),
        ({"body": "((body)) ((name))"}, "The body of the template"),
        ({"subject": "A reminder"}, "The subject of the template"),
        ({"subject": "((body))"}, "The subject of the template"),
        ({"type": "sms"}, "is not for emails"),
    ],
)
def test_a_template_without_our_placeholders_is_sent_nothing(
    service: NotifyService, tmp_path: Path, template: dict[str, str], words: str
) -> None:
    service.template = make_template(**template)
    assert words in refused_with(make_transport(service, tmp_path), scope="transport")
    assert service.taken == []


@pytest.mark.parametrize("placeholder", ["((Subject))", "(( subject ))"])
def test_notify_does_not_mind_how_a_placeholder_is_written(
    service: NotifyService, tmp_path: Path, placeholder: str
) -> None:
    service.template = make_template(subject=placeholder)
    assert 'its template "boardcal" takes our subject' in asyncio.run(
        make_transport(service, tmp_path).check()
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("boardcal-of-nobody", "holds no key of GOV.UK Notify"),
        ("", "is empty"),
        (API_KEY.replace("0001-", "0009-"), "belongs to another service"),
        (API_KEY[:-1] + "9", "belongs to another service"),
    ],
)
def test_a_key_that_cannot_be_used_holds_all_emails(
    service: NotifyService, tmp_path: Path, key: str, words: str
) -> None:
    (tmp_path / "key").write_text(key)
    transport = make_transport(service, tmp_path)
    assert words in refused_with(transport, scope="transport")


def test_a_template_of_another_service_is_explained(service: NotifyService, tmp_path: Path) -> None:
    transport = make_transport(service, tmp_path, template_id=TEMPLATE[:-1] + "9")
    assert "Correct template_id" in refused_with(transport, scope="transport")


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_clock_that_is_wrong_is_named(
    service: NotifyService, tmp_path: Path, minutes: int
) -> None:
    transport = make_transport(service, tmp_path, clock=lambda: NOW + timedelta(minutes=minutes))
    assert "clock of this machine" in refused_with(transport, scope="transport")


def test_a_recipient_whom_a_team_key_does_not_reach_waits_alone(
    service: NotifyService, tmp_path: Path
) -> None:
    service.team = {"secretariat@example.org"}
    sentence = refused_with(make_transport(service, tmp_path), scope="recipient")
    assert "make it live and for a live key. The email waits." in sentence


@pytest.mark.parametrize(
    ("answer", "scope", "uncertain", "words"),
    [
        (refusal(429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests"),
         "transport", False, "Lower rate_per_minute"),
        (refusal(429, "TooManyRequestsError", "Exceeded send limits (email: 250000) for today"),
         "transport", False, "for today"),
        (refusal(400, "BadRequestError", "Missing personalisation: name"),
         "transport", False, "asks for more than a subject"),
        (refusal(400, "BadRequestError", "email_reply_to_id x does not exist in database"),
         "transport", False, "Correct reply_to_id"),
        (refusal(400, "BadRequestError", "Something new"), "recipient", False, "Something new"),
        (refusal(500, "Exception", "Internal server error"), "transport", True, "nothing to do"),
        (Reply(503, "<html>Away</html>"), "transport", True, "nothing to do"),
        (Reply(200, {"error": "no"}), "transport", True, "Something other than GOV.UK Notify"),
        (Reply(201, "<html>Hm</html>"), "transport", True, "Something other than GOV.UK Notify"),
        (Reply(302, ""), "transport", False, "Something other than GOV.UK Notify"),
        (Reply(404, "<html>No</html>"), "transport", False, "Something other than GOV.UK Notify"),
        (DROP, "transport", True, "hung up before its answer"),
    ],
)  # fmt: skip
def test_each_answer_is_weighed(
    service: NotifyService,
    tmp_path: Path,
    answer: Reply | str,
    scope: str,
    uncertain: bool,
    words: str,
) -> None:
    service.instead = {"POST": [answer]}
    transport = make_transport(service, tmp_path)
    assert words in refused_with(transport, scope=scope, uncertain=uncertain)


def test_an_address_that_is_none_is_given_up(service: NotifyService, tmp_path: Path) -> None:
    words = "email_address Not a valid email address"
    service.instead = {"POST": [refusal(400, "ValidationError", words)]}
    with pytest.raises(DeliveryError, match="Check the address") as refused:
        send(make_transport(service, tmp_path), MAIL)
    assert (refused.value.scope, refused.value.permanent) == ("recipient", True)


def test_silence_after_the_email_is_uncertain_and_before_it_is_not(
    service: NotifyService, tmp_path: Path
) -> None:
    for verb, uncertain in (("GET", False), ("POST", True)):
        service.instead = {verb: [HANG]}
        transport = make_transport(service, tmp_path, patience=0.1)
        sentence = refused_with(transport, scope="transport", uncertain=uncertain)
        assert "did not answer in time" in sentence


def test_a_claim_that_was_lost_sends_nothing(service: NotifyService, tmp_path: Path) -> None:
    transport = make_transport(service, tmp_path)

    async def sending() -> None:
        try:
            await transport.send(MAIL, on_data=lambda: None, still_ours=lambda: False)
        finally:
            await transport.close()

    with pytest.raises(LostClaimError):
        asyncio.run(sending())
    assert service.taken == []


def find(transport: NotifyTransport) -> Receipt | None:
    async def asking() -> Receipt | None:
        try:
            return await transport.find(MAIL, begun=NOW)
        finally:
            await transport.close()

    return asyncio.run(asking())


@pytest.mark.parametrize("status", ["created", "sending", "pending", "delivered"])
def test_an_email_is_found_by_our_reference(
    service: NotifyService, tmp_path: Path, status: str
) -> None:
    transport = make_transport(service, tmp_path)
    assert isinstance(transport, AskableTransport)
    assert find(transport) is None
    send(transport, MAIL)
    service.status = status
    receipt = find(transport)
    assert receipt is not None
    assert service.taken[0].id in receipt.reply
    assert status in receipt.reply


@pytest.mark.parametrize("status", ["temporary-failure", "technical-failure"])
def test_an_email_that_notify_did_not_get_through_is_not_there(
    service: NotifyService, tmp_path: Path, status: str
) -> None:
    transport = make_transport(service, tmp_path)
    send(transport, MAIL)
    service.status = status
    assert find(transport) is None


def test_an_email_to_nobody_is_given_up_when_asked_about(
    service: NotifyService, tmp_path: Path
) -> None:
    transport = make_transport(service, tmp_path)
    send(transport, MAIL)
    service.status = "permanent-failure"
    with pytest.raises(DeliveryError, match="could not deliver the email") as gone:
        find(transport)
    assert gone.value.permanent


@pytest.mark.parametrize("answer", [DROP, Reply(500), Reply(200, "<html>"), Reply(200, {})])
def test_a_question_without_an_answer_is_no_answer(
    service: NotifyService, tmp_path: Path, answer: Reply | str
) -> None:
    service.instead = {"GET": [answer]}
    with pytest.raises(DeliveryError) as refused:
        find(make_transport(service, tmp_path))
    assert (refused.value.scope, refused.value.permanent) == ("transport", False)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"api_key_file": None}, "api_key_file under"),
        ({"template_id": "the reminder"}, "template_id under"),
    ],
)
def test_settings_that_lack_something_are_refused(
    tmp_path: Path, overrides: dict[str, Any], words: str
) -> None:
    given = {"api_key_file": tmp_path / "key", "template_id": TEMPLATE} | overrides
    settings = Settings.model_validate({"mail": {"transport": "notify", "notify": given}})
    with pytest.raises(AccountError, match=words):
        NotifyTransport.from_settings(settings, patience=60, clock=lambda: NOW)
