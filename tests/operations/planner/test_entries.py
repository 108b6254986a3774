from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.export import toml_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.reader import read_planner
from boardcal.core.validation.problems import FileProblems
from boardcal.operations.planner import entries as entry_saving
from boardcal.operations.planner.assumptions import confirm_assumptions
from boardcal.operations.planner.change import plan_now
from boardcal.operations.planner.entries import (
    EntryChangedError,
    EntryEdit,
    edit_problems,
    entry_document,
    entry_state,
    new_id,
    patched,
    save_edit,
    with_edit,
)
from boardcal.operations.planner.removal import why_kept
from boardcal.queries.changes import changes_page
from boardcal.scheduler.installation import Installation
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.boards import boards
from boardcal.storage.planners import content_of
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import checked, cumbria, make_document, make_report, with_body
from boardcal.tests.fuzz import law
from boardcal.tests.pages import make_whole, shown_by

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.tests.office import Office

WHO = "pat@example.org"


@pytest.fixture
def installation(office: Office, tmp_path: Path) -> Installation:
    """An installation whose Board has a bit of everything, planned on 1 February 2018."""
    office.store(make_whole()).reminded("2017-11-29").tick("2018-02-01")
    return installation_of(office, tmp_path)


def installation_of(office: Office, folder: Path) -> Installation:
    read = Settings.model_validate({}, context={"folder": folder})
    loaded = LoadedSettings(settings=read, file=None, folder=folder, variables=())
    return Installation(loaded=loaded, database=office.database, clock=lambda: office.now)


def opened(installation: Installation, kind: str, entry_id: str, **patch: Any) -> EntryEdit:
    """An edit of an entry as it stands now."""
    with installation.database.read() as connection:
        state = entry_state(connection, "lscb", kind, entry_id)
    return EntryEdit(kind=kind, id=entry_id, token=state.token if state else "", patch=patch)


def content(installation: Installation) -> PlannerFile:
    with installation.database.read() as connection:
        content_now = content_of(connection, "lscb")
    assert content_now is not None
    return content_now


def saves(installation: Installation, edit: EntryEdit, why: str | None = None) -> bool:
    return save_edit(installation, "lscb", edit, who=WHO, why=why)


def said(office: Office) -> list[str]:
    """The sentences of what changed, the latest first."""
    page = shown_by(office, changes_page, since=office.local.day_of(office.now))
    return [entry.sentence for day in page.days for entry in day.entries]


CHANGES = [
    ("report", "s11", {"title": "S.11 report"}, "title now “S.11 report” instead of “Report s11”"),
    ("report", "s11", {"owner": ["cdop"]}, "owed by now “CDOP” instead of “PMQAG”"),
    (
        "report",
        "july",
        {"when": {"meeting": "lscb"}},
        None,
    ),
    ("action", "1.1", {"note": "Linked to 4.5"}, "remark now “Linked to 4.5”"),
    ("action", "2.1", {"assumed": None}, "assumed taken out (it was “Ongoing is looked at"),
    ("body", "pmqag", {"short": "PMQA"}, "changed PMQA: short name now “PMQA” instead of “PMQAG”"),
    ("event", "survey-accepted", {"title": "It is accepted"}, "what happens now “It is accepted”"),
    ("plan", "plan", {"title": "Plan"}, "changed the plan: title now “Plan” instead of"),
    ("board", "board", {"name": "LSCB"}, "name now “LSCB” instead of “Cumbria LSCB”"),
    (
        "working_days",
        "working_days",
        {"closed": ["2018-03-02"]},
        "changed the working days: closed, besides the bank holidays now “2 March 2018”",
    ),
    ("promise", "1", {"where": "Row 3"}, "where now “Row 3” instead of “Action 13.2”"),
]


@pytest.mark.parametrize(("kind", "entry_id", "patch", "sentence"), CHANGES)
def test_every_kind_of_entry_is_changed_and_told_in_words(
    installation: Installation,
    office: Office,
    kind: str,
    entry_id: str,
    patch: dict[str, Any],
    sentence: str | None,
) -> None:
    if sentence is None:  # another report is met by it, and is due on the same days
        with pytest.raises(FileProblems, match="only a report due on the same days can count"):
            saves(installation, opened(installation, kind, entry_id, **patch))
        return
    assert saves(
        installation, opened(installation, kind, entry_id, **patch), why="agreed on 1 March"
    )
    stored = entry_document(content(installation), kind, entry_id)
    assert {key: stored.get(key) for key in patch} == patch
    (told,) = [text for text in said(office) if text.startswith(WHO)]
    assert sentence in told
    assert told.endswith("(agreed on 1 March).")


