"""The date that an item should have had is kept where it had passed before it was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the column; nothing that is stored was given a later date than its rule's."""
    op.add_column(
        "occurrence",
        sa.Column(
            "planned_due",
            sa.Date(),
            nullable=True,
            comment="The date it should have had, which had passed; or null",
        ),
    )
