"""What feeds there can be of a planner, and how they are called."""

from __future__ import annotations

from ..calendar.planner.model import Planner
from ..core.errors import BoardcalError
from ..storage.feeds.feeds import Feed, FeedKind
from ..wording.names import Names


class FeedSubjectError(BoardcalError):
    """There is nobody of that name to make a feed for."""


def person_named(planner: Planner, address: str) -> str:
    """The address of somebody who holds, held or will hold a role. Raises FeedSubjectError."""
    wanted = address.casefold()
    for body in planner.bodies:
        for holder in body.holders:
            if holder.address.casefold() == wanted:
                return holder.address
    raise FeedSubjectError(
        f"{address} has no role in the planner, so their calendar would be empty; appoint them "
        "first, or choose a body."
    )


def people_of(planner: Planner) -> list[str]:
    """Everybody a feed can be made for, by address."""
    return sorted({holder.address for body in planner.bodies for holder in body.holders})


def said_subject(feed: Feed, planner: Planner) -> str:
    """Whose dates a feed holds: a Board's name, a body's, or an address."""
    match feed.kind:
        case FeedKind.BOARD:
            return planner.name
        case FeedKind.BODY:
            return Names(planner).body(feed.subject).name
    return feed.subject
