"""/subscribe: feeds for Outlook and other calendars, made, given a new address, and stopped."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.model import Planner
from ...queries.feeds.feed_contents import is_open
from ...queries.feeds.subjects import feed_title
from ...storage.accounts.accounts import Role
from ...storage.feeds.feeds import (
    Feed,
    FeedError,
    FeedKind,
    feed_numbered,
    feeds_of,
    make_feed,
    revoke_feed,
    rotate_feed,
)
from ..page.one_time import redirect_to_show, secret_to_show, was_shown
from ..page.page import page
from ..request.context import (
    board_of,
    changing_board,
    form_of,
    reading_board,
    redirect,
    site_of,
    user_of,
)
from ..request.errors import ConflictError, NotFoundError
from ..request.form import FieldError, Form, Problems
from ..request.security import LOOPBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """A feed as the page lists it: whose dates, and whether its address still works."""

    feed: Feed
    words: str
    is_open: bool


def show(request: Request) -> Response:
    """Show the account's feeds; the secretariat sees those of all accounts."""
    return _list(request)


def make(request: Request) -> Response:
    """Make a feed; the next page shows its address once."""
    problems = Problems()
    form = form_of(request)
    with changing_board(request) as (connection, view):
        allowed = {f"{kind}:{subject}" for kind, subject, _ in _choices(request, view.planner)}
        asked = problems.read("dates", "The dates", lambda: _asked(form, allowed))
        if asked is not None:
            kind, subject = asked
            made, token = make_feed(
                connection, view.id, kind, subject, now=site_of(request).now(), who=_who(request)
            )
    if asked is None:
        return _list(request, problems)
    return _to_address(request, made, token)


def ask_to_renew(request: Request) -> Response:
    """Show what a new address means, and the button that makes it."""
    return _ask(request, "feeds/renew_feed.html.j2", "Give the feed a new address")


def renew(request: Request) -> Response:
    """Give a feed a new address; the next page shows it once."""
    try:
        with changing_board(request) as (connection, _):
            feed = _feed(request, connection)
            made, token = rotate_feed(
                connection, feed, now=site_of(request).now(), who=_who(request)
            )
    except FeedError as error:
        raise ConflictError(str(error)) from None
    return _to_address(request, made, token)


def show_address(request: Request) -> Response:
    """The address of a feed that was just made; afterwards, what to do where it is lost."""
    feed, words = _usable(request)
    token = secret_to_show(request, _once(feed))
    address = f"{site_of(request).base_url}/feeds/{token}.ics" if token else None
    shown = page(
        request,
        "feeds/feed_address.html.j2",
        title="The address of your feed",
        feed=feed,
        words=words,
        address=address,
        webcal=f"webcal:{address.partition(':')[2]}" if address else None,
        is_local=_is_local(request),
    )
    return was_shown(request, shown, _once(feed)) if token else shown


def ask_to_stop(request: Request) -> Response:
    """Show what stopping means, and the button that does it."""
    return _ask(request, "feeds/stop_feed.html.j2", "Stop the feed")


def stop(request: Request) -> Response:
    """Stop a feed for good."""
    with changing_board(request) as (connection, view):
        feed = _feed(request, connection)
        revoke_feed(connection, feed, now=site_of(request).now(), who=_who(request))
        words = feed_title(feed, view.planner)
    return redirect(request, "/subscribe", f"The feed of {words} is stopped.")


def _asked(form: Form, allowed: set[str]) -> tuple[FeedKind, str]:
    sent = form.text("dates")
    if sent not in allowed:
        raise FieldError("must be chosen from the list")
    kind, _, subject = sent.partition(":")
    return FeedKind(kind), subject


def _choices(request: Request, planner: Planner) -> list[tuple[FeedKind, str, str]]:
    """The feeds that this account may make: kind, subject and words.

    Everybody who sees the Board sees its bodies; only the secretariat chooses for others.
    """
    choices = [(FeedKind.BOARD, planner.board, f"Everything of {planner.name}")]
    choices += [(FeedKind.BODY, body.id, body.name) for body in planner.bodies]
    mine = user_of(request).email
    for address in planner.addresses():
        if address == mine:
            choices.append((FeedKind.PERSON, address, f"My own dates ({address})"))
        elif _is_secretariat(request):
            choices.append((FeedKind.PERSON, address, address))
    return choices


def _is_secretariat(request: Request) -> bool:
    return user_of(request).may(Role.SECRETARIAT, board_of(request).id)


def _who(request: Request) -> str:
    return user_of(request).email


def _may_see(request: Request, feed: Feed) -> bool:
    return _is_secretariat(request) or feed.made_by == _who(request)


def _feed(request: Request, connection: Connection) -> Feed:
    """The feed of the address, where it is one of this page's list."""
    try:
        feed = feed_numbered(connection, request.path_params["id"])
    except FeedError:
        raise NotFoundError("There is no such feed.") from None
    if feed.board != board_of(request).id or not _may_see(request, feed):
        raise NotFoundError("There is no such feed.")
    return feed


def _usable(request: Request) -> tuple[Feed, str]:
    """The feed of the address and whose dates it has, while it is not stopped."""
    with reading_board(request) as (connection, view):
        feed = _feed(request, connection)
        words = feed_title(feed, view.planner)
    if feed.revoked_at is not None:
        raise NotFoundError("This feed was stopped before.")
    return feed, words


def _ask(request: Request, template: str, title: str) -> Response:
    feed, words = _usable(request)
    return page(request, template, title=title, feed=feed, words=words)


def _to_address(request: Request, made: Feed, token: str) -> Response:
    return redirect_to_show(request, f"/subscribe/{made.id}/address", _once(made), token)


def _once(feed: Feed) -> str:
    return f"feed-{feed.id}"


def _is_local(request: Request) -> bool:
    """Whether only this machine reaches the pages."""
    return (urlsplit(site_of(request).base_url).hostname or "") in LOOPBACK


def _list(request: Request, problems: Problems | None = None) -> Response:
    with reading_board(request) as (connection, view):
        lines = [
            FeedLine(
                feed=feed, words=feed_title(feed, view.planner), is_open=is_open(connection, feed)
            )
            for feed in feeds_of(connection, view.id)
            if _may_see(request, feed)
        ]
    return page(
        request,
        "feeds/subscribe.html.j2",
        title="Subscribe",
        problems=problems,
        lines=lines,
        choices=[(f"{kind}:{name}", text) for kind, name, text in _choices(request, view.planner)],
        chosen=form_of(request).secret("dates"),
        is_secretariat=_is_secretariat(request),
        is_local=_is_local(request),
        local=site_of(request).installation.local,
    )
