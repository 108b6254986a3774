from __future__ import annotations

import quopri
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.core.addresses import Address
from boardcal.notifications.delivery.mime import (
    MailError,
    MailItem,
    build_mail,
    new_message_id,
)
from boardcal.tests.mailed_items import parse_items

NOW = datetime(2018, 2, 22, 8, 0, tzinfo=ZoneInfo("Europe/London"))
MESSAGE_ID = "<boardcal.4f1c@example.org>"
S11 = MailItem(key="lscb/s11-annual/pmqag/2018-03", step=-10, level="owner")
SEEN = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
WORDS = st.lists(
    st.sampled_from(["Zoë", "Smith,", "(LSCB)", "a" * 90, "é" * 60, '"q"', "<a@b>", "–", "=?x?="])
    | st.text(SEEN, max_size=30),
    max_size=30,
).map(" ".join)


def make_mail(**overrides: Any) -> bytes:
    given: dict[str, Any] = {
        "sender": Address(name="Cumbria LSCB", address="lscb@example.org"),
        "recipient": Address(name="Chair of PMQAG", address="pmqag.chair@example.org"),
        "reply_to": Address(address="secretariat@example.org"),
        "subject": "Due 22 February 2018: S.11 annual report (LSCB, 8 March)",
        "text": "S.11 annual report\n\nDue 22 February 2018.\n",
        "html": "<p>S.11 annual report</p>\n",
        "message_id": MESSAGE_ID,
        "date": NOW,
        "items": [S11],
    }
    return build_mail(**given | overrides)


def read(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def plain_headers(mail: bytes) -> Message:
    """The headers as a reader sees them that knows RFC 2047 and no more."""
    return message_from_bytes(mail)


def test_a_mail_is_read_back_as_it_was_written() -> None:
    message = read(make_mail())
    assert {name: str(value) for name, value in message.items()} == {
        "From": "Cumbria LSCB <lscb@example.org>",
        "To": "Chair of PMQAG <pmqag.chair@example.org>",
        "Reply-To": "secretariat@example.org",
        "Subject": "Due 22 February 2018: S.11 annual report (LSCB, 8 March)",
        "Date": "Thu, 22 Feb 2018 08:00:00 +0000",
        "Message-ID": MESSAGE_ID,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
        "X-Boardcal-Items": "lscb/s11-annual/pmqag/2018-03@-10/owner",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
    }
    text, html = message.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content() == "S.11 annual report\r\n\r\nDue 22 February 2018.\r\n"
    assert html.get_content() == "<p>S.11 annual report</p>\r\n"


def test_the_same_mail_is_the_same_bytes_and_another_message_has_another_boundary() -> None:
    other = make_mail(message_id="<boardcal.4f1d@example.org>")
    assert make_mail() == make_mail()
    assert read(make_mail()).get_boundary() != read(other).get_boundary()


@given(WORDS)
def test_any_subject_survives_folding(subject: str) -> None:
    mail = make_mail(subject=subject)
    raw = plain_headers(mail)["Subject"]
    assert str(make_header(decode_header(raw.replace("\r\n", "")))) == subject
    assert max(map(len, mail.split(b"\r\n"))) <= 78


def test_a_long_plain_subject_is_folded_and_left_readable() -> None:
    subject = "10 reports due: " + ", ".join(f"S.{n} annual report" for n in range(10))
    mail = make_mail(subject=subject)
    assert read(mail)["Subject"] == subject
    assert b"=?" not in mail.partition(b"\r\n\r\n")[0]
    assert max(map(len, mail.split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    "subject", ["", " ", " leading", "trailing ", "two  spaces", "=?utf-8?q?x?="]
)
def test_odd_spaces_and_what_looks_encoded_are_kept(subject: str) -> None:
    raw = plain_headers(make_mail(subject=subject))["Subject"]
    assert str(make_header(decode_header(raw))) == subject


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Chair of PMQAG",
        "Smith, Jo",
        'Jo "the chair" Smith',
        "back\\slash",
        "Zoë Brontë",
        "Brontë, Zoë (PMQAG)",
        "Performance Management and Quality Assurance Group of Cumbria",
        "Gruppe für Leistungsüberprüfung, Qualität und Prüfung der Jugendämter",
    ],
)
def test_any_name_stays_with_its_address(name: str) -> None:
    mail = make_mail(recipient=Address(name=name, address="pmqag.chair@example.org"))
    shown, address = parseaddr(plain_headers(mail)["To"].replace("\r\n", ""))
    assert address == "pmqag.chair@example.org"
    assert str(make_header(decode_header(shown))) == name
    assert max(map(len, mail.split(b"\r\n"))) <= 78


