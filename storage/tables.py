"""The tables. Everything hangs on a Board; what is a record is only ever added to."""

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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from .columns import Document, Instant
from .partial_indexes import only_where

# Named constraints can be changed by later migrations on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

installation = Table(
    "installation",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    comment="What is true of the whole installation, such as its id",
)

board = Table(
    "board",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("name", Text, nullable=False),
    Column("go_live", Date, comment="The day mails began; null: not yet"),
    Column("accepted_transport", String(20), comment="The transport that go-live was for"),
    Column("planner_revision", Integer, nullable=False, server_default="1"),
    Column("planned_revision", Integer, nullable=False, server_default="0"),
    Column("planned_through", Date, comment="Occurrences exist up to this due date"),
)

planner_entry = Table(
    "planner_entry",
    metadata,
    Column("board", ForeignKey("board.id"), primary_key=True),
    Column("kind", String(20), primary_key=True, comment="A table of the planner file"),
    Column("id", String(60), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("document", Document, nullable=False, comment="The entry in the file's own words"),
)

planner_import = Table(
    "planner_import",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("who", Text, nullable=False),
)

pause = Table(
    "pause",
    metadata,
    Column("board", ForeignKey("board.id"), primary_key=True),
    Column("kind", String(10), primary_key=True, comment="board, body or person"),
    Column("id", String(254), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text),
)

event = Table(
    "event",
    metadata,
    Column("board", ForeignKey("board.id"), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
)

raised = Table(
    "raised",
    metadata,
    Column("board", ForeignKey("board.id"), primary_key=True),
    Column("ref", String(60), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("owner", String(60), nullable=False),
    Column("body", String(60), comment="At whose meeting it is dealt with; null: at none"),
    Column("slot", String(60), comment="Which meeting, for good"),
    Column("day", Date, nullable=False, comment="When that was scheduled; or the date given"),
    Column("on", Date, nullable=False, comment="The local day on which it was raised"),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    comment="What is due only as required, each time that somebody raised it",
)

occurrence = Table(
    "occurrence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False),
    Column("key", String(320), nullable=False, unique=True),
    Column("ref", String(60), nullable=False),
    Column("owner", String(60), nullable=False),
    Column("period", String(120), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("title", Text, nullable=False),
    Column("row", Text),
    Column("audience", Document, nullable=False),
    Column("due", Date, nullable=False),
    Column("first_due", Date, nullable=False, comment="The date before any move"),
    Column("due_revision", Integer, nullable=False, server_default="1"),
    Column("extended", Boolean, nullable=False, server_default="0"),
    Column("precision", String(10), nullable=False),
    Column("meeting", Date),
    Column("state", String(20), nullable=False, comment="open, or what was recorded"),
    Column("note", Text, comment="Why it is not where its rule would put it"),
    Column("met_by", String(320)),
    Column("next_due", Date, comment="When the next of the same falls due and this is missed"),
    Column("last_step", Integer, comment="The latest step decided in this due revision"),
    Column("next_step_at", Instant, comment="When the sweep must look at it; null: never"),
    Index("ix_occurrence_next_step_at", "next_step_at"),
    Index("ix_occurrence_board_due", "board", "due"),
    Index("ix_occurrence_board_ref_owner", "board", "ref", "owner"),
)

change = Table(
    "change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("subject", String(320), nullable=False, index=True),
    Column("what", String(40), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("on", Date, comment="The day it is said to have happened"),
    Column("who", Text, nullable=False),
    Column("why", Text),
    Index("ix_change_board_id", "board", "id"),
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recipient", String(254), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", String(20), nullable=False),
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
    Index("ix_message_state", "state", "next_attempt_at"),
    Index("ix_message_recipient_day", "recipient", "day"),
)
# One mail a person a day, held by the database: what was dropped unsent does not count.
only_where(
    Index("uq_message_recipient_day_live", message.c.recipient, message.c.day, unique=True),
    message.c.state != "superseded",
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
    Column("because", Text, comment="Why this person instead of another"),
    Column("due", Date, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, comment="Why it was superseded"),
    Column("message_id", ForeignKey("message.id"), index=True),
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
    Column("state", String(20), nullable=False),
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
    Column("outcome", String(20), nullable=False),
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
    Column("state", String(20), nullable=False, comment="What has become of that mail"),
    Column("message_id", ForeignKey("message.id"), index=True),
    Index("ix_answer_request_state", "state"),
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

snooze = Table(
    "snooze",
    metadata,
    Column("occurrence_id", ForeignKey("occurrence.id"), primary_key=True),
    Column("recipient", String(254), primary_key=True),
    Column("due_revision", Integer, nullable=False),
    Column("until", Date, nullable=False, index=True, comment="The first day of reminders again"),
    Column("at", Instant, nullable=False),
    comment="Who wants no reminder of something for a while",
)
