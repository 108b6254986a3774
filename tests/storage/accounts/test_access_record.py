from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from boardcal.storage.accounts.access_kinds import AccessKind, RefusalKind
from boardcal.storage.accounts.access_record import (
    KEPT,
    MOST_NETWORKS,
    Doer,
    access_lines,
    count_access_lines,
    count_refusal,
    note_access,
)
from boardcal.storage.schema.accounts import access_refusal
from boardcal.tests.factories import at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from boardcal.storage.database.engine import Database

NOW = at("2018-02-01 09:00")
SAM, JO = "sam@example.org", "jo@example.org"


def wrong(connection: Connection, network: str, *, now: datetime = NOW, account: str = SAM) -> None:
    count_refusal(connection, RefusalKind.WRONG_PASSWORD, account=account, network=network, now=now)


def test_refusals_of_a_day_from_one_network_are_one_line(database: Database) -> None:
    with database.write() as connection:
        for minute in range(40):
            wrong(connection, "192.0.2.7", now=NOW + timedelta(minutes=minute))
        wrong(connection, "192.0.2.7", account="")
        wrong(connection, "192.0.2.8")
        wrong(connection, "192.0.2.7", now=NOW + timedelta(days=1))
        lines = access_lines(connection, account=SAM)
    assert [(line.address, line.times, line.first_at, line.at) for line in lines] == [
        ("192.0.2.7", 1, NOW + timedelta(days=1), NOW + timedelta(days=1)),
        ("192.0.2.7", 40, NOW, NOW + timedelta(minutes=39)),
        ("192.0.2.8", 1, NOW, NOW),
    ]


def test_very_many_networks_take_no_more_room_and_nothing_is_uncounted(
    database: Database,
) -> None:
    with database.write() as connection:
        for number in range(300):
            wrong(connection, f"10.0.{number % 100}.1")
    rows = Office(database=database).table(access_refusal)
    assert len(rows) == MOST_NETWORKS + 1
    assert sum(row.times for row in rows) == 300
    assert {row.times for row in rows if row.address} == {3}


def test_refusals_go_after_ninety_days_and_the_record_stays(database: Database) -> None:
    with database.write() as connection:
        note_access(connection, AccessKind.SIGNED_IN, SAM, now=NOW, by=Doer(who=SAM))
        wrong(connection, "192.0.2.7")
        wrong(connection, "192.0.2.9", now=NOW + KEPT)
        lines = access_lines(connection)
    assert [(line.kind, line.address) for line in lines] == [
        ("wrong password", "192.0.2.9"),
        ("signed in", None),
    ]


def test_lines_come_by_account_by_moment_and_in_parts_the_latest_first(database: Database) -> None:
    with database.write() as connection:
        for hour, who in enumerate((SAM, JO, SAM, JO)):
            moment = NOW + timedelta(hours=hour)
            note_access(connection, AccessKind.SIGNED_IN, who, now=moment, by=Doer(who=who))
        wrong(connection, "192.0.2.7", now=NOW + timedelta(minutes=90))
        everything = access_lines(connection)
        parts = [access_lines(connection, limit=2, offset=offset)[:] for offset in (0, 2, 4)]
        numbers = (
            count_access_lines(connection),
            count_access_lines(connection, account=SAM),
            count_access_lines(connection, since=NOW + timedelta(hours=2)),
        )
    assert [line.account for line in everything] == [JO, SAM, SAM, JO, SAM]
    assert [line.times for line in everything] == [None, None, 1, None, None]
    assert [line for part in parts for line in part] == list(everything)
    assert numbers == (5, 3, 2)
