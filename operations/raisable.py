"""Reports and actions due only as required: which may be raised, and for which meetings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..calendar.planner.model import Obligation, Planner
from ..calendar.rules.date_text import listed, long_date
from ..calendar.rules.meeting_series import FURTHEST_MOVE, Meeting, meetings
from ..calendar.rules.timing import AsRequired
from ..wording.meetings import say_which
from ..wording.names import Names
from .record import RecordError


def raisable(planner: Planner, ref: str, today: date) -> Obligation:
    """The report or action that is due as required. Raises RecordError for any other."""
    names = Names(planner)
    obligation = names.obligations.get(ref)
    if obligation is None:
        refs = [known.ref for known in planner.obligations() if _is_as_required(known)]
        raise RecordError(
            f'There is no report or action "{ref}"; {listed(refs) or "nothing"} can be raised.'
        )
    if not _is_as_required(obligation):
        raise RecordError(f'"{obligation.title}" is not due as required, so it cannot be raised.')
    if obligation.ends is not None and obligation.ends < today:
        raise RecordError(f'"{obligation.title}" ended on {long_date(obligation.ends)}.')
    return obligation


def _is_as_required(obligation: Obligation) -> bool:
    return isinstance(obligation.timing, AsRequired)


def require_owner(planner: Planner, obligation: Obligation, owner: str) -> None:
    """Raises RecordError where a report or an action is not owed by `owner`."""
    if owner in obligation.owners:
        return
    names = Names(planner)
    owners = listed([f"{names.short(owner)} ({owner})" for owner in obligation.owners])
    raise RecordError(f'"{obligation.title}" is not owed by "{owner}" but by {owners}.')


def meeting_for(
    planner: Planner, obligation: Obligation, body: str, day: date, slot: str | None = None
) -> Meeting:
    """The meeting of `body` on `day`, of several the one of `slot`.

    Raises RecordError where it may not be raised for that, or it is not said which.
    """
    short = Names(planner).short(body)
    if body not in obligation.audience:
        raise RecordError(f'"{obligation.title}" does not go to {short}.')
    on_day = held_on(planner, body, day)
    named = [meeting for meeting in on_day if slot in (None, meeting.slot)]
    if not named:
        raise RecordError(
            f"{short} does not meet on {long_date(day)}; perhaps the meeting was moved."
        )
    if len(named) > 1:
        raise RecordError(say_which(short, named))
    return named[0]


def body_meeting_on(planner: Planner, obligation: Obligation, day: date) -> str:
    """The one body of the audience that meets on a day. Raises RecordError for none or several."""
    bodies = [body for body in obligation.audience if held_on(planner, body, day)]
    if len(bodies) == 1:
        return bodies[0]
    names = Names(planner)
    if bodies:
        raise RecordError(
            f"{names.all_of(bodies)} meet on {long_date(day)}; say which of them it is for with "
            f"--body: {listed(bodies, last='or')}."
        )
    coming = sorted(
        {meeting.day for body in obligation.audience for meeting in held_from(planner, body, day)}
    )[:2]
    hint = f"; the next meetings are on {listed([long_date(day) for day in coming])}"
    raise RecordError(
        f"Nobody that it goes to ({names.all_of(obligation.audience) or 'nobody'}) meets on "
        f"{long_date(day)}{hint if coming else ''}."
    )


def held_on(planner: Planner, body: str, day: date) -> list[Meeting]:
    """The meetings of a body on a day at which reports may be due."""
    return [meeting for meeting in held_from(planner, body, day) if meeting.day == day]


def held_from(planner: Planner, body_id: str, day: date) -> Iterator[Meeting]:
    """The meetings of a body from a day on at which reports may be due, for about a year."""
    body = planner.body(body_id)
    if body is not None and body.series is not None:
        for meeting in meetings(body.series, day, day + FURTHEST_MOVE):
            if meeting.counts:
                yield meeting
