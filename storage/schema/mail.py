"""Tables of messages, the ledger, delivery attempts and requests of readers."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ..message_states import CarriedState, MessageState
from ..replies.ends import RequestEnd
from ..unsent_reasons import UnsentReason
from .column_types import Document, Instant, new_identity, one_of, only_where
from .metadata import metadata

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recipient", String(254), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", one_of(MessageState, 20), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Instant),
    Column("claimed_by", String(80)),
    Column("lease_until", Instant),
    Column("identifier", String(200), comment="Its Message-ID"),
    Column("subject", Text),
    Column("content", LargeBinary, comment="Its bytes, frozen when sending began"),
    Column("data_started_at", Instant),
    Column("finished_at", Instant),
    Column("reply", Text),
    Column("introduces", Boolean, nullable=False, server_default="0"),
    Column("channel", String(20), comment="The transport that its sending began with"),
    Index("ix_message_state", "state", "next_attempt_at"),
    Index("ix_message_recipient_day", "recipient", "day"),
)


# One mail a person a day, held by the database: what was dropped unsent does not count.
only_where(
    Index("uq_message_recipient_day_live", message.c.recipient, message.c.day, unique=True),
    message.c.state != MessageState.SUPERSEDED,
)
ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False),
    Column("due_revision", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("level", String(20), nullable=False),
    Column("because", Document, comment="Why this person instead of another"),
    Column("due", Date, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("state", one_of(CarriedState, 20), nullable=False),
    Column("message_id", ForeignKey("message.id"), index=True),
    Column("reason", one_of(UnsentReason, 30), comment="Why it was superseded"),
    Column(
        "reason_detail",
        Text,
        comment="What the sentence for it needs: a state, a person or a remark",
    ),
    UniqueConstraint("occurrence_id", "due_revision", "step", "recipient"),
    Index("ix_ledger_state", "state"),
)
overview = Table(
    "overview",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False),
    Column("week", Date, nullable=False, comment="The Monday it is for"),
    Column("first", Boolean, nullable=False, server_default="0"),
    Column("recipient", String(254), nullable=False),
    Column("state", one_of(CarriedState, 20), nullable=False),
    Column("message_id", ForeignKey("message.id"), index=True),
    UniqueConstraint("board", "week", "recipient"),
    Index("ix_overview_state", "state"),
)
attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", Integer, nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", one_of(MessageState, 20), nullable=False),
    Column("reply", Text),
    ForeignKeyConstraint(["message_id"], ["message.id"]),
)
answer_request = Table(
    "answer_request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False, index=True),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False),
    Column("due_revision", Integer, nullable=False),
    Column("kind", String(20), nullable=False, comment="more time or hand over"),
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", String(254), nullable=False, comment="Whose link it was"),
    Column("until", Date, comment="The date that is asked for"),
    Column("why", Text),
    Column("successor", Text, comment="Who should have it instead"),
    Column("closed_at", Instant, comment="Null: nobody has dealt with it here"),
    Column("closed_by", Text),
    Column("outcome", Text),
    Column("recipient", String(254), comment="Who is mailed about it; null: nobody"),
    Column(
        "state", one_of(CarriedState, 20), nullable=False, comment="What has become of that mail"
    ),
    Column("message_id", ForeignKey("message.id"), index=True),
    Column(
        "by_link",
        Boolean,
        nullable=False,
        server_default="0",
        comment="Whether it was closed by the signed link in a mail, without an account",
    ),
    Column("end", one_of(RequestEnd, 20), comment="How it ended; null: open, or not noted then"),
    Column(
        "identity",
        String(32),
        nullable=False,
        default=new_identity,
        server_default="?",
        comment="Its name in addresses; the number of one that is older than these names",
    ),
    Index("ix_answer_request_state", "state"),
    Index("uq_answer_request_identity", "identity", unique=True),
    comment="What chairs ask of the secretariat",
)


# One open request of a kind for a thing and a person, held by the database.
only_where(
    Index(
        "uq_answer_request_open",
        answer_request.c.occurrence_id,
        answer_request.c.kind,
        answer_request.c.asked_by,
        unique=True,
    ),
    answer_request.c.closed_at.is_(None),
)