@given(st.text(SEEN, max_size=200))
def test_no_name_can_add_an_address_or_a_header(name: str) -> None:
    message = read(make_mail(recipient=Address(name=name, address="pmqag.chair@example.org")))
    assert [each.addr_spec for each in message["To"].addresses] == ["pmqag.chair@example.org"]
    assert message.keys() == read(make_mail()).keys()


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    message = read(make_mail(recipient=Address(address="chair@bücher.example")))
    assert message["To"] == "chair@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address",
    ["chair", "zoë@example.org", "a@example.org, b@example.org", "a@example.org>\r\nBcc: b"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(MailError, match=r"^To: "):
        make_mail(recipient=Address(address=address))


@pytest.mark.parametrize(
    "character", ["\r", "\n", "\0", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\ud800"]
)
@pytest.mark.parametrize("field", ["subject", "sender", "recipient", "reply_to"])
def test_a_character_that_cannot_be_seen_never_enters_a_header(field: str, character: str) -> None:
    text = f"S.11{character}Bcc: everyone@example.org"
    value = text if field == "subject" else Address(name=text, address="lscb@example.org")
    with pytest.raises(MailError, match=r'character 5 of "S\.11�Bcc'):
        make_mail(**{field: value})


@pytest.mark.parametrize("message_id", ["", "a@b", "<a>", "<a@b>\r\nBcc: c@d", "<a b@c>", "<ä@b>"])
def test_what_is_no_message_id_is_refused(message_id: str) -> None:
    with pytest.raises(MailError, match="no Message-ID"):
        make_mail(message_id=message_id)


def test_no_message_id_is_given_twice_and_its_domain_is_the_senders() -> None:
    ids = {new_message_id(Address(address="lscb@example.org")) for _ in range(100)}
    assert len(ids) == 100
    assert {name.partition("@")[2] for name in ids} == {"example.org>"}


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_mail(date=NOW.replace(tzinfo=None))


def test_the_date_carries_its_summer_time() -> None:
    message = read(make_mail(date=datetime(2018, 7, 2, 7, 0, tzinfo=UTC).astimezone(NOW.tzinfo)))
    assert message["Date"] == "Mon, 02 Jul 2018 08:00:00 +0100"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_body_arrives_with_its_lines(body: str) -> None:
    mail = make_mail(text=body, html=body)
    expected = body.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    for part in message_from_bytes(mail).walk():
        if not part.is_multipart():
            payload = str(part.get_payload()).encode("ascii")
            decoded = quopri.decodestring(payload).replace(b"\r\n", b"\n")
            assert decoded.decode("utf-8") == expected
    assert mail.isascii()
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r\n.\r\n" not in mail
    assert max(map(len, mail.split(b"\r\n"))) <= 78


ITEMS = st.builds(
    MailItem,
    key=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    step=st.integers(-400, 400),
    level=st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@given(st.lists(ITEMS, max_size=12))
def test_any_items_are_read_back_from_the_header(items: list[MailItem]) -> None:
    message = read(make_mail(items=items))
    assert parse_items(str(message.get("X-Boardcal-Items", ""))) == items
    assert len(message.keys()) == 10 + bool(items)


def test_each_item_stands_on_a_line_of_its_own_where_it_can_be_searched_for() -> None:
    late = MailItem(key="lscb/8.4/by/Autumn 2017, at the latest", step=5, level="deputy")
    assert (
        b"X-Boardcal-Items: lscb/s11-annual/pmqag/2018-03@-10/owner\r\n"
        b" lscb/8.4/by/Autumn%202017,%20at%20the%20latest@5/deputy\r\n"
    ) in make_mail(items=[S11, late])


def test_a_key_too_long_for_a_line_is_refused() -> None:
    with pytest.raises(MailError, match="too long"):
        make_mail(items=[MailItem(key="k" * 900, step=0, level="owner")])
