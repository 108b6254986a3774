from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.operations.planner.change import plan_now
from boardcal.storage.planners import content_of
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import S11, checked, make_document, make_report
from boardcal.tests.pages import make_whole
from boardcal.tests.web.reader import ADMIN, SECRETARIAT, VIEWER, Place

if TYPE_CHECKING:
    from httpx2 import Response

    from boardcal.tests.web.reader import Reader

MARCH = "/meetings/lscb/2018-03-08"
MOVE, CANCEL, ADD = f"{MARCH}/move", f"{MARCH}/cancel", "/meetings/lscb/add"
THE_15TH = {"to-day": "15", "to-month": "Mar", "to-year": "18"}
APRIL_12 = {"day-day": "12", "day-month": "4", "day-year": "2018"}
NOT_SAVED = "The planner was changed meanwhile, so nothing was saved."


@pytest.fixture
def planned(place: Place) -> Place:
    """The same place after its calendar was gone through."""
    with place.database.write() as connection:
        plan_now(place.installation, connection, "lscb")
    return place


def opened(place: Place, path: str, who: str = SECRETARIAT) -> Reader:
    reader = place.reader(who)
    assert reader.opens(path).status_code == 200
    return reader


def changes(place: Place) -> list[dict[str, object]]:
    """The dated exceptions of the Board's meetings, as the planner holds them now."""
    with place.database.read() as connection:
        content = content_of(connection, "lscb")
    assert content is not None
    document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    changes: list[dict[str, object]] = document["body"][0].get("meeting", [])
    return changes


def confirmed(reader: Reader, path: str, **fields: str) -> Response:
    """The button of the preview that is shown."""
    return reader.sends(path, save="yes", revision=reader.hidden("revision"), **fields)


@pytest.mark.parametrize("who", [ADMIN, SECRETARIAT, VIEWER])
def test_everybody_sees_the_meetings_of_the_year(place: Place, who: str) -> None:
    reader = opened(place, "/meetings", who)
    assert "Meetings in 2018" in reader.text
    assert "Meets on the second Thursday of January, March, May, July" in reader.text
    assert "Thursday 8 March 2018 Planned 0 of 1 has come" in reader.text
    assert "Thursday 11 January 2018 Past none due" in reader.text
    assert "Tuesday 20 February 2018" in reader.text
    assert ("Add a meeting" in reader.text) is (who != VIEWER)
    assert ("Cancel" in reader.text) is (who != VIEWER)


def test_another_year_or_body_is_in_the_address(place: Place) -> None:
    reader = opened(place, "/meetings?year=2019")
    assert "Thursday 14 March 2019" in reader.text
    assert "2018" in reader.text  # the way back
    reader = opened(place, "/meetings?body=business-group&year=2018")
    assert "Business Group" in reader.text
    assert "Thursday 8 March 2018" not in reader.text
    for year in (1990, 2100):
        opened(place, f"/meetings?year={year}")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/meetings?year=1066", "The year in the address is none from 1990 to 2100."),
        ("/meetings?year=x", "The year in the address is none from 1990 to 2100."),
        ("/meetings?year=%D9%A2%D9%A0%D9%A1%D9%A8", "is none from 1990 to 2100."),
        ("/meetings?year=" + "9" * 5000, "is none from 1990 to 2100."),
        ("/meetings?body=none", "There is no such body."),
        ("/meetings?body=pmqag", "The planner does not say when PMQAG meets."),
        ("/meetings/none/2018-03-08", "There is no such body."),
        ("/meetings/pmqag/2018-03-08", "The planner does not say when PMQAG meets."),
        ("/meetings/lscb/2018-03-09", "LSCB does not meet on that day."),
        ("/meetings/lscb/2018-06-31", "The address does not end in a day such as 2018-03-08."),
        ("/meetings/lscb/20180308", "The address does not end in a day"),
        ("/meetings/lscb/3%20Mar%202018", "The address does not end in a day"),
        ("/meetings/lscb/2018-03-09/move", "LSCB does not meet on that day."),
        ("/meetings/lscb/2018-03-09/cancel", "LSCB does not meet on that day."),
        ("/meetings/lscb/2018-03-09/record", "LSCB does not meet on that day."),
        ("/meetings/lscb/31-June/move", "The address does not end in a day"),
        ("/meetings/pmqag/add", "The planner does not say when PMQAG meets."),
        ("/meetings/none/add", "There is no such body."),
    ],
)
def test_what_there_is_not_is_a_page_that_says_so(place: Place, path: str, sentence: str) -> None:
    reader = place.reader(SECRETARIAT)
    assert reader.opens(path).status_code == 404
    assert sentence in reader.text
    if "?" not in path and path.endswith(("move", "cancel", "add", "record")):
        reader.opens("/meetings")
        fields = THE_15TH | APRIL_12
        for more in ({}, {"save": "yes", "revision": "1"}):
            assert reader.sends(path, **fields, **more).status_code == 404
    assert changes(place) == []


