"""The offices whose pages a browser looks at, each brought to where it is by what people did."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import update

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.transports.base import DeliveryError
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting, move_meeting
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import ask_for_time, ask_to_hand_over, snooze
from boardcal.storage.feeds.feeds import FeedKind, make_feed, mark_fetched
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.mail import answer_request
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import (
    at,
    checked,
    cumbria,
    make_document,
    make_planner,
    make_report,
)
from boardcal.tests.office import WHO, Office
from boardcal.tests.pages import refusing

if TYPE_CHECKING:
    from boardcal.notifications.transports.base import OutgoingMail
    from boardcal.storage.database.engine import Database

NOW = at("2018-03-01 09:00")
UNREACHABLE = "health.chair@example.org"
# What became of some of what fell due: everything else of that time is overdue, or was not asked.
RECORDED = (
    ("lscb/audits-pmqag/district-qags/1", Status.SUBMITTED, "2017-11-24"),
    ("lscb/10.2/policy-procedures/november-2017", Status.SUBMITTED, "2017-11-30"),
    ("lscb/8.4/cse-mfh/november-2017", Status.ACCEPTED, "2017-12-04"),
    ("lscb/1.3/lscb-team/december-2017", Status.SUBMITTED, "2017-12-20"),
    ("lscb/11.1/education/december-2017", Status.WAIVED, "2018-01-08"),
    ("lscb/child-deaths-update/cdop/2018-01", Status.SUBMITTED, "2018-01-03"),
    ("lscb/subgroup-progress/cse-mfh/2018-01", Status.NOTHING_TO_REPORT, "2018-01-04"),
    ("lscb/audits-action-plans/pmqag/2018-Q1", Status.SUBMITTED, "2018-02-05"),
    ("lscb/practice-reviews-business-group/case-review/2018-Q1", Status.RETURNED, "2018-02-21"),
    ("lscb/s11-march/pmqag/2018-03", Status.SUBMITTED, "2018-02-21"),
)


def busy(database: Database) -> Office:
    """The Cumbria LSCB on 1 March 2018, live since November: a bit of everything.

    Things overdue, submitted, returned, extended and never asked about; a meeting moved, one
    cancelled and one added; a chair's place vacant, a group on pause, a mailbox that is gone.
    """
    office = Office(database=database, now=at("2017-11-01"))
    office.store(cumbria())
    for reminding in ("2017-11-01", "2017-11-29", "2018-01-02"):
        office.sweep(reminding)
    office.postbag.before = _health_is_gone
    office.days("2018-01-22", "2018-01-24")
    for key, status, day in RECORDED:
        office.now = at(f"{day} 10:00")
        office.record(key, status, on=day)
    office.now = at("2018-02-20 10:00")
    office.extend("lscb/12.2/health/february-2018", "2018-03-16", "the survey closes on 9 March")
    office.edit(lambda content: move_meeting(content, "pmqag", date(2018, 4, 4), date(2018, 4, 11)))
    office.edit(lambda content: cancel_meeting(content, "cdop", date(2018, 4, 19), NOW.date()))
    office.edit(lambda content: add_meeting(content, "lscb", date(2018, 4, 17), extraordinary=True))
    office.leave(RoleName.CHAIR, "education.chair@example.org", "2018-02-15", "education")
    office.pause("body", "hub-board")
    _neglect_asks(office)
    with database.write() as connection:
        for kind, subject in ((FeedKind.BOARD, "lscb"), (FeedKind.BODY, "pmqag")):
            made, _ = make_feed(connection, "lscb", kind, subject, now=office.now, who=WHO)
        mark_fetched(connection, made.id, NOW.date())
    office.days("2018-02-20", "2018-03-01")
    office.now = NOW
    office.tick()
    return office


def _neglect_asks(office: Office) -> None:
    """The Neglect Group's chair wants more time, somebody else to take over, and some quiet."""
    key = "lscb/subgroup-progress/neglect/2018-03"
    with office.changing(key) as (connection, view):
        row, reader = office.row(key), "neglect.chair@example.org"
        who = ReplyContext(view=view, row=row, reader=reader)
        ask_for_time(connection, who, until=date(2018, 3, 15), why="The audit ends in March.")
        ask_to_hand_over(connection, who, successor="Jo Smith, jo.smith@example.org", why="")
        snooze(connection, who, until=date(2018, 2, 22))
    office.name_by_number(answer_request)


def _health_is_gone(mail: OutgoingMail) -> DeliveryError | None:
    error = refusing(UNREACHABLE)(mail)
    return error if isinstance(error, DeliveryError) else None


def unlive(database: Database) -> Office:
    """A Board that nobody has let go live yet, with one report and one action."""
    office = Office(database=database, now=NOW)
    office.store(make_planner(), go_live=None)
    office.tick()
    return office


def bare(database: Database) -> Office:
    """A Board with no report, no action and no meeting: every list is empty."""
    document = make_document()
    bodies = [{name: each[name] for name in each if name != "meets"} for each in document["body"]]
    office = Office(database=database, now=NOW)
    office.store(checked(document | {"body": bodies, "report": []}))
    office.tick()
    return office


def two(database: Database) -> Office:
    """Two Boards, looked after by the same people."""
    office = Office(database=database, now=NOW)
    office.store(make_planner())
    meeting = {"meeting": "ctb", "months": ["March"]}
    document = make_document("ctb", report=[make_report(to="ctb", when=meeting)])
    document["board"]["name"] = "Cumbria Children's Trust Board"
    with database.write() as connection:
        store_planner(connection, checked(document), source="a test", who="a test", now=NOW)
        connection.execute(update(board).values(go_live=date(2017, 11, 1)))
    office.tick()
    return office


def again(database: Database) -> Office:
    """An office as its database has it: a copy of another."""
    return Office(database=database, now=NOW)


def nothing(database: Database) -> Office:
    """An installation in which nothing was imported, and nobody has an account."""
    return Office(database=database, now=NOW)


OFFICES = {office.__name__: office for office in (busy, unlive, bare, two, nothing, again)}
