"""The tables of accounts and of secret addresses: who may sign in, and who reads a feed."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, Text

from ..accounts.access_kinds import AccessKind, RefusalKind
from .column_types import Document, Instant, one_of
from .metadata import metadata

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True, comment="In lower case"),
    Column("password", Text, comment="Its Argon2 hash; null: not chosen yet"),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("disabled_at", Instant),
    comment="Who may sign in to the pages",
)
account_role = Table(
    "account_role",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("board", String(60), primary_key=True, comment="A Board's id, or * for all"),
    Column("role", String(20), nullable=False),
)
session = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True, comment="SHA-256 of what the browser keeps"),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("notice", Document, comment="What the next page says once"),
    Column("browser", String(80), comment="In plain words"),
    Column("address", String(45), comment="From which it was begun"),
)
access_record = Table(
    "access_record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("what", one_of(AccessKind, 30), nullable=False),
    Column("account", String(254), nullable=False, index=True, comment="Whose, in lower case"),
    Column("who", Text, nullable=False, comment="An account, or a user of the machine"),
    Column("board", String(60), comment="Of a role: a Board's id, or * for all"),
    Column("role", String(20)),
    Column("browser", String(80), comment="In plain words; null: the command"),
    Column("address", String(45)),
    comment="Who signed in, and what was done to accounts; only added to",
)
access_refusal = Table(
    "access_refusal",
    metadata,
    Column("day", Date, primary_key=True, comment="In UTC"),
    Column("what", one_of(RefusalKind, 30), primary_key=True),
    Column("account", String(254), primary_key=True, comment="Empty: there is none"),
    Column("address", String(45), primary_key=True, comment="Or network; empty: of too many"),
    Column("page", String(120), primary_key=True, comment="Empty: the sign-in"),
    Column("times", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    comment="How often somebody was refused on a day; kept for some months",
)
sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("subject", String(80), primary_key=True, comment="An account or an address, hashed"),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
)
setup_link = Table(
    "setup_link",
    metadata,
    Column("digest", String(64), primary_key=True, comment="SHA-256 of the link's token"),
    Column("account_id", ForeignKey("account.id"), comment="Null: makes the first account"),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)
sent_form = Table(
    "sent_form",
    metadata,
    Column("digest", String(64), primary_key=True, comment="Signature of all that it carries"),
    Column("claimed_at", Instant, nullable=False, index=True),
    Column("answer", Text, comment="Sealed by what the form carries; null: not answered yet"),
    comment="Forms as they were sent, so that one sent twice is answered as the first time",
)
feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True, comment="SHA-256 of its token"),
    Column("board", ForeignKey("board.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False, comment="board, body or person"),
    Column("subject", String(254), nullable=False, comment="The Board, the body or the address"),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("fetched_on", Date, comment="The last day that somebody fetched it"),
    Column("revoked_at", Instant, comment="Null: it can be fetched"),
)
published_event = Table(
    "published_event",
    metadata,
    Column("key", String(320), primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, comment="SHA-256 of what it says"),
    Column("sequence", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    comment="Each event of the feeds as it was last read, so that its changes can be counted",
)
