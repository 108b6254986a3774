"""/planner: every entry of the planner, with a search; and the planner as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.entries import digest_of
from ...calendar.planner.model import Obligation
from ...calendar.rules.date_text import long_date
from ...scheduler.installation import planner_notice
from ...storage.planners import last_import
from ...wording.names import Names
from ...wording.planner_fields import BODY_KINDS
from ...wording.timings import sentence
from ..page.page import page
from ..request.context import reading_board, redirect, site_of
from .draft import MANY, NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """A line of the list: an entry, a word more about it, and where it leads."""

    title: str
    detail: str
    address: str
    searched: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryGroup:
    """The entries of one kind; reports and actions also by row or section (`parts`)."""

    name: str
    title: str
    lines: tuple[EntryLine, ...]
    parts: tuple[tuple[str, tuple[EntryLine, ...]], ...] = ()

    @property
    def one(self) -> str:
        """The word for one of them."""
        return MANY[self.name]

    @property
    def new(self) -> tuple[str, str]:
        """The address of the form for one more, and the words of its link."""
        article = "an" if self.one[0] in "ae" else "a"
        return f"/planner/{self.name}/{NEW}", f"Add {article} {self.one}"


def show(request: Request) -> Response:
    """Show every entry, or those in which all words of a search are found."""
    installation = site_of(request).installation
    text = " ".join(request.query_params.get("text", "").split())[:100]
    with reading_board(request) as (connection, view):
        content = installation.planners.content(connection, view.row)
        imported = last_import(connection, view.id)
        notice = planner_notice(installation, connection)
    groups = [_with_words(group, text.casefold().split()) for group in _groups(view.names)]
    plan = view.planner.plan
    return page(
        request,
        "planner/overview.html.j2",
        title="The planner",
        groups=groups,
        text=text,
        number=sum(len(group.lines) for group in groups),
        changed=imported is not None and imported[0] != digest_of(content),
        notice_of_file=notice,
        plan=plan,
        years=f"{long_date(plan.starts)} to {long_date(plan.ends)}",
    )


def lead_back(request: Request) -> Response:
    """Lead from an address without its entry, such as /planner/reports, to the list."""
    return redirect(request, "/planner")


def download(request: Request) -> Response:
    """Send the planner as a file, as `boardcal export` writes it."""
    installation = site_of(request).installation
    with reading_board(request) as (connection, view):
        # Loaded here because writing TOML takes a package that nothing else in the daemon needs.
        from ...calendar.planner.export import toml_of

        text = toml_of(installation.planners.content(connection, view.row))
    return Response(
        text,
        media_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{view.id}-planner.toml"'},
    )


def _groups(names: Names) -> Iterator[EntryGroup]:
    planner = names.planner
    reports = [(report.row, report) for report in planner.reports]
    yield _in_parts("reports", "Reports", names, reports)
    actions = [(action.section, action) for action in planner.actions]
    yield _in_parts("actions", "Action plan", names, actions)
    bodies = (
        _line(
            body.short,
            body.name if body.name != body.short else BODY_KINDS[body.kind.value],
            f"/planner/bodies/{body.id}",
        )
        for body in planner.bodies
    )
    yield EntryGroup(name="bodies", title="Bodies", lines=tuple(bodies))
    events = (_line(event.title, "", f"/planner/events/{event.id}") for event in planner.events)
    yield EntryGroup(name="events", title="Events that dates wait for", lines=tuple(events))
    promises = (
        _line(promise.text, promise.where, f"/planner/promises/{number}")
        for number, promise in enumerate(planner.promises, start=1)
    )
    title = "Promised, and not in the plan’s own planner"
    yield EntryGroup(name="promises", title=title, lines=tuple(promises))


def _in_parts(
    name: str, title: str, names: Names, placed: Sequence[tuple[str, Obligation]]
) -> EntryGroup:
    """Obligations by their row or section, in the planner's order."""
    parts: dict[str, list[EntryLine]] = {}
    for place, obligation in placed:
        parts.setdefault(place, []).append(_obligation_line(names, obligation, name))
    return EntryGroup(
        name=name,
        title=title,
        lines=tuple(line for lines in parts.values() for line in lines),
        parts=tuple((place, tuple(lines)) for place, lines in parts.items()),
    )


def _obligation_line(names: Names, obligation: Obligation, name: str) -> EntryLine:
    number = f"{getattr(obligation, 'number', '')} " if obligation.is_action else ""
    timing = sentence(obligation.timing, names.planner)
    return EntryLine(
        title=f"{number}{obligation.title}",
        detail=f"{names.owners(obligation)}: {timing}",
        address=f"/planner/{name}/{obligation.ref}",
        searched=f"{names.searched(obligation.ref)} {timing}".casefold(),
    )


def _line(title: str, detail: str, address: str) -> EntryLine:
    return EntryLine(
        title=title, detail=detail, address=address, searched=f"{title} {detail}".casefold()
    )


def _with_words(group: EntryGroup, words: list[str]) -> EntryGroup:
    """A group with only those lines in which all the words are found."""

    def matching(lines: tuple[EntryLine, ...]) -> tuple[EntryLine, ...]:
        return tuple(line for line in lines if all(word in line.searched for word in words))

    parts = ((title, matching(lines)) for title, lines in group.parts)
    return replace(
        group,
        lines=matching(group.lines),
        parts=tuple((title, lines) for title, lines in parts if lines),
    )
