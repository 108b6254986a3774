from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.pool import QueuePool

from boardcal.storage.database.errors import DatabaseAwayError

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database


def test_where_every_connection_is_in_use_that_is_a_sentence(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    monkeypatch.setattr(pool, "_timeout", 0)  # seconds to wait for one to come free
    with ExitStack() as held:
        for _ in range(pool.size() + pool._max_overflow):
            held.enter_context(database.read())
        with pytest.raises(DatabaseAwayError, match=r"^Every connection to the database .* in use"):
            held.enter_context(database.read())
    with database.read():
        pass
