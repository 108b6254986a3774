"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardcal.storage.schema.column_types import Document, Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table of the first release."""
    op.create_table(
        "board",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "go_live", sa.Date(), nullable=True, comment="The day mails began; null: not yet"
        ),
        sa.Column(
            "accepted_transport",
            sa.String(length=20),
            nullable=True,
            comment="The transport that go-live was for",
        ),
        sa.Column("planner_revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("planned_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "planned_through",
            sa.Date(),
            nullable=True,
            comment="Occurrences exist up to this due date",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
        comment="What is true of the whole installation, such as its id",
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_at", Instant(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", Instant(length=32), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("lease_until", Instant(length=32), nullable=True),
        sa.Column("identifier", sa.String(length=200), nullable=True, comment="Its Message-ID"),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=True,
            comment="Its bytes, frozen when sending began",
        ),
        sa.Column("data_started_at", Instant(length=32), nullable=True),
        sa.Column("finished_at", Instant(length=32), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("introduces", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_recipient_day", "message", ["recipient", "day"], unique=False)
    op.create_index("ix_message_state", "message", ["state", "next_attempt_at"], unique=False)
    op.create_index(
        "uq_message_recipient_day_live",
        "message",
        ["recipient", "day"],
        unique=True,
        sqlite_where=sa.text("state != 'superseded'"),
        postgresql_where=sa.text("state != 'superseded'"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_attempt_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_message_id"), "attempt", ["message_id"], unique=False)
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True, comment="The day it is said to have happened"),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_change_board_board")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_subject"), "change", ["subject"], unique=False)
    op.create_table(
        "event",
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_event_board_board")),
        sa.PrimaryKeyConstraint("board", "name", "number", name=op.f("pk_event")),
    )
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=True),
        sa.Column("audience", Document(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("first_due", sa.Date(), nullable=False, comment="The date before any move"),
        sa.Column("due_revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("extended", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("precision", sa.String(length=10), nullable=False),
        sa.Column("meeting", sa.Date(), nullable=True),
        sa.Column(
            "state", sa.String(length=20), nullable=False, comment="open, or what was recorded"
        ),
        sa.Column(
            "note", sa.Text(), nullable=True, comment="Why it is not where its rule would put it"
        ),
        sa.Column("met_by", sa.String(length=320), nullable=True),
        sa.Column(
            "next_due",
            sa.Date(),
            nullable=True,
            comment="When the next of the same falls due and this is missed",
        ),
        sa.Column(
            "last_step",
            sa.Integer(),
            nullable=True,
            comment="The latest step decided in this due revision",
        ),
        sa.Column(
            "next_step_at",
            Instant(length=32),
            nullable=True,
            comment="When the sweep must look at it; null: never",
        ),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_occurrence_board_board")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("key", name=op.f("uq_occurrence_key")),
    )
    op.create_index("ix_occurrence_board_due", "occurrence", ["board", "due"], unique=False)
    op.create_index(
        "ix_occurrence_board_ref_owner", "occurrence", ["board", "ref", "owner"], unique=False
    )
    op.create_index("ix_occurrence_next_step_at", "occurrence", ["next_step_at"], unique=False)
    op.create_table(
        "overview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("week", sa.Date(), nullable=False, comment="The Monday it is for"),
        sa.Column("first", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_overview_board_board")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_overview_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overview")),
        sa.UniqueConstraint(
            "board", "week", "recipient", name=op.f("uq_overview_board_week_recipient")
        ),
    )
    op.create_index(op.f("ix_overview_message_id"), "overview", ["message_id"], unique=False)
    op.create_index("ix_overview_state", "overview", ["state"], unique=False)
    op.create_table(
        "pause",
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="board, body or person"),
        sa.Column("id", sa.String(length=254), nullable=False),
        sa.Column("since", Instant(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_pause_board_board")),
        sa.PrimaryKeyConstraint("board", "kind", "id", name=op.f("pk_pause")),
    )
    op.create_table(
        "planner_entry",
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column(
            "kind", sa.String(length=20), nullable=False, comment="A table of the planner file"
        ),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "document", Document(), nullable=False, comment="The entry in the file's own words"
        ),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_planner_entry_board_board")),
        sa.PrimaryKeyConstraint("board", "kind", "id", name=op.f("pk_planner_entry")),
    )
    op.create_table(
        "planner_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board"], ["board.id"], name=op.f("fk_planner_import_board_board")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planner_import")),
    )
    op.create_index(op.f("ix_planner_import_board"), "planner_import", ["board"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("due_revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column(
            "because", sa.Text(), nullable=True, comment="Why this person instead of another"
        ),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("decided_at", Instant(length=32), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it was superseded"),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_ledger_message_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_ledger_occurrence_id_occurrence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint(
            "occurrence_id",
            "due_revision",
            "step",
            "recipient",
            name=op.f("uq_ledger_occurrence_id_due_revision_step_recipient"),
        ),
    )
    op.create_index(op.f("ix_ledger_message_id"), "ledger", ["message_id"], unique=False)
    op.create_index("ix_ledger_state", "ledger", ["state"], unique=False)
