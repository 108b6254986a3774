"""Requests end with what they are about, on whatever way that comes, and their askers hear of it.

A decision on the request itself is made in `operations.replies.requests`. Here is what follows
from the rest: an outcome, a new date, a cancelled meeting, a role that somebody else holds. Where
that is undone, the request waits for the secretariat again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from ...calendar.planner.builder import planner_of
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Planner
from ...calendar.planner.roles import RoleHolder, RoleName
from ...calendar.rules.date_text import long_date
from ...calendar.status import Status
from ...core.local_time import Moment
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import BOARDCAL, last_outcomes, last_redatings
from ...storage.occurrences import StoredOccurrence, numbered
from ...storage.pauses import PauseKind, pauses_of
from ...storage.replies.ends import UNDONE_WITH_ROLE, RequestEnd
from ...storage.replies.requests import (
    AnswerRequest,
    Wish,
    close_request,
    hand_overs,
    open_again,
    open_requests,
    requests_wanted_again,
)
from ...storage.schema.column_types import AnyRow
from ...wording.changes import who_in_words
from ...wording.text import one_line
from .recipients import may_answer, secretariat_on
from .stage import Stage

MAY_HAND_OVER = (RoleName.CHAIR, RoleName.VICE_CHAIR, RoleName.ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a request ends, by whose deed, and the sentence for its asker, without a full stop."""

    end: RequestEnd
    outcome: str
    who: str = BOARDCAL
    by_link: bool = False


def follow_requests(
    connection: Connection, planners: Mapping[str, Planner], moment: Moment
) -> None:
    """Ends and opens again the requests of Boards, given by id, as their items stand now."""
    for request, ending in list(_ended(connection, planners, moment.today)):
        _close(connection, request, ending, now=moment.now)
    for board, planner in planners.items():
        secretariat = secretariat_on(planner, moment.today)
        wanted = requests_wanted_again(connection, board, moment.today)
        redatings = last_redatings(connection, {request.key for request in wanted})
        for request in wanted:
            # The date that somebody gave it since would end it again, and tell its asker twice.
            is_redated = _date_ending(request, redatings.get(request.key)) is not None
            if not is_redated and _answers(connection, planner, request, moment.today):
                open_again(connection, request, secretariat)


# What is undone is opened again by the operation that undoes it; time alone only ends requests.
FOLLOW_REQUESTS = Stage(
    has_work=lambda connection, boards, moment: any(
        _ended(connection, {name: board.planner for name, board in boards.items()}, moment.today)
    ),
    run=lambda connection, boards, moment: follow_requests(
        connection, {name: board.planner for name, board in boards.items()}, moment
    ),
)


def follow_roles(
    connection: Connection, before: PlannerFile, after: PlannerFile, *, moment: Moment, who: str
) -> None:
    """Ends the requests to take over of those whose role ends by a change of the planner.

    Those of whom it goes on after all wait again.
    """
    requests = hand_overs(connection, after.board.id)
    if not requests:
        return
    was, becomes_now = planner_of(before), planner_of(after)
    for request in requests:
        term, kept = _last_term(was, request), _last_term(becomes_now, request)
        if request.is_open and _end_of(kept) < _end_of(term):
            outcome = _role_over(becomes_now, request, kept or term)
            ending = Ending(end=RequestEnd.ROLE_ENDED, outcome=outcome, who=who)
            _close(connection, request, ending, now=moment.now)
        elif (
            request.end in UNDONE_WITH_ROLE
            and term
            and kept
            and _goes_on(term, kept, moment.today)
            and not _passes_on(becomes_now, request, kept)
        ):
            open_again(connection, request, None)


def becomes(successor: str, role: RoleName, starts: date) -> str:
    """The sentence for an asker whose role another takes."""
    return f"From {long_date(starts)} on {successor} is {role.value}, and gets the mails"


def _close(
    connection: Connection, request: AnswerRequest, ending: Ending, *, now: datetime
) -> None:
    close_request(
        connection,
        request.id,
        end=ending.end,
        outcome=ending.outcome,
        who=ending.who,
        by_link=ending.by_link,
        now=now,
        tell=None if ending.who == request.asked_by else request.asked_by,
    )


