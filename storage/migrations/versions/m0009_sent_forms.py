"""Forms that were sent, so that one sent twice is answered as the first time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardcal.storage.schema.column_types import Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Makes the table of forms with their answers."""
    op.create_table(
        "sent_form",
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="Signature of all that it carries",
        ),
        sa.Column("claimed_at", Instant(length=32), nullable=False),
        sa.Column(
            "answer",
            sa.Text(),
            nullable=True,
            comment="Sealed by what the form carries; null: not answered yet",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sent_form")),
        comment="Forms as they were sent, so that one sent twice is answered as the first time",
    )
    op.create_index(op.f("ix_sent_form_claimed_at"), "sent_form", ["claimed_at"], unique=False)
