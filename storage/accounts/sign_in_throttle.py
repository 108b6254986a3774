"""Failed sign-ins, counted by account, by network and by browser, and the waits that follow.

A stranger can have an account counted, and a colleague the network of an office. So a browser in
which somebody has signed in before is counted by itself, for their account: whatever others do
elsewhere, they are let in there (OWASP's "device cookies").
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from ..database.upsert import insert_for
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


# Others can cause each of these waits, so all are short. A minute still makes guessing hopeless:
# a password here stands ten thousand million guesses.
A_MINUTE = timedelta(minutes=1)
PATIENCE = {
    "account": Patience(free=5, longest=A_MINUTE),
    "network": Patience(free=20, longest=A_MINUTE),
    "browser": Patience(free=5, longest=A_MINUTE),
}
FORGOTTEN_AFTER = timedelta(hours=12)

# The oldest go beyond these. Who would have a count forgotten by filling the table waits longer
# for the hashes of so many attempts than for the count.
MOST_SUBJECTS = 10_000


def subjects_of(email: str, network: str, browser: str | None = None) -> tuple[str, ...]:
    """The names under which an attempt is counted.

    In a `browser` that the account is known in it is that alone; else the account, there or not,
    and the network.
    """
    if browser is not None:
        return (f"browser:{_short(f'{browser} {email}')}",)
    return f"account:{_short(email)}", f"network:{_short(network)}"


def begin_attempt(
    connection: Connection, subjects: Sequence[str], *, now: datetime
) -> timedelta | None:
    """Counts an attempt as failed before its password is checked; the wait where it is too early.

    Counting first leaves no gap through which many attempts at once could pass uncounted.
    """
    attempt = sign_in_attempt.c
    connection.execute(delete(sign_in_attempt).where(attempt.last_at <= now - FORGOTTEN_AFTER))
    rows = connection.execute(
        select(sign_in_attempt)
        .where(attempt.subject.in_(subjects))
        .order_by(attempt.subject)
        .with_for_update()
    )
    known = {row.subject: row for row in rows}
    waits = [
        row.last_at + _patience(row.subject).wait(row.failures) - now for row in known.values()
    ]
    longest = max(waits, default=timedelta())
    if longest > timedelta():
        return longest
    for subject in sorted(subjects):
        counted = insert_for(connection, sign_in_attempt).values(
            subject=subject, failures=1, last_at=now
        )
        connection.execute(
            counted.on_conflict_do_update(
                index_elements=[attempt.subject],
                set_={"failures": attempt.failures + 1, "last_at": now},
            )
        )
    if len(known) < len(subjects):
        _keep_bounded(connection)
    return None


def forgive(connection: Connection, subjects: Sequence[str]) -> None:
    """Takes back what a successful sign-in counted; all begin anew, but its network has one less.

    Otherwise the holder of one account could guess at others' passwords without end.
    """
    attempt = sign_in_attempt.c
    networks = [subject for subject in subjects if _kind(subject) == "network"]
    others = set(subjects) - set(networks)
    connection.execute(delete(sign_in_attempt).where(attempt.subject.in_(others)))
    connection.execute(
        update(sign_in_attempt)
        .where(attempt.subject.in_(networks), attempt.failures > 0)
        .values(failures=attempt.failures - 1)
    )


def _keep_bounded(connection: Connection) -> None:
    attempt = sign_in_attempt.c
    many = connection.execute(select(func.count()).select_from(sign_in_attempt)).scalar_one()
    if many > MOST_SUBJECTS:
        oldest = select(attempt.subject).order_by(attempt.last_at).limit(many - MOST_SUBJECTS)
        connection.execute(delete(sign_in_attempt).where(attempt.subject.in_(oldest)))


def _kind(subject: str) -> str:
    return subject.partition(":")[0]


def _patience(subject: str) -> Patience:
    return PATIENCE[_kind(subject)]


def _short(text: str) -> str:
    """A digest: one length for anything typed, and no list of addresses in the table."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]