def _ended(
    connection: Connection, planners: Mapping[str, Planner], today: date
) -> Iterator[tuple[AnswerRequest, Ending]]:
    requests = open_requests(connection, *planners)
    if not requests:
        return
    rows = numbered(connection, {request.occurrence for request in requests})
    keys = {request.key for request in requests}
    redatings = last_redatings(connection, keys)
    for request in requests:
        row = rows[request.occurrence]
        if request.wish is Wish.HAND_OVER:
            ending = _role_ending(connection, planners[request.board], request, today)
        elif row.is_owed or row.state == Status.UNSETTLED:
            ending = _date_ending(request, redatings.get(row.key))
        else:
            ending = _item_ending(connection, row)
        if ending is not None:
            yield request, ending


def _date_ending(request: AnswerRequest, redating: AnyRow | None) -> Ending | None:
    """The end of a request whose item has another date since."""
    if redating is None or redating.at < request.asked_at:
        return None
    outcome = f"It has a new date, {long_date(request.due)}"
    if redating.why:
        outcome += f": {one_line(redating.why).rstrip('.')}"
    if redating.what is ChangeKind.EXTENDED:
        return Ending(end=RequestEnd.REDATED, outcome=outcome, who=redating.who)
    if request.until is not None and request.due >= request.until:
        return Ending(end=RequestEnd.MOVED, outcome=outcome)
    return None


def _item_ending(connection: Connection, row: StoredOccurrence) -> Ending:
    """The end of a request whose item is not owed any more."""
    if row.state == Status.MISSED:
        outcome = "The next one fell due, so this one counts as missed"
    elif row.state == Status.VOID:
        outcome = f"It is no longer due: {row.note}" if row.note else "It is no longer due"
    else:
        recorded = last_outcomes(connection, row.board, [row.key]).get(row.key)
        outcome = f"It is recorded as {row.state}"
        if recorded is not None:
            outcome += f" by {who_in_words(recorded.who, by_link=recorded.by_link)}"
            outcome += f": {one_line(recorded.why).rstrip('.')}" if recorded.why else ""
            who, by_link = recorded.who, recorded.by_link
            return Ending(end=RequestEnd.NOT_OWED, outcome=outcome, who=who, by_link=by_link)
    return Ending(end=RequestEnd.NOT_OWED, outcome=outcome)


def _role_ending(
    connection: Connection, planner: Planner, request: AnswerRequest, today: date
) -> Ending | None:
    """The end of a request to take over of somebody who may not answer any more."""
    if _answers(connection, planner, request, today):
        return None
    outcome = _role_over(planner, request, _last_term(planner, request))
    return Ending(end=RequestEnd.ROLE_ENDED, outcome=outcome)


def _answers(connection: Connection, planner: Planner, request: AnswerRequest, today: date) -> bool:
    """Whether the asker may answer for the item still, be it as a stand-in."""
    if may_answer(planner, request.owner, request.asked_by, today):
        return True
    pauses = pauses_of(connection, request.board)
    away = {pause.id for pause in pauses if pause.kind is PauseKind.PERSON}
    return may_answer(planner, request.owner, request.asked_by, today, away)


def _last_term(planner: Planner, request: AnswerRequest) -> RoleHolder | None:
    """The asker's last term in a role that can be handed over."""
    body = planner.body(request.owner)
    terms = [
        holder
        for holder in (() if body is None else body.holders)
        if holder.address == request.asked_by and holder.role in MAY_HAND_OVER
    ]
    return max(terms, key=_end_of, default=None)


def _goes_on(term: RoleHolder, kept: RoleHolder, today: date) -> bool:
    """Whether the same term lasts longer than before, and still; a later one is another."""
    return kept.starts == term.starts and _end_of(kept) > _end_of(term) and _end_of(kept) >= today


def _passes_on(planner: Planner, request: AnswerRequest, kept: RoleHolder) -> bool:
    """Whether somebody else has the asker's role after the term that they keep."""
    body = planner.body(request.owner)
    day = date.max if kept.ends is None else kept.ends + timedelta(days=1)
    return body is not None and body.holder_on(kept.role, day) not in (None, request.asked_by)


def _end_of(term: RoleHolder | None) -> date:
    if term is None:
        return date.min
    return date.max if term.ends is None else term.ends


def _role_over(planner: Planner, request: AnswerRequest, term: RoleHolder | None) -> str:
    """The sentence for an asker whose `term` ends, or who is no longer in the planner."""
    body = planner.body(request.owner)
    if term is None or term.ends is None or body is None:
        return "You hold that role no longer"
    day = term.ends + timedelta(days=1)
    successor = body.holder_on(term.role, day)
    if successor is None:
        return f"From {long_date(day)} on you are not {term.role.value} any more"
    return becomes(successor, term.role, day)
