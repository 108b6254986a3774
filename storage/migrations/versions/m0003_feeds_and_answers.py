"""Feeds, what chairs ask for, and reminders put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardcal.storage.schema.column_types import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables of feeds, of requests and of what is put off."""
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of its token"),
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="board, body or person"),
        sa.Column(
            "subject",
            sa.String(length=254),
            nullable=False,
            comment="The Board, the body or the address",
        ),
        sa.Column("made_at", Instant(length=32), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column(
            "fetched_on", sa.Date(), nullable=True, comment="The last day that somebody fetched it"
        ),
        sa.Column(
            "revoked_at", Instant(length=32), nullable=True, comment="Null: it can be fetched"
        ),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_feed_board_board")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_feed_digest")),
    )
    op.create_index(op.f("ix_feed_board"), "feed", ["board"], unique=False)
    op.create_table(
        "answer_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("due_revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="more time or hand over"),
        sa.Column("asked_at", Instant(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=254), nullable=False, comment="Whose link it was"),
        sa.Column("until", sa.Date(), nullable=True, comment="The date that is asked for"),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("successor", sa.Text(), nullable=True, comment="Who should have it instead"),
        sa.Column(
            "closed_at",
            Instant(length=32),
            nullable=True,
            comment="Null: nobody has dealt with it here",
        ),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column(
            "recipient",
            sa.String(length=254),
            nullable=True,
            comment="Who is mailed about it; null: nobody",
        ),
        sa.Column(
            "state", sa.String(length=20), nullable=False, comment="What has become of that mail"
        ),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["board"], ["board.id"], name=op.f("fk_answer_request_board_board")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_answer_request_message_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_answer_request_occurrence_id_occurrence"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_request")),
        comment="What chairs ask of the secretariat",
    )
    op.create_index(op.f("ix_answer_request_board"), "answer_request", ["board"], unique=False)
    op.create_index(
        op.f("ix_answer_request_message_id"), "answer_request", ["message_id"], unique=False
    )
    op.create_index("ix_answer_request_state", "answer_request", ["state"], unique=False)
    op.create_index(
        "uq_answer_request_open",
        "answer_request",
        ["occurrence_id", "kind", "asked_by"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "snooze",
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("due_revision", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False, comment="The first day of reminders again"),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_snooze_occurrence_id_occurrence")
        ),
        sa.PrimaryKeyConstraint("occurrence_id", "recipient", name=op.f("pk_snooze")),
        comment="Who wants no reminder of something for a while",
    )
    op.create_index(op.f("ix_snooze_until"), "snooze", ["until"], unique=False)
    op.create_index("ix_change_board_id", "change", ["board", "id"], unique=False)
