"""What was changed, as sentences: who did what, to which report, meeting, role or mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from ..calendar.planner.model import Action
from ..calendar.rules.date_text import long_date
from ..calendar.status import OPEN
from ..core.local_time import LocalTime
from ..storage.change_log import IMPORTED
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
OF_THE_BOARD = ("go-live", "paused", "resumed", "put on hold", "hold ended", "counted as sent")


# What boardcal notes by itself; nobody in particular did it.
IMPERSONAL = {
    "moved": "{about} is now due {after}{instead}",
    "void": "{about} is no longer due",
    "restored": "{about}{due} is owed again",
    "missed": "{about}{due} counts as missed",
}
PERSONAL = {
    "recorded": "recorded {about}{due} as {after}{on}",
    "opened": "opened {about}{due} again",
    "returned": "returned {about}{on}; it is owed again",
    "extended": "gave {about} a new date, {after}{instead}",
    "asked": "asked the secretariat for {after}, about {about}",
    "request taken back": "does not ask for {after} any more, about {about}",
    "request answered": "answered what was asked about {about}: {after}",
    "snoozed": "wants no reminder of {about} before {after}",
    "snooze ended": "wants reminders of {about} again",
    "raised": "raised {about} {after}",
    "event": "recorded that this happened{on}: {about}",
    "go-live": "let the mails of {about} begin on {after}{instead}",
    "put on hold": "put the mails of {about} on hold",
    "hold ended": "let the mails of {about} go on",
    "counted as sent": "counted {after} of {about} as sent before the backup came back",
    "paused": "paused mails for {about}",
    "resumed": "let mails go on for {about}",
    "role": "changed the roles of {about}: {after}",
    "mail sent again": "let {before} go out again, from {after} on",
    "mail held back": "held back {before}",
    "mail arrived": "recorded that {before} arrived",
    "mail lost": "recorded that {before} did not arrive",
    "meeting moved": "moved the {about} meeting of {after}",
    "meeting cancelled": "cancelled the {about} meeting of {after}",
    "meeting added": "added a meeting of {about} on {after}",
    "entry added": "added {after} to the planner",
    "entry changed": "changed {about}: {after}",
    "entry removed": "took {after} out of the planner",
    "reading confirmed": "confirmed how {about} is read",
    "feed made": "made a feed of the dates of {about}, {after}",
    "feed given a new address": "gave a feed of the dates of {about} a new address, {after}",
    "feed revoked": "stopped the feed of the dates of {about}, {after}",
    IMPORTED: "brought in the planner file {after}",
}


# How many of them at once are told, by what was done: each is a change on record by itself.
TOGETHER = {
    "moved": "{many} things are now due on another day",
    "void": "{many} things are no longer due",
    "restored": "{many} things are owed again",
    "missed": "{many} things count as missed",
    "recorded": "{who} recorded {many} things as {after}",
    "opened": "{who} opened {many} things again",
    "reading confirmed": "{who} confirmed how {many} things are read",
}


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
    what: str
    sentence: str
    brief: str
    text: str
    key: str | None
    subject: str
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is needed to tell of changes: the planner's names, and the Board's clock."""

    names: Names
    local: LocalTime

    def line(self, row: AnyRow) -> ChangeLine:
        """A row of the record, joined with the `title`, `owner` and `due` of what it is about."""
        moment = row.at.astimezone(self.local.zone)
        told, clock = self._told(row, moment.date()), f"{moment:%H:%M}"
        said = f"{told}{_remark(row.why)}."
        return ChangeLine(
            at=moment,
            day=moment.date(),
            time=clock,
            who=row.who,
            what=row.what,
            sentence=said,
            brief=f"{told}.",
            text=f"{long_date(moment.date())}, {clock}: {said}",
            key=None if row.title is None else row.subject,
            subject=row.subject,
            why=row.why,
        )

    def together(self, row: AnyRow, many: int) -> str:
        """A sentence for `many` changes that are alike; `row` is one of them."""
        said = TOGETHER[_what(row)].format(many=many, who=row.who, after=row.after)
        return f"{said}{_remark(row.why)}."

    def _told(self, row: AnyRow, day: date) -> str:
        what = _what(row)
        fields = self._fields(row, day)
        if what in IMPERSONAL:
            return IMPERSONAL[what].format_map(fields)
        if what in PERSONAL:
            return f"{row.who} {PERSONAL[what].format_map(fields)}"
        detail = f", {fields['after']}" if fields["after"] else ""
        return f"{row.who} changed {fields['about']}: {what}{detail}"

    def _fields(self, row: AnyRow, day: date) -> dict[str, str]:
        after, before = dates_in_words(row.after or ""), dates_in_words(row.before or "")
        when = row.on is not None and (row.what == "event" or row.on != day)
        return {
            "about": self._about(row),
            "after": PurePath(after).name if row.what == IMPORTED else after,
            "before": before,
            "instead": f" instead of {before}" if before else "",
            "due": "" if row.due is None else f", due {long_date(row.due)},",
            "on": f" on {long_date(row.on)}" if when else "",
        }

    def _about(self, row: AnyRow) -> str:
        """ "“S.11 annual report” of PMQAG"; or a Board, a body, an event, an address."""
        if row.title is not None:
            return f"“{one_line(row.title)}” of {self.names.short(row.owner)}"
        if row.subject == self.names.planner.board and row.what in OF_THE_BOARD:
            return self.names.planner.name
        if row.subject in self.names.bodies:
            return self.names.short(row.subject)
        events = {each.id: f"“{each.title}”" for each in self.names.planner.events}
        if row.subject in events:
            return events[row.subject]
        kind, _, own = row.subject.partition(" ")
        return self._entry(kind, own) if kind in ENTRIES else str(row.subject)

    def _entry(self, kind: str, own: str) -> str:
        """ "the report “S.11 annual report”"; what the planner lost is called by its id."""
        obligation = self.names.obligations.get(own)
        title = own if obligation is None else one_line(obligation.title)
        number = f"{obligation.number} " if isinstance(obligation, Action) else ""
        return f"the {ENTRIES[kind]}" + (f" {number}“{title}”" if own else "")


def _remark(why: str | None) -> str:
    return f" ({one_line(why).rstrip('.')})" if why else ""


def _what(row: AnyRow) -> str:
    return "opened" if row.what == "recorded" and row.after == OPEN else str(row.what)


def dates_in_words(text: str) -> str:
    """`text` with every date as people write it: "from 1 April 2018" for "from 2018-04-01"."""
    return DAY.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    try:
        return long_date(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]
