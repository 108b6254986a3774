from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from boardcal.tests.factories import at

if TYPE_CHECKING:
    from boardcal.tests.office import Office


@pytest.mark.parametrize(("now", "most"), [("2018-02-07 12:00", 8), ("2018-02-10 12:00", 3)])
def test_a_sweep_that_finds_nothing_asks_little(office: Office, now: str, most: int) -> None:
    office.store().days("2018-02-05", "2018-02-06")
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(office.database.engine, "before_cursor_execute", note)
    assert not office.ticker.tick(at(now))
    event.remove(office.database.engine, "before_cursor_execute", note)
    assert len([text for text in asked if text.startswith("SELECT")]) == most
