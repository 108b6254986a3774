"""One module for each step of the schema, in order."""

from __future__ import annotations
