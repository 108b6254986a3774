from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.status import Status
from boardcal.notifications.transports.base import DeliveryError
from boardcal.scheduler.notices import notices
from boardcal.storage.holds import put_on_hold
from boardcal.tests.factories import S11, at
from boardcal.tests.office import Office
from boardcal.tests.web.reader import Place

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

FINE = {
    "ready": True,
    "sweep": True,
    "database": True,
    "on_hold": False,
    "oldest_unsent_seconds": 0,
    "mail_secret_days_left": None,
}


def readyz(place: Place) -> tuple[int, dict[str, Any]]:
    shown = place.reader().opens("/readyz")
    return shown.status_code, shown.json()


def refused_since_ten_before(place: Place) -> Office:
    """The S.11 mail of 8 February is put off by the mail server."""
    office = Office(database=place.database)
    office.days("2018-02-05", "2018-02-07")
    office.postbag.before = lambda _: DeliveryError("try later", scope="recipient")
    office.sweep("2018-02-08")
    place.now = office.now
    return office


def test_ready_when_it_works(place: Place) -> None:
    assert readyz(place) == (200, FINE)


def test_alive_whatever_else(empty_place: Place) -> None:
    empty_place.silent = 10_000
    shown = empty_place.reader().opens("/healthz")
    assert (shown.status_code, shown.text) == (200, "ok\n")


def test_not_ready_when_nobody_looks_at_the_calendar(place: Place) -> None:
    place.silent = 181
    assert readyz(place) == (503, FINE | {"ready": False, "sweep": False})


def test_not_ready_on_hold(place: Place) -> None:
    with place.database.write() as connection:
        put_on_hold(connection, why="A test.", now=place.now)
    assert readyz(place) == (503, FINE | {"ready": False, "on_hold": True})


@pytest.mark.parametrize(("hours", "code"), [(0, 200), (4, 200), (5, 503), (48, 503)])
def test_not_ready_when_a_mail_has_waited_for_longer_than_four_hours(
    place: Place, hours: int, code: int
) -> None:
    refused_since_ten_before(place)
    place.passes(hours=hours)
    status, body = readyz(place)
    assert status == code
    assert body["oldest_unsent_seconds"] == hours * 3600


def test_a_mail_with_nothing_left_to_say_does_not_count(place: Place) -> None:
    office = refused_since_ten_before(place)
    office.record(S11, Status.SUBMITTED)
    place.passes(hours=48)
    assert readyz(place) == (200, FINE)


def test_a_database_that_does_not_answer_is_said_without_details(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from boardcal.storage.database.engine import Database
    from boardcal.storage.database.errors import DatabaseError

    def gone(_: object) -> None:
        raise DatabaseError("postgresql://secret@server is gone")

    monkeypatch.setattr(Database, "read", gone)
    code, body = readyz(place)
    assert code == 503
    assert body == FINE | {"ready": False, "database": False, "oldest_unsent_seconds": None}


def test_whoever_is_signed_in_sees_the_hold_on_every_page(place: Place) -> None:
    with place.database.write() as connection:
        put_on_hold(connection, why="The clock was wrong.", now=place.now)
    reader = place.reader("viewer@example.org")
    reader.opens("/upcoming")
    assert "On hold, no mail goes out: The clock was wrong." in reader.text
    assert "On hold" not in words_of_a_stranger(place)


def words_of_a_stranger(place: Place) -> str:
    stranger = place.reader()
    stranger.opens("/sign-in")
    return stranger.text


def test_a_secret_that_ends_is_counted_down_here_and_said_in_the_overview(
    sqlite: Database, tmp_path: Path
) -> None:
    settings = {"transport": "graph", "oauth": {"secret_expires": date(2018, 2, 20)}}
    place = Place(database=sqlite, folder=tmp_path, settings={"mail": settings})
    place.now = at("2018-02-01")
    Office(database=sqlite).store()
    assert readyz(place)[1]["mail_secret_days_left"] == 19
    words = "ends on 20 February 2018. Ask your administrator for a new one"
    assert words in " ".join(notices(place.installation)["lscb"])
    place.now = at("2018-01-01")
    assert words not in " ".join(notices(place.installation)["lscb"])
