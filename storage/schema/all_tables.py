"""The metadata with every table in it: to make, copy or compare them all."""

from __future__ import annotations

from . import accounts, mail, occurrences, planner
from .append_only import RECORDS
from .metadata import metadata

# A table joins the metadata when its module is imported; append_only guards some of them.
__all__ = ["RECORDS", "accounts", "mail", "metadata", "occurrences", "planner"]
