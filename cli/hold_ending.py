"""Ending a hold: why it is there and who would be mailed, shown before mails go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..calendar.words import weekday_date
from ..notifications.phrases import count
from ..notifications.subjects import subject
from ..scheduler.installation import Installation, copied
from ..storage.holds import Hold, end_hold, hold_of
from ..storage.marks import forget_marks
from ..storage.planners import hold_boards
from .mails import played, silent
from .terminal import agreed, hung, say, say_lines

# Long enough for a weekend and the bank holidays around it.
LOOK_ON = timedelta(days=7)


def end_hold_if_any(here: Installation, who: str, *, yes: bool) -> bool:
    """Ends the hold after showing what follows; False where none was in force."""
    with here.database.read() as connection:
        held = hold_of(connection)
    if held is None:
        return False
    say_lines(_why(here, held))
    say_lines(_who_is_mailed(here))
    if not agreed("Let mails go on?", yes=yes):
        return True
    with here.database.write() as connection:
        hold_boards(connection)
        end_hold(connection, now=here.clock(), who=who)
        # Whoever looked at it accepts the clock as well.
        forget_marks(connection)
    say("Mails go on with the next sending.")
    return True


def _why(here: Installation, held: Hold) -> Iterator[str]:
    since = held.since.astimezone(here.local.zone)
    yield from hung(f"On hold since {weekday_date(since.date())}, {since:%H:%M}: {held.why}")


def _who_is_mailed(here: Installation) -> Iterator[str]:
    """Whom the first sending after it would reach, tried out on a copy."""
    start = here.today
    with copied(here, go_live=start) as copy:
        mails = list(played(here, copy, start, start + LOOK_ON, progress=silent))
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
