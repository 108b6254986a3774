"""The action plan by section: who does what by when, and how it stands, in colour and words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import Connection

from ...calendar.planner.model import Action
from ...calendar.rules.timing import Precision
from ...scheduler.planning.board_view import BoardView
from ...wording.names import Named, Names
from ...wording.timings import sentence
from .action_status import OwnerStatus, Rag, owner_status
from .board_calendar import BoardCalendar, Line

# Stated dates may lie beyond the plan's own years, and papers are due before their meeting.
MARGIN = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """A line of the action plan. `quote` is its When cell as it stands, `timing` how it is read.

    `rag` and `words` say how it stands in all, `owner_statuses` with each owner.
    """

    ref: str
    number: str
    title: str
    text: str
    outcome: str
    note: str | None
    who: str
    owners: tuple[Named, ...]
    quote: str
    timing: str
    due: date | None
    when: str | None
    precision: Precision | None
    rag: Rag
    colour: str
    words: str
    owner_statuses: tuple[OwnerStatus, ...]
    is_assumed: bool
    is_doubtful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the action plan, with how many of its actions stand how."""

    name: str
    rows: tuple[ActionRow, ...]
    counts: Mapping[Rag, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan:
    """The whole action plan, as it stands today."""

    title: str
    sections: tuple[Section, ...]
    counts: Mapping[Rag, int]
    total: int


def action_plan(
    connection: Connection, view: BoardView, *, section: str | None = None
) -> ActionPlan:
    """The action plan by section, or one section of it."""
    planner, names, today = view.planner, view.names, view.today
    actions = [action for action in planner.actions if section in (None, action.section)]
    calendar = BoardCalendar(connection, view)
    start = min(planner.plan.starts, today) - MARGIN
    end = max(planner.plan.ends, today) + MARGIN
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in calendar.lines(start, end, {action.ref for action in actions}):
        lines[line.ref].append(line)
    rows = [_row(action, lines[action.ref], names, today) for action in actions]
    sections = tuple(
        Section(name=name, rows=tuple(same), counts=_counts(same))
        for name, same in _by_section(actions, rows)
    )
    return ActionPlan(
        title=planner.plan.title,
        sections=sections,
        counts=_counts(rows),
        total=len(rows),
    )


def _by_section(
    actions: Sequence[Action], rows: Sequence[ActionRow]
) -> Iterable[tuple[str, list[ActionRow]]]:
    pairs = zip(actions, rows, strict=True)
    for name, same in groupby(pairs, lambda pair: pair[0].section):
        yield name, [row for _, row in same]


def _counts(rows: Sequence[ActionRow]) -> dict[Rag, int]:
    counted = ((rag, sum(row.rag is rag for row in rows)) for rag in Rag)
    return {rag: number for rag, number in counted if number}


def _row(action: Action, lines: Sequence[Line], names: Names, today: date) -> ActionRow:
    order = list(Rag)
    statuses = tuple(
        owner_status(action, [line for line in lines if line.owner == owner], names, owner, today)
        for owner in action.owners
    )
    worst = min(statuses, key=lambda status: order.index(status.rag))
    deciding = next((line for line in lines if line.key == worst.key), None)
    return ActionRow(
        ref=action.ref,
        number=action.number,
        title=action.title,
        text=action.text,
        outcome=action.outcome,
        note=action.note,
        who=names.owners(action),
        owners=names.several(action.owners),
        quote=action.quote,
        timing=sentence(action.timing, names.planner),
        due=worst.due,
        when=worst.when,
        precision=None if deciding is None else deciding.precision,
        rag=worst.rag,
        colour=worst.rag.colour,
        words=worst.words,
        owner_statuses=statuses,
        is_assumed=action.assumed is not None,
        is_doubtful=action.doubt is not None,
    )
