from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from boardcal.storage.database.engine import open_database
from boardcal.storage.holds import hold_of, put_on_hold
from boardcal.tests.cli.desk import S11, flat
from boardcal.tests.factories import at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

UNTIL = ("resume", "--sent-until", "2018-02-08")
WHY = "This database was restored from a backup."


def hold(desk: Desk, *, after_restore: bool = True) -> None:
    database = open_database(f"sqlite:///{desk.database}")
    with database.write() as connection:
        put_on_hold(connection, why=WHY, now=at("2018-02-08 07:30"), after_restore=after_restore)
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
    output = flat(done.stdout)
    assert output.startswith(f"On hold since Thursday 8 February 2018, 07:30: {WHY}")
    assert "would go out on Thursday 8 February 2018:" in output
    assert "pmqag.chair@example.org" in output
    assert output.endswith("Mails go on with the next sending.")
    assert not is_held(live)


def test_what_is_due_can_be_counted_as_sent_and_later_steps_come_as_ever(live: Desk) -> None:
    hold(live)
    done = live(*UNTIL, "--by", "lscb@example.org", as_of="2018-02-08T09:00")
    assert (done.exit_code, done.stderr) == (0, "")
    output = flat(done.stdout)
    (counted,) = re.findall(r"(\d+) reminders due by Thursday 8 February 2018 would count", output)
    assert "If mails went out" not in output
    assert not is_held(live)
    days = ("--from", "2018-02-08", "--to", "2018-02-15", "--format", "json")
    mails = json.loads(live("simulate", *days, as_of="2018-02-08T09:00").stdout)
    steps = {(item["key"], item["step"]) for mail in mails for item in mail["items"]}
    assert (S11, -10) not in steps
    assert (S11, -5) in steps
    told = flat(live("history", S11, as_of="2018-02-08T10:00").stdout)
    assert "sent before the backup came back, lscb@example.org says" in told
    assert int(counted) > 1


def test_a_hold_offers_to_count_as_sent_what_would_go_out_and_nothing_else_does(
    live: Desk,
) -> None:
    refused = live(*UNTIL)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("No hold is in force, so nothing can be counted as sent;")
    narrow = live(*UNTIL, "--body", "pmqag")
    assert narrow.exit_code == 2
    hold(live)
    _, shown = live.at_terminal("resume", answer="n")
    assert "\n  boardcal resume --sent-until DATE\n" in shown


def test_a_hold_for_another_reason_says_nothing_of_a_backup(live: Desk) -> None:
    hold(live, after_restore=False)
    refused = live(*UNTIL, "--yes")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("No backup was brought back, so nothing can be counted")
    assert is_held(live)
    assert "--sent-until" not in live("resume", "--yes").stdout


def test_what_is_paused_in_the_backup_is_named_because_it_is_not_counted(live: Desk) -> None:
    live("pause", "--body", "pmqag")
    hold(live)
    output = flat(live(*UNTIL, "--yes", as_of="2018-02-08T09:00").stdout)
    assert "Paused in this database, and so not counted: pmqag." in output


def test_mails_that_wait_in_the_backup_are_shown_for_today_and_not_for_tomorrow(
    live: Desk,
) -> None:
    database = open_database(f"sqlite:///{live.database}")
    Office(database=database).tick("2018-02-08 09:00")
    database.close()
    hold(live)
    output = flat(live("resume", as_of="2018-02-08T10:30").stdout)
    assert "would go out on Thursday 8 February 2018:" in output


def test_mails_cannot_have_gone_out_on_a_day_whose_sending_time_has_not_come(live: Desk) -> None:
    hold(live)
    refused = live(*UNTIL, "--yes", as_of="2018-02-08T07:59")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "The mails of 8 February 2018 go out at 08:00 and cannot have been sent yet; give an "
        "earlier day.\n"
    )
    assert is_held(live)


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
