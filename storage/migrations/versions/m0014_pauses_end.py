"""A pause may have a day on which it ends, and the record says what was so then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Adds the columns; a pause or a change of before has none of it, and reads as it did."""
    op.add_column(
        "pause",
        sa.Column(
            "until", sa.Date(), nullable=True, comment="The first day of emails again; null: open"
        ),
    )
    op.add_column(
        "change",
        sa.Column(
            "due_then", sa.Date(), nullable=True, comment="When what it is about was due then"
        ),
    )
    op.add_column(
        "change",
        sa.Column("title_then", sa.Text(), nullable=True, comment="What that was called then"),
    )
