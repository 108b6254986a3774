from __future__ import annotations

import asyncio
import subprocess
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from argon2 import PasswordHasher

from boardcal.core.errors import BoardcalError
from boardcal.tests.waiting import PATIENCE
from boardcal.tests.web.reader import PASSWORD, SECRETARIAT, VIEWER, Place
from boardcal.web.accounts import guessing, passwords
from boardcal.web.accounts.guessing import is_guessable
from boardcal.web.accounts.passwords import LONGEST, acceptable, hashed, matches, tried_for
from boardcal.web.request.form import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable

EMAIL = "business.manager@cumbria.example.org"
BOARDS = ["Cumbria LSCB", "Children’s Trust Board"]

# Some of each kind that is tried first: the common ones with what rules add to them, rows of
# keys, repetitions, seasons and clubs, and what is known of this place.
TRIED_FIRST = """
Password2024!  Passw0rd2026!  P@ssw0rd1234  password password  letmein123456  welcome2026!!
qwertyuiop12  1q2w3e4r5t6y  zaq12wsxcde3  1 2 3 4 5 6 7 8 9  p a s s w o r d 1 2  abcdefghijkl1
111111111111a  monkeymonkey1  dragon dragon  trustno1trustno1  Summer2025!!  January2026!
christmas2025  football2026!  Liverpool1234  manchester united  iloveyou12345  changeme2026
administrator1  headteacher1  police123456  safeguarding2026  Safeguarding2026!
secretariat123  childrenschildren  boardcal2026!  B0ardcal2026!  Boardcal-password
Cumbria LSCB  cumbria lscb 2026  CumbriaLSCB2026!  lscbcumbria2026  Children’s Trust Board
business.manager@cumbria.example.org  business.manager1  cumbria.example.org1
correct horse battery staple  correcthorsebatterystaple
"""


@pytest.mark.parametrize(
    "password", [each for each in TRIED_FIRST.replace("\n", "  ").split("  ") if each]
)
def test_what_is_tried_first_is_guessable(password: str) -> None:
    assert is_guessable(password, tried_for(EMAIL, BOARDS))


def test_spaces_of_whatever_kind_are_no_password() -> None:
    assert is_guessable("\u2003\u2009\u3000" * 5, [])


@pytest.mark.parametrize(
    "command", [["false"], ["sleep", "9"], ["echo", "no answer"], ["gone/nowhere"]]
)
def test_a_password_that_cannot_be_judged_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    run = subprocess.run

    def instead(_: object, **options: Any) -> object:
        return run(command, **{**options, "timeout": 0.5})

    monkeypatch.setattr(subprocess, "run", instead)
    with pytest.raises(BoardcalError, match="could not be checked just now"):
        guessing.judged_apart("otter lantern gravel", [])


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "otter lantern gravel",
        "a long enough passphrase",
        "my daughter likes cheese",
        "xK9#mQ2$vL7p",
        "grün wie die Wälder hier",
        "мой кот спит на полке",
        "otter lantern gravel " * 9,
    ],
)
def test_three_or_four_words_of_ones_own_are_not_in_any_language(password: str) -> None:
    assert not is_guessable(password, tried_for(EMAIL, BOARDS))


@pytest.mark.parametrize("password", ["safeguarding2026", "Children’s Trust Board"])
def test_one_that_is_guessable_is_refused_in_one_sentence(password: str) -> None:
    with pytest.raises(FieldError) as refusal:
        acceptable(password, EMAIL, BOARDS)
    assert str(refusal.value) == (
        "is easy to guess; choose three or four words that have nothing to do with your work"
    )


def test_one_that_is_not_is_taken_as_it_will_be_compared() -> None:
    assert acceptable("grün wie die Wa\u0308lder hier", EMAIL, BOARDS) == "grün wie die Wälder hier"


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("otter gravel"[:11], "must have at least 12 characters; three or four words do well"),
        ("otter lantern gravel " * 10, "must have at most 200 characters"),
        # Twelve code points and six characters: what counts is what will be compared.
        ("e\u0301" * 6, "must have at least 12 characters; three or four words do well"),
    ],
)
def test_a_length_is_that_of_what_will_be_compared(password: str, sentence: str) -> None:
    with pytest.raises(FieldError) as refusal:
        acceptable(password, EMAIL, BOARDS)
    assert str(refusal.value) == sentence


