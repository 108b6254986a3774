"""A snooze is of a due date, so that it holds again where a moved date comes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Names the date of what is snoozed now; a snooze of an earlier date had ended."""
    op.add_column(
        "snooze",
        sa.Column("due", sa.Date(), nullable=True, comment="The due date that it was of"),
    )
    op.execute(
        "UPDATE snooze SET due = (SELECT occurrence.due FROM occurrence "
        "WHERE occurrence.id = snooze.occurrence_id "
        "AND occurrence.due_revision = snooze.due_revision)"
    )
    op.execute("DELETE FROM snooze WHERE due IS NULL")
    op.drop_column("snooze", "due_revision")
