"""How a mail says when something is due, how late it is, where it goes and why it is copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...calendar.occurrences import Kind
from ...calendar.rules.date_text import (
    MONTHS,
    WEEKDAYS,
    listed,
    long_date,
    short_date,
    weekday_date,
)
from ...calendar.rules.escalation import Level, Notice
from ...wording.text import (
    audience,
    count,
    is_stated_exactly,
    one_line,
    sentence,
    stated,
    working_days,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .model import Asked, Item, Letter, OpenLine

# "2018", "2018-03", "2018-Q1", "2018-H1": any other name of a period says nothing to a reader.
NAMED_PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-H([12])|-(0[1-9]|1[0-2]))?")
ORDINALS = ("first", "second", "third", "fourth")
NOUNS = {Kind.REPORT: "report", Kind.ACTION: "action", Kind.REVIEW: "review"}
DONE = {Kind.REPORT: "submitted", Kind.ACTION: "done", Kind.REVIEW: "looked at"}
OFF = {
    Notice.CANCELLED: "Meeting cancelled",
    Notice.HANDED_OVER: "Handed over",
    Notice.PUT_OFF: "Put off to another meeting",
    Notice.LEFT_PLANNER: "No longer due",
}
CAPACITY = {
    Level.OWNER: "you answer for it",
    Level.BOARD: "you chair the Board",
    Level.BUSINESS: "you chair the Business Group",
    Level.DEPUTY: "you are the vice-chair",
    Level.SECRETARIAT: "you are the secretariat",
}


def kinds(items: Iterable[Item]) -> str:
    """ "2 reports and 1 action"."""
    kinds = [item.kind for item in items]
    counts = [(kinds.count(kind), noun) for kind, noun in NOUNS.items()]
    return listed([count(number, noun) for number, noun in counts if number])


def day_phrase(item: Item) -> str:
    """ "Thursday 22 February 2018" or "the end of July 2018 (Tuesday 31 July)"."""
    if is_stated_exactly(item.due, item.precision):
        return weekday_date(item.due)
    end = f"the {stated(item.due, item.precision)}"
    if item.is_overdue:
        return end
    return f"{end} ({WEEKDAYS[item.due.weekday()]} {short_date(item.due)})"


def distance(item: Item) -> str:
    """ "in 10 working days", "tomorrow", "today", "3 working days late"; "" when unsaid."""
    days = (item.due - item.today).days
    if days <= 0:
        if days == 0:
            return "today"
        return f"{working_days(item.days_late)} late" if item.is_overdue and item.days_late else ""
    if days == 1:
        return "tomorrow"
    left = -item.step if item.days_left is None else item.days_left
    return f"in {working_days(left)}" if left > 0 else f"in {days} days"


def due_label(item: Item) -> str:
    """ "Due", "Due by", "Due today", "Overdue since", "For review by": what goes before a date.

    What should have been due on a day that had passed is due as soon as possible.
    """
    exact = is_stated_exactly(item.due, item.precision)
    if item.kind is Kind.REVIEW:
        if item.due == item.today:
            return "For review today"
        return "For review" if exact else "For review by"
    if item.is_overdue:
        return "Overdue since"
    if item.planned_due is not None:
        return "Due as soon as possible, by"
    if item.due == item.today:
        return "Due today"
    return "Due" if exact else "Due by"


def due_line(item: Item) -> str:
    """ "Due Thursday 22 February 2018, in 10 working days"."""
    label, away = due_label(item), distance(item)
    comma = "," if label.endswith("today") else ""
    line = f"{label}{comma} {day_phrase(item)}"
    return line if away in ("", "today") else f"{line}, {away}"


def destination(item: Item) -> str:
    """ "LSCB, for the meeting on Thursday 8 March 2018"; "" where it has no audience."""
    to = audience(item.audience)
    if item.meeting is None:
        return to
    day = weekday_date(item.meeting)
    if item.meeting < item.today:
        meeting = f"for the meeting on {day} (now past)"
    elif item.meeting == item.today:
        meeting = f"for the meeting today, {day}"
    else:
        meeting = f"for the meeting on {day}"
    return f"{to}, {meeting}" if to else meeting


def addressed(item: Item) -> str:
    """ "To: LSCB, for the meeting on Thursday 8 March 2018", or "For the meeting on …"."""
    text = destination(item)
    return f"To: {text}" if item.audience else sentence(text).removesuffix(".")


def period_words(item: Item) -> str:
    """ "March 2018", "the first half of 2018": which one of its report it is."""
    named = NAMED_PERIOD.fullmatch(item.period)
    if named is None:
        return f"the meeting on {long_date(item.meeting)}" if item.meeting else ""
    year, quarter, half, month = named.groups()
    if month:
        return f"{MONTHS[int(month) - 1]} {year}"
    if quarter or half:
        ordinal = ORDINALS[int(quarter or half) - 1]
        return f"the {ordinal} {'quarter' if quarter else 'half'} of {year}"
    return str(year)


def instance(item: Item, same: Sequence[Item]) -> str:
    """Which of the `same` report's items this one is, and why the others are due as well."""
    words = period_words(item)
    which = f"This is the one for {words}." if words else f"This is the one due {_due(item)}."
    if item.is_copy:
        return which
    earlier = [other for other in same if other.due < item.due]
    if earlier:
        return f"{which} The one due {_due(earlier[-1])} has no outcome yet, so it is due as well."
    later = next((other for other in same if other.due > item.due), None)
    if later is None:
        return which
    return (
        f"{which} The next one is due {_due(later)}. If that covers this one too, "
        f"say that this one is {DONE[item.kind]}, and name the later one."
    )


