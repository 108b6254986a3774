"""The rules for passwords, and their Argon2 hashes."""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..request.form import FieldError

SHORTEST = 12
LONGEST = 200


# OWASP's choice for Argon2id; each takes this memory while it is worked out.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


# Two at a time keep a flood of sign-ins from taking the machine's memory.
AT_ONCE = threading.BoundedSemaphore(2)


# The commonest of twelve characters and more in published breaches, and what this place suggests.
COMMONEST = frozenset(
    {
        "1234567890qwe",
        "123456789abc",
        "123456789123",
        "123321123321",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "1qazxsw23edc",
        "administrator",
        "qwertyuiop123",
        "qwerty123456",
        "q1w2e3r4t5y6",
        "asdfghjkl123",
        "zxcvbnm12345",
        "passwordpassword",
        "password1234",
        "password12345",
        "password123456",
        "mypassword123",
        "letmein12345",
        "welcome12345",
        "iloveyou1234",
        "iloveyouforever",
        "unbelievable",
        "manchesterunited",
        "safeguarding",
        "safeguarding1",
        "safeguarding123",
        "boardcalboardcal",
        "changeme1234",
        "correcthorsebatterystaple",
    }
)


def acceptable(password: str, email: str) -> str:
    """`password` as it will be compared. Raises FieldError where it is easy to guess."""
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise FieldError(f"must have at least {SHORTEST} characters; three or four words do well")
    if len(plain) > LONGEST:
        raise FieldError(f"must have at most {LONGEST} characters")
    low = plain.lower()
    if low.replace(" ", "") in COMMONEST or len(set(low)) < 4 or low in _sequences():
        raise FieldError("is one of those that are tried first; choose other words")
    if low in (email, email.partition("@")[0]) or email in low:
        raise FieldError("must not be the email address")
    return plain


def hashed(password: str) -> str:
    """The hash to store; slow on purpose, so never on the event loop."""
    with AT_ONCE:
        return HASHER.hash(_normal(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether `password` is the one stored; where there is none, as slow and always False."""
    with AT_ONCE:
        try:
            HASHER.verify(stored or _nobodys(), _normal(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def _normal(password: str) -> str:
    # The same password typed on another keyboard may be made of other code points.
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return HASHER.hash("nobody's password")


@lru_cache(maxsize=1)
def _sequences() -> frozenset[str]:
    rows = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")
    runs = {
        row[start : start + length]
        for row in (*rows, *(row[::-1] for row in rows))
        for length in range(SHORTEST, 27)
        for start in range(len(row) - length + 1)
    }
    return frozenset(runs)
