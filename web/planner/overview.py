"""/planner: everything that the planner holds, found and led to; and the planner as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.entries import digest_of
from ...calendar.planner.model import Obligation, Planner
from ...calendar.rules.date_text import long_date
from ...scheduler.installation import planner_notice
from ...storage.planners import last_import
from ...wording.names import Names
from ...wording.planner_fields import BODY_KINDS
from ...wording.timings import sentence
from ..page.page import page
from ..request.context import reading_board, redirect, site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the list: what it is, a word more about it, and where it leads."""

    title: str
    detail: str
    address: str
    searched: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries of one kind, perhaps by row or section; `new` leads to the form for one more."""

    title: str
    one: str
    many: str
    entries: tuple[Entry, ...] = ()
    parts: tuple[tuple[str, tuple[Entry, ...]], ...] = ()
    new: tuple[str, str]


def show(request: Request) -> Response:
    """The list, of what the words of a search are found in or of all."""
    here = site_of(request).here
    wanted = " ".join(request.query_params.get("text", "").split())[:100]
    with reading_board(request) as (connection, view):
        content = here.shelf.content(connection, view.row)
        imported = last_import(connection, view.id)
        notice = planner_notice(here, connection)
    groups = [_found(each, wanted.casefold().split()) for each in _groups(view.planner)]
    found = sum(len(each.entries) for each in groups)
    return page(
        request,
        "planner/overview.html.j2",
        title="The planner",
        groups=groups,
        wanted=wanted,
        found=found,
        changed=imported is not None and imported[0] != digest_of(content),
        notice_of_file=notice,
        plan=view.planner.plan,
        years=f"{long_date(view.planner.plan.starts)} to {long_date(view.planner.plan.ends)}",
    )


def lead_back(request: Request) -> Response:
    """Who shortens an address to /planner/reports comes to the list."""
    return redirect(request, "/planner")


def download(request: Request) -> Response:
    """The planner as a file, as `boardcal export` writes it."""
    here = site_of(request).here
    with reading_board(request) as (connection, view):
        # Loaded here because writing TOML takes a package that nothing else in the daemon needs.
        from ...calendar.planner.export import toml_of

        text = toml_of(here.shelf.content(connection, view.row))
    return Response(
        text,
        media_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{view.id}-planner.toml"'},
    )


def _groups(planner: Planner) -> Iterator[Group]:
    names = Names(planner)
    yield Group(
        title="Reports",
        one="report",
        many="reports",
        parts=_parts(planner, names, [(each.row, each) for each in planner.reports], "reports"),
        new=("/planner/reports/new", "Add a report"),
    )
    yield Group(
        title="Action plan",
        one="action",
        many="actions",
        parts=_parts(planner, names, [(each.section, each) for each in planner.actions], "actions"),
        new=("/planner/actions/new", "Add an action"),
    )
    yield Group(
        title="Bodies",
        one="body",
        many="bodies",
        entries=tuple(
            _entry(
                each.short,
                each.name if each.name != each.short else BODY_KINDS[each.kind.value],
                f"/planner/bodies/{each.id}",
            )
            for each in planner.bodies
        ),
        new=("/planner/bodies/new", "Add a body"),
    )
    yield Group(
        title="Events that dates wait for",
        one="event",
        many="events",
        entries=tuple(
            _entry(each.title, "", f"/planner/events/{each.id}") for each in planner.events
        ),
        new=("/planner/events/new", "Add an event"),
    )
    yield Group(
        title="Promised, and not in the plan’s own planner",
        one="promise",
        many="promises",
        entries=tuple(
            _entry(each.text, each.where, f"/planner/promises/{number}")
            for number, each in enumerate(planner.promises, start=1)
        ),
        new=("/planner/promises/new", "Add a promise"),
    )


def _parts(
    planner: Planner, names: Names, placed: list[tuple[str, Obligation]], kind: str
) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Obligations by their row or section, in the planner's order."""
    order = {place: at for at, (place, _) in reversed(list(enumerate(placed)))}
    in_order = sorted(placed, key=lambda each: order[each[0]])
    return tuple(
        (place, tuple(_obligation(planner, names, each, kind) for _, each in same))
        for place, same in groupby(in_order, lambda each: each[0])
    )


def _obligation(planner: Planner, names: Names, each: Obligation, kind: str) -> Entry:
    number = f"{getattr(each, 'number', '')} " if each.is_action else ""
    said = sentence(each.timing, planner)
    return Entry(
        title=f"{number}{each.title}",
        detail=f"{names.owners(each)}: {said}",
        address=f"/planner/{kind}/{each.ref}",
        searched=f"{names.searched(each.ref)} {said}".casefold(),
    )


def _entry(title: str, detail: str, address: str) -> Entry:
    return Entry(
        title=title, detail=detail, address=address, searched=f"{title} {detail}".casefold()
    )


def _found(group: Group, words: list[str]) -> Group:
    """A group with only what all the words are found in."""

    def among(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(each for each in entries if all(word in each.searched for word in words))

    parts = tuple((title, among(entries)) for title, entries in group.parts)
    parts = tuple((title, entries) for title, entries in parts if entries)
    every = among(group.entries) or tuple(each for _, entries in parts for each in entries)
    return replace(group, entries=every, parts=parts)
