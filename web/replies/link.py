"""Read the link of a mail: its reader, its item, and whether it may still act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...notifications.links import ONLY_SHOWN, AnswerLink, ExpiredLinkError, LinkError, LinkSigner
from ...notifications.reminders.recipients import secretariat_on
from ...operations.replies.options import ReplyContext, may_reply
from ...scheduler.planning.board_view import view_of
from ...storage.backup.revived import Revived, RevivedKind
from ...storage.boards import BoardRow, board_row, hold_boards
from ...storage.holds import hold_of
from ...storage.installation import installation_id
from ...storage.replies.links import occurrence_named
from ...wording.names import named
from ..page.page import page
from ..request.context import context_of, site_of

BROKEN = (
    "The link is not whole. Open it from the mail itself once more; if you copied it, copy all "
    "of it. Or reply to the mail: your answer reaches the secretariat."
)
SHOWN = (
    "You came from a preview, from a downloaded mail, or from a mail of a trial. In the mail that "
    "reaches its reader, the link opens the page on which they answer."
)
EXPIRED = (
    "It came with a mail of long ago and opens nothing any more. Use the link in the newest mail, "
    "or write to the secretariat."
)
LOOKED_INTO = (
    "boardcal was brought back from a backup that is older than the last change of your role, and "
    "somebody looks into it. Write to the secretariat if it is urgent."
)
GONE = "What it was about is not kept here any more. Write to the secretariat if in doubt."


class ClosedLink(Exception):
    """A link that opens nothing: why, for its reader, and whom to write to."""

    def __init__(self, status: int, heading: str, sentence: str, contact: str | None = None):
        super().__init__(heading)
        self.status, self.heading, self.sentence = status, heading, sentence
        self.contact = contact


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLink:
    """A link that holds: its token, what it says, and what its reader answers about.

    `contact` is the secretariat's address.
    """

    token: str = field(repr=False)
    link: AnswerLink
    board: BoardRow
    context: ReplyContext
    contact: str | None


@contextmanager
def open_link(request: Request, *, writing: bool) -> Iterator[tuple[Connection, OpenedLink]]:
    """Open a request's link, in a transaction. Raises ClosedLink."""
    installation = site_of(request).installation
    with installation.database.write() if writing else installation.database.read() as connection:
        if writing:
            hold_boards(connection)
        yield connection, _opened(request, connection)


def _opened(request: Request, connection: Connection) -> OpenedLink:
    site = site_of(request)
    installation, token = site.installation, request.path_params["token"]
    today = installation.today
    if token == ONLY_SHOWN:
        raise ClosedLink(404, "The link works in the mail alone", SHOWN)
    signer = LinkSigner(secret=site.secret, installation=installation_id(connection))
    expired = False
    try:
        link = signer.read(token, today=today)
    except ExpiredLinkError as error:
        link, expired = error.answer, True
    except LinkError:
        raise ClosedLink(404, "This link does not work", BROKEN) from None
    row = occurrence_named(connection, link.occurrence)
    board = None if row is None else board_row(connection, row.board)
    if row is None or board is None:
        raise ClosedLink(410, "This link is too old", GONE)
    context_of(request).board = board
    planner = installation.planners.get(connection, board)
    contact = secretariat_on(planner, today)
    if expired:
        raise ClosedLink(410, "This link is too old", EXPIRED, contact)
    context = ReplyContext(
        view=view_of(board, planner, installation.local.moment(site.now())),
        row=row,
        reader=link.recipient,
    )
    if not may_reply(connection, context):
        body = planner.body(row.owner)
        whose = row.owner if body is None else named(body)
        raise ClosedLink(
            403,
            "This is not yours to answer any more",
            f"The link was for {link.recipient}, who holds no role of {whose} today, so nothing "
            "can be recorded with it. If that is a mistake, write to the secretariat.",
            contact,
        )
    held = hold_of(connection)
    again = Revived(kind=RevivedKind.LINK, name=link.recipient)
    if held is not None and again in (held.revived or ()):
        raise ClosedLink(403, "This link does not work at present", LOOKED_INTO, contact)
    return OpenedLink(token=token, link=link, board=board, context=context, contact=contact)


def closed_page(request: Request, link: ClosedLink) -> Response:
    """The page for a link that opens nothing."""
    return page(
        request,
        "replies/closed.html.j2",
        title=link.heading,
        status=link.status,
        sentence=link.sentence,
        contact=link.contact,
    )
