"""/meetings/BODY/DAY/record: record the outcomes of all papers of a meeting at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.rules.date_text import long_date
from ...operations.agenda import AgendaItem, record_nothing_raised
from ...operations.record import RecordError, record
from ...queries.calendar.item import recordable
from ...queries.calendar.item_version import changes_in_version, item_versions
from ...queries.changes import history
from ...queries.meetings.papers import MeetingPapers, Paper
from ...scheduler.planning.board_view import BoardView
from ...wording.text import count
from ..calendar.item import CHOICES
from ..calendar.record import WORDS, MovedOnError, done_already
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.dates import TypedDate, read_date, shown_date, typed_date
from ..request.errors import RefusedError
from ..request.form import Form, Problems
from .papers import papers_of

# What one form can carry with ease; the settled ones stand last, so the rest follows by itself.
MOST_ROWS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """One paper on the page: what can be recorded of it, and what was typed.

    `meanwhile` says what somebody else recorded of it since the page was opened.
    """

    paper: Paper
    choices: Sequence[tuple[str, str]]
    version: str
    status: str = ""
    note: str = ""
    meanwhile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The outcome that was chosen for one paper."""

    key: str
    status: str
    note: str | None
    version: str


def show(request: Request) -> Response:
    """The page."""
    papers = papers_of(request)
    day = min(papers.meeting.day, site_of(request).installation.today)
    return _page(request, papers, on=shown_date(day))


def record_all(request: Request) -> Response:
    """Record all outcomes that were chosen, or none."""
    papers, form, problems = papers_of(request), form_of(request), Problems()
    today = site_of(request).installation.today
    on = problems.read("on", "The day", lambda: read_date(form, "on", today=today))
    if on is not None and on > today:
        problems.add("on", f"{long_date(on)} is still to come; give the day when it happened")
    chosen, silent = _chosen(form, _papers(papers), problems), form.all("silent")
    if not problems and not (chosen or silent):
        first = next((f"status/{paper.entry.key}" for paper in _papers(papers)), "on")
        problems.add(first, "Choose what became of at least one of them")
    if on is None or problems:
        return _page(request, papers, on=typed_date(form, "on"), problems=problems)
    moved: set[str] = set()
    try:
        _record(request, papers, chosen, on, problems, moved)
    except RefusedError:
        papers = papers_of(request)
        typed = typed_date(form, "on")
        return _page(request, papers, on=typed, problems=problems, moved=frozenset(moved))
    meeting = papers.meeting
    answers = count(len(chosen) + len(set(silent)), "answer")
    notice = f"Recorded {answers} at the {meeting.title} of {meeting.when}."
    return redirect(request, meeting.address, notice, slot=meeting.told_apart)


def _record(
    request: Request,
    papers: MeetingPapers,
    chosen: Sequence[Chosen],
    on: date,
    problems: Problems,
    moved: set[str],
) -> None:
    """Record all rows. Raises RefusedError, with problems or the keys that `moved` on."""
    who = user_of(request).email
    with changing_board(request) as (connection, view):
        for outcome in chosen:
            same = {"after": outcome.status, "on": on, "why": outcome.note, "who": who}
            try:
                if done_already(connection, view.row, outcome.key, outcome.version, same) is None:
                    status = WORDS[outcome.status]
                    record(connection, view, outcome.key, status, on=on, who=who, note=outcome.note)
            except MovedOnError:
                moved.add(outcome.key)
            except RecordError as error:
                problems.add(f"status/{outcome.key}", str(error))
        for silent in _silent(form_of(request), papers):
            try:
                record_nothing_raised(connection, view, silent, on=on, who=who)
            except RecordError as error:
                problems.add("silent", str(error))
        if moved or problems:
            raise RefusedError


