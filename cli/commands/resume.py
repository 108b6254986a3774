"""`boardcal resume`: mails again, after a pause or a hold.

Why there is a hold and who would be mailed is shown before it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import click

from ...calendar.rules.date_text import listed, weekday_date
from ...core.errors import BoardcalError
from ...notifications.letters.subject import subject
from ...notifications.reminders.pause_ends import end_pause
from ...operations.resume_after_restore import count_due_as_sent
from ...queries.mails.first_mails import LOOK_ON
from ...scheduler.installation import Installation, copied
from ...storage.boards import boards, hold_boards
from ...storage.clock_marks import forget_marks
from ...storage.holds import Hold, end_hold, hold_of
from ...storage.pauses import pauses_of
from ...wording.access import revived_in_words
from ...wording.text import count
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, SAYS_SO, YES
from ..framework.simulated_mails import played, silent
from ..framework.terminal import agreed, hung, say, say_lines
from .pause import BODY, PERSON, meant

INSTEAD = (
    "If mails went out that this database does not know of, say until which day they did, so that",
    "they do not go again:",
    "  boardcal resume --sent-until DATE",
)


class NotRestoredError(BoardcalError):
    """What can only be said while a restored backup is on hold."""


@click.command()
@BODY
@PERSON
@SAYS_SO
@click.option(
    "--sent-until",
    metavar="DATE",
    type=DAY,
    help="After a restore, or where the database or machine went back: the last day on which "
    "mails went out. Their reminders count as sent; the secretariat's overview goes once more.",
)
@YES
@click.pass_obj
def resume(
    invocation: Invocation,
    body: str | None,
    person: str | None,
    who: str | None,
    sent_until: date | None,
    yes: bool,
) -> None:
    """Let mails go on that `boardcal pause` stopped, or that boardcal put on hold itself.

    A hold is ended first: it shows why it is there and who would be mailed, and asks unless
    --yes is given.
    """
    who = who or asking()
    if sent_until is not None and (body or person):
        raise click.UsageError("--sent-until is for all mails; leave out --body and --person")
    with invocation.writing() as installation:
        is_for_all = body is None and person is None
        if is_for_all and _end_hold_if_any(installation, who, sent_until=sent_until, yes=yes):
            return
        with installation.database.write() as connection:
            hold_boards(connection)
            row = installation.board(connection, invocation.board)
            kind, name, words = meant(installation, connection, row, body, person)
            ended = end_pause(
                connection,
                row,
                kind,
                name,
                days=installation.planners.get(connection, row).days,
                moment=installation.local.moment(installation.clock()),
                who=who,
            )
    if ended:
        say(f"Mails {words} go on. What came due meanwhile is caught up with, once.")
    else:
        say(f"Mails {words} were not paused.")


def _end_hold_if_any(
    installation: Installation, who: str, *, sent_until: date | None, yes: bool
) -> bool:
    """Ends the hold after showing what follows; False where none was in force.

    What the mails up to the day `sent_until` said counts as sent, and is not sent again. Raises
    NotRestoredError where that day is given and no restored backup is on hold.
    """
    # One moment for what is shown and what is done: a sending time may come in between.
    now = installation.clock()
    with installation.database.read() as connection:
        held = hold_of(connection)
    if sent_until is not None:
        _require_restored(held)
    if held is None:
        return False
    say_lines(_why(installation, held))
    say_lines(_who_is_mailed(installation, sent_until, now))
    if held.after_restore:
        say_lines(line for text in revived_in_words(held.revived) for line in hung(text))
        say_lines(INSTEAD if sent_until is None else _paused(installation))
    if not agreed("Let mails go on?", yes=yes):
        return True
    with installation.database.write() as connection:
        hold_boards(connection)
        if sent_until is not None:
            count_due_as_sent(connection, installation.ticker(), until=sent_until, now=now, who=who)
        end_hold(connection, now=now, who=who)
        # Whoever looked at it accepts the clock as well.
        forget_marks(connection)
    say("Mails go on with the next sending.")
    return True


def _require_restored(held: Hold | None) -> None:
    if held is None:
        raise NotRestoredError(
            "No hold is in force, so nothing can be counted as sent; --sent-until is for the first "
            "`boardcal resume` after a restore."
        )
    if not held.after_restore:
        raise NotRestoredError(
            "No backup was brought back, so nothing can be counted as sent; leave out --sent-until."
        )


def _why(installation: Installation, held: Hold) -> Iterator[str]:
    since = held.since.astimezone(installation.local.zone)
    yield from hung(f"On hold since {weekday_date(since.date())}, {since:%H:%M}: {held.why}")


def _who_is_mailed(
    installation: Installation, sent_until: date | None, now: datetime
) -> Iterator[str]:
    """Whom the first sending after it would reach, tried out on a copy."""
    start = installation.local.day_of(now)
    with copied(installation, go_live=start) as copy:
        if sent_until is not None:
            with copy.write() as connection:
                counted = count_due_as_sent(
                    connection, installation.ticker(copy), until=sent_until, now=now, who="a trial"
                )
            yield from hung(
                f"{count(counted, 'reminder')} due by {weekday_date(sent_until)} would count as "
                "sent. The secretariat's overview goes once more."
            )
        end = start + LOOK_ON
        mails = list(played(installation, copy, start, end, progress=silent, begins=now))
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


def _paused(installation: Installation) -> Iterator[str]:
    """What was paused when the backup was made, and so is not counted."""
    with installation.database.read() as connection:
        paused = [pause for row in boards(connection) for pause in pauses_of(connection, row.id)]
    if paused:
        names = listed(sorted({pause.id for pause in paused}))
        yield from hung(
            f"Paused in this database, and so not counted: {names}. Where a pause had ended before "
            "the mails went, end it on the page Pauses before you say this."
        )
