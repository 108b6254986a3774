from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.database.engine import Database, memory_database
from boardcal.storage.schema.column_types import Document, Instant, one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Table(
    "diary",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Instant),
    Column("what", Document),
    Column("kind", one_of(ChangeKind, 40)),
)
LONDON = ZoneInfo("Europe/London")
MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - made aware below
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - made aware below
).map(lambda moment: moment.replace(tzinfo=timezone(timedelta(hours=moment.hour - 12))))


@pytest.fixture(scope="module")
def memory() -> Iterator[Database]:
    database = memory_database()
    with database.write() as connection:
        TABLE.create(connection)
    yield database
    database.close()


def put_and_read(database: Database, moment: datetime | None) -> datetime | None:
    with database.read() as connection:
        connection.execute(insert(TABLE).values(at=moment))
        found: datetime | None = connection.execute(select(TABLE.c.at)).scalar()
        return found


@given(MOMENTS)
def test_an_instant_comes_back_as_the_same_instant_in_utc(
    memory: Database, moment: datetime
) -> None:
    found = put_and_read(memory, moment)
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


@given(MOMENTS, MOMENTS)
def test_the_text_of_instants_sorts_as_time_does(
    memory: Database, one: datetime, other: datetime
) -> None:
    with memory.read() as connection:
        connection.execute(insert(TABLE), [{"at": one}, {"at": other}])
        found = connection.execute(select(TABLE.c.at).order_by(TABLE.c.at)).scalars().all()
    assert list(found) == sorted([one, other])


def test_both_hours_of_the_night_that_clocks_go_back_stay_two(memory: Database) -> None:
    first = datetime(2018, 10, 28, 1, 30, tzinfo=LONDON, fold=0)
    second = datetime(2018, 10, 28, 1, 30, tzinfo=LONDON, fold=1)
    found = [put_and_read(memory, each) for each in (first, second)]
    assert found == [
        datetime(2018, 10, 28, 0, 30, tzinfo=UTC),
        datetime(2018, 10, 28, 1, 30, tzinfo=UTC),
    ]


def test_an_instant_without_a_time_zone_is_refused(memory: Database) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        put_and_read(memory, datetime(2018, 2, 22, 8, 0))  # noqa: DTZ001 - the mistake meant


def test_no_instant_stays_none(memory: Database) -> None:
    assert put_and_read(memory, None) is None


@pytest.mark.parametrize(
    "value",
    [None, [], ["lscb", "ctb"], {"b": 1, "a": [True, None]}, "Zoë’s “S.11” \\ line\nend", 1.5],
)
def test_a_document_comes_back_as_it_was(memory: Database, value: object) -> None:
    with memory.read() as connection:
        connection.execute(insert(TABLE).values(what=value))
        assert connection.execute(select(TABLE.c.what)).scalar() == value


def test_a_member_of_an_enum_is_kept_as_its_value_and_comes_back_as_itself(
    memory: Database,
) -> None:
    with memory.read() as connection:
        connection.execute(insert(TABLE).values(kind=ChangeKind.MEETING_MOVED))
        assert connection.execute(select(TABLE.c.kind)).scalar() is ChangeKind.MEETING_MOVED
        assert connection.execute(text("SELECT kind FROM diary")).scalar() == "meeting moved"


def test_nothing_but_a_member_of_the_enum_is_stored(memory: Database) -> None:
    with (
        memory.read() as connection,
        pytest.raises(StatementError, match="not among the defined enum values"),
    ):
        connection.execute(insert(TABLE).values(kind="meeting burnt"))