def _silent(form: Form, papers: MeetingPapers) -> Iterator[AgendaItem]:
    """The owners ticked as having nothing to report: "exceptions/pmqag"."""
    meeting = papers.meeting
    for name in sorted(set(form.all("silent"))):
        ref, _, owner = name.partition("/")
        yield AgendaItem(
            ref=ref, owner=owner, body=meeting.body.id, day=meeting.day, slot=meeting.slot
        )


def _chosen(form: Form, papers: Sequence[Paper], problems: Problems) -> list[Chosen]:
    """The outcomes that were chosen; the fields of a paper are named by its key."""
    titles = {paper.entry.key: _called(paper) for paper in papers}
    sent = (name.partition("/") for name, values in form.fields.items() if any(values))
    if any(kind == "status" and key not in titles for kind, _, key in sent):
        problems.add("on", "A paper that you chose is not for this meeting any more")
    outcomes = []
    for key, title in titles.items():
        note = problems.read(
            f"note/{key}", f"The remark on {title}", partial(form.text, f"note/{key}")
        )
        name = f"status/{key}"
        if not form.secret(name):
            if note:
                problems.add(name, f"Choose what became of {title}, or take the remark out")
            continue
        status = problems.read(name, f"What became of {title}", partial(form.choice, name, WORDS))
        if status is not None and note is not None:
            version = form.secret(f"standing/{key}")
            outcomes.append(Chosen(key=key, status=status, note=note or None, version=version))
    return outcomes


def _called(paper: Paper) -> str:
    return f"“{paper.entry.title}” of {paper.entry.owner.short}"


def _papers(papers: MeetingPapers) -> list[Paper]:
    """The papers that can be recorded, those still owed first."""
    lists = (papers.late, papers.outstanding, papers.unsettled, papers.reviews, papers.received)
    return [paper for part in (*lists, papers.nothing_to_report, papers.waived) for paper in part]


def _page(
    request: Request,
    papers: MeetingPapers,
    *,
    on: TypedDate,
    problems: Problems | None = None,
    moved: frozenset[str] = frozenset(),
) -> Response:
    listed = _papers(papers)
    with reading_board(request) as (connection, view):
        form = form_of(request)
        meanwhile = {
            key: _meanwhile(connection, view, key, form.secret(f"standing/{key}")) for key in moved
        }
        rows = _rows(connection, view, listed[:MOST_ROWS], form, meanwhile)
    return page(
        request,
        "meetings/outcomes.html.j2",
        title="Record what came",
        problems=problems,
        status=409 if moved else 200,
        meeting=papers.meeting,
        rows=rows,
        left=len(listed) - len(rows),
        silent=[
            (f"{raisable.report.ref}/{owner.id}", f"{raisable.report.title} ({owner.short})")
            for raisable in papers.may_be_raised
            for owner in raisable.silent
        ],
        ticked=form.all("silent"),
        on=on,
        is_overtaken=bool(moved),
    )


def _meanwhile(connection: Connection, view: BoardView, key: str, sent: str) -> str:
    """The changes of a paper since its row was shown."""
    lines = history(connection, view, [key])
    return " ".join(line.text for line in lines[changes_in_version(sent) :])


def _rows(
    connection: Connection,
    view: BoardView,
    papers: Sequence[Paper],
    form: Form,
    meanwhile: Mapping[str, str],
) -> list[OutcomeRow]:
    known = item_versions(connection, view.id, [paper.entry.key for paper in papers])
    rows = []
    for paper in papers:
        key = paper.entry.key
        sent = form.secret(f"standing/{key}")
        rows.append(
            OutcomeRow(
                paper=paper,
                choices=[
                    (status.value, CHOICES[status])
                    for status in recordable(view.obligations.get(paper.entry.ref))
                ],
                # What was typed holds for what its reader saw, unless they are told of more.
                version=known[key] if key in meanwhile or not sent else sent,
                status=form.secret(f"status/{key}"),
                note=form.secret(f"note/{key}"),
                meanwhile=meanwhile.get(key),
            )
        )
    return rows
