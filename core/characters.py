"""Characters that no text from a user may hold."""

from __future__ import annotations

# Marks that turn the direction of what follows: a title could be made to read as another.
DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
