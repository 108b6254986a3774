"""What leaves the house is named by an identity that is never given twice, not by its number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Adds the columns; what is there keeps its number as its name, for links that were mailed."""
    comments = {
        "occurrence": "Its name in links; the number of one that is older than these names",
        "answer_request": "Its name in addresses; the number of one that is older than these names",
    }
    for table, comment in comments.items():
        identity = sa.Column(
            "identity", sa.String(length=32), nullable=False, server_default="?", comment=comment
        )
        op.add_column(table, identity)
        rows = sa.table(table, sa.column("id", sa.Integer()), sa.column("identity", sa.String()))
        op.execute(sa.update(rows).values(identity=sa.cast(rows.c.id, sa.String(32))))
        op.create_index(f"uq_{table}_identity", table, ["identity"], unique=True)
    for table in ("event", "raised"):
        mark = "Tells it from another of its number; null: older than these marks"
        op.add_column(table, sa.Column("mark", sa.String(length=8), nullable=True, comment=mark))
