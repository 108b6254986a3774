from __future__ import annotations

from typing import TYPE_CHECKING

from boardcal.storage.database import open_database
from boardcal.storage.holds import hold_of, put_on_hold
from boardcal.tests.factories import at

from .desk import flat

if TYPE_CHECKING:
    from .desk import Desk

WHY = "This database was restored from a backup."


def hold(desk: Desk) -> None:
    database = open_database(f"sqlite:///{desk.database}")
    with database.write() as connection:
        put_on_hold(connection, why=WHY, now=at("2018-02-08 07:30"))
    database.close()


def is_held(desk: Desk) -> bool:
    database = open_database(f"sqlite:///{desk.database}")
    try:
        with database.read() as connection:
            return hold_of(connection) is not None
    finally:
        database.close()


def test_resume_ends_a_hold_and_says_why_it_was_and_who_is_mailed(live: Desk) -> None:
    hold(live)
    done = live("resume", as_of="2018-02-08T09:00")
    assert (done.exit_code, done.stderr) == (0, "")
    said = flat(done.stdout)
    assert said.startswith(f"On hold since Thursday 8 February 2018, 07:30: {WHY}")
    assert "would go out on Thursday 8 February 2018:" in said
    assert "pmqag.chair@example.org" in said
    assert said.endswith("Mails go on with the next sending.")
    assert not is_held(live)


def test_a_no_at_the_terminal_keeps_the_hold(live: Desk) -> None:
    hold(live)
    code, shown = live.at_terminal("resume", answer="n")
    assert code == 0
    assert "Let mails go on? [y/N]" in shown
    assert "Nothing was changed." in shown
    assert is_held(live)


def test_ending_a_persons_pause_leaves_the_hold(live: Desk) -> None:
    hold(live)
    live("pause", "--person", "pmqag.chair@example.org")
    live("resume", "--person", "pmqag.chair@example.org")
    assert is_held(live)


def test_simulate_and_preview_show_what_would_go_out_without_the_hold(live: Desk) -> None:
    before = live("simulate", "--from", "2018-02-08", "--to", "2018-02-09").stdout
    hold(live)
    assert live("simulate", "--from", "2018-02-08", "--to", "2018-02-09").stdout == before
    assert is_held(live)
