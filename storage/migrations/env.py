"""Runs migrations on the connection that `storage.database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from boardcal.storage.schema.all_tables import metadata

connection = context.config.attributes["connection"]


# Batch mode rebuilds a table where SQLite cannot alter it in place.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
