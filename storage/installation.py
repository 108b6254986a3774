"""What is true of the whole installation: its id."""

from __future__ import annotations

import hashlib
import uuid

from sqlalchemy import Connection, insert, select

from .schema.planner import installation

ID = select(installation.c.value).where(installation.c.name == "id")


def is_begun(connection: Connection) -> bool:
    """Whether the installation has an id."""
    return connection.execute(ID).first() is not None


def begin(connection: Connection) -> None:
    """Gives the installation its id, for good."""
    connection.execute(insert(installation).values(name="id", value=uuid.uuid4().hex))


def installation_id(connection: Connection) -> str:
    """What tells this installation's mails from another's; always the same before it is begun."""
    stored: str | None = connection.execute(ID).scalar()
    return stored or hashlib.sha256(b"boardcal").hexdigest()[:32]