@pytest.mark.parametrize("path", [MOVE, CANCEL, ADD, f"{MARCH}/record"])
def test_only_the_secretariat_changes_meetings(place: Place, path: str) -> None:
    reader = place.reader(VIEWER)
    assert reader.opens(path).status_code == 403
    reader.opens("/meetings")
    assert reader.sends(path, **THE_15TH, **APRIL_12, save="yes").status_code == 403
    assert place.reader(SECRETARIAT).opens(path).status_code == 200
    assert place.reader(ADMIN).opens(path).status_code == 200
    assert changes(place) == []


def test_a_move_shows_what_follows_and_saves_nothing_yet(planned: Place) -> None:
    reader = opened(planned, MOVE)
    shown = reader.sends(MOVE, **THE_15TH, why="half-term")
    assert shown.status_code == 200
    assert (
        "The LSCB meeting on Thursday 8 March 2018 moves to Thursday 15 March 2018." in reader.text
    )
    assert "Papers now due 1 March 2018 instead of 22 February 2018" in reader.text
    assert "Report s11: PMQAG" in reader.text
    assert "Nothing is saved yet" in reader.text
    assert changes(planned) == []
    assert planned.table(change) == []


def test_a_confirmed_move_is_saved_with_who_and_why_and_dates_follow(planned: Place) -> None:
    reader = opened(planned, MOVE)
    reader.sends(MOVE, **THE_15TH, why="half-term")
    done = confirmed(reader, MOVE, **THE_15TH, why="half-term")
    assert (done.status_code, done.headers["location"]) == (303, "/meetings?year=2018")
    reader.follows(done)
    assert "moves to Thursday 15 March 2018. What falls due with it follows." in reader.text
    assert "moved from 8 March 2018" in reader.text
    assert changes(planned) == [{"moved": "2018-03-08", "to": "2018-03-15"}]
    noted = next(row for row in planned.table(change) if row.what == "meeting moved")
    assert (noted.who, noted.why, noted.subject) == (SECRETARIAT, "half-term", "lscb")
    assert "Due 1 March 2018, instead of 22 February 2018" in opened(planned, f"/due/{S11}").text


def test_a_move_that_puts_dates_into_the_past_is_asked_about_once_more(planned: Place) -> None:
    reader = opened(planned, MOVE)
    sooner = {"to-day": "9", "to-month": "2", "to-year": "2018", "why": ""}
    reader.sends(MOVE, **sooner)
    assert "Papers now due as soon as possible, because 26 January 2018 has passed" in reader.text
    assert "This puts dates into the past: 1 item is then due as soon as possible" in reader.text
    confirmed(reader, MOVE, warned="yes", **sooner)
    assert "Tick the box if the dates are right" in reader.text
    assert changes(planned) == []
    confirmed(reader, MOVE, warned="yes", sure="yes", **sooner)
    assert changes(planned) == [{"moved": "2018-03-08", "to": "2018-02-09"}]


def test_a_cancelled_meeting_is_previewed_saved_and_may_take_place_after_all(
    planned: Place,
) -> None:
    reader = opened(planned, CANCEL)
    reader.sends(CANCEL, why="snow")
    assert "The LSCB meeting on Thursday 8 March 2018 is cancelled." in reader.text
    assert "Why: snow" in reader.text
    reader.follows(confirmed(reader, CANCEL, why="snow"))
    assert "cancelled on 1 February 2018" in reader.text
    assert "is cancelled, so nothing is due at it" in opened(planned, MARCH).text
    # It cannot be cancelled or moved again, but brought back.
    for path in (MOVE, CANCEL):
        assert reader.opens(path).status_code == 404
        assert "To let it take place after all, add a meeting on its day." in reader.text
    reader.opens(ADD)
    back = {"day-day": "8", "day-month": "March", "day-year": "2018"}
    reader.sends(ADD, **back)
    assert "LSCB also meets on Thursday 8 March 2018." in reader.text
    assert confirmed(reader, ADD, **back).status_code == 303
    assert changes(planned) == []


