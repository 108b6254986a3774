"""What is kept: tables, migrations and the few queries."""

from __future__ import annotations
