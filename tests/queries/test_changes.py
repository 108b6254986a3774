from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.planner.change import save
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.queries.changes import ChangeEntry, ChangesPage, changes_page, history
from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.change_log import MOST_LISTED, note_change
from boardcal.storage.planners import content_of
from boardcal.tests.factories import CHAIR, S11, at, day
from boardcal.tests.office import Office
from boardcal.tests.pages import in_memory, make_whole, shown_by
from boardcal.wording.changes import ChangeLine, dates_in_words

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database

NOW = "2018-03-08 14:05"


def an_office() -> Office:
    office = in_memory().store(make_whole())
    office.sweep("2018-02-21")
    office.tick(NOW)
    return office


def page_of(office: Office, since: str = "2018-03-08", **more: Any) -> ChangesPage:
    page: ChangesPage = shown_by(office, changes_page, since=day(since), **more)
    return page


def sentences(office: Office) -> list[str]:
    return [line.text for line in lines(page_of(office))]


def entries(found: ChangesPage) -> list[ChangeEntry]:
    return [entry for group in found.days for entry in group.entries]


def lines(found: ChangesPage) -> list[ChangeLine]:
    return [line for entry in entries(found) for line in entry.lines]


def pause_and_resume(office: Office) -> None:
    office.pause("board", "lscb")
    office.resume("board", "lscb")


ACTS: dict[str, Callable[[Office], object]] = {
    "submitted": lambda office: office.record(S11, Status.SUBMITTED, note="came by mail"),
    "submitted before": lambda office: office.record(S11, Status.SUBMITTED, on="2018-03-06"),
    "opened": lambda office: office.record(S11, None),
    "returned": lambda office: office.record(S11, Status.RETURNED, note="Not signed."),
    "extended": lambda office: office.extend(S11, "2018-03-15"),
    "event": lambda office: office.happened("survey-accepted", "2018-03-01"),
    "paused": lambda office: office.pause("body", "pmqag"),
    "person": lambda office: office.pause("person", CHAIR),
    "resumed": pause_and_resume,
    "go-live": lambda office: office.go_live("2018-03-12"),
    "edited": lambda office: office.appoint(RoleName.CHAIR, "new@example.org", "2018-04-01"),
}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            "submitted",
            "recorded “Report s11” of PMQAG, due 22 February 2018, as submitted (came by mail).",
        ),
        (
            "submitted before",
            "recorded “Report s11” of PMQAG, due 22 February 2018, as submitted on 6 March 2018.",
        ),
        ("opened", "opened “Report s11” of PMQAG, due 22 February 2018, again."),
        ("returned", "returned “Report s11” of PMQAG; it is owed again (Not signed)."),
        (
            "extended",
            (
                "gave “Report s11” of PMQAG a new date, 15 March 2018 instead of 22 February 2018 "
                "(more time was asked for)."
            ),
        ),
        (
            "event",
            "recorded that this happened on 1 March 2018: “The Board accepts the staff survey”.",
        ),
        ("paused", "paused mails for PMQAG."),
        ("person", f"paused mails for {CHAIR}."),
        ("resumed", "let mails go on for Cumbria LSCB."),
        (
            "go-live",
            "let the mails of Cumbria LSCB begin on 12 March 2018 instead of 1 November 2017.",
        ),
        ("edited", "changed LSCB: a test."),
    ],
)
def test_each_change_is_one_sentence_with_who_and_when(what: str, said: str) -> None:
    office = an_office()
    ACTS[what](office)
    assert sentences(office)[0] == f"8 March 2018, 14:05: secretariat {said}"


