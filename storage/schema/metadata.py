"""The metadata that every table belongs to, with its naming convention."""

from __future__ import annotations

from sqlalchemy import (
    MetaData,
)

# Named constraints can be changed by later migrations on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
