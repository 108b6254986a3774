"""The stages of a tick that decide who is mailed about what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from ...core.local_time import Moment
from .mailing_boards import LiveBoard


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One part of a tick. `run` does what has come by the moment; `has_work` says if it would.

    Both are given the Boards in which mail goes out at the moment, by id. A sweep that finds no
    work anywhere takes no lock, so `has_work` reads little and asks what `run` decides by.
    """

    has_work: Callable[[Connection, Mapping[str, LiveBoard], Moment], bool]
    run: Callable[[Connection, Mapping[str, LiveBoard], Moment], object]
