"""What is due only as required, each time that somebody raised it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardcal.storage.schema.column_types import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes the table of what was raised."""
    op.create_table(
        "raised",
        sa.Column("board", sa.String(length=60), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column(
            "body",
            sa.String(length=60),
            nullable=True,
            comment="At whose meeting it is dealt with; null: at none",
        ),
        sa.Column("slot", sa.String(length=60), nullable=True, comment="Which meeting, for good"),
        sa.Column(
            "day",
            sa.Date(),
            nullable=False,
            comment="When that was scheduled; or the date given",
        ),
        sa.Column("on", sa.Date(), nullable=False, comment="The local day on which it was raised"),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["board"], ["board.id"], name=op.f("fk_raised_board_board")),
        sa.PrimaryKeyConstraint("board", "ref", "number", name=op.f("pk_raised")),
        comment="What is due only as required, each time that somebody raised it",
    )
