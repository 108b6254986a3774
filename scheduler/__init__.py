"""The service: settings, the clock, the tick and its jobs."""

from __future__ import annotations
