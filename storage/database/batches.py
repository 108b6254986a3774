"""Long lists of keys, in batches that every database takes in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

AT_ONCE = 500
Key = TypeVar("Key", str, int)


def batches(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """`keys` in lists of at most AT_ONCE."""
    rest = iter(keys)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch
