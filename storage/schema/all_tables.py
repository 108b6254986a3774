"""The metadata of all tables, for whoever makes them, copies them or compares them."""

from __future__ import annotations

from .accounts import account
from .append_only import RECORDS
from .metadata import metadata

# Naming one table of each module is what makes the metadata whole.
__all__ = ["RECORDS", "account", "metadata"]
