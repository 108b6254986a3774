from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from boardcal.queries.file_rights import open_to_others
from boardcal.settings.load import SHIPPED_PLANNER, load_settings

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = f"""
planner = "{SHIPPED_PLANNER}"
database.url = "sqlite:///kept/boardcal.db"
web.secret_file = "kept/secret"
[mail]
outbox = "kept/outbox"
[mail.smtp]
username = "boardcal"
password_file = "kept/password"
"""
FILES = (
    "config.toml",
    "kept/secret",
    "kept/password",
    "kept/boardcal.db",
    "kept/boardcal.db-wal",
    "kept/boardcal.db-shm",
    "kept/boardcal.db.lock",
)
FOLDERS = ("kept/outbox", "backups")


@pytest.mark.parametrize("place", [*FILES, *FOLDERS])
def test_what_others_could_read_is_named_with_the_way_to_close_it(
    tmp_path: Path, place: str
) -> None:
    for folder in ("kept", *FOLDERS):
        (tmp_path / folder).mkdir()
    (tmp_path / "config.toml").write_text(CONFIG)
    with closing(sqlite3.connect(tmp_path / "kept/boardcal.db")) as connection:
        # Its journals are there as long as it is open.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE any_table (any_column)")
        for name in FILES:
            (tmp_path / name).touch()
            (tmp_path / name).chmod(0o600)
        for name in FOLDERS:
            (tmp_path / name).chmod(0o700)
        loaded = load_settings(tmp_path / "config.toml", {}, tmp_path)
        assert list(open_to_others(loaded)) == []
        path = tmp_path / place
        what, closed = ("folder", 0o700) if place in FOLDERS else ("file", 0o600)
        sentence = (
            f"The rights of the {what} {path} let others on this machine in; close it with: "
            f"chmod {closed:o} {path}"
        )
        for more in (0o040, 0o020, 0o004, 0o002):
            path.chmod(closed | more)
            assert list(open_to_others(loaded)) == [sentence]


def test_of_what_is_not_there_nothing_is_said(tmp_path: Path) -> None:
    assert list(open_to_others(load_settings(None, {}, tmp_path))) == []
