"""Tables of occurrences, recorded events, changes and snoozes."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from ..change_kinds import ChangeKind
from .column_types import Document, Instant, new_identity, one_of
from .metadata import metadata

# A number is given again once a backup is brought back; what was published under it is not.
MARK = "Tells it from another of its number; null: older than these marks"
event = Table(
    "event",
    metadata,
    Column("board", ForeignKey("board.id"), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("mark", String(8), comment=MARK),
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
    Column("mark", String(8), comment=MARK),
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
    Column(
        "left_planner",
        Boolean,
        nullable=False,
        server_default="0",
        comment="Void because the planner lost it: it comes back where that has it again",
    ),
    Column("planned_due", Date, comment="The date it should have had, which had passed; or null"),
    Column("slot", String(60), comment="Which meeting it is for, for good; meeting is its day"),
    Column("put_off", String(60), comment="The slot of the meeting that it was put off to"),
    Column(
        "identity",
        String(32),
        nullable=False,
        default=new_identity,
        server_default="?",
        comment="Its name in links; the number of one that is older than these names",
    ),
    Index("ix_occurrence_next_step_at", "next_step_at"),
    Index("ix_occurrence_board_due", "board", "due"),
    Index("ix_occurrence_board_ref_owner", "board", "ref", "owner"),
    Index("uq_occurrence_identity", "identity", unique=True),
)
change = Table(
    "change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("subject", String(320), nullable=False, index=True),
    Column("what", one_of(ChangeKind, 40), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("on", Date, comment="The day it is said to have happened"),
    Column("who", Text, nullable=False),
    Column("why", Text),
    Column(
        "by_link",
        Boolean,
        nullable=False,
        server_default="0",
        comment="Whether it was done by the signed link in a mail, without an account",
    ),
    Column("due_then", Date, comment="When what it is about was due then"),
    Column("title_then", Text, comment="What that was called then"),
    Index("ix_change_board_id", "board", "id"),
)
snooze = Table(
    "snooze",
    metadata,
    Column("occurrence_id", ForeignKey("occurrence.id"), primary_key=True),
    Column("recipient", String(254), primary_key=True),
    Column("until", Date, nullable=False, index=True, comment="The first day of reminders again"),
    Column("at", Instant, nullable=False),
    Column("due", Date, comment="The due date that it was of"),
    comment="Who wants no reminder of something for a while",
)
