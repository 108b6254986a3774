"""The tables. Everything hangs on a Board; what is a record is only ever added to."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from .column_types import Document, Instant
from .metadata import metadata

installation = Table(
    "installation",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    comment="What is true of the whole installation, such as its id",
)
board = Table(
    "board",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("name", Text, nullable=False),
    Column("go_live", Date, comment="The day mails began; null: not yet"),
    Column("accepted_transport", String(20), comment="The transport that go-live was for"),
    Column("planner_revision", Integer, nullable=False, server_default="1"),
    Column("planned_revision", Integer, nullable=False, server_default="0"),
    Column("planned_through", Date, comment="Occurrences exist up to this due date"),
)
planner_entry = Table(
    "planner_entry",
    metadata,
    Column("board", ForeignKey("board.id"), primary_key=True),
    Column("kind", String(20), primary_key=True, comment="A table of the planner file"),
    Column("id", String(60), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("document", Document, nullable=False, comment="The entry in the file's own words"),
)
planner_import = Table(
    "planner_import",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board", ForeignKey("board.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("who", Text, nullable=False),
)
pause = Table(
    "pause",
    metadata,
    Column("board", ForeignKey("board.id"), primary_key=True),
    Column("kind", String(10), primary_key=True, comment="board, body or person"),
    Column("id", String(254), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text),
    Column("until", Date, comment="The first day of emails again; null: open"),
)
