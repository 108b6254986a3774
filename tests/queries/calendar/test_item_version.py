from __future__ import annotations

import pytest

from boardcal.calendar.status import Status
from boardcal.queries.calendar.item_version import changes_in_version, item_version, item_versions
from boardcal.storage.change_log import last_change
from boardcal.tests.factories import S11
from boardcal.tests.office import WHO, Office


@pytest.fixture
def planned(any_office: Office) -> Office:
    """The Board's calendar on 1 February 2018, on either database."""
    any_office.store()
    any_office.tick("2018-02-01 09:00")
    return any_office


def standing(office: Office) -> str:
    with office.database.read() as connection:
        return item_version(connection, "lscb", S11)


def test_whatever_is_recorded_changes_where_it_stands(planned: Office) -> None:
    seen = [standing(planned)]
    for status in (Status.SUBMITTED, Status.SUBMITTED, Status.RETURNED, None):
        planned.record(S11, status, on="2018-02-01")
        seen.append(standing(planned))
    planned.extend(S11, "2018-03-01", "late")
    seen.append(standing(planned))
    assert len(set(seen)) == len(seen)
    assert [changes_in_version(each) for each in seen] == [0, 1, 2, 3, 4, 5]


def test_planning_again_leaves_it_where_it_stands(planned: Office) -> None:
    before = standing(planned)
    planned.tick("2018-02-08 09:00")
    assert standing(planned) == before


def test_what_was_changed_last_is_found(planned: Office) -> None:
    with planned.database.read() as connection:
        assert last_change(connection, "lscb", S11) is None
    planned.record(S11, Status.SUBMITTED, on="2018-02-01")
    with planned.database.read() as connection:
        last = last_change(connection, "lscb", S11)
        assert last is not None
        assert (last.after, last.who) == ("submitted", WHO)
        assert last_change(connection, "ctb", S11) is None
        # What nobody knows stands where everything begins.
        assert item_versions(connection, "lscb", ["x", S11])["x"] == "0.1"


@pytest.mark.parametrize("text", ["", "x", "-1.1", "٣.1", "9" * 400, "1e3.1"])
def test_what_is_no_standing_counts_as_the_beginning(text: str) -> None:
    assert changes_in_version(text) == 0