def test_an_added_meeting_may_be_extraordinary(planned: Place) -> None:
    reader = opened(planned, ADD)
    reader.sends(ADD, **APRIL_12, extraordinary="yes")
    assert "LSCB also meets on Thursday 12 April 2018. No due date changes by that." in reader.text
    assert 'name="extraordinary" value="yes"' in (reader.shown.text if reader.shown else "")
    reader.follows(confirmed(reader, ADD, **APRIL_12, extraordinary="yes"))
    assert "extraordinary: no reports are due at it" in reader.text
    assert changes(planned) == [{"added": "2018-04-12", "extraordinary": True}]


def test_a_weekend_is_remarked_on(planned: Place) -> None:
    reader = opened(planned, MOVE)
    reader.sends(MOVE, **(THE_15TH | {"to-day": "17"}))
    assert "Note that 17 March 2018 is a Saturday." in reader.text


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        (MOVE, {}, "The new day must be given, such as 27 3 2018"),
        (
            MOVE,
            {"to-day": "31", "to-month": "June", "to-year": "2018"},
            "The new day must be a real date: June 2018 has 30 days",
        ),
        (
            MOVE,
            {"to-day": "8", "to-month": "3", "to-year": "2018"},
            "LSCB meets on 8 March 2018 already.",
        ),
        (
            MOVE,
            {"to-day": "8", "to-month": "3", "to-year": "2021"},
            "cancel it and add another meeting instead",
        ),
        (ADD, {"day-day": "3 Mar"}, "The day must include a month and a year"),
        (
            ADD,
            {"day-day": "8 March 2018"},
            "LSCB meets on 8 March 2018 already.",
        ),
        (CANCEL, {"why": "x" * 301}, "The reason must be no longer than 300 characters"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_kept(
    place: Place, path: str, fields: dict[str, str], sentence: str
) -> None:
    reader = opened(place, path)
    typed_in = {"why": "<b>half-term</b>", **fields}
    shown = reader.sends(path, **typed_in)
    assert shown.status_code == 422
    assert reader.text.count(sentence) == 2
    kept = typed_in["why"].replace("<", "&lt;").replace(">", "&gt;")
    assert f'value="{kept}"' in shown.text
    # Nor is it when the confirmation is forged.
    forged = reader.sends(path, **typed_in, save="yes", revision="1")
    assert forged.status_code == 422
    assert changes(place) == []


def test_what_lies_too_far_off_to_be_listed_is_said(place: Place) -> None:
    path = "/meetings/lscb/2020-03-12/move"
    reader = opened(place, path)
    reader.sends(path, **(THE_15TH | {"to-day": "19", "to-year": "2020"}))
    assert "It is more than 18 months ahead, so what falls due with it is not" in reader.text
    assert "No due date changes" not in reader.text


def test_a_whole_date_in_one_field_is_read(place: Place) -> None:
    reader = opened(place, MOVE)
    reader.sends(MOVE, **{"to-day": "3 Mar 2018"})
    assert "moves to Saturday 3 March 2018." in reader.text


def test_going_back_from_the_preview_keeps_what_was_typed(place: Place) -> None:
    reader = opened(place, MOVE)
    reader.sends(MOVE, **THE_15TH, why="half-term")
    shown = reader.sends(MOVE, **THE_15TH, why="half-term", edit="yes")
    assert shown.status_code == 200
    assert 'name="to-month" type="text" value="Mar"' in shown.text
    assert 'value="half-term"' in shown.text


def test_a_preview_that_is_overtaken_is_shown_anew_and_nothing_saved(planned: Place) -> None:
    one = opened(planned, MOVE)
    one.sends(MOVE, **THE_15TH, why="half-term")
    other = opened(planned, ADD, ADMIN)
    other.sends(ADD, **APRIL_12)
    assert confirmed(other, ADD, **APRIL_12, why="more to do").status_code == 303
    late = confirmed(one, MOVE, **THE_15TH, why="half-term")
    assert late.status_code == 409
    assert NOT_SAVED in one.text
    assert f"{ADMIN} added a meeting of LSCB on 12 April 2018 (more to do)." in one.text
    assert changes(planned) == [{"added": "2018-04-12"}]
    # The page shows what would follow now; its button saves.
    assert confirmed(one, MOVE, **THE_15TH, why="half-term").status_code == 303
    assert {"moved": "2018-03-08", "to": "2018-03-15"} in changes(planned)


def test_a_meeting_that_somebody_else_moved_meanwhile_is_told(planned: Place) -> None:
    one, other = opened(planned, MOVE), opened(planned, MOVE, ADMIN)
    for reader in (one, other):
        reader.sends(MOVE, **THE_15TH)
    assert confirmed(other, MOVE, **THE_15TH).status_code == 303
    assert confirmed(one, MOVE, **THE_15TH).status_code == 409
    assert NOT_SAVED in one.text
    assert f"{ADMIN} moved the LSCB meeting" in one.text


def test_the_address_of_an_old_day_leads_on_to_the_new_one(planned: Place) -> None:
    reader = opened(planned, MOVE)
    for path, day in ((MOVE, "15"), ("/meetings/lscb/2018-03-15/move", "22")):
        reader.opens(path)
        reader.sends(path, **THE_15TH | {"to-day": day})
        assert confirmed(reader, path, **THE_15TH | {"to-day": day}).status_code == 303
    viewer = planned.reader(VIEWER)
    for old in (MARCH, "/meetings/lscb/2018-03-15"):
        shown = viewer.opens(old)
        assert (shown.status_code, shown.headers["location"]) == (303, "/meetings/lscb/2018-03-22")
    assert reader.opens(f"{MARCH}/record").headers["location"] == "/meetings/lscb/2018-03-22/record"


def test_a_cancelled_meeting_never_leads_on_to_another_one(planned: Place) -> None:
    may, reader = "/meetings/lscb/2018-05-10", planned.reader(SECRETARIAT)
    the_10th = {"to-day": "10", "to-month": "5", "to-year": "2018"}
    the_8th = {"to-day": "8", "to-month": "3", "to-year": "2018"}
    for path, fields in (
        (MOVE, the_10th),
        (f"{may}/move?slot=2018-05", the_8th),
        (CANCEL, {}),
        (f"{may}/cancel", {}),
    ):
        assert reader.opens(path).status_code == 200
        reader.sends(path, **fields)
        assert confirmed(reader, path, **fields).status_code == 303
    for day in (MARCH, may):
        for rest in ("/move", "/cancel"):
            assert reader.opens(f"{day}{rest}").status_code == 404
            assert "is cancelled. To let it take place after all, add a meeting" in reader.text


def test_two_meetings_on_one_day_are_told_apart(planned: Place) -> None:
    reader = opened(planned, MOVE)
    to_may = {"to-day": "10", "to-month": "5", "to-year": "2018"}
    reader.sends(MOVE, **to_may)
    assert "LSCB then has 2 meetings on 10 May 2018." in reader.text
    confirmed(reader, MOVE, **to_may)
    reader.opens("/meetings/lscb/2018-05-10")
    assert "Another LSCB meeting is on this day too" in reader.text
    reader.opens("/meetings/lscb/2018-05-10?slot=2018-03")
    assert "Moved from 8 March 2018." in reader.text
    cancel = "/meetings/lscb/2018-05-10/cancel?slot=2018-03"
    reader.opens(cancel)
    reader.sends(cancel)
    confirmed(reader, cancel)
    assert changes(planned)[-1]["cancelled"] == "2018-03-08"


def test_the_address_of_one_of_two_meetings_leads_to_where_that_one_went(planned: Place) -> None:
    reader = planned.reader(SECRETARIAT)
    may = "/meetings/lscb/2018-05-10"
    for path, to in (
        (MOVE, ("10", "5")),
        (f"{may}/move?slot=2018-05", ("17", "5")),
        (f"{may}/move?slot=2018-03", ("24", "5")),
    ):
        fields = {"to-day": to[0], "to-month": to[1], "to-year": "2018"}
        reader.opens(path)
        reader.sends(path, **fields)
        assert confirmed(reader, path, **fields).status_code == 303
    for slot, day in (("2018-05", "17"), ("2018-03", "24")):
        location = reader.opens(f"{may}/cancel?slot={slot}").headers["location"]
        assert location == f"/meetings/lscb/2018-05-{day}/cancel?slot={slot}"


def test_a_day_that_somebody_else_took_meanwhile_is_told(planned: Place) -> None:
    one, other = opened(planned, ADD), opened(planned, ADD, ADMIN)
    for reader in (one, other):
        reader.sends(ADD, **APRIL_12)
    assert confirmed(other, ADD, **APRIL_12).status_code == 303
    assert confirmed(one, ADD, **APRIL_12).status_code == 409
    assert "LSCB meets on 12 April 2018 already." in one.text


@pytest.mark.parametrize(("path", "fields"), [(MOVE, THE_15TH), (CANCEL, {}), (ADD, APRIL_12)])
def test_a_button_pressed_twice_saves_once(
    planned: Place, path: str, fields: dict[str, str]
) -> None:
    reader = opened(planned, path)
    reader.sends(path, **fields)
    sign, revision = reader.csrf, reader.hidden("revision")
    for _ in range(2):
        again = {"save": "yes", "revision": revision, "csrf": sign}
        assert reader.sends(path, **fields, **again).status_code == 303
    assert len(changes(planned)) == 1


def test_a_confirmation_without_its_revision_is_not_trusted(planned: Place) -> None:
    reader = opened(planned, MOVE)
    for revision in ("", "x", "-1", "9" * 400, "٣"):
        sent = reader.sends(MOVE, **THE_15TH, save="yes", revision=revision)
        assert sent.status_code == 409
    assert changes(planned) == []


def test_looking_changes_nothing(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    for path in ("/meetings", MARCH, MOVE, CANCEL, ADD, f"{MARCH}/record"):
        assert reader.client.head(path).status_code == 200
        assert reader.opens(path).status_code == 200
    assert changes(place) == []
    assert place.table(change) == []


def test_nobody_meets_is_said_with_what_to_do(empty_place: Place) -> None:
    document = make_document()
    bodies = [{name: each[name] for name in each if name != "meets"} for each in document["body"]]
    empty_place.imports(checked(document | {"body": bodies, "report": []}))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = opened(empty_place, "/meetings")
    assert "The planner does not say when anybody meets." in reader.text


def test_the_papers_for_a_meeting_are_listed_by_what_became_of_them(empty_place: Place) -> None:
    empty_place.imports(make_whole())
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = opened(empty_place, MARCH)
    assert "Papers for the LSCB meeting" in reader.text
    assert "To come (3)" in reader.text
    assert "0 of 3 papers have come or need not, as at 1 February 2018." in reader.text
    assert "Asked for at each meeting" in reader.text
    assert "Audits: exceptions : PMQAG has raised nothing yet" in reader.text
    empty_place.passes(days=25)
    assert "Late (3)" in opened(empty_place, MARCH).text


def test_the_business_group_gets_the_exception_list(empty_place: Place) -> None:
    empty_place.imports(make_whole())
    empty_place.lets_in(SECRETARIAT, "secretariat")
    with empty_place.database.write() as connection:
        plan_now(empty_place.installation, connection, "lscb")
    empty_place.passes(days=25)
    reader = opened(empty_place, "/meetings/business-group/2018-05-15")
    assert "Everything overdue, by who owes it" in reader.text
    assert "Pmqag Subgroup chair: pmqag.chair@example.org" in reader.text
    assert "Report s11 22 February 2018 2 working days" in reader.text
    assert "Everything overdue" not in opened(empty_place, MARCH).text


def test_hostile_words_are_only_words(place: Place) -> None:
    bold = "<b>Bold</b>"
    document = make_document(report=[make_report(title=bold)])
    for body in document["body"]:
        body["assumed"] = bold
        body["name"] = f"{body['name']} {bold}"
    place.imports(checked(document))
    reader = place.reader(SECRETARIAT)
    for path in ("/meetings", MARCH, MOVE, CANCEL, ADD, f"{MARCH}/record"):
        page = reader.opens(path).text
        assert "<b>" not in page
    page = reader.sends(MOVE, **THE_15TH, why=f"{bold}\r\nSet-Cookie: x=1 \u200f").text
    assert "<b>" not in page
    assert "&lt;b&gt;Bold" in page


def test_another_board_is_not_reached(place: Place) -> None:
    entry = {"id": "ctb", "name": "Cumbria CTB", "business_group": "business-group"}
    report = make_report(to="ctb", when={"meeting": "ctb", "months": ["March"]})
    place.imports(checked(make_document("ctb") | {"board": entry, "report": [report]}))
    place.lets_in("ctb@example.org", "secretariat", "ctb")
    reader = place.reader("ctb@example.org")
    assert reader.opens("/meetings/ctb/2018-03-08").status_code == 200
    assert reader.opens(MARCH).status_code == 404
    assert reader.opens(f"/boards/lscb{MOVE}").status_code == 403
    reader.opens("/meetings")
    assert reader.sends(f"/boards/lscb{MOVE}", **THE_15TH).status_code == 403
    both = place.reader(SECRETARIAT)
    both.opens(f"/boards/lscb{MOVE}")
    both.sends(f"/boards/lscb{MOVE}", **THE_15TH)
    done = confirmed(both, f"/boards/lscb{MOVE}", **THE_15TH)
    assert done.headers["location"] == "/boards/lscb/meetings?year=2018"
