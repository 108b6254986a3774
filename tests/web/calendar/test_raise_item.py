from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.operations.planner.change import plan_now
from boardcal.operations.planner.meetings import move_meeting
from boardcal.queries.calendar.raise_item import raise_preview
from boardcal.storage.occurrences import occurrence_by_key
from boardcal.storage.planners import content_of, save_content
from boardcal.storage.schema.occurrences import change, occurrence, raised
from boardcal.tests.factories import CHAIR, checked, day, make_body, make_document, make_report
from boardcal.tests.web.reader import SECRETARIAT, VIEWER, Place
from boardcal.web.calendar import raise_item as module

if TYPE_CHECKING:
    from httpx2 import Response

    from boardcal.queries.calendar.raise_item import RaisePreview
    from boardcal.tests.web.reader import Reader

REPORT, RAISE = "/reports/exceptions", "/reports/exceptions/raise"
pytestmark = pytest.mark.usefixtures("unmarked")
FIRST = "lscb/exceptions/pmqag/raised-1"
PAPERS = "/meetings/lscb/2018-03-08"
MARCH = {"meeting": "lscb/2018-03-08", "why": "an exception"}
BY_A_DAY = {"meeting": "day", "day-day": "6", "day-month": "Mar", "day-year": "18", "why": "x"}
NASTY = '<b>it</b> & "it"'


def opened(place: Place, path: str = RAISE, who: str = SECRETARIAT) -> Reader:
    reader = place.reader(who)
    assert reader.opens(path).status_code == 200
    return reader


def confirmed(reader: Reader, fields: dict[str, str], path: str = RAISE) -> Response:
    """The button of the preview that is shown."""
    return reader.sends(path, **fields, save="yes", times=reader.hidden("times"))


@pytest.fixture
def planned(whole: Place) -> Place:
    """A bit of everything, planned on 1 February 2018."""
    with whole.database.write() as connection:
        plan_now(whole.installation, connection, "lscb")
    return whole


def test_the_page_of_what_is_as_required_leads_to_raising_it(planned: Place) -> None:
    reader = opened(planned, REPORT)
    assert f'href="{RAISE}"' in (reader.shown.text if reader.shown else "")
    assert "It has no date: it comes when somebody raises it" in reader.text
    assert "It is not raised." in reader.text
    assert RAISE not in str(opened(planned, REPORT, VIEWER).shown)


def test_of_two_meetings_on_one_day_each_is_a_choice(planned: Place) -> None:
    with planned.database.write() as connection:
        content = content_of(connection, "lscb")
        assert content is not None
        save_content(
            connection, move_meeting(content, "lscb", day("2018-05-10"), day("2018-03-08"))
        )
    reader = opened(planned)
    assert "LSCB meeting on Thursday 8 March 2018, as scheduled" in reader.text
    assert "LSCB meeting on Thursday 8 March 2018, moved from 10 May 2018" in reader.text
    reader.sends(RAISE, **MARCH)
    assert "must be chosen from the list" in reader.text
    may = MARCH | {"meeting": "lscb/2018-03-08/2018-05"}
    twice = (reader, opened(planned))
    for pressed in twice:
        pressed.sends(RAISE, **may)
    for pressed in twice:
        assert confirmed(pressed, may).status_code == 303
    with planned.database.read() as connection:
        row = occurrence_by_key(connection, FIRST)
    assert row is not None
    assert row.slot == "2018-05"


def test_only_the_secretariat_raises(planned: Place) -> None:
    reader = planned.reader(VIEWER)
    assert reader.opens(RAISE).status_code == 403
    reader.opens("/upcoming")
    assert reader.sends(RAISE, **MARCH, save="yes", times="0").status_code == 403
    reader = opened(planned)
    assert reader.sends(RAISE, csrf="wrong", **MARCH, save="yes", times="0").status_code != 303
    assert planned.table(raised) == []


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/reports/s11/raise", "is not due as required, so it cannot be raised."),
        ("/reports/none/raise", "There is no report or action"),
        ("/actions/1.1/raise", "is not due as required, so it cannot be raised."),
    ],
)
def test_what_cannot_be_raised_is_a_page_that_says_so(
    planned: Place, path: str, sentence: str
) -> None:
    reader = opened(planned, "/upcoming")
    assert reader.opens(path).status_code == 404
    assert sentence in reader.text
    reader.opens("/upcoming")
    assert reader.sends(path, **MARCH, save="yes").status_code == 404


