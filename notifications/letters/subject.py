"""The subject of a mail: what is due and when, read in a list of mails on a telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...calendar.occurrences import Kind
from ...calendar.rules.date_text import listed, long_date, short_date
from ...wording.text import audience, count, one_line, shorten, stated
from .phrases import distance, due_label, kinds, off_heading, owner_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Item, Letter

LONGEST = 120  # characters; longer ones are cut in any list of mails
LEAST_TITLE = 24
LEAST_OPENING = 72  # an address that asks for more time, with the date
LONGEST_NAME = 40
BOARDS_NAMED = 2


def subject(letter: Letter) -> str:
    """One line of at most about 120 characters; a title is shortened, a date never.

    No other mail to the same reader has the same: one comes on a day at most, and what a subject
    says of its dates is so on one day alone. Mail programs put those alike into one conversation.
    """
    if letter.overviews:
        return _of_overviews(letter)
    if letter.items:
        return _of_items(letter)
    if letter.called_off:
        return _of_called_off(letter)
    if letter.asked:
        return _of_requests(letter)
    return f"The reporting calendar, {long_date(letter.day)}"


def _of_overviews(letter: Letter) -> str:
    monday = letter.overviews[0].week
    week = long_date(monday)
    names = [one_line(overview.board) for overview in letter.overviews]
    boards = listed([shorten(name, LONGEST_NAME) for name in names])
    if len(names) > BOARDS_NAMED:
        boards = f"{len(names)} Boards"
    if boards != listed(names) and letter.day != monday:
        # Overviews of other Boards may come on another day of the week.
        week += f", {_of_the_day(letter)}"
    opening = f"{boards}: the reporting calendar, week of {week}"
    return f"{opening}; {_lowered(totals(letter.items))}" if letter.items else opening


def _of_items(letter: Letter) -> str:
    """ "Due 22 February 2018: S.11 annual report (LSCB, 8 March), in 10 working days"."""
    first = letter.items[0]
    opening, away = _opening(first), distance(first) or _of_the_day(letter)
    if first.is_copy:
        opening = f"{'Copy' if len(letter.items) == 1 else 'Copies'}: {_lowered(opening)}"
    ending = _rest(letter) if away == "today" else f", {away}{_rest(letter)}"
    return _titled(opening, first.title, _details(first, letter), ending)


def _rest(letter: Letter) -> str:
    """What there is besides the most pressing: ", and 2 more and 3 copies"."""
    copies = [item for item in letter.items if item.is_copy]
    own = [item for item in letter.items if not item.is_copy]
    further = len(own or copies) - 1
    parts = [f"{further} more"] if further else []
    if own and copies:
        parts.append(count(len(copies), "copy", "copies"))
    return f", and {listed(parts)}" if parts else ""


def _of_called_off(letter: Letter) -> str:
    """ "Meeting cancelled: S.11 report (LSCB), email of 12 February 2018"."""
    first, further = letter.called_off[0], len(letter.called_off) - 1
    ending = f", {_of_the_day(letter)}" + (f", and {further} more" if further else "")
    board = [letter.sender_name] if letter.of_several_boards else []
    return _titled(off_heading(letter), first.title, board, ending)


def _of_requests(letter: Letter) -> str:
    """ "pmqag.chair@example.org asks for more time: S.11 annual report", or what became of it."""
    asked, further = letter.asked[0], len(letter.asked) - 1
    opening = f"{asked.asker} asks for {asked.wish}"
    if asked.outcome is not None:
        opening = f"Your request for {asked.wish}"
    ending = f", {_of_the_day(letter)}" + (f", and {further} more" if further else "")
    room = LONGEST - LEAST_TITLE - len(": ") - len(ending)
    opening = shorten(opening, max(room, LEAST_OPENING))
    board = [letter.sender_name] if letter.of_several_boards else []
    return _titled(opening, asked.title, board, ending)


def _titled(opening: str, title: str, details: list[str], ending: str) -> str:
    """`opening`, `title` and `details` in brackets: the last two get what room there is."""
    room = LONGEST - len(opening) - len(": ") - len(ending)
    bracket = shorten(", ".join(details), max(room - LEAST_TITLE - len(" ()"), 1))
    if bracket not in ("", "…"):
        ending = f" ({bracket}){ending}"
    room = max(LONGEST - len(opening) - len(": ") - len(ending), LEAST_TITLE)
    return f"{opening}: {shorten(title, room)}{ending}"


def _of_the_day(letter: Letter) -> str:
    """Tells a mail from those of other days where nothing else in its subject does."""
    return f"email of {long_date(letter.day)}"


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


def _opening(item: Item) -> str:
    """ "Due 22 February 2018", "Overdue since end of July 2018", "Due today, 8 March 2018"."""
    label = due_label(item)
    comma = "," if label.endswith("today") else ""
    return f"{label}{comma} {stated(item.due, item.precision)}"


def _details(item: Item, letter: Letter) -> list[str]:
    """What tells one mail from the next: an action's number, to whom, the day they meet.

    Of a copy it is whose it is. Of several items the Board alone is named, for want of room.
    """
    details = [shorten(item.board, LONGEST_NAME)] if letter.of_several_boards else []
    if len(letter.items) > 1:
        return details
    if item.is_copy:
        details.append(shorten(owner_name(item), LONGEST_NAME))
    else:
        details.extend(_destination(item))
    return [detail for detail in details if detail]


def _destination(item: Item) -> list[str]:
    details = [] if item.kind is Kind.REPORT else [one_line(item.reference)]
    details.append(shorten(audience(item.audience), LONGEST_NAME))
    if item.meeting is not None:
        same_year = item.meeting.year == item.due.year
        details.append(short_date(item.meeting) if same_year else long_date(item.meeting))
    return details


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
