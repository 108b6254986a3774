"""An occurrence names the meeting that it is for, and the one that it was put off to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Adds the columns. Planning anew, at the next tick, names the meetings."""
    comments = {
        "slot": "Which meeting it is for, for good; meeting is its day",
        "put_off": "The slot of the meeting that it was put off to",
    }
    for name, comment in comments.items():
        op.add_column(
            "occurrence", sa.Column(name, sa.String(length=60), nullable=True, comment=comment)
        )
    board = sa.table("board", sa.column("planned_revision", sa.Integer()))
    # Another revision than the planner's, and not none at all: what is planned already is kept.
    op.execute(
        sa.update(board)
        .where(board.c.planned_revision > 0)
        .values(planned_revision=board.c.planned_revision + 1_000_000)
    )
