"""Long lists of keys in batches."""

from __future__ import annotations

import pytest

from boardcal.storage.database.batches import batches


@pytest.mark.parametrize("total", [0, 1, 499, 500, 501, 1000, 1234])
def test_keys_are_asked_for_in_batches_that_a_database_takes(total: int) -> None:
    keys = [str(number) for number in range(total)]
    several = list(batches(keys))
    assert [key for batch in several for key in batch] == keys
    assert all(0 < len(batch) <= 500 for batch in several)
