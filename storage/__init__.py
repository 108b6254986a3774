"""Tables, migrations and all queries, by subject."""

from __future__ import annotations
