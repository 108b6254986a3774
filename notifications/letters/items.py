"""One thing that a mail is about, from its ledger row and the planner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ...calendar.occurrences import Kind
from ...calendar.planner.model import Planner
from ...calendar.planner.roles import RoleName
from ...calendar.rules.as_required import papers_day
from ...calendar.rules.date_text import long_date
from ...calendar.rules.escalation import Level, Notice
from ...calendar.rules.timing import PAPERS_WORKING_DAYS, AsRequired, Precision, Timing
from ...calendar.status import OWED, Status
from ...core.addresses import Address
from ...storage.schema.column_types import AnyRow
from ...wording.names import named, reference, short_names
from ...wording.stand_ins import StandIn
from ...wording.text import sentence as as_sentence
from ...wording.text import working_days
from ...wording.timings import sentence
from ..links import AnswerLink, last_day_of
from ..reminders.mailing_boards import LiveBoard
from ..reminders.recheck import LetterSources
from ..reminders.recipients import may_answer, secretariat_on
from .context import LetterContext
from .model import CalledOff, Item, OpenLine
from .phrases import instance

# What an owner need not do any more with what is off.
DOING = {Kind.REPORT: "send", Kind.ACTION: "do", Kind.REVIEW: "look at"}


def item_of(row: AnyRow, board: LiveBoard, context: LetterContext, sources: LetterSources) -> Item:
    """The item of a ledger row joined with its occurrence."""
    planner, obligation, today = board.planner, board.obligations[row.ref], sources.today
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
        owner_contact=_mailbox(planner, owner.holder_on(RoleName.CHAIR, today)),
        audience=short_names(planner, row.audience),
        due=row.due,
        precision=_precision(row),
        today=today,
        days_late=planner.days.between(row.due, today),
        days_left=planner.days.between(today, row.due),
        planned_due=row.planned_due,
        meeting=row.meeting,
        because=None if row.because is None else StandIn(**row.because).to_reader(),
        changed=context.changed.get((row.key, row.recipient)),
        also_meets=context.met_by.get(row.key, ()),
        nothing_to_report=obligation.accepts_nothing,
        timing=_timing(row, obligation.timing, planner),
        quote=obligation.quote,
        answer=_answer(row, board, sources),
        page=_page(row, board, sources),
        period=row.period,
    )


def _mailbox(planner: Planner, address: str | None) -> str:
    return str(Address(name=planner.name_of(address), address=address)) if address else ""


def told_apart(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items, of which those of one report and owner say which one each is, and why it is due."""
    kept = tuple(items)
    of_one: dict[tuple[str, ...], list[Item]] = {}
    for item in sorted(kept, key=lambda item: (item.due, item.key)):
        of_one.setdefault((item.board, item.ref, item.owner), []).append(item)
    instances = {
        item.key: instance(item, same) for same in of_one.values() if len(same) > 1 for item in same
    }
    return tuple(
        replace(item, instance=instances[item.key]) if item.key in instances else item
        for item in kept
    )


def _timing(row: AnyRow, timing: Timing, planner: Planner) -> str:
    """The rule behind the due date; for a report raised as required, how it was raised."""
    if not isinstance(timing, AsRequired):
        return sentence(timing, planner)
    if row.meeting is None:
        return "raised as required, for this day"
    if row.extended:
        return "raised as required, for the meeting, and given a date of its own"
    if papers_day(row.meeting, planner.days) != row.due:
        return "raised as required, after the papers for the meeting were due, so at once"
    papers = f"papers are due {working_days(PAPERS_WORKING_DAYS)} before it"
    return f"raised as required, for the meeting; {papers}"


def _answer(row: AnyRow, board: LiveBoard, sources: LetterSources) -> str:
    """Where its reader answers: the body's lead or the stand-in does, others only look on."""
    if not sources.in_full or _is_secretariat(row, board, sources.today):
        return ""
    if not may_answer(board.planner, row.owner, row.recipient, sources.today, board.away):
        return ""
    return sources.links.answer(
        AnswerLink(
            occurrence=row.identity,
            due_revision=row.due_revision,
            recipient=row.recipient,
            until=last_day_of(row.due, sources.today),
        )
    )


def _page(row: AnyRow, board: LiveBoard, sources: LetterSources) -> str:
    """Where the secretariat records: it signs in, so its link carries nothing secret."""
    if not sources.in_full or not _is_secretariat(row, board, sources.today):
        return ""
    return sources.links.due(row.board, row.key)


def _is_secretariat(row: AnyRow, board: LiveBoard, today: date) -> bool:
    secretariat: str | None = secretariat_on(board.planner, today)
    return Level(row.level) is Level.SECRETARIAT or row.recipient == secretariat


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
    """The precision of the due date; one set by a person is meant to the day."""
    return Precision.DAY if row.extended else Precision(row.precision)


def called_off(row: AnyRow, board: LiveBoard) -> CalledOff:
    """What becomes of an item that its reader was mailed, and whose date does not hold any more."""
    owner = board.planner.body(row.owner)
    short = row.owner if owner is None else owner.short
    notice = Notice(row.step)
    now = "It is no longer due."
    if Level(row.level) is Level.OWNER:
        now = f"You need not {DOING[Kind(row.kind)]} it any more."
    elif notice is Notice.HANDED_OVER:
        now = f"{short} need not {DOING[Kind(row.kind)]} it any more."
    if row.state in OWED:
        now = f"It is now due on {long_date(row.due)}"
        now += f", for the meeting on {long_date(row.meeting)}." if row.meeting else "."
    elif row.state != Status.VOID:
        now = f"It stays {row.state}."
    return CalledOff(
        title=row.title,
        owner=short,
        due=row.told_due,
        why=as_sentence(row.note or "the meeting was cancelled"),
        now=now,
        notice=notice,
    )
