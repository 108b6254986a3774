"""What the tests of the pages' data share: an office in memory, and reading as a page does."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from boardcal.notifications.transports.base import DeliveryError
from boardcal.scheduler.planning.board_view import BoardView, view_of
from boardcal.storage.backup.copy import empty_copy
from boardcal.storage.boards import board_row

from .factories import checked, make_action, make_body, make_document, make_report
from .office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.notifications.transports.base import OutgoingMail

QUARTERLY = {"meeting": "business-group", "last_in": "quarter"}


def in_memory() -> Office:
    """An office on a database in memory, with nothing imported yet."""
    return Office(database=empty_copy())


@contextmanager
def reading(
    office: Office, *, today: date | None = None, board: str = "lscb"
) -> Iterator[tuple[Connection, BoardView]]:
    """What a page reads with, on the office's day unless told otherwise."""
    with office.database.read() as connection:
        row = board_row(connection, board)
        if row is None:
            raise LookupError(board)
        planner = office.ticker.planners.get(connection, row)
        moment = office.local.moment(office.now)
        if today is not None:
            moment = replace(moment, today=today)
        yield connection, view_of(row, planner, moment)


def shown_by(
    office: Office, function: Callable[..., Any], *, today: date | None = None, **options: Any
) -> Any:
    """What a function of `(connection, view, …)` gives."""
    with reading(office, today=today) as (connection, view):
        return function(connection, view, **options)


def office_day(office: Office) -> date:
    """The office's own day."""
    return office.local.day_of(office.now)


def make_whole() -> PlannerFile:
    """A planner with a bit of everything: reports, actions, reviews, events, promises."""
    document = make_document(
        report=[
            make_report(),
            make_report(
                "progress",
                title="Subgroup progress report",
                row="Other subgroups",
                owner=["pmqag", "cdop"],
                when={"meeting": "lscb"},
                nothing_to_report=True,
            ),
            make_report("july", row="Data", title="Data: annual report", when=_at_lscb("July")),
            make_report(
                "audits-july",
                row="Audits",
                title="Audits: annual report",
                when=_at_lscb("July"),
                met_by="july",
            ),
            make_report("exceptions", title="Audits: exceptions", when={"as_required": True}),
            make_report(
                "survey", title="Staff survey", when={"undecided": "The plan gives no month."}
            ),
            make_report(
                "findings",
                title="Findings of the survey",
                to=["pmqag", "cdop"],
                when={"after": "survey-accepted"},
            ),
        ],
        action=[
            make_action(),
            make_action("1.2", title="Hold a workshop", when={"by": "Autumn 2018"}),
            make_action(
                "2.1",
                title="Keep panels going",
                section="Section 2",
                owner="cdop",
                when={"review": QUARTERLY},
                quote="Ongoing",
                assumed="Ongoing is looked at quarterly.",
            ),
        ],
        event=[{"id": "survey-accepted", "title": "The Board accepts the staff survey"}],
        promise=[{"text": "The annual report on neglect", "where": "Action 13.2"}],
    )
    bodies = [*document["body"], make_body("cdop", chair="cdop.chair@example.org")]
    return checked(document | {"body": bodies})


def _at_lscb(month: str) -> dict[str, Any]:
    return {"meeting": "lscb", "months": [month]}


def refusing(address: str) -> Callable[[OutgoingMail], Exception | None]:
    """A mail server that knows everybody but one."""

    def refuse(mail: OutgoingMail) -> Exception | None:
        if mail.recipient != address:
            return None
        return DeliveryError("There is no such mailbox.", permanent=True, scope="recipient")

    return refuse
