"""Failed sign-ins, counted by account and by address, and the waits that follow from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from ..schema.accounts import sign_in_attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """The wait after failures beyond `free`: one second, doubling up to `longest`."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """The wait after `failures` in a row."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta()
        return min(timedelta(seconds=2 ** min(beyond, 20)), self.longest)


# An account's wait is short, since others can cause it; an address's is long, since only
# itself can. A minute still makes guessing a password of twelve characters hopeless.
PER_ACCOUNT = Patience(free=5, longest=timedelta(minutes=1))
PER_ADDRESS = Patience(free=20, longest=timedelta(minutes=15))
FORGOTTEN_AFTER = timedelta(hours=12)


def subjects_of(email: str, address: str) -> tuple[str, str]:
    """The names under which an attempt is counted: its account, there or not, and its address."""
    return f"account:{_short(email)}", f"address:{_short(address)}"


def begin_attempt(
    connection: Connection, subjects: Sequence[str], *, now: datetime
) -> timedelta | None:
    """Counts an attempt as failed before its password is checked; the wait where it is too early.

    Counting first leaves no gap through which many attempts at once could pass uncounted.
    """
    connection.execute(
        delete(sign_in_attempt).where(sign_in_attempt.c.last_at <= now - FORGOTTEN_AFTER)
    )
    rows = connection.execute(
        select(sign_in_attempt).where(sign_in_attempt.c.subject.in_(subjects)).with_for_update()
    )
    known = {row.subject: row for row in rows}
    waits = [
        known[subject].last_at + _patience(subject).wait(known[subject].failures) - now
        for subject in known
    ]
    longest = max(waits, default=timedelta())
    if longest > timedelta():
        return longest
    for subject in subjects:
        if subject in known:
            connection.execute(
                update(sign_in_attempt)
                .where(sign_in_attempt.c.subject == subject)
                .values(failures=sign_in_attempt.c.failures + 1, last_at=now)
            )
        else:
            new = insert(sign_in_attempt).values(subject=subject, failures=1, last_at=now)
            connection.execute(new)
    return None


def forgive(connection: Connection, subjects: Sequence[str]) -> None:
    """Takes back what a successful sign-in counted: its account starts anew, its address one less.

    Otherwise the holder of one account could guess at others' passwords without end.
    """
    account, address = subjects
    connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.subject == account))
    connection.execute(
        update(sign_in_attempt)
        .where(sign_in_attempt.c.subject == address, sign_in_attempt.c.failures > 0)
        .values(failures=sign_in_attempt.c.failures - 1)
    )


def _patience(subject: str) -> Patience:
    return PER_ACCOUNT if subject.startswith("account:") else PER_ADDRESS


def _short(text: str) -> str:
    """A digest: one length for anything typed, and no list of addresses in the table."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]
