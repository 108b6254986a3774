"""Letters with everything that a mail can hold, to try templates on before a mail needs them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ..calendar.occurrences import Kind
from ..calendar.steps import Level
from ..calendar.timing import Precision
from .letters import (
    CalendarLine,
    FirstContact,
    Item,
    Letter,
    OpenLine,
    Overview,
    Question,
    Trouble,
)

BOARD = "Cumbria LSCB"
SECRETARIAT = "secretariat@example.org"
CHAIR = "pmqag.chair@example.org"
TODAY = date(2018, 2, 22)
MEETING = date(2018, 3, 8)


def sample_letters() -> tuple[Letter, ...]:
    """Together they take every branch of the templates."""
    return (_first_contact(), _one_of_each(), _copied(), _to_secretariat(), _quiet_week())


def sample_item(**changes: Any) -> Item:
    """The S.11 report, due on the day of its mail, with any field changed."""
    values: dict[str, Any] = {
        "key": "lscb/s11-march/pmqag/2018-03",
        "ref": "s11-march",
        "board": BOARD,
        "kind": Kind.REPORT,
        "level": Level.OWNER,
        "step": 0,
        "title": "S.11 compliance and themes: annual report",
        "reference": "S.11 Audit",
        "owner": "PMQAG",
        "lead": "chair",
        "owner_contact": CHAIR,
        "audience": ("LSCB",),
        "due": TODAY,
        "precision": Precision.DAY,
        "today": TODAY,
        "days_late": 0,
        "meeting": MEETING,
        "timing": "every March, at the LSCB meeting; papers 10 working days before",
        "quote": "Annual Report on S.11 compliance and themes to be presented to the LSCB every "
        "March.",
    }
    return Item(**{**values, **changes})


def sample_letter(**changes: Any) -> Letter:
    """A letter to the chair of PMQAG, with any field changed."""
    values: dict[str, Any] = {
        "recipient": CHAIR,
        "day": TODAY,
        "sender_name": BOARD,
        "reply_to": SECRETARIAT,
        "roles": ("chair of PMQAG",),
    }
    return Letter(**{**values, **changes})


def _first_contact() -> Letter:
    return sample_letter(
        items=(sample_item(due=TODAY + timedelta(days=14), step=-10, days_left=10),),
        first_contact=FirstContact(board=BOARD, roles=("chair of PMQAG",), go_live=TODAY),
    )


def _one_of_each() -> Letter:
    """Several items of two Boards, in all groups, to somebody who is new."""
    due = TODAY - timedelta(days=3)
    action = sample_item(
        key="lscb/8.4/cse-mfh/november-2018",
        kind=Kind.ACTION,
        title="Audit multi-agency working for children at risk of CSE",
        reference="Action 8.4",
        audience=(),
        due=date(2018, 11, 30),
        precision=Precision.MONTH,
        meeting=None,
    )
    return sample_letter(
        items=(
            sample_item(due=due, days_late=3, changed="it was returned with comments"),
            sample_item(nothing_to_report=True, also_meets=("Multi-agency audits",)),
            sample_item(board="Cumbria CTB", because="PMQAG has no chair at present."),
            action,
            sample_item(kind=Kind.REVIEW, reference="Action 3.3", due=date(2018, 4, 25)),
            sample_item(level=Level.DEPUTY, due=due, days_late=5, changed="it was extended"),
        ),
        also_open=(
            OpenLine(
                title=action.title,
                reference=action.reference,
                due=action.due,
                precision=action.precision,
                overdue=False,
            ),
        ),
        first_contact=FirstContact(board=BOARD, roles=("chair of PMQAG",), go_live=TODAY),
    )


def _copied() -> Letter:
    due = TODAY - timedelta(days=14)
    return sample_letter(
        items=(sample_item(level=Level.BUSINESS, due=due, step=10, days_late=10),),
        roles=("chair of the LSCB Business Group",),
    )


def _to_secretariat() -> Letter:
    """Its own item, a copy, and an overview with every section."""
    due = TODAY - timedelta(days=7)
    line = CalendarLine(
        day=due,
        title="S.11 compliance and themes: annual report",
        kind=Kind.REPORT,
        owner="PMQAG",
        audience=("LSCB",),
        key="lscb/s11-march/pmqag/2018-03",
        days_late=5,
        reference="S.11 Audit",
    )
    meeting = CalendarLine(
        day=MEETING, title="LSCB meeting", kind=Kind.MEETING, owner="LSCB", status="void"
    )
    overview = Overview(
        board=BOARD,
        week=date(2018, 2, 19),
        go_live=date(2017, 11, 1),
        coming=(line, meeting),
        late=(line,),
        stale=(line,),
        missed=(line,),
        unsettled=(line,),
        undelivered=(
            Trouble(recipient=CHAIR, day=due, subject="Due today", what="no such mailbox"),
        ),
        undecided=(Question(about="Staff survey: annual report", ask="in which month?"),),
        vacant=("chair of the Education Subgroup",),
        notices=("mails are written to a folder",),
    )
    return sample_letter(
        recipient=SECRETARIAT,
        items=(
            sample_item(because="PMQAG has no chair at present."),
            sample_item(level=Level.SECRETARIAT, due=due, step=5, days_late=5),
        ),
        overviews=(overview,),
        roles=("the secretariat",),
    )


def _quiet_week() -> Letter:
    return sample_letter(
        recipient=SECRETARIAT,
        first_contact=FirstContact(board=BOARD, roles=("the secretariat",), go_live=TODAY),
        overviews=(Overview(board=BOARD, week=date(2018, 2, 19), go_live=TODAY, first=True),),
        roles=(),
    )
