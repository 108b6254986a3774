"""The pages, forms, links and health checks in the browser."""

from __future__ import annotations
