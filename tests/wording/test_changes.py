from __future__ import annotations

from boardcal.storage.change_kinds import ChangeKind
from boardcal.wording.changes import SENTENCES


def test_every_kind_of_change_has_its_sentence() -> None:
    assert set(SENTENCES) == set(ChangeKind)
