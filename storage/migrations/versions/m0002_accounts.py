"""Accounts for the pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardcal.storage.schema.column_types import Document, Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the tables of accounts, their sessions and their links."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False, comment="In lower case"),
        sa.Column(
            "password", sa.Text(), nullable=True, comment="Its Argon2 hash; null: not chosen yet"
        ),
        sa.Column("made_at", Instant(length=32), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        comment="Who may sign in to the pages",
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column(
            "subject",
            sa.String(length=80),
            nullable=False,
            comment="An account or an address, hashed",
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_attempt")),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "board", sa.String(length=60), nullable=False, comment="A Board's id, or * for all"
        ),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "board", name=op.f("pk_account_role")),
    )
    op.create_table(
        "session",
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of what the browser keeps",
        ),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", Instant(length=32), nullable=False),
        sa.Column("seen_at", Instant(length=32), nullable=False),
        sa.Column("notice", Document(), nullable=True, comment="What the next page says once"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "setup_link",
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="SHA-256 of the link's token"
        ),
        sa.Column(
            "account_id", sa.Integer(), nullable=True, comment="Null: makes the first account"
        ),
        sa.Column("expires_at", Instant(length=32), nullable=False),
        sa.Column("used_at", Instant(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_setup_link_account_id_account")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_setup_link")),
    )
