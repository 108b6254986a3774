from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder in which the command is called; nothing is stored yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOARDCAL_CONFIG", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(folder=tmp_path)


@pytest.fixture(scope="session")
def live_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Cumbria planner in a database whose mails began on 1 November 2017."""
    folder = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = Desk(folder=folder)("golive", "2017-11-01", as_of="2017-11-01T08:00")
    assert done.exit_code == 0, done.stderr
    return folder / "var/boardcal.db"


@pytest.fixture
def live(desk: Desk, live_database: Path) -> Desk:
    """A folder with a database of its own, live since 1 November 2017."""
    desk.database.parent.mkdir()
    shutil.copy(live_database, desk.database)
    return desk


@pytest.fixture
def upcoming_json(live: Desk) -> list[dict[str, object]]:
    """Fifteen months of the live calendar, as programs get it."""
    shown = live("upcoming", "--from", "2017-11-01", "--to", "2019-01-31", "--format", "json")
    entries: list[dict[str, object]] = json.loads(shown.stdout)
    return entries
