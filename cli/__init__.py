"""The command `boardcal`."""

from __future__ import annotations