def test_an_edit_that_changes_nothing_leaves_no_trace(installation: Installation) -> None:
    before = content(installation)
    assert not saves(installation, opened(installation, "report", "s11", title="Report s11"))
    with installation.database.read() as connection:
        assert connection.execute(change.select()).all() == []
    assert content(installation) == before


def test_on_either_database_a_second_edit_is_refused(any_office: Office, tmp_path: Path) -> None:
    any_office.store()
    installation = installation_of(any_office, tmp_path)
    mine, theirs = (
        opened(installation, "report", "s11", title=each) for each in ("Mine", "Theirs")
    )
    assert saves(installation, theirs)
    with pytest.raises(EntryChangedError, match="nothing was saved"):
        saves(installation, mine)


def test_two_edits_of_one_entry_do_not_overwrite_each_other(installation: Installation) -> None:
    mine, theirs = (
        opened(installation, "report", "s11", title=each) for each in ("Mine", "Theirs")
    )
    saves(installation, theirs)
    with pytest.raises(EntryChangedError, match="nothing was saved") as raised:
        saves(installation, mine)
    assert raised.value.now is not None
    assert raised.value.now.document["title"] == "Theirs"
    assert entry_document(content(installation), "report", "s11")["title"] == "Theirs"


def test_an_edit_that_fails_at_its_end_leaves_nothing_behind_for_the_next(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reads_and_fails(where: Installation, connection: Any, board_id: str) -> None:
        plan_now(where, connection, board_id)
        raise OSError("no room")

    monkeypatch.setattr(entry_saving, "plan_now", reads_and_fails)
    with pytest.raises(OSError, match="no room"):
        saves(installation, opened(installation, "report", "s11", title="Lost"))
    monkeypatch.setattr(entry_saving, "plan_now", plan_now)
    assert saves(installation, opened(installation, "action", "1.1", note="Kept"))
    with installation.database.read() as connection:
        (row,) = boards(connection)
        known = installation.planners.content(connection, row)
    assert entry_document(known, "report", "s11")["title"] == "Report s11"
    assert entry_document(known, "action", "1.1")["note"] == "Kept"


def test_edits_of_different_entries_do_not_disturb_each_other(installation: Installation) -> None:
    one, other = (
        opened(installation, "report", "s11", title="One"),
        opened(installation, "action", "1.1", note="N"),
    )
    assert saves(installation, one)
    assert saves(installation, other)


def test_an_entry_that_was_removed_meanwhile_is_not_brought_back(
    installation: Installation,
) -> None:
    mine = opened(installation, "promise", "1", where="Here")
    gone = opened(installation, "promise", "1")
    saves(installation, EntryEdit(kind="promise", id="1", token=gone.token, removes=True))
    with pytest.raises(EntryChangedError, match="removed this") as raised:
        saves(installation, mine)
    assert raised.value.now is None


def test_an_id_that_was_taken_meanwhile_is_not_overwritten(installation: Installation) -> None:
    added = EntryEdit(kind="event", id="published", patch={"title": "A review is published"})
    assert saves(installation, added)
    with pytest.raises(EntryChangedError):
        saves(installation, added)


def test_a_new_report_is_added_and_planned_at_once(
    installation: Installation, office: Office
) -> None:
    report = {key: value for key, value in make_report("new").items() if key != "id"}
    assert saves(installation, EntryEdit(kind="report", id="new-one", patch=report))
    assert office.row("lscb/new-one/pmqag/2018-03").due.isoformat() == "2018-02-22"
    assert f"{WHO} added the report “Report new” to the planner." in said(office)


def test_what_is_removed_is_told_by_its_name(installation: Installation, office: Office) -> None:
    edit = opened(installation, "report", "exceptions")
    saves(installation, EntryEdit(kind="report", id="exceptions", token=edit.token, removes=True))
    assert said(office) == [f"{WHO} took the report “Audits: exceptions” out of the planner."]


KEPT = [
    ("report", "s11", "Dates of this report are stored already"),
    ("report", "exceptions", None),
    ("action", "1.1", "Dates of this action are stored already"),
    ("body", "lscb", "It is the Board itself"),
    ("body", "pmqag", "“Report s11” names it"),
    ("event", "survey-accepted", "“Findings of the survey” waits for it"),
    ("promise", "1", None),
    ("plan", "plan", "Every planner has this"),
]


@pytest.mark.parametrize(("kind", "entry_id", "why"), KEPT)
def test_what_is_in_use_or_stored_is_not_removed(
    installation: Installation, kind: str, entry_id: str, why: str | None
) -> None:
    with installation.database.read() as connection:
        reason = why_kept(connection, "lscb", content(installation), kind, entry_id)
    assert (reason is None) if why is None else (why in (reason or ""))


def test_an_event_that_happened_stays(installation: Installation, office: Office) -> None:
    office.happened("survey-accepted", "2018-01-31")
    with installation.database.read() as connection:
        kept = why_kept(connection, "lscb", content(installation), "event", "survey-accepted")
    assert kept == "It was recorded that this happened, so it stays."


MISTAKES = [
    ({"title": ""}, ("title",), "is missing"),
    ({"title": "a\u202eb"}, ("title",), "holds a character that cannot be seen"),
    ({"owner": ["pmqa"]}, ("owner", 0), "did you mean"),
    ({"steps": [5, 1]}, ("steps",), "must rise"),
    ({"until": "2018-01-01", "from": "2018-02-01"}, ("until",), "lies before the day"),
    ({"when": {"meeting": "lscb", "months": ["June"]}}, ("when", "months"), "is no month in"),
    ({"when": {"by": "31 June 2018"}}, ("when", "by"), "there is no"),
    ({"when": {"meeting": "lscb", "papers": 90}}, ("when", "papers"), "must be from 0 to 60"),
    ({"met_by": "s11"}, ("met_by",), "is this report itself"),
]


@pytest.mark.parametrize(("patch", "place", "says"), MISTAKES)
def test_a_mistake_is_found_in_its_field_with_the_files_sentence(
    patch: dict[str, Any], place: tuple[str | int, ...], says: str
) -> None:
    planner = make_whole()
    edit = EntryEdit(kind="report", id="s11", patch=patch)
    with pytest.raises(FileProblems) as raised:
        with_edit(planner, edit)
    problems = edit_problems(raised.value, planner, edit)
    assert [(path, says in sentence) for path, sentence, _ in problems.own] == [(place, True)]
    assert problems.others == ()


def test_what_breaks_elsewhere_is_said_with_its_place() -> None:
    planner = make_whole()
    edit = EntryEdit(kind="body", id="lscb", patch={"meets": None})
    with pytest.raises(FileProblems) as raised:
        with_edit(planner, edit)
    problems = edit_problems(raised.value, planner, edit)
    assert problems.own == ()
    assert 'report "s11"' in problems.others[0]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("report", "S.11 annual report", "s.11-annual-report"),
        ("report", "s11", "s11-b"),
        ("report", "new", "new-b"),
        ("report", "Überblick: <b>Kinder</b>", "uberblick-b-kinder-b"),
        ("report", "…", "report"),
        ("action", "1.1", "1.1-b"),
        ("action", "13.2", "13.2"),
        ("promise", "whatever", "2"),
    ],
)
def test_a_new_entry_gets_an_id_of_its_own(kind: str, name: str, expected: str) -> None:
    assert new_id(make_whole(), kind, name) == expected


