"""Feeds: secret addresses from which calendar programs read, stored by a digest of their token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from ...core.errors import BoardcalError
from ..accounts.sessions import fingerprint, new_token
from ..change_kinds import ChangeKind
from ..change_log import note_change
from ..schema.accounts import feed

# 256 bits in base64; nothing else is worth asking the database for.
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
IN_ADDRESS = re.compile(rf"(?:.*/)?(?P<token>{TOKEN.pattern})(?:\.ics)?")


# Built once: every reader whose feed may have changed asks.
BY_DIGEST = select(feed).where(feed.c.digest == bindparam("digest"), feed.c.revoked_at.is_(None))


class FeedError(BoardcalError):
    """A feed that does not exist, or was revoked."""


class FeedKind(StrEnum):
    """The kind of subject whose dates a feed holds."""

    BOARD = "board"
    BODY = "body"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed. `subject` is the Board's id, the body's, or the person's address."""

    id: int
    board: str
    kind: FeedKind
    subject: str
    made_at: datetime
    made_by: str
    fetched_on: date | None
    revoked_at: datetime | None


def make_feed(
    connection: Connection,
    board: str,
    kind: FeedKind,
    subject: str,
    *,
    now: datetime,
    who: str,
    what: ChangeKind = ChangeKind.FEED_MADE,
) -> tuple[Feed, str]:
    """Adds a feed; with it its token, which is stored nowhere and cannot be shown again."""
    token = new_token()
    made = connection.execute(
        insert(feed)
        .values(
            digest=fingerprint(token),
            board=board,
            kind=kind.value,
            subject=subject,
            made_at=now,
            made_by=who,
        )
        .returning(feed.c.id)
    )
    number = int(made.scalar_one())
    _note(connection, board, subject, what, number, now=now, who=who)
    return feed_numbered(connection, number), token


def feeds_of(connection: Connection, board: str) -> list[Feed]:
    """The feeds of a Board that can be fetched, the newest first."""
    usable = select(feed).where(feed.c.board == board, feed.c.revoked_at.is_(None))
    return [_read(row._mapping) for row in connection.execute(usable.order_by(feed.c.id.desc()))]


def feeds_for(connection: Connection, email: str) -> list[Feed]:
    """The feeds that can be fetched and are somebody's: made by their account, or of their dates.

    Those that they made of other people's dates are those people's.
    """
    whose = case((feed.c.kind == FeedKind.PERSON.value, feed.c.subject), else_=feed.c.made_by)
    usable = select(feed).where(func.lower(whose) == email.lower(), feed.c.revoked_at.is_(None))
    return [_read(row._mapping) for row in connection.execute(usable.order_by(feed.c.id))]


def feed_numbered(connection: Connection, number: int) -> Feed:
    """One feed by its number, revoked or not. Raises FeedError."""
    row = connection.execute(select(feed).where(feed.c.id == number)).mappings().first()
    if row is None:
        raise FeedError(f"There is no feed {number}; `boardcal feed list` shows those there are.")
    return _read(row)


def feed_of_token(connection: Connection, token: str) -> Feed | None:
    """The feed that is fetched by this token; None where it is unknown or revoked."""
    if TOKEN.fullmatch(token) is None:
        return None
    row = connection.execute(BY_DIGEST, {"digest": fingerprint(token)}).mappings().first()
    return None if row is None else _read(row)


def feed_meant(connection: Connection, typed: str) -> Feed:
    """The feed with this number or this address, revoked or not. Raises FeedError."""
    typed = typed.strip()
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        return feed_numbered(connection, int(typed))
    token = IN_ADDRESS.fullmatch(typed)
    if token is not None:
        digest = fingerprint(token["token"])
        row = connection.execute(select(feed).where(feed.c.digest == digest)).mappings().first()
        if row is not None:
            return _read(row)
    raise FeedError("There is no such feed; give its number from `boardcal feed list`.")


def revoke_feed(connection: Connection, old: Feed, *, now: datetime, who: str) -> bool:
    """Revokes a feed for good; False where it was before."""
    done = _end(connection, old, now=now)
    if done:
        _note(
            connection,
            old.board,
            old.subject,
            ChangeKind.FEED_REVOKED,
            old.id,
            now=now,
            who=who,
        )
    return done


def rotate_feed(connection: Connection, old: Feed, *, now: datetime, who: str) -> tuple[Feed, str]:
    """Revokes a feed and adds the same at a new address; with it the new token.

    Raises FeedError where it was revoked before.
    """
    if not _end(connection, old, now=now):
        raise FeedError("This feed was revoked before; make a new one.")
    return make_feed(
        connection,
        old.board,
        old.kind,
        old.subject,
        now=now,
        who=who,
        what=ChangeKind.FEED_GIVEN_A_NEW_ADDRESS,
    )


def mark_fetched(connection: Connection, number: int, day: date) -> None:
    """Notes that a feed was fetched on a day."""
    connection.execute(update(feed).where(feed.c.id == number).values(fetched_on=day))


def _end(connection: Connection, old: Feed, *, now: datetime) -> bool:
    still = (feed.c.id == old.id) & feed.c.revoked_at.is_(None)
    return connection.execute(update(feed).where(still).values(revoked_at=now)).rowcount == 1


def _note(
    connection: Connection,
    board: str,
    subject: str,
    what: ChangeKind,
    number: int,
    *,
    now: datetime,
    who: str,
) -> None:
    after = f"number {number}"
    note_change(connection, board=board, subject=subject, what=what, after=after, now=now, who=who)


def _read(row: object) -> Feed:
    values = dict(row)  # type: ignore[call-overload]
    values.pop("digest")
    return Feed(**values | {"kind": FeedKind(values["kind"])})
