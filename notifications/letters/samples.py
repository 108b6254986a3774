"""Letters with everything that a mail can hold, to try the templates on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ...calendar.occurrences import Kind
from ...calendar.rules.escalation import Level
from ...calendar.rules.timing import Precision
from ...calendar.status import Status
from .model import (
    Asked,
    CalendarLine,
    CalledOff,
    FirstContact,
    Item,
    Letter,
    OpenLine,
    Overview,
    Question,
    Secretariat,
    Trouble,
)

BOARD = "Cumbria LSCB"
SECRETARIAT = "secretariat@example.org"
CHAIR = "pmqag.chair@example.org"
PAGES = "https://calendar.example.org/boards/lscb"
ANSWER = "https://calendar.example.org/answer/signed"
TODAY = date(2018, 2, 22)
MEETING = date(2018, 3, 8)


def sample_letters() -> tuple[Letter, ...]:
    """Together they take every branch of the templates."""
    return (
        _first_contact(),
        _one_of_each(),
        _copied(),
        _to_secretariat(),
        _quiet_week(),
        _asked(),
        _answered(),
        _called_off(),
        _with_buttons(),
        _in_a_trial(),
        _of_many(),
    )


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


def sample_action(**changes: Any) -> Item:
    """Action 8.4, due by the end of a month, with any field changed."""
    values: dict[str, Any] = {
        "key": "lscb/8.4/cse-mfh/november-2018",
        "kind": Kind.ACTION,
        "title": "Audit multi-agency working for children at risk of CSE",
        "reference": "Action 8.4",
        "owner": "the CSE/MFH Subgroup",
        "audience": (),
        "meeting": None,
        "due": date(2018, 11, 30),
        "precision": Precision.MONTH,
    }
    return sample_item(**{**values, **changes})


def sample_review(**changes: Any) -> Item:
    """A review of action 3.3, with any field changed."""
    values: dict[str, Any] = {
        "kind": Kind.REVIEW,
        "title": "Develop Early Help Panels",
        "reference": "Action 3.3",
        "due": date(2018, 4, 25),
        "precision": Precision.DAY,
    }
    return sample_action(**{**values, **changes})


def sample_overdue(**changes: Any) -> Item:
    """The S.11 report five working days late, with any field changed."""
    values: dict[str, Any] = {"due": TODAY - timedelta(days=7), "step": 5, "days_late": 5}
    return sample_item(**{**values, **changes})


def sample_line(**changes: Any) -> CalendarLine:
    """A report of the agencies in an overview, with any field changed."""
    values: dict[str, Any] = {
        "day": date(2018, 2, 15),
        "title": "Indicators: quarterly scorecard",
        "kind": Kind.REPORT,
        "owner": "Agencies",
        "audience": ("PMQAG",),
        "key": "lscb/indicators-agencies/agencies/2018-Q1",
        "reference": "Indicators",
    }
    return CalendarLine(**{**values, **changes})


def sample_overview(**changes: Any) -> Overview:
    """An overview of a week without news, with any field changed."""
    values: dict[str, Any] = {
        "board": BOARD,
        "week": date(2018, 2, 19),
        "go_live": date(2017, 11, 1),
    }
    return Overview(**{**values, **changes})


def _first_contact() -> Letter:
    return sample_letter(
        items=(sample_item(due=TODAY + timedelta(days=14), step=-10, days_left=10),),
        first_contact=FirstContact(board=BOARD, roles=("chair of PMQAG",), go_live=TODAY),
    )


def _one_of_each() -> Letter:
    """Several items of two Boards, in all groups, to a new reader."""
    action = sample_action()
    return sample_letter(
        items=(
            sample_overdue(changed="it was returned with comments"),
            sample_item(nothing_to_report=True, also_meets=("Multi-agency audits",)),
            sample_item(board="Cumbria CTB", because="PMQAG has no chair at present."),
            action,
            sample_review(),
            sample_overdue(level=Level.DEPUTY, changed="it was extended"),
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
    return sample_letter(
        items=(sample_overdue(level=Level.BUSINESS, step=10, days_late=10),),
        roles=("chair of the LSCB Business Group",),
    )


def _to_secretariat() -> Letter:
    """Its own item, a copy, and an overview with every section."""
    line = sample_line(days_late=5, status=Status.OVERDUE.value)
    cancelled = sample_line(kind=Kind.MEETING, title="LSCB meeting", status=Status.VOID.value)
    trouble = Trouble(recipient=CHAIR, day=TODAY, subject="Due today", what="no such mailbox")
    overview = sample_overview(
        coming=(line, cancelled),
        late=(line,),
        stale=(line,),
        missed=(line,),
        unsettled=(line,),
        undelivered=(trouble,),
        undecided=(Question(about="Staff survey: annual report", ask="in which month?"),),
        vacant=("the Education Subgroup has no chair",),
        notices=("mails are written into a folder",),
        paused=("Mails to the Education Subgroup have been paused since 1 February 2018",),
        pages=PAGES,
    )
    return sample_letter(
        recipient=SECRETARIAT,
        items=(sample_item(page=PAGES), sample_overdue(level=Level.SECRETARIAT, page=PAGES)),
        overviews=(overview,),
        roles=("the secretariat",),
    )


def _quiet_week() -> Letter:
    """Two Boards' overviews without news, one of them the first, to a new reader."""
    return sample_letter(
        recipient=SECRETARIAT,
        first_contact=FirstContact(board=BOARD, roles=("the secretariat",), go_live=TODAY),
        overviews=(sample_overview(), sample_overview(board="Cumbria CTB", first=True)),
        roles=(),
    )


