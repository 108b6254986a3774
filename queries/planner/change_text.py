"""What a change of the planner does, in words: for the command and for pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ...calendar.occurrences import Occurrence
from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import listed, long_date, weekday_date
from ...wording.names import short_names
from ...wording.text import audience, count
from .change_preview import ChangeEffects, Reflow, held_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One effect, and on what: "S.11 annual report: PMQAG".

    `how` is such as "Papers now due 1 March 2018 instead of 22 February 2018"; `more` counts
    what was left out of `what`.
    """

    how: str
    what: tuple[str, ...]
    more: int = 0


def effects(changes: ChangeEffects, planner: Planner, most: int | None = None) -> list[Effect]:
    """What re-flows: first how, then what.

    With `most` at most so many things of a kind, and of many owners only the first are named.
    """
    together = listed if most is None else _first_few
    lines = sorted(
        # Each stands at its new day, or at the one that it had.
        (reflow.sides[0].due, _how(reflow, planner), *_what(reflow.sides[0], planner))
        for reflow in changes.flowing
    )
    kinds = []
    for (_, how), alike in groupby(lines, itemgetter(0, 1)):
        what = [
            f"{title}: {together([owner for *_, owner in same])}"
            for title, same in groupby(alike, itemgetter(2))
        ]
        shown = what[:most]
        kinds.append(Effect(how=how, what=tuple(shown), more=len(what) - len(shown)))
    return kinds


def _first_few(owners: list[str]) -> str:
    return audience(tuple(owners))


def remarks(changes: ChangeEffects) -> Iterator[str]:
    """Remarks: that no date changes, or that some items stay as recorded."""
    if not changes.flowing:
        yield "No due date changes by that."
    if changes.staying:
        stay = "stays" if changes.staying == 1 else "stay"
        yield (
            f"{count(changes.staying, 'report')} {stay} as recorded: past, settled, or given a "
            "date of its own."
        )


def passed_in_words(changes: ChangeEffects) -> str | None:
    """A warning that dates are put into the past; None where none are."""
    if not changes.passed:
        return None
    items = "1 item is" if changes.passed == 1 else f"{changes.passed} items are"
    return (
        f"This puts dates into the past: {items} then due as soon as possible. Check that the "
        "day and the month are the ones you mean."
    )


def mailed_in_words(changes: ChangeEffects) -> str | None:
    """That reminders of the old dates were sent already; None where none were."""
    if not changes.mailed:
        return None
    if changes.mailed == 1:
        return (
            "A reminder of one of these was sent already. The next mail about it says what changed."
        )
    return (
        f"Reminders of {changes.mailed} of these were sent already. The next mails about them say "
        "what changed."
    )


def meetings_in_words(meetings: Iterable[Reflow]) -> Iterator[str]:
    """ "No PMQAG meeting on Wednesday 7 March 2018 any more"."""
    for meeting in meetings:
        was, will = held_on(meeting.before), held_on(meeting.after)
        title = meeting.sides[0].title
        if was is None and will is not None:
            yield f"{title} on {weekday_date(will)}, in addition"
        elif was is not None and will is None:
            yield f"No {title} on {weekday_date(was)} any more"
        elif was is not None and will is not None:
            yield f"{title} on {weekday_date(will)} instead of {weekday_date(was)}"


def _how(reflow: Reflow, planner: Planner) -> str:
    """What becomes of one, such as "Papers now due 1 March 2018 instead of 22 February 2018"."""
    before, after = reflow.before, reflow.after
    was = None if before is None or before.void else long_date(before.due)
    if after is None or after.void:
        return f"No longer due on {was}" if was else "Still not due"
    now = long_date(after.due)
    if reflow.has_passed:
        now = f"as soon as possible, because {now} has passed"
    paper = "Papers now" if after.meeting is not None else "Now"
    if was is None:
        return f"{paper} due {now}, in addition"
    if before is not None and before.owner != after.owner:
        owners = f"now from {_owner(after, planner)} instead of {_owner(before, planner)}"
        return f"Due {now}, {owners}"
    if was == now:
        on = "" if after.meeting is None else f", for the meeting on {long_date(after.meeting)}"
        return f"Still due {now}{on}"
    return f"{paper} due {now}{',' if reflow.has_passed else ''} instead of {was}"


def _what(occurrence: Occurrence, planner: Planner) -> tuple[str, str]:
    """The title and the owner."""
    return occurrence.title, _owner(occurrence, planner)


def _owner(occurrence: Occurrence, planner: Planner) -> str:
    return "".join(short_names(planner, [occurrence.owner])) or occurrence.owner