def test_one_typed_as_more_code_points_than_the_bound_opens_as_it_was_taken(place: Place) -> None:
    decomposed = unicodedata.normalize("NFD", "élan àvénir où çà né " * 8)[:-1]
    assert len(decomposed) > LONGEST
    reader = place.reader(SECRETARIAT)
    reader.opens("/account")
    done = reader.sends("/account", current=PASSWORD, password=decomposed, again=decomposed)
    assert done.status_code == 303
    assert place.reader().signs_in(SECRETARIAT, decomposed).status_code == 303
    composed = unicodedata.normalize("NFC", decomposed)
    assert place.reader().signs_in(SECRETARIAT, composed).status_code == 303
    assert place.reader().signs_in(SECRETARIAT, composed + "x").status_code == 422


def test_one_beyond_the_bound_opens_nothing_and_takes_as_long() -> None:
    stored = hashed(PASSWORD)
    longer = PASSWORD + "x" * LONGEST
    assert not matches(longer, stored)
    assert not matches(longer, hashed(longer[:LONGEST]))


def test_a_hash_of_other_parameters_still_opens() -> None:
    stored = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(PASSWORD)
    assert matches(PASSWORD, stored)
    assert not matches("another one", stored)


class Counting:
    """A hasher that counts how many hashes are worked out at the same moment."""

    def __init__(self) -> None:
        self.at_once = self.most = self.done = 0
        self._lock = threading.Lock()
        self._passing = threading.Event()

    def hash(self, plain: str) -> str:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        # Long enough for every other thread to come by, were it let in.
        self._passing.wait(0.01)
        with self._lock:
            self.at_once -= 1
            self.done += 1
        return f"hash of {plain}"

    def verify(self, stored: str, plain: str) -> bool:
        return self.hash(plain) == stored


ASKED: list[Callable[[], object]] = [
    lambda: hashed("a"),
    lambda: matches("a", "hash of a"),
    lambda: matches("a", None),
    lambda: matches("x" * 999, "hash of a"),
]


def test_one_hash_is_worked_out_at_a_time_however_many_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting()
    monkeypatch.setattr(passwords, "HASHER", counting)
    with ThreadPoolExecutor(max_workers=12) as crowd:
        for answer in [crowd.submit(asked) for asked in ASKED * 3]:
            answer.result(PATIENCE)
    assert (counting.most, counting.done) == (1, 12)


@pytest.mark.parametrize("email", [VIEWER, "nobody@example.org"])
def test_a_wrong_password_is_hashed_whether_the_account_is_there_or_not(
    place: Place, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    counting = Counting()
    monkeypatch.setattr(passwords, "HASHER", counting)
    place.reader().signs_in(email, "wrong")
    assert counting.done == 1


class Waiting:
    """A hasher that takes as long as a test likes."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()

    def hash(self, plain: str) -> str:
        self.may_go_on.wait(PATIENCE)
        return plain


def test_no_other_page_waits_while_many_sign_in_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher, more_than_there_are_threads = Waiting(), 50
    monkeypatch.setattr(passwords, "HASHER", hasher)
    reader = place.reader()
    reader.opens("/sign-in")

    async def flood() -> int:
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(place.app),
            base_url=place.site.base_url,
            cookies=reader.client.cookies,
        ) as client:

            async def signs_in(number: int) -> httpx2.Response:
                fields = {"csrf": reader.csrf, "email": f"{number}@example.org", "password": "x"}
                return await client.post("/sign-in", data=fields)

            crowd = asyncio.gather(*map(signs_in, range(more_than_there_are_threads)))
            try:
                shown = await asyncio.wait_for(client.get("/sign-in"), PATIENCE)
            finally:
                hasher.may_go_on.set()
                await crowd
        return shown.status_code

    assert asyncio.run(flood()) == 200
