"""A message knows by which channel it began to leave, so that no other is asked about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Adds the column; a message of before has none, and nobody is asked about it."""
    op.add_column(
        "message",
        sa.Column(
            "channel",
            sa.String(20),
            nullable=True,
            comment="The transport that its sending began with",
        ),
    )
