"""That a reader did something by the link in a mail is kept beside who it was, not in words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
SUFFIX = " by the link in their mail"
REFUSAL = "boardcal keeps this record: it is only added to"


def upgrade() -> None:
    """Splits what the names of readers end with off into a column of its own."""
    op.add_column(
        "change",
        _column("Whether it was done by the signed link in a mail, without an account"),
    )
    op.add_column(
        "answer_request",
        _column("Whether it was closed by the signed link in a mail, without an account"),
    )
    _split("answer_request", "closed_by")
    # No row of the record may be altered but here, where the same is only kept in another form.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE change DISABLE TRIGGER keep_change")
        _split("change", "who")
        op.execute("ALTER TABLE change ENABLE TRIGGER keep_change")
    else:
        op.execute("DROP TRIGGER keep_change_UPDATE")
        _split("change", "who")
        op.execute(
            "CREATE TRIGGER keep_change_UPDATE BEFORE UPDATE ON change "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _column(comment: str) -> sa.Column[bool]:
    return sa.Column("by_link", sa.Boolean(), server_default="0", nullable=False, comment=comment)


def _split(table: str, column: str) -> None:
    """One UPDATE, in the database. It compares exactly: LIKE ignores case on SQLite."""
    rows = sa.table(table, sa.column(column, sa.Text()), sa.column("by_link", sa.Boolean()))
    who = rows.c[column]
    length = sa.func.length(who) - len(SUFFIX)
    op.execute(
        sa.update(rows)
        .where(length > 0, sa.func.substr(who, length + 1) == SUFFIX)
        .values({who: sa.func.substr(who, 1, length), rows.c.by_link: True})
    )
