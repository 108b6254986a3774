"""One report or action in full: its source, its timing, its items past and to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.planner.model import Action, Obligation, Planner, Report
from ...calendar.rules.date_text import listed
from ...calendar.rules.escalation import Policy
from ...calendar.rules.timing import AsRequired, Ongoing, Undecided
from ...scheduler.planning.board_view import BoardView
from ...storage.occurrences import first_due
from ...wording.names import Named, Names
from ...wording.text import working_days
from ...wording.timings import sentence
from .board_calendar import BoardCalendar
from .entries import CalendarEntry, entries_of, standing

MONTHS_AHEAD = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A report or an action to go to, by its title and its place in the Board's papers."""

    ref: str
    title: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source of a report or an action, and how it is read.

    `quote` is the plan's cell as it stands, `timing` what is read from it, `assumed` what was
    read into it, `doubt` where the plan contradicts itself, `document` the plan.
    """

    quote: str
    timing: str
    assumed: str | None
    doubt: str | None
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationDetails:
    """A report or an action.

    `row` is a report's What cell; `number`, `section`, `text`, `outcome` and `remark` are an
    action's. `is_undecided`: the plan gives no date, and nobody is reminded. `may_be_raised`: it
    has no date and can come at any time. `reminders` says when mails go out. `past` are stored,
    newest first; `coming` are those of the next 18 months; `standing` are those of both that say
    how it stands today.
    """

    ref: str
    is_action: bool
    title: str
    place: str
    row: str | None
    number: str | None
    section: str | None
    text: str | None
    outcome: str | None
    remark: str | None
    owners: tuple[Named, ...]
    audience: tuple[Named, ...]
    source: Source
    starts: date | None
    ends: date | None
    is_undecided: bool
    is_ongoing: bool
    may_be_raised: bool
    accepts_nothing: bool
    reminders: str
    met_by: Link | None
    also_meets: tuple[Link, ...]
    standing: tuple[CalendarEntry, ...]
    past: tuple[CalendarEntry, ...]
    coming: tuple[CalendarEntry, ...]


def obligation_details(
    connection: Connection, view: BoardView, ref: str
) -> ObligationDetails | None:
    """A report by its id or an action by its number's id; None where there is none."""
    planner, names = view.planner, view.names
    obligation = names.obligations.get(ref)
    if obligation is None:
        return None
    shown, past, coming = _occurrences(connection, view, ref)
    report = obligation if isinstance(obligation, Report) else None
    action = obligation if isinstance(obligation, Action) else None
    return ObligationDetails(
        ref=ref,
        is_action=obligation.is_action,
        title=obligation.title,
        place=names.place(ref),
        row=report.row if report else None,
        number=action.number if action else None,
        section=action.section if action else None,
        text=action.text if action else None,
        outcome=action.outcome or None if action else None,
        remark=action.note if action else None,
        owners=names.several(obligation.owners),
        audience=names.several(obligation.audience),
        source=source_of(obligation, planner),
        starts=obligation.starts,
        ends=obligation.ends,
        is_undecided=isinstance(obligation.timing, Undecided),
        is_ongoing=isinstance(obligation.timing, Ongoing),
        may_be_raised=isinstance(obligation.timing, AsRequired),
        accepts_nothing=obligation.accepts_nothing,
        reminders=reminders(obligation.policy),
        met_by=link_to(names, report.met_by) if report and report.met_by else None,
        also_meets=tuple(
            link_to(names, other.ref) for other in planner.reports if other.met_by == ref
        ),
        standing=shown,
        past=past,
        coming=coming,
    )


def source_of(obligation: Obligation, planner: Planner) -> Source:
    """Where an obligation comes from and how it is read."""
    return Source(
        quote=obligation.quote,
        timing=sentence(obligation.timing, planner),
        assumed=obligation.assumed,
        doubt=obligation.doubt,
        document=planner.plan.source,
    )


def link_to(names: Names, ref: str) -> Link:
    """A link to a report or an action."""
    return Link(ref=ref, title=names.title(ref), place=names.place(ref))


def reminders(policy: Policy) -> str:
    """ "20 and 5 working days before, on the day, and 1 and 5 working days after"."""
    before = [str(-offset) for offset in policy.offsets if offset < 0]
    after = [str(offset) for offset in policy.offsets if offset > 0]
    phrases = []
    if before:
        phrases.append(f"{listed(before)} working {_days(before)} before")
    if 0 in policy.offsets:
        phrases.append("on the day")
    if after:
        phrases.append(f"{listed(after)} working {_days(after)} after")
    if policy.repeat is not None:
        phrases.append(f"then every {working_days(policy.repeat)}")
    return ", ".join(phrases)


def _days(counts: Sequence[str]) -> str:
    return "day" if list(counts) == ["1"] else "days"


def _occurrences(
    connection: Connection, view: BoardView, ref: str
) -> tuple[tuple[CalendarEntry, ...], ...]:
    """How it stands, the stored items of the past, newest first, and the items to come."""
    calendar, today = BoardCalendar(connection, view), view.today
    first = first_due(connection, view.id, ref)
    yesterday = today - relativedelta(days=1)
    past = [] if first is None or first > yesterday else calendar.lines(first, yesterday, [ref])
    past = [line for line in reversed(past) if line.stored is not None]
    coming = calendar.lines(today, today + relativedelta(months=MONTHS_AHEAD), [ref])
    lines = [*past, *coming]
    entries = tuple(entries_of(calendar, lines))
    by_key = {entry.key: entry for entry in entries}
    shown = tuple(by_key[line.key] for line in standing(lines, today) if line.key in by_key)
    return shown, entries[: len(past)], entries[len(past) :]
