"""The rules for passwords, and their Argon2 hashes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..request.form import FieldError
from .guessing import judged_apart

SHORTEST = 12
LONGEST = 200


# One of OWASP's choices for Argon2id, which it holds to be equally strong: 9 MiB, as malloc keeps
# for good what a hash took. Hashes of other parameters say theirs, and still open.
HASHER = PasswordHasher(time_cost=4, memory_cost=9_216, parallelism=1)


# One thread works out every hash: a flood of sign-ins takes the memory of one. With several
# threads, each would keep what its hash took, for good, since malloc has an arena for each.
ALONE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passwords")


# What is tried first at a place like this one, and the example that everybody knows.
TRIED_HERE = ("boardcal", "safeguarding", "secretariat", "correcthorsebatterystaple")
WORD = re.compile(r"[^\W_]{3,}")
GUESSABLE = "is easy to guess; choose three or four words that have nothing to do with your work"


def acceptable(password: str, email: str, boards: Collection[str]) -> str:
    """`password` as it will be compared, for an address and the names of the Boards here.

    Raises FieldError where it is too short, too long or easy to guess.
    """
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise FieldError(f"must have at least {SHORTEST} characters; three or four words do well")
    if len(plain) > LONGEST:
        raise FieldError(f"must have at most {LONGEST} characters")
    if judged_apart(plain, tried_for(email, boards)):
        raise FieldError(GUESSABLE)
    return plain


def hashed(password: str) -> str:
    """The hash to store; slow on purpose, so never on the event loop."""
    return ALONE.submit(HASHER.hash, _normal(password)).result()


def matches(password: str, stored: str | None) -> bool:
    """Whether `password` is the one stored; where there is none, as slow and always False."""
    plain = _normal(password)
    if len(plain) > LONGEST:
        # None that long was ever taken.
        plain, stored = "", None
    return ALONE.submit(_verified, plain, stored).result()


def _verified(plain: str, stored: str | None) -> bool:
    if stored is None:
        HASHER.hash(plain)
        return False
    try:
        return HASHER.verify(stored, plain)
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    # The same password typed on another keyboard may be made of other code points, and of more.
    return unicodedata.normalize("NFKC", password)


def tried_for(email: str, boards: Collection[str]) -> list[str]:
    """What is tried first for an account: its address, the Boards, and the words in both."""
    names = (email, *email.split("@"), *boards)
    words = (word for name in names for word in (name, "".join(name.split()), *WORD.findall(name)))
    return [*TRIED_HERE, *words]