def test_from_the_form_over_what_follows_to_its_own_page(planned: Place) -> None:
    reader = opened(planned)
    assert "LSCB meeting on Thursday 8 March 2018 Papers due 22 February 2018" in reader.text
    shown = reader.sends(RAISE, **MARCH)
    assert shown.status_code == 200
    for sentence in (
        "Nothing is saved yet",
        "is raised for the LSCB meeting on Thursday 8 March 2018.",
        "PMQAG owes it by Thursday 22 February 2018, when the papers for the meeting are due.",
        f"The first mail goes out on Thursday 8 February 2018, to {CHAIR} (answers for it).",
        "Why: an exception",
        "If it is not needed after all, record it as waived.",
    ):
        assert sentence in reader.text
    assert (planned.table(raised), planned.table(change)) == ([], [])
    done = confirmed(reader, MARCH)
    assert (done.status_code, done.headers["location"]) == (303, f"/due/{FIRST}")
    reader.follows(done)
    for sentence in (
        "The first mail goes out on Thursday 8 February 2018",
        "It was raised on 1 February 2018, for a meeting of LSCB.",
        "LSCB, Thursday 8 March 2018",
        "raised “Audits: exceptions” of PMQAG for the LSCB meeting of 8 March 2018 (an exception).",
    ):
        assert sentence in reader.text
    assert "22 February 2018" in opened(planned, REPORT).text
    for path in ("/upcoming", "/year?year=2018", "/changes"):
        assert FIRST in opened(planned, path).shown.text  # type: ignore[union-attr]


def test_a_button_pressed_twice_raises_it_once(planned: Place) -> None:
    reader = opened(planned)
    reader.sends(RAISE, **MARCH)
    sign, times = reader.csrf, reader.hidden("times")
    first, second = (
        reader.sends(RAISE, csrf=sign, **MARCH, save="yes", times=times) for _ in range(2)
    )
    assert first.headers["location"] == second.headers["location"] == f"/due/{FIRST}"
    assert len(planned.table(raised)) == 1


def test_what_somebody_else_raised_meanwhile_is_told_and_nothing_is_lost(planned: Place) -> None:
    slow, quick = opened(planned), opened(planned)
    slow.sends(RAISE, **BY_A_DAY)
    quick.sends(RAISE, **MARCH)
    assert confirmed(quick, MARCH).status_code == 303
    told = confirmed(slow, BY_A_DAY)
    assert told.status_code == 409
    assert f"It was raised by {SECRETARIAT} meanwhile (an exception), so nothing was saved." in (
        slow.text
    )
    assert len(planned.table(raised)) == 1
    done = confirmed(slow, BY_A_DAY)
    assert done.headers["location"] == "/due/lscb/exceptions/pmqag/raised-2"
    again = opened(planned)
    again.sends(RAISE, **MARCH)
    assert "is raised for that meeting already, due 22 February 2018, and not" in again.text
    assert "There is a problem" in again.text