def _due(item: Item) -> str:
    exact = is_stated_exactly(item.due, item.precision)
    return f"{'' if exact else 'by the '}{stated(item.due, item.precision)}"


def source(item: Item) -> str:
    """ "Action 8.4" or 'planner row “S.11 Audit”'; "" where the plan names none."""
    if item.kind is Kind.REPORT and item.reference:
        return f"planner row “{one_line(item.reference)}”"
    return one_line(item.reference)


def copied(item: Item, further: int = 0) -> str:
    """A sentence on why a reader is told of what another owner owes, of one item or several."""
    late = f"{working_days(item.days_late)} late" if item.days_late and not further else "late"
    what = "these are" if further else "it is"
    reason = f"You are copied because {what} {late if item.is_overdue else 'due'}"
    if item.because:
        return f"{reason}. {sentence(item.because)}"
    return f"{reason} and {CAPACITY[item.level]}."


def may_do(item: Item, further: int = 0) -> str:
    """What a reader who is copied may do about it, or about several, as a sentence."""
    if not item.owner_contact:
        return sentence(f"{item.owner} has no {item.lead} at present")
    whom = f"the {item.lead} ({item.owner_contact})"
    if item.level is Level.DEPUTY:
        return f"You can send {'them' if further else 'it'} in yourself, or remind {whom}."
    if item.level is Level.SECRETARIAT:
        return f"You can ask {whom} when {'they' if further else 'it'} will come."
    return f"You can ask {whom} what stands in {'their' if further else 'its'} way."


def answer_label(item: Item) -> str:
    """What the button of an item says: what it opens."""
    if item.is_copy:
        return f"Answer for {owner_name(item)}"
    return f"Answer: {DONE[item.kind]}, more time, …"


def off_heading(letter: Letter) -> str:
    """What a mail's items that are off stand under."""
    notices = {off.notice for off in letter.called_off}
    return OFF[notices.pop()] if len(notices) == 1 else "What is off or put off"


def asked_heading(letter: Letter) -> str:
    """What a mail's requests, or answers to them, stand under."""
    if all(asked.outcome is not None for asked in letter.asked):
        return "What you asked for"
    return "Asked for by chairs"


def asked_where(asked: Asked) -> str:
    """ "It is from PMQAG, due 22 February 2018"."""
    return f"It is from {one_line(asked.owner)}, due {long_date(asked.due)}"


def owner_name(item: Item) -> str:
    """The owner where a name stands alone, without "the"."""
    return one_line(item.owner).removeprefix("the ")


def open_line(line: OpenLine) -> str:
    """ "S.11 annual report, overdue since 22 February 2018"."""
    exact = is_stated_exactly(line.due, line.precision)
    day = stated(line.due, line.precision)
    if line.overdue:
        when = f"overdue since {day}" if exact else f"overdue since the {day}"
    else:
        when = f"due {day}" if exact else f"due by the {day}"
    return f"{one_line(line.title)}, {when}"


def reads_as_secretariat(letter: Letter) -> bool:
    """Whether the reader is who the answers go to, and signs in."""
    return bool(letter.overviews) or letter.recipient.casefold() == letter.reply_to.casefold()


def preheader(letter: Letter) -> str:
    """What mail programs show after the subject: the most pressing thing in full."""
    if not letter.items and letter.called_off:
        off = letter.called_off[0]
        return one_line(f"{off.title}: {off.why} {off.now}")
    if not letter.items and letter.asked:
        asked = letter.asked[0]
        return one_line(
            f"{asked.outcome or f'{asked.asker} asks for {asked.wish}'}: {asked.title}."
        )
    if not letter.items:
        return f"What is late and what is coming, for {listed(list(letter.boards))}."
    item = letter.items[0]
    to = destination(item)
    return one_line(f"{due_line(item)}: {item.title}{f', to {to}' if to else ''}.")
