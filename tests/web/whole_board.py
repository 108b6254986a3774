"""A Board with a bit of everything, on 25 January 2018: what waits, what is asked, what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boardcal.storage.schema.mail import answer_request, message
from boardcal.tests.factories import CHAIR, make_action, make_planner
from boardcal.tests.pages import make_whole, refusing
from boardcal.tests.web.replying import MailingBoard, answers, links_in, mail_to, typed

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

REFUSED = "cdop.chair@example.org"


def make_board(database: Database, folder: Path) -> MailingBoard:
    """The Board before any email; nobody has an account yet."""
    whole, when = make_whole(), {"as_required": True}
    asked_for = make_planner(action=[make_action("3.1", when=when)]).action
    whole = whole.model_copy(update={"action": (*whole.action, *asked_for)})
    board = MailingBoard(database, folder)
    board.office.store(whole)
    board.office.postbag.after = refusing(REFUSED)
    return board


def go_on(board: MailingBoard) -> dict[str, str]:
    """Lets emails leave and a chair ask for time; what stands in the addresses of the pages."""
    board.comes_to("2017-12-01")
    board.office.go_live("2018-01-20")
    mails = board.comes_to("2018-01-25")
    chair, link = board.place.reader(), links_in(mail_to(mails, CHAIR))[0]
    chair.opens(link)
    until = typed("until", "2018-03-01")
    answers(chair, link, "more-time", why="Two schools are late.", **until)
    board.office.name_by_number(answer_request)
    refused = next(row.id for row in board.office.table(message) if row.recipient == REFUSED)
    return {"link": link, "refused": str(refused)}
