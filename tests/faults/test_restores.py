"""Yesterday's backup brought back: nothing is sent until somebody has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boardcal.tests.factories import cumbria
from boardcal.tests.faults.judge import doubled

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Yard

RESUME = "boardcal resume"


def work_once(yard: Yard) -> str:
    """Starts a daemon, lets it do what there is to do, and stops it; what it said."""
    daemon = yard.start()
    assert daemon.lives_until_ready(), daemon.said()
    daemon.stop()
    return daemon.said()


def test_a_restored_backup_sends_nothing_until_somebody_resumes(
    kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()
    yard.holds(cumbria())
    backup = yard.folder / "yesterday.backup"
    with figures.run("yesterday's backup restored", kind) as run:
        work_once(yard)
        done = yard.command("backup", str(backup))
        assert done.exit_code == 0, done.stderr
        yard.sleeps(days=1)
        work_once(yard)
        before = len(judge.received)
        assert before
        done = yard.command("restore", str(backup), "--yes")
        assert done.exit_code == 0, done.stderr
        output = work_once(yard)
        yard.sleeps(days=3)
        output += work_once(yard)
        run.mails = len(judge.received) - before
        run.note = "sent after the restore: none, on hold"
    assert run.mails == 0
    assert RESUME in output
    assert yard.command("resume", "--yes").exit_code == 0
    work_once(yard)
    assert len(judge.received) > before


def test_what_was_sent_after_the_backup_is_not_sent_again_where_somebody_says_so(
    kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()
    yard.holds(cumbria())
    backup = yard.folder / "yesterday.backup"
    with figures.run("restored, resume --sent-until", kind) as run:
        work_once(yard)
        assert yard.command("backup", str(backup)).exit_code == 0
        yard.sleeps(days=4)
        work_once(yard)
        sent = judge.steps()
        assert yard.command("restore", str(backup), "--yes").exit_code == 0
        done = yard.command("resume", "--sent-until", yard.now[:10], "--yes")
        assert done.exit_code == 0, done.stderr
        assert "would count as sent" in done.stdout
        work_once(yard)
        again = judge.steps()
        yard.sleeps(days=7)
        work_once(yard)
        run.mails = len(judge.received)
        run.doubled = doubled(judge.steps().values())
    assert again == sent
    assert len(judge.steps()) > len(sent)
    assert run.doubled == 0
