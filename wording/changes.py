"""The record of changes as sentences: who did what to which report, meeting, role or mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from ..calendar.planner.model import Action
from ..calendar.rules.date_text import long_date
from ..calendar.status import OPEN
from ..core.local_time import LocalTime
from ..storage.change_kinds import ChangeKind
from ..storage.schema.column_types import AnyRow
from .names import Names
from .text import one_line

DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


# What the entries of a planner are called, by how their changes are noted.
ENTRIES = {
    "report": "report",
    "action": "action",
    "promise": "promise",
    "plan": "plan",
    "board": "Board’s name and groups",
    "working_days": "working days",
}


# Noted under the Board's own id, which is a body's too.
OF_THE_BOARD = (
    ChangeKind.GO_LIVE,
    ChangeKind.PAUSED,
    ChangeKind.RESUMED,
    ChangeKind.PUT_ON_HOLD,
    ChangeKind.HOLD_ENDED,
    ChangeKind.COUNTED_AS_SENT,
)


# One sentence a kind; a test holds that none is missing. Nobody in particular did those without
# "{who}": boardcal noted them by itself.
SENTENCES = {
    ChangeKind.MOVED: "{about} is now due {after}{instead}",
    ChangeKind.VOID: "{about} is no longer due",
    ChangeKind.RESTORED: "{about}{due} is owed again",
    ChangeKind.MISSED: "{about}{due} counts as missed",
    ChangeKind.RECORDED: "{who} recorded {about}{due} as {after}{on}",
    ChangeKind.RETURNED: "{who} returned {about}{on}; it is owed again",
    ChangeKind.EXTENDED: "{who} gave {about} a new date, {after}{instead}",
    ChangeKind.RAISED: "{who} raised {about} {after}",
    ChangeKind.EVENT: "{who} recorded that this happened{on}: {about}",
    ChangeKind.ASKED: "{who} asked the secretariat for {after}, about {about}",
    ChangeKind.REQUEST_TAKEN_BACK: "{who} does not ask for {after} any more, about {about}",
    ChangeKind.REQUEST_ANSWERED: "{who} answered what was asked about {about}: {after}",
    ChangeKind.SNOOZED: "{who} wants no reminder of {about} before {after}",
    ChangeKind.SNOOZE_ENDED: "{who} wants reminders of {about} again",
    ChangeKind.GO_LIVE: "{who} let the mails of {about} begin on {after}{instead}",
    ChangeKind.PUT_ON_HOLD: "{who} put the mails of {about} on hold",
    ChangeKind.HOLD_ENDED: "{who} let the mails of {about} go on",
    ChangeKind.COUNTED_AS_SENT: (
        "{who} counted {after} of {about} as sent before the backup came back"
    ),
    ChangeKind.PAUSED: "{who} paused mails for {about}{until}",
    ChangeKind.RESUMED: "{who} let mails go on for {about}",
    ChangeKind.MAIL_SENT_AGAIN: "{who} let {before} go out again, from {after} on",
    ChangeKind.MAIL_HELD_BACK: "{who} held back {before}",
    ChangeKind.MAIL_ARRIVED: "{who} recorded that {before} arrived",
    ChangeKind.MAIL_LOST: "{who} recorded that {before} did not arrive",
    ChangeKind.MAIL_DOWNLOADED: "{who} downloaded {before}",
    ChangeKind.ROLE: "{who} changed the roles of {about}: {after}",
    ChangeKind.MEETING_MOVED: "{who} moved the {about} meeting of {after}",
    ChangeKind.MEETING_CANCELLED: "{who} cancelled the {about} meeting of {after}",
    ChangeKind.MEETING_ADDED: "{who} added a meeting of {about} on {after}",
    ChangeKind.ENTRY_ADDED: "{who} added {after} to the planner",
    ChangeKind.ENTRY_CHANGED: "{who} changed {about}: {after}",
    ChangeKind.ENTRY_REMOVED: "{who} took {after} out of the planner",
    ChangeKind.READING_CONFIRMED: "{who} confirmed how {about} is read",
    ChangeKind.IMPORTED: "{who} brought in the planner file {after}",
    ChangeKind.FEED_MADE: "{who} made a feed of the dates of {about}, {after}",
    ChangeKind.FEED_GIVEN_A_NEW_ADDRESS: (
        "{who} gave a feed of the dates of {about} a new address, {after}"
    ),
    ChangeKind.FEED_REVOKED: "{who} stopped the feed of the dates of {about}, {after}",
}


# For several changes that one act made; each of them is on record by itself.
TOGETHER = {
    ChangeKind.MOVED: "{many} things are now due on another day",
    ChangeKind.VOID: "{many} things are no longer due",
    ChangeKind.RESTORED: "{many} things are owed again",
    ChangeKind.MISSED: "{many} things count as missed",
    ChangeKind.RECORDED: "{who} recorded {many} things as {after}",
    ChangeKind.READING_CONFIRMED: "{who} confirmed how {many} things are read",
}


# What was cancelled after its day.
NOT_HELD = "{who} noted that the {about} meeting of {after} was not held"


# What was recorded as open again has no outcome to name.
OPENED = "{who} opened {about}{due} again"
OPENED_TOGETHER = "{who} opened {many} things again"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One change. `sentence` says it all but when, `text` with the day and the time before it.

    `brief` is the sentence without the remark, `why`. `key` leads to what it is about, where
    that is something due; `subject` names it in any case, as the record does.
    """

    at: datetime
    day: date
    time: str
    who: str
    what: ChangeKind
    sentence: str
    brief: str
    text: str
    key: str | None
    subject: str
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Makes sentences of changes, with the planner's names and the Board's clock."""

    names: Names
    local: LocalTime

    def line(self, row: AnyRow) -> ChangeLine:
        """A row of the record, joined with the `title`, `owner` and `due` of what it is about."""
        moment = row.at.astimezone(self.local.zone)
        brief, clock = self._sentence(row, moment.date()), f"{moment:%H:%M}"
        sentence = f"{brief}{_remark(row.why)}."
        return ChangeLine(
            at=moment,
            day=moment.date(),
            time=clock,
            who=who_in_words(row.who, by_link=row.by_link),
            what=row.what,
            sentence=sentence,
            brief=f"{brief}.",
            text=f"{long_date(moment.date())}, {clock}: {sentence}",
            key=None if row.title is None else row.subject,
            subject=row.subject,
            why=row.why,
        )

    def together(self, row: AnyRow, many: int) -> str:
        """A sentence for `many` changes that are alike; `row` is one of them."""
        sentence = OPENED_TOGETHER if _is_opening(row) else TOGETHER[row.what]
        who = who_in_words(row.who, by_link=row.by_link)
        brief = sentence.format(many=many, who=who, after=row.after)
        return f"{brief}{_remark(row.why)}."

    def _sentence(self, row: AnyRow, day: date) -> str:
        sentence = OPENED if _is_opening(row) else SENTENCES[row.what]
        if row.what is ChangeKind.MEETING_CANCELLED and row.after < day.isoformat():
            sentence = NOT_HELD
        return sentence.format_map(self._fields(row, day))

    def _fields(self, row: AnyRow, day: date) -> dict[str, str]:
        after, before = dates_in_words(row.after or ""), dates_in_words(row.before or "")
        # What was so then; a version before did not note it.
        due = row.due_then or row.due
        when = row.on is not None and (row.what is ChangeKind.EVENT or row.on != day)
        return {
            "who": who_in_words(row.who, by_link=row.by_link),
            "about": self._about(row),
            "after": PurePath(after).name if row.what is ChangeKind.IMPORTED else after,
            "before": before,
            "until": f" until {after}" if after else "",
            "instead": f" instead of {before}" if before else "",
            "due": "" if due is None else f", due {long_date(due)},",
            "on": f" on {long_date(row.on)}" if when else "",
        }

    def _about(self, row: AnyRow) -> str:
        """ "“S.11 annual report” of PMQAG"; or a Board, a body, an event, an address."""
        if row.title is not None:
            return f"“{one_line(row.title_then or row.title)}” of {self.names.short(row.owner)}"
        if row.subject == self.names.planner.board and row.what in OF_THE_BOARD:
            return self.names.planner.name
        if row.subject in self.names.bodies:
            return self.names.short(row.subject)
        events = {event.id: f"“{event.title}”" for event in self.names.planner.events}
        if row.subject in events:
            return events[row.subject]
        kind, _, own = row.subject.partition(" ")
        if kind not in ENTRIES:
            return str(row.subject)
        return self._entry(kind, own, row.title_then)

    def _entry(self, kind: str, own: str, title_then: str | None) -> str:
        """ "the report “S.11 annual report”"; what the planner lost is called by its id."""
        obligation = self.names.obligations.get(own)
        title = one_line(title_then or (own if obligation is None else obligation.title))
        number = f"{obligation.number} " if isinstance(obligation, Action) else ""
        return f"the {ENTRIES[kind]}" + (f" {number}“{title}”" if own else "")


def who_in_words(who: str, *, by_link: bool) -> str:
    """Who did something; of a reader without an account, that it was by the link in a mail."""
    return f"{who} by the link in their mail" if by_link else who


def _remark(why: str | None) -> str:
    return f" ({one_line(why).rstrip('.')})" if why else ""


def _is_opening(row: AnyRow) -> bool:
    return row.what is ChangeKind.RECORDED and row.after == OPEN


def dates_in_words(text: str) -> str:
    """`text` with every date as people write it: "from 1 April 2018" for "from 2018-04-01"."""
    return DAY.sub(_in_words, text)


def _in_words(match: re.Match[str]) -> str:
    try:
        return long_date(date.fromisoformat(match[0]))
    except ValueError:
        return match[0]
