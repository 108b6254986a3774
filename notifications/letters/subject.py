"""The subject of a mail: what is due and when, read in a list of mails on a telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...calendar.occurrences import Kind
from ...calendar.rules.date_text import listed, long_date, short_date
from ...wording.text import audience, count, one_line, shorten, stated
from .phrases import due_label, kinds, owner_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Item, Letter

LONGEST = 120  # characters; longer ones are cut in any list of mails
LEAST_TITLE = 24
LONGEST_NAME = 40
BOARDS_NAMED = 2


def subject(letter: Letter) -> str:
    """One line of at most about 120 characters; a title is shortened, a date never."""
    if not letter.overviews:
        if len(letter.items) == 1:
            return _single(letter.items[0])
        return totals(letter.items) or _asked(letter) or _plain(letter)
    boards = [shorten(overview.board, LONGEST_NAME) for overview in letter.overviews]
    named = listed(boards) if len(boards) <= BOARDS_NAMED else f"{len(boards)} Boards"
    week = f"{named}: the reporting calendar, week of {long_date(letter.overviews[0].week)}"
    return f"{week}; {_lowered(totals(letter.items))}" if letter.items else week


def _asked(letter: Letter) -> str:
    """ "pmqag.chair@example.org asks for more time: S.11 annual report", or what became of it."""
    if not letter.asked:
        return ""
    if len(letter.asked) > 1:
        is_answer = all(asked.outcome is not None for asked in letter.asked)
        return f"{len(letter.asked)} {'answers to your requests' if is_answer else 'requests'}"
    asked = letter.asked[0]
    opening = f"{asked.asker} asks for {asked.wish}"
    if asked.outcome is not None:
        opening = f"Your request for {asked.wish}"
    opening = shorten(opening, LONGEST - LEAST_TITLE - len(": "))
    return f"{opening}: {shorten(asked.title, LONGEST - len(opening) - len(': '))}"


def _plain(letter: Letter) -> str:
    return f"The reporting calendar, {long_date(letter.day)}"


def totals(items: Sequence[Item]) -> str:
    """ "2 reports and 1 action due, 1 overdue, 2 copies"; "" where there is nothing."""
    own = [item for item in items if not item.is_copy]
    overdue = [item for item in own if item.is_overdue]
    due = [item for item in own if not item.is_overdue]
    copies = [item for item in items if item.is_copy]
    parts = [f"{kinds(due)} due"] if due else []
    if overdue:
        parts.append(f"{len(overdue) if due else kinds(overdue)} overdue")
    if copies and own:
        parts.append(count(len(copies), "copy", "copies"))
    elif copies:
        late = " overdue" if all(item.is_overdue for item in copies) else ""
        parts.append(f"{'Copy' if len(copies) == 1 else 'Copies'}: {kinds(copies)}{late}")
    return ", ".join(parts)


def _single(item: Item) -> str:
    opening = _opening(item)
    if item.is_copy:
        opening = f"Copy: {_lowered(opening)}"
        details = [shorten(owner_name(item), LONGEST_NAME)]
    else:
        details = _details(item)
    ending = f" ({', '.join(details)})" if details else ""
    room = max(LONGEST - len(opening) - len(": ") - len(ending), LEAST_TITLE)
    return f"{opening}: {shorten(item.title, room)}{ending}"


def _opening(item: Item) -> str:
    """ "Due 22 February 2018", "Overdue since end of July 2018", "Due today, 8 March 2018"."""
    label = due_label(item)
    comma = "," if label.endswith("today") else ""
    return f"{label}{comma} {stated(item.due, item.precision)}"


def _details(item: Item) -> list[str]:
    """What tells one mail from the next: an action's number, to whom, the day they meet."""
    details = [] if item.kind is Kind.REPORT else [one_line(item.reference)]
    details.append(shorten(audience(item.audience), LONGEST_NAME))
    if item.meeting is not None:
        same_year = item.meeting.year == item.due.year
        details.append(short_date(item.meeting) if same_year else long_date(item.meeting))
    return [detail for detail in details if detail]


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
