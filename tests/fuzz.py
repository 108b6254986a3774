"""How much the laws are tried: the same few examples each time, or many new ones.

`FUZZ=20` tries twenty times as many, other ones at each run; `make fuzz` does that.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MORE = int(os.environ.get("FUZZ", "1"))


def law(examples: int, *, steps: int = 50) -> settings:
    """The settings of a law that is tried with so many examples, of so many `steps` at most."""
    return settings(
        deadline=None,
        derandomize=MORE == 1,
        max_examples=examples * MORE,
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
    )
