"""The record of changes and attempts is guarded by the database."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
REFUSAL = "boardcal keeps this record: it is only added to"


def upgrade() -> None:
    """Lets no row of the record be altered or deleted from now on."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION boardcal_keep_record() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        for name in ("change", "attempt"):
            op.execute(
                f"CREATE TRIGGER keep_{name} BEFORE UPDATE OR DELETE ON {name} "
                "FOR EACH ROW EXECUTE FUNCTION boardcal_keep_record()"
            )
        return
    for name in ("change", "attempt"):
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_{name}_{verb} BEFORE {verb} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