def test_a_reading_is_confirmed_once(installation: Installation, office: Office) -> None:
    reading = "Ongoing is looked at quarterly."
    both = [("2.1", reading), ("2.1", "Something else.")]
    assert confirm_assumptions(installation, "lscb", both, who=WHO, why="the Chair agrees") == 1
    assert confirm_assumptions(installation, "lscb", both, who=WHO) == 0
    assert "assumed" not in entry_document(content(installation), "action", "2.1")
    assert said(office) == [
        f"{WHO} confirmed how the action 2.1 “Keep panels going” is read (the Chair agrees)."
    ]


def test_the_readings_of_a_plan_and_a_series_are_confirmed(office: Office, tmp_path: Path) -> None:
    document = make_document()
    meets = document["body"][0]["meets"] | {"assumed": "The plan gives no days."}
    plan = document["plan"] | {"assumed": "It runs for three years."}
    office.store(checked(with_body(document | {"plan": plan}, "lscb", meets=meets)))
    installation = installation_of(office, tmp_path)
    both = [("plan", "It runs for three years."), ("lscb", "The plan gives no days.")]
    assert confirm_assumptions(installation, "lscb", both, who=WHO) == 2
    assert content(installation) == checked(make_document())


@law(30)
@given(data=st.data())
def test_an_edited_planner_is_exported_as_a_file_that_gives_it_again(data: st.DataObject) -> None:
    planner = cumbria()
    entry = data.draw(st.sampled_from([*planner.report, *planner.action]))
    kind = "report" if entry in planner.report else "action"
    text = st.text(min_size=1, max_size=80)
    edit = EntryEdit(
        kind=kind,
        id=entry.id,
        patch={"title": data.draw(text), "quote": data.draw(text)},
    )
    try:
        changed = with_edit(planner, edit)
    except FileProblems:
        return
    assert read_planner(toml_of(changed), "again.toml") == changed
    assert with_edit(changed, EntryEdit(kind=kind, id=entry.id)) == changed


def test_a_patch_leaves_out_what_is_emptied() -> None:
    assert patched({"a": 1, "b": 2}, {"b": None, "c": []}) == {"a": 1}