def sample_asked(**changes: Any) -> Asked:
    """More time for the S.11 report, asked for by PMQAG's chair, with any field changed."""
    values: dict[str, Any] = {
        "title": "S.11 compliance and themes: annual report",
        "reference": "S.11 Audit",
        "owner": "PMQAG",
        "due": TODAY,
        "asker": CHAIR,
        "wish": "more time, until 1 March 2018",
        "why": "Two schools have not answered yet.",
        "page": f"{PAGES}/requests/1",
    }
    return Asked(**{**values, **changes})


def _asked() -> Letter:
    """What chairs ask of the secretariat, and nothing else."""
    both = (sample_asked(), sample_asked(why="", page=""))
    return sample_letter(recipient=SECRETARIAT, asked=both)


def _answered() -> Letter:
    """The outcome of a request, for its asker."""
    return sample_letter(asked=(sample_asked(outcome="the date stays: the Board meets then"),))


def _called_off() -> Letter:
    """Papers of a cancelled meeting, and nothing else."""
    off = CalledOff(
        title="S.11 annual report",
        owner="PMQAG",
        due=TODAY,
        why="The meeting of 8 March 2018 was cancelled.",
        now="You need not send it any more.",
    )
    return sample_letter(called_off=(off, off))


def _in_a_trial() -> Letter:
    return sample_letter(items=(sample_overdue(answer=ANSWER),), is_trial=True)


def _of_many() -> Letter:
    """More than a mail shows in full, and several copies of one owner."""
    own = tuple(sample_overdue(key=f"{number}", answer=ANSWER) for number in range(30))
    copies = (sample_overdue(level=Level.BOARD), sample_overdue(level=Level.BOARD, changed="moved"))
    return sample_letter(items=(*own, *copies), pages=PAGES)


def _with_buttons() -> Letter:
    """Several items that can be answered at once, an answer among them."""
    return sample_letter(
        items=(
            sample_overdue(answer=ANSWER, nothing_to_report=True),
            sample_action(answer=ANSWER),
            sample_review(answer=ANSWER),
            sample_overdue(level=Level.DEPUTY, answer=ANSWER),
        ),
        first_contact=FirstContact(board=BOARD, roles=("chair of PMQAG",), go_live=TODAY),
        asked=(sample_asked(outcome="The date stays."),),
        also_reply_to=(Secretariat(board="Cumbria CTB", address="ctb@example.org"),),
    )
