"""What one mail says, as values: the templates turn them into words and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ...calendar.occurrences import Kind
from ...calendar.rules.escalation import Level, Notice
from ...calendar.rules.timing import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a mail is about: a step of an occurrence, in one capacity of its reader.

    `step` is in working days from `due` (negative: before). `reference` is "Action 8.4" for an
    action and the planner's row for a report. `board` is the Board's name. `audience` are the
    short names of those it goes to, `meeting` the day they meet, `owner` who owes it, `lead`
    what its leader is called, `owner_contact` that one's address ("" when the role is vacant), as
    "Name <address>" where the name is known.
    `days_late` and `days_left` are working days from `due` and to it, counted from `today`;
    without `days_left` the mail takes it from `step`, which is wrong after downtime.
    `planned_due` is the date it should have had, where that had passed before it was given.
    `instance` says which of several of one report it is, and why the others are due too: "" where
    the mail speaks of one alone. `because` says why it reaches this reader instead of another,
    `changed` what changed since the last mail, `also_meets` the titles of reports that the same
    paper settles. `answer` is the address at which this reader answers, `page` where the
    secretariat records: "" for none.
    """

    key: str
    ref: str
    board: str
    kind: Kind
    level: Level
    step: int
    title: str
    reference: str
    owner: str
    lead: str
    owner_contact: str
    audience: tuple[str, ...]
    due: date
    precision: Precision
    today: date
    days_late: int
    meeting: date | None = None
    because: str | None = None
    changed: str | None = None
    also_meets: tuple[str, ...] = ()
    nothing_to_report: bool = False
    timing: str = ""
    quote: str = ""
    period: str = ""
    instance: str = ""
    days_left: int | None = None
    planned_due: date | None = None
    answer: str = ""
    page: str = ""

    @property
    def is_copy(self) -> bool:
        """Whether the reader is told of what another owner owes."""
        return self.level is not Level.OWNER

    @property
    def is_overdue(self) -> bool:
        """Whether its due date has passed; a review is never overdue."""
        return self.due < self.today and self.kind is not Kind.REVIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """Something still open that this mail only reminds of in one line."""

    title: str
    reference: str
    due: date
    precision: Precision
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContact:
    """The introduction that a reader gets with the first mail.

    `roles` are such as "chair of the Education Subgroup"; `go_live` when mails began.
    """

    board: str
    roles: tuple[str, ...]
    go_live: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLine:
    """One line of the overview's calendar: a meeting, or something due.

    `status` is one of calendar.status; `reference` as in Item; `days_late` counts working days.
    """

    day: date
    title: str
    kind: Kind
    owner: str = ""
    audience: tuple[str, ...] = ()
    precision: Precision = Precision.DAY
    status: str = ""
    key: str = ""
    days_late: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A mail that did not arrive, or may not have: to whom, which day's, and why."""

    recipient: str
    day: date
    subject: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to the secretariat: `about` what, and what to `ask`."""

    about: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The secretariat's week of one Board.

    `coming` is the next eight weeks by day; `late` what is overdue, `stale` reviews nobody
    recorded, `missed` what a later report overtook in the last week, `unsettled` what fell due
    before `go_live` (the reader settles or re-dates each), `undelivered` mails in trouble,
    `undecided` timings the source leaves open, `vacant` roles nobody holds, `notices`
    whole sentences about the installation (the planner file differs, mails are written to a
    folder, …), `paused` whole sentences about each pause. `first` is true for the very first
    overview. `pages` is the address that the Board's pages are below, or "".
    """

    board: str
    week: date
    go_live: date
    first: bool = False
    coming: tuple[CalendarLine, ...] = ()
    late: tuple[CalendarLine, ...] = ()
    stale: tuple[CalendarLine, ...] = ()
    missed: tuple[CalendarLine, ...] = ()
    unsettled: tuple[CalendarLine, ...] = ()
    undelivered: tuple[Trouble, ...] = ()
    undecided: tuple[Question, ...] = ()
    vacant: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    pages: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a chair asked of the secretariat by a link, or what became of that.

    `asker` and `owner` are who asked and for which body; `wish` what for ("more time, until
    1 June 2018"); `why` their words. `outcome` is None for the secretariat, which deals with it
    at `page`; for the asker it is what was decided, as a sentence.
    """

    title: str
    reference: str
    owner: str
    due: date
    asker: str
    wish: str
    why: str = ""
    outcome: str | None = None
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secretariat:
    """Whom answers about a Board go to."""

    board: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff:
    """Something that its reader was mailed a date of, which does not hold any more.

    `due` is the date that they were mailed, `why` what happened, `now` what becomes of it.
    """

    title: str
    owner: str
    due: date
    why: str
    now: str
    notice: Notice = Notice.CANCELLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One person's mail of one day: a first-contact note, answers, a digest, overviews.

    `recipient_name` is what its reader is called, "" where no planner says it.
    `items` are the ledger rows decided for it, most pressing first; `also_open` is a reminder of
    the rest. `reply_to` is the secretariat's address, which every answer goes to; `also_reply_to`
    those of further Boards that it is about, where they are others. `roles` are those in which
    the reader is mailed, such as "chair of the Education Subgroup": the mail's last lines name
    them. `asked` is what chairs ask of this reader, and what became of what the reader asked for,
    `called_off` what they were mailed and is off. `is_trial`: it goes to whoever tries boardcal,
    in the reader's stead. `board` is the id of the Board that its subject leads with: the mail
    comes from it. `sender_name` is that Board's name, `pages` the address that its pages are
    below, or "". `other_boards` are the names of the others that it is about.
    `of_several_boards`: its reader may be mailed by other Boards, too.
    """

    recipient: str
    day: date
    sender_name: str
    reply_to: str
    recipient_name: str = ""
    items: tuple[Item, ...] = ()
    also_open: tuple[OpenLine, ...] = ()
    first_contact: FirstContact | None = None
    overviews: tuple[Overview, ...] = field(default=())
    roles: tuple[str, ...] = ()
    also_reply_to: tuple[Secretariat, ...] = ()
    asked: tuple[Asked, ...] = ()
    called_off: tuple[CalledOff, ...] = ()
    is_trial: bool = False
    board: str = ""
    pages: str = ""
    other_boards: tuple[str, ...] = ()
    of_several_boards: bool = False

    @property
    def boards(self) -> tuple[str, ...]:
        """The names of all Boards that it is about."""
        return (self.sender_name, *self.other_boards)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that is worth a mail."""
        return not (self.items or self.overviews or self.asked or self.called_off)

    @property
    def gist(self) -> frozenset[tuple[object, ...]]:
        """What it is sent for: while this is the same, the mail written from it may leave."""
        return frozenset(
            {(item.key, item.step, item.level, item.due) for item in self.items}
            | {(overview.board, overview.week) for overview in self.overviews}
            | {(asked.title, asked.asker, asked.wish, asked.outcome) for asked in self.asked}
            | {(off.title, off.owner, off.due, off.now) for off in self.called_off}
        )
