from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.accounts import sign_in_throttle
from boardcal.storage.accounts.networks import network_of
from boardcal.storage.accounts.sign_in_throttle import begin_attempt, forgive, subjects_of
from boardcal.storage.schema.accounts import sign_in_attempt
from boardcal.tests.factories import at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database

NOW = at("2018-02-01 09:00")
SAM = "sam@example.org"


def tries(
    database: Database, number: int, *subjects: str, after: float = 0
) -> list[timedelta | None]:
    """The waits of so many attempts at one moment, some seconds after NOW."""
    moment = NOW + timedelta(seconds=after)
    with database.write() as connection:
        return [begin_attempt(connection, subjects, now=moment) for _ in range(number)]


def passed(waits: list[timedelta | None]) -> int:
    return waits.count(None)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
        ("x" * 200, "x" * 45),
    ],
)
def test_an_ipv6_network_is_counted_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_whoever_has_a_whole_network_has_the_tries_of_one_address(database: Database) -> None:
    waits = [
        wait
        for number in range(60)
        for wait in tries(
            database, 1, *subjects_of(f"{number}@x.org", network_of(f"2001:db8::{number:x}"))
        )
    ]
    assert passed(waits) == 20


def test_a_known_browser_is_counted_by_itself_whatever_others_do(database: Database) -> None:
    stranger, sam = subjects_of(SAM, "192.0.2.7"), subjects_of(SAM, "192.0.2.7", "browser 1")
    assert passed(tries(database, 60, *stranger)) == 5
    assert passed(tries(database, 60, *sam)) == 5
    assert tries(database, 1, *subjects_of(SAM, "192.0.2.7", "browser 2")) == [None]
    assert tries(database, 1, *subjects_of("jo@example.org", "192.0.2.7", "browser 1")) == [None]
    with database.write() as connection:
        forgive(connection, sam)
    assert passed(tries(database, 60, *sam)) == 5
    assert passed(tries(database, 1, *stranger)) == 0


def test_no_wait_is_longer_than_a_minute(database: Database) -> None:
    subjects = subjects_of(SAM, "192.0.2.7")
    moment, waits = 0.0, []
    for _ in range(40):
        tries(database, 1, *subjects, after=moment)
        (wait,) = tries(database, 1, *subjects, after=moment)
        if wait is not None:
            waits.append(wait)
            moment += wait.total_seconds()
    assert max(waits) == timedelta(minutes=1)


def test_success_gives_the_network_one_attempt_back_and_the_account_all(
    database: Database,
) -> None:
    for _ in range(3):
        tries(database, 1, *subjects_of(SAM, "192.0.2.7"))
    with database.write() as connection:
        forgive(connection, subjects_of(SAM, "192.0.2.7"))
    rows = Office(database=database).table(sign_in_attempt)
    assert [(row.subject.partition(":")[0], row.failures) for row in rows] == [("network", 2)]


def test_the_table_is_bounded_and_the_oldest_go(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_throttle, "MOST_SUBJECTS", 10)
    for number in range(30):
        tries(database, 1, *subjects_of(f"{number}@x.org", f"10.0.0.{number}"), after=number)
    rows = Office(database=database).table(sign_in_attempt)
    assert len(rows) == 10
    assert min(row.last_at for row in rows) == NOW + timedelta(seconds=25)
