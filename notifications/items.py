"""One thing that a mail is about, from its ledger row and the planner."""

from __future__ import annotations

from datetime import date

from ..calendar.occurrences import Kind
from ..calendar.planner import Report, RoleName
from ..calendar.sentences import sentence
from ..calendar.steps import Level
from ..calendar.timing import Precision
from ..storage.columns import AnyRow
from .letters import Item, OpenLine
from .live_boards import LiveBoard
from .materials import Materials
from .recipients import named
from .references import reference, short_names


def item_of(row: AnyRow, board: LiveBoard, materials: Materials, today: date) -> Item:
    """The item of a ledger row joined with its occurrence."""
    planner, obligation = board.planner, board.obligations[row.ref]
    owner = planner.body(row.owner)
    if owner is None:
        raise ValueError(f"{row.key} is owed by no body of the planner")
    return Item(
        key=row.key,
        ref=row.ref,
        board=planner.name,
        kind=Kind(row.kind),
        level=Level(row.level),
        step=row.step,
        title=obligation.title,
        reference=reference(obligation),
        owner=named(owner),
        lead=owner.lead,
        owner_contact=owner.holder_on(RoleName.CHAIR, today) or "",
        audience=short_names(planner, row.audience),
        due=row.due,
        precision=_precision(row),
        today=today,
        days_late=planner.days.between(row.due, today),
        days_left=planner.days.between(today, row.due),
        meeting=row.meeting,
        because=row.because,
        changed=materials.changed.get((row.key, row.recipient)),
        also_meets=materials.met_by.get(row.key, ()),
        nothing_to_report=isinstance(obligation, Report) and obligation.nothing_to_report,
        timing=sentence(obligation.timing, planner),
        quote=obligation.quote,
    )


def open_line(row: AnyRow, board: LiveBoard, today: date) -> OpenLine:
    """One line that reminds of something still open."""
    obligation = board.obligations.get(row.ref)
    return OpenLine(
        title=row.title,
        reference="" if obligation is None else reference(obligation),
        due=row.due,
        precision=_precision(row),
        overdue=row.due < today,
    )


def _precision(row: AnyRow) -> Precision:
    """A date that somebody set is meant to the day, however vague the source was."""
    return Precision.DAY if row.extended else Precision(row.precision)
