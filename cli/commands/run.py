"""`boardcal run`: the daemon, and what the terminal says while it starts and works."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import click

from ...calendar.occurrences import Kind
from ...calendar.rules.date_text import long_date, weekday_date
from ...calendar.status import Status
from ...core.errors import BoardcalError
from ...core.log import logged_by
from ...notifications.letters.subject import subject
from ...notifications.transports.registry import reached_people, transport_class, transport_for
from ...queries.calendar.entries import CalendarEntry, upcoming
from ...scheduler.clock import Clock
from ...scheduler.clock_guard import ClockGuard
from ...scheduler.installation import (
    Installation,
    copied,
    first_go_live,
    opened,
    planner_notice,
    witness_of,
)
from ...scheduler.service import Service, StalledError
from ...scheduler.watchdog import last_resort
from ...settings.load import LoadedSettings
from ...storage.accounts.accounts import is_without_accounts
from ...storage.accounts.setup_links import make_link
from ...storage.boards import boards
from ...storage.database.errors import DatabaseAwayError
from ...storage.database.integrity import require_undamaged
from ...storage.holds import hold_of
from ...storage.occurrences import next_step
from ...web.secret_file import secret_of
from ...web.server import bound, serve_pages
from ..framework.context import Invocation
from ..framework.simulated_mails import played, silent

WEEKS_SHOWN = 8
RETRY_SECONDS = 5
Say = Callable[[str], None]


class UnacceptedTransportError(BoardcalError):
    """Mail would leave now although go-live was for files only."""


@click.command()
@click.pass_obj
def run(invocation: Invocation) -> None:
    """Start boardcal and keep it running: it reminds, chases and writes overviews.

    The first start reads the planner, and mails begin that day. Ctrl-C stops it; what is being
    sent is finished first.
    """
    loaded = invocation.settings()
    run_daemon(
        loaded, invocation.clock(loaded), pretended=invocation.as_of is not None, say=click.echo
    )


def run_daemon(loaded: LoadedSettings, clock: Clock, *, pretended: bool, say: Say) -> None:
    """Run the daemon until it is told to stop. A database that is away is waited for.

    `pretended`: the clock is not the real one, so that only the outbox may be used.
    """
    if pretended and transport_class(loaded.settings).reaches_people:
        raise BoardcalError(
            "--as-of moves the clock, so real mail would carry wrong dates; use it with "
            'transport = "outbox" only.'
        )
    trouble = ""
    while True:
        try:
            _start(loaded, clock, pretended=pretended, say=say)
        except DatabaseAwayError as error:
            # After a power cut the database's machine may take longer to start than this one.
            if str(error) != trouble:
                trouble = str(error)
                say(f"{trouble}\nboardcal tries again every {RETRY_SECONDS} seconds.")
            time.sleep(RETRY_SECONDS)
        else:
            return


def _start(loaded: LoadedSettings, clock: Clock, *, pretended: bool, say: Say) -> None:
    """Starts everything, and works until it is told to stop.

    Raises DatabaseAwayError where the database goes away before the work begins; later it is
    waited for by the jobs.
    """
    with bound(loaded.settings.web) as listener, opened(loaded, clock) as installation:
        require_undamaged(installation.database)
        secret = secret_of(loaded.settings.web.secret_file)
        is_first = first_go_live(installation, clock())
        _require_accepted(installation)
        transport = transport_for(loaded.settings, clock=clock)
        # A pretended clock is neither doubted nor remembered.
        guard = (
            None
            if pretended
            else ClockGuard(
                database=installation.database,
                local=installation.local,
                witness=witness_of(loaded.settings),
            )
        )
        announce = _stamped(installation, say)
        service = Service(
            installation=installation,
            transport=transport,
            secret=secret,
            announce=announce,
            guard=guard,
        )
        service.beside = [serve_pages(service, secret, listener)]
        _say_start(installation, say, is_first=is_first)
        try:
            with logged_by(announce):
                asyncio.run(_run(service, installation, say))
        except DatabaseAwayError:
            # Told to stop while it started: then it does not start again.
            if not service.stopping.is_set():
                raise
        say("Stopped; nothing is left half done.")


async def _run(service: Service, installation: Installation, say: Say) -> None:
    try:
        with last_resort(service.beats, _give_up):
            await service.run(on_ready=lambda: _say_next(installation, say))
    except StalledError as error:
        _give_up(str(error))


def _give_up(sentence: str) -> None:
    """Ends the process at once: what is stuck would be waited for for ever."""
    click.echo(sentence, err=True)
    sys.stderr.flush()
    os._exit(StalledError.exit_code)


def _stamped(installation: Installation, say: Say) -> Say:
    def stamped(sentence: str) -> None:
        local = installation.clock().astimezone(installation.local.zone)
        say(f"{local:%Y-%m-%d %H:%M}  {sentence}")

    return stamped


def _require_accepted(installation: Installation) -> None:
    """Real mail starts only after somebody has seen who would get it, and said so."""
    settings = installation.settings
    if not transport_class(settings).reaches_people:
        return
    with installation.database.read() as connection:
        waiting = [
            row
            for row in boards(connection)
            if row.go_live is not None and not reached_people(row.accepted_transport)
        ]
    if not waiting:
        return
    with copied(installation) as copy:
        today = installation.today
        mails = list(played(installation, copy, today, today, progress=silent))
    lines = [f"  {mail.letter.recipient}: {subject(mail.letter)}" for mail in mails]
    first = f"Mail was written to files so far and would now be sent; today to {len(mails)} people"
    last = f"If that is right, say from which day on: boardcal golive {today.isoformat()}"
    raise UnacceptedTransportError("\n".join([f"{first}:" if mails else f"{first}.", *lines, last]))


def _say_start(installation: Installation, say: Say, *, is_first: bool) -> None:
    settings = installation.settings
    say(f"boardcal, with {installation.loaded.origin}; database {installation.database.name}")
    with installation.database.read() as connection:
        for row in boards(connection):
            if row.go_live is None:
                say(f"{row.name}: no mails yet; they begin with: boardcal golive DATE")
            elif is_first:
                say(f"{row.name}: mails begin today, {weekday_date(row.go_live)}.")
            else:
                say(f"{row.name}: mails began on {long_date(row.go_live)}.")
        notice = planner_notice(installation, connection)
        held = hold_of(connection)
    if notice is not None:
        say(notice)
    if held is not None:
        say(f"On hold, no mail goes out: {held.why}")
    transport = transport_class(settings)
    if transport.reaches_people and settings.mail.redirect_to is not None:
        say(f"Every mail goes to {settings.mail.redirect_to.address} only, for a trial.")
    else:
        say(transport.way_out(settings))


def _say_next(installation: Installation, say: Say) -> None:
    """Says what comes, and where the pages are; all of it or, where the database fails, nothing."""
    for line in [*_next_weeks(installation), *_pages(installation), "Press Ctrl-C to stop."]:
        say(line)


def _next_weeks(installation: Installation) -> Iterator[str]:
    """What comes: the calendar of the next weeks, and when the next mails go out."""
    today = installation.today
    end = today + timedelta(weeks=WEEKS_SHOWN)
    with installation.database.read() as connection:
        for row in boards(connection):
            view = installation.view(connection, row)
            entries = upcoming(connection, view, start=today, end=end)
            yield ""
            yield f"{row.name}, the next {WEEKS_SHOWN} weeks (all of it: boardcal upcoming):"
            for line in _in_short(entries):
                yield f"  {line}"
        earliest = next_step(connection)
        held = hold_of(connection)
    yield ""
    if held is None:
        yield f"The next mails go out on {_next_mails(installation, earliest)}."
    else:
        yield "No mail goes out until somebody says `boardcal resume`."


def _pages(installation: Installation) -> Iterator[str]:
    """Where the pages are; while there is no account, the link that makes the first one."""
    base_url = installation.settings.web.base_url
    with installation.database.write() as connection:
        is_new = is_without_accounts(connection)
        token = make_link(connection, None, now=installation.clock()) if is_new else ""
    yield f"The pages are at {base_url}"
    if is_new:
        yield "Nobody has an account yet. Make the first one here, once, within 24 hours:"
        yield f"  {base_url}/set-up/{token}"


def _in_short(entries: Sequence[CalendarEntry]) -> Iterator[str]:
    """A line for each thing of a day, however many owe it; a day's reviews are one line."""
    if not entries:
        yield "nothing is due, and nobody meets"
    for (due, what), same in groupby(entries, lambda entry: (entry.due, _what(entry))):
        owners = len(list(same))
        day = f"{due:%a} {due.day:2} {due:%b %Y}"
        yield f"{day}  {what}" if owners == 1 else f"{day}  {what} ({owners} of them)"


def _what(entry: CalendarEntry) -> str:
    match entry.kind:
        case Kind.MEETING:
            return f"{entry.title}, cancelled" if entry.status is Status.VOID else entry.title
        case Kind.REVIEW:
            return "review of ongoing actions"
        case _:
            return f"{entry.kind} due: {entry.title}"


def _next_mails(installation: Installation, earliest: datetime | None) -> str:
    """The next step's time, or the next overview's where that comes first."""
    tomorrow = installation.today + timedelta(days=1)
    monday = tomorrow + timedelta(days=-tomorrow.weekday() % 7)
    overview = installation.local.sending_instant(monday)
    at = min(earliest or overview, overview).astimezone(installation.local.zone)
    return f"{weekday_date(at.date())} at {at:%H:%M}"