@pytest.mark.parametrize(
    ("what", "after", "said"),
    [
        (ChangeKind.ROLE, "new@example.org is chair from 2018-04-01",
         "changed the roles of PMQAG: new@example.org is chair from 1 April 2018."),
        (ChangeKind.MEETING_MOVED, "2018-03-08 to 2018-03-15",
         "moved the PMQAG meeting of 8 March 2018 to 15 March 2018."),
        (ChangeKind.MEETING_CANCELLED, "2018-03-08",
         "cancelled the PMQAG meeting of 8 March 2018."),
        (ChangeKind.MEETING_CANCELLED, "2017-03-09",
         "noted that the PMQAG meeting of 9 March 2017 was not held."),
        (ChangeKind.MEETING_ADDED, "2018-03-08", "added a meeting of PMQAG on 8 March 2018."),
        (ChangeKind.ENTRY_CHANGED, "name, PMQAG 2", "changed PMQAG: name, PMQAG 2."),
    ],
)  # fmt: skip
def test_changes_of_the_planner_are_told_in_its_words(
    what: ChangeKind, after: str, said: str
) -> None:
    office = an_office()
    with office.database.write() as connection:
        content = content_of(connection, "lscb")
        assert content is not None
        save(
            connection, content, subject="pmqag", what=what, after=after,
            moment=office.local.moment(office.now), who="secretariat@example.org",
        )  # fmt: skip
    assert sentences(office)[0].endswith(f": secretariat@example.org {said}")


def test_what_followed_by_itself_names_nobody() -> None:
    office = an_office()
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-05-10"), day("2018-05-17")))
    office.edit(
        lambda content: cancel_meeting(content, "lscb", day("2018-09-13"), day("2018-03-08"))
    )
    office.tick()
    texts = sentences(office)
    assert (
        "8 March 2018, 14:05: “Subgroup progress report” of CDOP is now due 2 May 2018 instead of "
        "25 April 2018 (the meeting of 10 May 2018 was moved)."
    ) in texts
    assert (
        "8 March 2018, 14:05: “Subgroup progress report” of CDOP is no longer due "
        "(the meeting of 13 September 2018 was cancelled)."
    ) in texts


def test_what_one_act_did_to_many_is_one_entry_with_the_many_beneath() -> None:
    office = an_office()
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-05-10"), day("2018-05-17")))
    office.now += timedelta(seconds=1)
    office.tick()
    together, alone, *_ = entries(page_of(office))
    assert together.sentence == (
        "2 things are now due on another day (the meeting of 10 May 2018 was moved)."
    )
    assert (together.time, together.more) == ("14:05", 0)
    assert [line.brief for line in together.lines] == [
        f"“Subgroup progress report” of {owner} is now due 2 May 2018 instead of 25 April 2018."
        for owner in ("CDOP", "PMQAG")
    ]
    assert len(alone.lines) == 1
    assert alone.sentence == "secretariat changed LSCB: a test."


@dataclass(frozen=True)
class Noted:
    """A change as it is put on record."""

    what: ChangeKind = ChangeKind.MOVED
    who: str = "boardcal"
    by_link: bool = False
    why: str | None = None
    after: str | None = None
    seconds: int = 0


@pytest.mark.parametrize(
    ("noted", "told"),
    [
        ([Noted()], [1]),
        ([Noted()] * 2, [2]),
        ([Noted()] * 3, [3]),
        ([Noted(), Noted(), Noted(seconds=1)], [1, 2]),
        ([Noted(why="a"), Noted(why="b")] * 3, [3, 3]),
        ([Noted(after="2018-03-01"), Noted(after="2018-03-02"), Noted()], [3]),
        ([Noted(what=ChangeKind.RECORDED, after="submitted")] * 4, [4]),
        ([Noted(what=ChangeKind.RECORDED, after="submitted", who=who) for who in "aaabbb"], [3, 3]),
        (
            [Noted(what=ChangeKind.RECORDED, after=each) for each in ("submitted", "waived") * 3],
            [3, 3],
        ),
        ([Noted(by_link=by_link) for by_link in (True, False, True)], [2, 1]),
        ([Noted(what=ChangeKind.ROLE, after="somebody")] * 3, [1, 1, 1]),
    ],
)
def test_only_what_is_alike_of_one_moment_is_told_together(
    database: Database, noted: list[Noted], told: list[int]
) -> None:
    office = Office(database=database, now=at("2018-02-01")).store()
    with database.write() as connection:
        for each in noted:
            note_change(
                connection,
                board="lscb",
                subject="pmqag",
                what=each.what,
                after=each.after,
                why=each.why,
                who=each.who,
                by_link=each.by_link,
                now=at(NOW) + timedelta(seconds=each.seconds),
            )
    page = page_of(office)
    assert [len(entry.lines) for entry in entries(page)] == told
    assert page.paging.total == len(told)