def test_what_is_raised_while_the_preview_is_made_is_told_too(
    planned: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = opened(planned), opened(planned)
    quick.sends(RAISE, **MARCH)

    def previewed(*arguments: Any) -> RaisePreview:
        monkeypatch.setattr(module, "raise_preview", raise_preview)
        effects = raise_preview(*arguments)
        assert confirmed(quick, MARCH).status_code == 303
        return effects

    monkeypatch.setattr(module, "raise_preview", previewed)
    assert slow.sends(RAISE, **BY_A_DAY).status_code == 200
    assert confirmed(slow, BY_A_DAY).status_code == 409
    assert f"It was raised by {SECRETARIAT} meanwhile" in slow.text
    assert len(planned.table(raised)) == 1


def test_what_was_raised_for_the_same_meeting_meanwhile_is_told_with_why_not(
    planned: Place,
) -> None:
    slow, quick = opened(planned), opened(planned)
    mine = MARCH | {"why": "another one"}
    slow.sends(RAISE, **mine)
    quick.sends(RAISE, **MARCH)
    confirmed(quick, MARCH)
    assert confirmed(slow, mine).status_code == 409
    assert f"It was raised by {SECRETARIAT} meanwhile" in slow.text
    assert "is raised for that meeting already" in slow.text


def test_a_meeting_that_moved_since_is_not_raised_for(planned: Place) -> None:
    reader = opened(planned)
    reader.sends(RAISE, **MARCH)
    with planned.database.write() as connection:
        content = content_of(connection, "lscb")
        assert content is not None
        save_content(
            connection, move_meeting(content, "lscb", day("2018-03-08"), day("2018-03-15"))
        )
    assert confirmed(reader, MARCH).status_code == 422
    assert "perhaps a meeting was moved" in reader.text
    assert "LSCB meeting on Thursday 15 March 2018" in reader.text
    assert planned.table(raised) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "What it is for must be chosen"),
        ({"meeting": "lscb/2018-03-08"}, "The reason must be given, for the record"),
        (MARCH | {"meeting": "lscb/2018-03-09"}, "must be chosen from the list"),
        (MARCH | {"meeting": "pmqag/2018-03-08"}, "must be chosen from the list"),
        (MARCH | {"meeting": "x" * 5000}, "must be chosen from the list"),
        (MARCH | {"day-day": "6"}, "Take the date out, or choose “By a date” above"),
        ({"meeting": "day", "why": "x"}, "The day it is due must be given, such as 27 3 2018"),
        (BY_A_DAY | {"day-day": "32"}, "must be a real date: March 2018 has 31 days"),
        (BY_A_DAY | {"day-month": "1"}, "6 January 2018 has passed; give a day from today on."),
        (BY_A_DAY | {"day-year": "2030"}, "6 March 2030 is more than 3 years from now"),
        (MARCH | {"why": "x" * 301}, "The reason must be no longer than 300 characters"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"save": "yes", "times": "0"}])
def test_every_problem_is_a_sentence_and_what_was_typed_is_kept(
    planned: Place, fields: dict[str, str], sentence: str, more: dict[str, str]
) -> None:
    reader = opened(planned)
    assert reader.sends(RAISE, **fields, **more).status_code == 422
    assert reader.text.count(sentence) >= 2  # by its field and in the summary
    if fields.get("why"):
        assert f'value="{fields["why"]}"' in (reader.shown.text if reader.shown else "")
    assert (planned.table(raised), planned.table(change)) == ([], [])


def test_going_back_keeps_what_was_typed(planned: Place) -> None:
    reader = opened(planned)
    reader.sends(RAISE, **(MARCH | {"why": NASTY}))
    assert NASTY not in (reader.shown.text if reader.shown else "")
    assert f"Why: {NASTY}" in reader.text.replace("&lt;", "<") or "Why: <b>" in reader.text
    reader.sends(RAISE, **(MARCH | {"why": NASTY}), edit="yes")
    html = reader.shown.text if reader.shown else ""
    assert 'value="lscb/2018-03-08" checked' in html
    assert "&lt;b&gt;it&lt;/b&gt;" in html
    assert planned.table(raised) == []


def test_of_several_owners_one_is_chosen(empty_place: Place) -> None:
    report = make_report("exceptions", when={"as_required": True}, owner=["pmqag", "cdop"])
    document = make_document(report=[report])
    empty_place.imports(checked(document | {"body": [*document["body"], make_body("cdop")]}))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = opened(empty_place)
    for owner in ("", "lscb"):
        reader.sends(RAISE, **MARCH, owner=owner)
        assert reader.text.count("Who owes it must be chosen") == 2
    chosen = MARCH | {"owner": "cdop"}
    reader.sends(RAISE, **chosen)
    assert confirmed(reader, chosen).headers["location"] == "/due/lscb/exceptions/cdop/raised-1"


