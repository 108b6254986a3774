"""Who gets which mail, how it reads, and how it leaves."""

from __future__ import annotations
