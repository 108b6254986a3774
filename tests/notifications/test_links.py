"""Links in mails: signed for one reader, one thing and a time; elsewhere only a placeholder."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.notifications.links import (
    KEPT_FOR,
    ONLY_SHOWN,
    AnswerLink,
    ExpiredLinkError,
    LinkError,
    Links,
    LinkSigner,
    last_day_of,
)
from boardcal.queries.mails.mail import without_secrets
from boardcal.tests.factories import CHAIR

SIGNER = LinkSigner(secret="5" * 64, installation="1" * 32)
BASE = "https://calendar.example.org"
TODAY = date(2018, 2, 22)


def link(**changes: Any) -> AnswerLink:
    values = {"occurrence": "Zx7_-q", "due_revision": 2, "recipient": CHAIR, "until": TODAY}
    return AnswerLink(**{**values, **changes})


@given(
    occurrence=st.text(min_size=1, max_size=32),
    due_revision=st.integers(1, 999),
    recipient=st.emails(),
    until=st.dates(date(2018, 2, 22)),
)
def test_a_token_says_what_was_signed(
    occurrence: str, due_revision: int, recipient: str, until: date
) -> None:
    signed = link(
        occurrence=occurrence, due_revision=due_revision, recipient=recipient, until=until
    )
    token = SIGNER.token(signed)
    assert SIGNER.read(token, today=TODAY) == signed
    assert SIGNER.token(signed) == token
    assert re.fullmatch(r"[\w.-]+", token)
    assert "5" * 10 not in token


@given(position=st.integers(0, 200), letter=st.sampled_from("Az09-_."))
def test_a_token_with_any_letter_changed_is_refused(position: int, letter: str) -> None:
    token = SIGNER.token(link())
    place = position % (len(token) - 1)  # the last letter holds bits that say nothing
    changed = f"{token[:place]}{letter}{token[place + 1 :]}"
    if changed != token:
        with pytest.raises(LinkError):
            SIGNER.read(changed, today=TODAY)


@pytest.mark.parametrize(
    "other",
    [
        LinkSigner(secret="6" * 64, installation="1" * 32),
        LinkSigner(secret="5" * 64, installation="2" * 32),
    ],
)
def test_a_token_of_another_installation_is_refused(other: LinkSigner) -> None:
    with pytest.raises(LinkError):
        SIGNER.read(other.token(link()), today=TODAY)


def test_a_link_ends_with_its_last_day() -> None:
    token = SIGNER.token(link())
    assert SIGNER.read(token, today=TODAY) == link()
    with pytest.raises(ExpiredLinkError) as error:
        SIGNER.read(token, today=date(2018, 2, 23))
    assert error.value.answer == link()


def test_a_link_outlasts_what_it_is_about() -> None:
    assert last_day_of(date(2018, 5, 1), TODAY) == date(2018, 5, 1) + KEPT_FOR
    assert last_day_of(date(2018, 1, 1), TODAY) == TODAY + KEPT_FOR


def test_what_is_only_shown_has_no_working_link() -> None:
    assert Links(base_url=BASE).answer(link()) == f"{BASE}/answer/{ONLY_SHOWN}"
    assert Links().answer(link()) == Links().due("lscb", "x") == Links().request("lscb", "a1") == ""
    with pytest.raises(LinkError):
        SIGNER.read(ONLY_SHOWN, today=TODAY)


def test_the_secret_is_in_no_representation() -> None:
    assert "5555" not in repr(Links(base_url=BASE, signer=SIGNER))


def test_a_mail_that_is_shown_to_others_keeps_its_readers_link_to_itself() -> None:
    address = Links(base_url=BASE, signer=SIGNER).answer(link())
    page = Links(base_url=BASE).due("lscb", "lscb/s11/pmqag/2018-03")
    shown = without_secrets(f"Answer:\n  {address}\n  {page}\n")
    assert shown == f"Answer:\n  {BASE}/answer/…\n  {page}\n"


def test_pages_are_named_with_their_board() -> None:
    links = Links(base_url=BASE)
    assert (
        links.due("lscb", "lscb/13.2-b/a b/2018")
        == f"{BASE}/boards/lscb/due/lscb/13.2-b/a%20b/2018"
    )
    assert links.request("lscb", "c3") == f"{BASE}/boards/lscb/requests/c3"
    assert links.board("lscb") == f"{BASE}/boards/lscb"
