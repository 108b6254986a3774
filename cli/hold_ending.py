"""Ending a hold: why it is there and who would be mailed, shown before mails go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..calendar.errors import BoardcalError
from ..calendar.words import listed, weekday_date
from ..notifications.phrases import count
from ..notifications.subjects import subject
from ..scheduler.already_sent import count_due_as_sent
from ..scheduler.installation import Installation, copied
from ..scheduler.pausing import pauses_of
from ..storage.holds import Hold, end_hold, hold_of
from ..storage.marks import forget_marks
from ..storage.planners import boards, hold_boards
from .mails import played, silent
from .terminal import agreed, hung, say, say_lines

# Long enough for a weekend and the bank holidays around it.
LOOK_ON = timedelta(days=7)
INSTEAD = (
    "If they were sent already, after the backup that was restored, say instead:",
    "  boardcal resume --already-sent",
)


class NotRestoredError(BoardcalError):
    """What can only be said after a restore."""


def end_hold_if_any(here: Installation, who: str, *, already_sent: bool, yes: bool) -> bool:
    """Ends the hold after showing what follows; False where none was in force.

    With `already_sent` every reminder that is due by now is counted as sent, and not sent.
    """
    with here.database.read() as connection:
        held = hold_of(connection)
    if held is None:
        return False
    if already_sent and not held.after_restore:
        raise NotRestoredError(
            "No backup was brought back, so nothing can be counted as sent; leave out "
            "--already-sent."
        )
    say_lines(_why(here, held))
    say_lines(_who_is_mailed(here, already_sent=already_sent))
    if held.after_restore:
        say_lines(_paused(here) if already_sent else INSTEAD)
    if not agreed("Let mails go on?", yes=yes):
        return True
    with here.database.write() as connection:
        hold_boards(connection)
        if already_sent:
            count_due_as_sent(connection, here.ticker(), now=here.clock(), who=who)
        end_hold(connection, now=here.clock(), who=who)
        # Whoever looked at it accepts the clock as well.
        forget_marks(connection)
    say("Mails go on with the next sending.")
    return True


def _why(here: Installation, held: Hold) -> Iterator[str]:
    since = held.since.astimezone(here.local.zone)
    yield from hung(f"On hold since {weekday_date(since.date())}, {since:%H:%M}: {held.why}")


def _who_is_mailed(here: Installation, *, already_sent: bool) -> Iterator[str]:
    """Whom the first sending after it would reach, tried out on a copy."""
    start = here.today
    with copied(here, go_live=start) as copy:
        if already_sent:
            with copy.write() as connection:
                counted = count_due_as_sent(
                    connection, here.ticker(copy), now=here.clock(), who="a trial"
                )
            yield f"{count(counted, 'reminder')} due by now would count as sent."
        end = start + LOOK_ON
        mails = list(played(here, copy, start, end, progress=silent, begins=here.clock()))
    first = [mail for mail in mails if mail.at.date() == mails[0].at.date()]
    if not first:
        yield from hung("No mail would go out within a week.")
        return
    yield from hung(
        f"{count(len(first), 'mail')} would go out on {weekday_date(first[0].at.date())}:"
    )
    for mail in first:
        yield f"  {mail.letter.recipient}"
        yield from hung(subject(mail.letter), 6)


def _paused(here: Installation) -> Iterator[str]:
    """What was paused when the backup was made, and so is not counted."""
    with here.database.read() as connection:
        paused = [each for row in boards(connection) for each in pauses_of(connection, row.id)]
    if paused:
        names = listed(sorted({each.id for each in paused}))
        yield from hung(
            f"Paused in this backup, and so not counted: {names}. Where mails had gone on since, "
            "say no here, end that pause first (on the page Pauses, or with `boardcal resume "
            "--body` or `--person`), and say this again."
        )
