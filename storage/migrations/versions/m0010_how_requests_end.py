"""How a request of a reader ended is kept beside the sentence that tells it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds the column; of what ended before it is not known."""
    op.add_column(
        "answer_request",
        sa.Column(
            "end",
            sa.String(length=20),
            nullable=True,
            comment="How it ended; null: open, or not noted then",
        ),
    )
