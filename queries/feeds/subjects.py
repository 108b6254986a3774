"""The Boards, bodies and people of whom there can be a feed, and how feeds are titled."""

from __future__ import annotations

from ...calendar.planner.model import Planner
from ...core.errors import BoardcalError
from ...storage.feeds.feeds import Feed, FeedKind
from ...wording.names import Names


class FeedSubjectError(BoardcalError):
    """A person without a role, whose feed would be empty."""


def person_named(planner: Planner, address: str) -> str:
    """The address, as the planner writes it, of a past, present or coming role-holder.

    Raises FeedSubjectError for an address that the planner does not name.
    """
    known = planner.address_named(address)
    if known is None:
        raise FeedSubjectError(
            f"{address} has no role in the planner, so their calendar would be empty; appoint "
            "them first, or choose a body."
        )
    return known


def feed_title(feed: Feed, planner: Planner) -> str:
    """Whose dates a feed holds: a Board's name, a body's, or an address."""
    match feed.kind:
        case FeedKind.BOARD:
            return planner.name
        case FeedKind.BODY:
            return Names(planner).body(feed.subject).name
    return feed.subject