# The papers of a meeting


def test_the_agenda_asks_for_it_and_shows_what_was_raised(planned: Place) -> None:
    reader = opened(planned, PAPERS)
    assert "Audits: exceptions : PMQAG has raised nothing yet" in reader.text
    assert f'href="{RAISE}?for=lscb%2F2018-03-08"' in (reader.shown.text if reader.shown else "")
    assert "Raise it" not in opened(planned, PAPERS, VIEWER).text
    reader.opens(f"{RAISE}?for=lscb%2F2018-03-08")
    assert 'value="lscb/2018-03-08" checked' in (reader.shown.text if reader.shown else "")
    reader.sends(RAISE, **MARCH)
    confirmed(reader, MARCH)
    reader.opens(PAPERS)
    assert "Audits: exceptions : PMQAG Due" in reader.text
    assert "raised nothing" not in reader.text
    assert FIRST in (reader.shown.text if reader.shown else "")


@pytest.mark.parametrize("query", ["", "x", "lscb", "lscb/2018-13-01", "pmqag/2018-03-08", "/"])
def test_an_address_that_names_no_meeting_chooses_none(planned: Place, query: str) -> None:
    reader = opened(planned, f"{RAISE}?for={query}")
    assert " checked" not in (reader.shown.text if reader.shown else "")


ON_THE_8TH = {"on-day": "8", "on-month": "3", "on-year": "2018"}


def test_after_the_meeting_it_is_recorded_that_there_was_nothing_to_report(planned: Place) -> None:
    planned.passes(days=36)
    reader = opened(planned, f"{PAPERS}/record")
    assert "Audits: exceptions (PMQAG)" in reader.text
    sign = reader.csrf
    for _ in range(2):
        done = reader.sends(f"{PAPERS}/record", csrf=sign, **ON_THE_8TH, silent="exceptions/pmqag")
        assert (done.status_code, done.headers["location"]) == (303, PAPERS)
    reader.opens(PAPERS)
    assert "Nothing to report (1)" in reader.text
    assert "Raise it" not in reader.text  # the meeting is over
    (row,) = [row for row in planned.table(occurrence) if row.key == FIRST]
    assert row.state == "nothing to report"
    assert len(planned.table(raised)) == 1
    assert "silent" not in opened(planned, f"{PAPERS}/record").shown.text  # type: ignore[union-attr]


def test_what_was_raised_meanwhile_is_not_recorded_as_nothing(planned: Place) -> None:
    late = opened(planned, f"{PAPERS}/record")
    reader = opened(planned)
    reader.sends(RAISE, **MARCH)
    confirmed(reader, MARCH)
    today = {"on-day": "1", "on-month": "2", "on-year": "2018"}
    key = "lscb/s11/pmqag/2018-03"
    told = late.sends(
        f"{PAPERS}/record",
        **today,
        silent="exceptions/pmqag",
        **{f"status/{key}": "submitted", f"standing/{key}": late.hidden(f"standing/{key}")},
    )
    assert told.status_code == 422
    assert "is raised for that meeting already" in late.text
    states = {row.key: row.state for row in planned.table(occurrence)}
    assert (states[key], states[FIRST]) == ("open", "open")


@pytest.mark.parametrize("sent", ["nix/pmqag", "exceptions/nix", "", "s11/pmqag", "x" * 400])
def test_nonsense_is_not_recorded(planned: Place, sent: str) -> None:
    reader = opened(planned, f"{PAPERS}/record")
    today = {"on-day": "1", "on-month": "2", "on-year": "2018"}
    assert reader.sends(f"{PAPERS}/record", **today, silent=sent).status_code == 422
    assert "There is a problem" in reader.text
    assert planned.table(raised) == []
