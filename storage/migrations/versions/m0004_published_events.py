"""What the feeds said of each event, so that a reader is told of every change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardcal.storage.schema.column_types import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the table of events as they were last read."""
    op.create_table(
        "published_event",
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="SHA-256 of what it says"
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["board"], ["board.id"], name=op.f("fk_published_event_board_board")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_published_event")),
        comment="Each event of the feeds as it was last read, so that its changes can be counted",
    )
    op.create_index(op.f("ix_published_event_board"), "published_event", ["board"], unique=False)