def test_a_page_is_never_cut_within_a_change_set_and_lists_no_more_than_can_be_read(
    database: Database,
) -> None:
    office = Office(database=database, now=at("2018-02-01")).store()
    with database.write() as connection:
        for number in range(MOST_LISTED + 5):
            for what in (ChangeKind.VOID, ChangeKind.MOVED):
                note_change(
                    connection,
                    board="lscb",
                    subject=f"{what}-{number}",
                    what=what,
                    who="boardcal",
                    now=at(NOW),
                )
    pages = [entries(page_of(office, page=number, size=1)) for number in (1, 2)]
    assert [len(page) for page in pages] == [1, 1]
    assert [each.sentence for (each,) in pages] == [
        f"{MOST_LISTED + 5} things are now due on another day.",
        f"{MOST_LISTED + 5} things are no longer due.",
    ]
    assert [(len(each.lines), each.more) for (each,) in pages] == [(MOST_LISTED, 5)] * 2


def test_a_planner_file_that_was_brought_in_is_a_change() -> None:
    office = an_office()
    line = lines(page_of(office, "2017-11-01"))[-1]
    assert line.text == "1 November 2017, 08:00: secretariat brought in the planner file a test."
    assert line.key is None


def test_changes_come_by_day_the_latest_first_and_since_a_day() -> None:
    office = an_office()
    office.record(S11, Status.SUBMITTED)
    office.tick("2018-03-09 00:30")
    office.record(S11, Status.ACCEPTED)
    page = page_of(office)
    assert [group.heading for group in page.days] == [
        "Friday 9 March 2018",
        "Thursday 8 March 2018",
    ]
    assert page.days[0].entries[0].time == "00:30"
    assert [group.day for group in page_of(office, "2018-03-09").days] == [day("2018-03-09")]
    assert page_of(office, "2018-03-10").days == ()


def test_a_day_begins_at_midnight_where_the_board_is() -> None:
    office = an_office()
    office.tick("2018-06-05 00:30")  # 23:30 of the day before in UTC
    office.record(S11, Status.SUBMITTED)
    assert [group.day for group in page_of(office, "2018-06-05").days] == [day("2018-06-05")]


def test_what_changed_is_shown_in_parts() -> None:
    office = an_office()
    for status in (Status.SUBMITTED, Status.ACCEPTED, Status.RETURNED, Status.WAIVED):
        office.record(S11, status)
    whole = entries(page_of(office))
    parts = [page_of(office, page=number, size=3) for number in (1, 2)]
    assert parts[0].paging.total == len(whole)
    seen = [entry for part in parts for entry in entries(part)]
    assert seen == whole[:6]


def test_another_boards_changes_are_not_shown() -> None:
    office = an_office()
    before = page_of(office)
    ours = make_whole()
    board = ours.board.model_copy(update={"id": "ctb", "name": "CTB"})
    office.store(ours.model_copy(update={"board": board}), go_live=None)
    assert page_of(office) == before


def test_the_history_of_something_is_told_oldest_first() -> None:
    office = an_office()
    office.record(S11, Status.SUBMITTED)
    office.record(S11, Status.ACCEPTED)
    office.record("lscb/progress/cdop/2018-03", Status.WAIVED)
    changes = shown_by(office, history, subjects=[S11])
    assert [line.sentence.rpartition(" as ")[2] for line in changes] == ["submitted.", "accepted."]
    assert {line.key for line in changes} == {S11}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from 2018-04-01", "from 1 April 2018"),
        ("2018-03-08 to 2018-03-15", "8 March 2018 to 15 March 2018"),
        ("2018-02-31", "2018-02-31"),
        ("a2018-03-08", "a2018-03-08"),
        ("", ""),
    ],
)
def test_dates_are_written_as_people_write_them(text: str, words: str) -> None:
    assert dates_in_words(text) == words
