"""The record of access; and an account that was disabled keeps nothing to come back to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardcal.storage.schema.column_types import Instant

revision = "0016"
down_revision = "0015"

REFUSAL = "boardcal keeps this record: it is only added to"
DISABLED = "(SELECT id FROM account WHERE disabled_at IS NOT NULL)"
OF_DISABLED = (
    "FROM account WHERE disabled_at IS NOT NULL AND "
    "(lower(feed.made_by) = email AND feed.kind != 'person' "
    "OR lower(feed.subject) = email AND feed.kind = 'person')"
)


def upgrade() -> None:
    """Makes the tables, and takes from disabled accounts what they would have been given back."""
    op.add_column(
        "session", sa.Column("browser", sa.String(80), nullable=True, comment="In plain words")
    )
    op.add_column(
        "session",
        sa.Column("address", sa.String(45), nullable=True, comment="From which it was begun"),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_last_at"), "sign_in_attempt", ["last_at"], unique=False
    )
    _make_record()
    _make_refusals()
    for table in ("account_role", "session", "setup_link"):
        op.execute(f"DELETE FROM {table} WHERE account_id IN {DISABLED}")  # noqa: S608 - constants
    op.execute("UPDATE account SET password = NULL WHERE disabled_at IS NOT NULL")
    op.execute(
        f"UPDATE feed SET revoked_at = (SELECT max(disabled_at) {OF_DISABLED}) "  # noqa: S608
        f"WHERE revoked_at IS NULL AND EXISTS (SELECT 1 {OF_DISABLED})"
    )


def _make_record() -> None:
    op.create_table(
        "access_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False, comment="Whose, in lower case"),
        sa.Column("who", sa.Text(), nullable=False, comment="An account, or a user of the machine"),
        sa.Column(
            "board",
            sa.String(length=60),
            nullable=True,
            comment="Of a role: a Board's id, or * for all",
        ),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column(
            "browser",
            sa.String(length=80),
            nullable=True,
            comment="In plain words; null: the command",
        ),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_record")),
        comment="Who signed in, and what was done to accounts; only added to",
    )
    for column in ("account", "at"):
        op.create_index(op.f(f"ix_access_record_{column}"), "access_record", [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER keep_access_record BEFORE UPDATE OR DELETE ON access_record "
            "FOR EACH ROW EXECUTE FUNCTION boardcal_keep_record()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER keep_access_record_{verb} BEFORE {verb} ON access_record "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _make_refusals() -> None:
    op.create_table(
        "access_refusal",
        sa.Column("day", sa.Date(), nullable=False, comment="In UTC"),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False, comment="Empty: there is none"),
        sa.Column(
            "address",
            sa.String(length=45),
            nullable=False,
            comment="Or network; empty: of too many",
        ),
        sa.Column("page", sa.String(length=120), nullable=False, comment="Empty: the sign-in"),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", Instant(length=32), nullable=False),
        sa.Column("last_at", Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "what", "account", "address", "page", name=op.f("pk_access_refusal")
        ),
        comment="How often somebody was refused on a day; kept for some months",
    )
    op.create_index(op.f("ix_access_refusal_last_at"), "access_refusal", ["last_at"], unique=False)
