"""Requests of readers, as the secretariat deals with them: granted, declined or closed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ...calendar.planner.model import Planner
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...core.addresses import parse_address
from ...core.errors import BoardcalError
from ...notifications.letters.requests import wish_in_words
from ...notifications.reminders.request_ends import MAY_HAND_OVER, becomes
from ...scheduler.planning.board_view import BoardView
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.planners import content_of
from ...storage.replies.ends import RequestEnd
from ...storage.replies.requests import AnswerRequest, Wish, close_request
from ...wording.text import one_line
from ..extend import extend
from ..planner.change import save
from ..planner.roles import appoint


class RequestError(BoardcalError):
    """A request that cannot be dealt with as asked; nothing was changed."""


def request_sentence(request: AnswerRequest) -> str:
    """A request as one sentence: who asks, for what, and why."""
    wish = wish_in_words(request.wish, until=request.until, successor=request.successor)
    why = f": {one_line(request.why).rstrip('.')}" if request.why else ""
    return f"{request.asked_by} asks for {one_line(wish)}{why}."


def role_to_hand_over(planner: Planner, request: AnswerRequest, today: date) -> RoleName | None:
    """The role at the owner that the asker holds; None where they hold none any more."""
    body = planner.body(request.owner)
    if body is None:
        return None
    held = (role for role in MAY_HAND_OVER if body.holder_on(role, today) == request.asked_by)
    return next(held, None)


def grant_time(
    connection: Connection,
    view: BoardView,
    request: AnswerRequest,
    *,
    to: date,
    who: str,
    note: str,
) -> None:
    """Gives the occurrence a new date. Raises RecordError, RequestError."""
    outcome = f"It has a new date, {long_date(to)}"
    outcome = f"{outcome}: {note}" if note else outcome
    _close(connection, view, request, RequestEnd.GRANTED, outcome, who=who)
    why = note or (f"asked for: {one_line(request.why)}" if request.why else "more time asked for")
    extend(connection, view, request.key, to=to, who=who, note=why)


def appoint_successor(
    connection: Connection,
    view: BoardView,
    request: AnswerRequest,
    *,
    address: str,
    starts: date,
    who: str,
) -> None:
    """Gives the asker's role to `address`. Raises EditError, FileProblems, RequestError."""
    role = role_to_hand_over(view.planner, request, view.today)
    content = content_of(connection, request.board)
    if role is None or content is None:
        raise RequestError("Whoever asked does not hold the role any more; close the request.")
    successor = parse_address(address).address
    _close(
        connection,
        view,
        request,
        RequestEnd.GRANTED,
        becomes(successor, role, starts),
        who=who,
    )
    save(
        connection,
        appoint(content, request.owner, role, successor, starts),
        subject=request.owner,
        what=ChangeKind.ROLE,
        after=f"{role.value} {successor} from {starts.isoformat()}",
        moment=view.moment,
        who=who,
        why=f"{request.asked_by} asked for it",
    )


def decline(
    connection: Connection, view: BoardView, request: AnswerRequest, *, who: str, why: str
) -> None:
    """Leaves everything as it is; the asker is mailed the reason."""
    stays = "The date stays" if request.wish is Wish.MORE_TIME else "It stays with you"
    _close(connection, view, request, RequestEnd.DECLINED, f"{stays}: {why}", who=who)


def close(connection: Connection, view: BoardView, request: AnswerRequest, *, who: str) -> None:
    """Closes a request that there is nothing left to decide about."""
    _close(connection, view, request, RequestEnd.CLOSED, "There is nothing left to decide", who=who)


def _close(
    connection: Connection,
    view: BoardView,
    request: AnswerRequest,
    end: RequestEnd,
    outcome: str,
    *,
    who: str,
) -> None:
    """Ends a request, and tells its asker unless they are the one who does it."""
    is_closed = close_request(
        connection,
        request.id,
        end=end,
        outcome=outcome,
        who=who,
        now=view.now,
        tell=request.asked_by if request.asked_by != who else None,
    )
    if not is_closed:
        raise RequestError("Somebody else has dealt with this request meanwhile.")
    note_change(
        connection,
        board=request.board,
        subject=request.key,
        what=ChangeKind.REQUEST_ANSWERED,
        after=outcome,
        now=view.now,
        who=who,
    )
