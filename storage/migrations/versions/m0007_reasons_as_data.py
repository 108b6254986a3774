"""Reasons are kept as members of enums with their data, not as sentences."""

from __future__ import annotations

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Why a row of the ledger did not go out, as every version before stored it.
REASONS = {
    "paused before it was sent": "paused",
    "the Board's mails have not begun": "not_live",
    "the date was moved before it was sent": "older_date",
    "the date was moved": "date_moved",
    "no longer in the planner": "left_planner",
    "somebody else holds the role now": "role_passed_on",
    "a later step came before it was sent": "later_step",
    "a later step had come by then": "later_step_by_then",
    "the next one fell due": "next_due",
}
WITH_DETAIL = {
    "recorded": re.compile(r"(.+) before it was sent"),
    "held_back": re.compile(r"held back by (.+)", re.DOTALL),
    "sent_before_restore": re.compile(r"sent before the backup came back, (.+) says", re.DOTALL),
}

# Why a mail went to another than the lead of a body.
STAND_INS = (
    re.compile(
        r"The (?P<lead>.+?) of (?P<body>.+) (?P<is_away>is away), so this comes to you as "
        r"(?P<role>.+)\."
    ),
    re.compile(
        r"(?P<body>.+) has no (?P<lead>.+) at present, so this comes to you as (?P<role>.+)\."
    ),
)

LEDGER = sa.table(
    "ledger",
    *(sa.column(name) for name in ("reason_text", "reason", "reason_detail", "because")),
)


def upgrade() -> None:
    """Maps the sentences to what they say, and marks what the planner lost."""
    op.alter_column("ledger", "reason", new_column_name="reason_text")
    op.add_column(
        "ledger",
        sa.Column("reason", sa.String(length=30), nullable=True, comment="Why it was superseded"),
    )
    op.add_column(
        "ledger",
        sa.Column(
            "reason_detail",
            sa.Text(),
            nullable=True,
            comment="What the sentence for it needs: a state, a person or a remark",
        ),
    )
    op.add_column(
        "occurrence",
        sa.Column(
            "left_planner",
            sa.Boolean(),
            server_default="0",
            nullable=False,
            comment="Void because the planner lost it: it comes back where that has it again",
        ),
    )
    connection = op.get_bind()
    texts = connection.execute(sa.select(LEDGER.c.reason_text).distinct()).scalars().all()
    for text in texts:
        if text is not None:
            reason, detail = reason_of(text)
            connection.execute(
                sa.update(LEDGER)
                .where(LEDGER.c.reason_text == text)
                .values(reason=reason, reason_detail=detail)
            )
    op.drop_column("ledger", "reason_text")
    for text in connection.execute(sa.select(LEDGER.c.because).distinct()).scalars().all():
        if text is not None:
            connection.execute(
                sa.update(LEDGER).where(LEDGER.c.because == text).values(because=stand_in_of(text))
            )
    op.execute(
        "UPDATE occurrence SET left_planner = '1' "
        "WHERE state = 'void' AND note = 'no longer in the planner'"
    )


def reason_of(text: str) -> tuple[str, str | None]:
    """The member that a sentence stands for, and its detail.

    Any other sentence is a remark of the calendar on why an occurrence is void.
    """
    if text in REASONS:
        return REASONS[text], None
    for reason, pattern in WITH_DETAIL.items():
        match = pattern.fullmatch(text)
        if match is not None:
            return reason, match[1]
    return "withdrawn", text


def stand_in_of(text: str) -> str | None:
    """What a sentence says about who stands in for whom, as a document."""
    for pattern in STAND_INS:
        match = pattern.fullmatch(text)
        if match is not None:
            parts = match.groupdict()
            document = {
                "body": parts["body"],
                "lead": parts["lead"],
                "is_away": "is_away" in parts,
                "role": parts["role"],
            }
            return json.dumps(document, ensure_ascii=False)
    return None
