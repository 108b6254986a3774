from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import text

from boardcal.storage.database.engine import open_database
from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    import pytest

    from boardcal.tests.cli.desk import Desk


def test_the_commands_do_the_same_on_either_database(
    desk: Desk, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARDCAL_DATABASE__URL", empty_url)
    before = flat(desk("check").stdout)
    assert "There is no database yet; the first `boardcal run` makes it" in before
    assert desk("golive", "2017-11-01").exit_code == 0
    key = "lscb/indicators-lscb/pmqag/2018-Q1"
    for change in (
        ["record", S11, "submitted"],
        ["meeting", "move", "lscb", "2018-03-08", "--to", "2018-03-15"],
        ["people", "appoint", "pmqag", "chair", "new@example.org", "--from", "2018-02-10"],
        ["event", "record", "review-published", "--on", "2018-01-25"],
        ["pause", "--body", "education"],
        ["resume", "--body", "education"],
        ["export", "planner.toml"],
        ["import", "planner.toml"],
        ["migrate"],
    ):
        done = desk(*change)
        assert done.exit_code == 0, done.stderr
    shown = json.loads(desk("upcoming", "--to", "2018-03-31", "--format", "json").stdout)
    dates = {line["key"]: (line["due"], line["status"]) for line in shown}
    assert (dates[S11], dates[key]) == (("2018-03-01", "submitted"), ("2018-03-01", "due"))
    period = ("--from", "2018-02-15", "--to", "2018-02-15", "--format", "json")
    mails = json.loads(desk("simulate", *period).stdout)
    assert key in {
        item["key"] for mail in mails if mail["to"] == "new@example.org" for item in mail["items"]
    }
    assert "it can be read." in flat(desk("check").stdout)


def test_check_names_what_is_missing_from_either_database(
    desk: Desk, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARDCAL_DATABASE__URL", empty_url)
    assert desk("golive", "2017-11-01").exit_code == 0
    database = open_database(empty_url)
    with closing(database), database.write() as connection:
        connection.execute(text("DROP TABLE snooze"))
        connection.execute(text("ALTER TABLE board DROP COLUMN accepted_transport"))
    done = desk("check")
    assert done.exit_code == 1
    assert (
        "The table snooze and column board.accepted_transport are missing from the database. "
    ) in flat(done.stdout)
    assert "with `boardcal restore FILE`." in flat(done.stdout)
