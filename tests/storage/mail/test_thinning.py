"""Texts that are too old are removed; nothing else is, and nothing that is still undecided."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, insert, text

from boardcal.storage.mail.thinning import AT_ONCE, thin_texts
from boardcal.storage.message_states import MessageState
from boardcal.storage.schema.mail import attempt, ledger, message
from boardcal.tests.factories import at
from boardcal.tests.waiting import until

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Office

BEFORE = date(2018, 2, 8)
SETTLED = {MessageState.SENT, MessageState.WRITTEN, MessageState.SUPERSEDED}
SIZE = 40_000


def fill(database: Database, count: int, state: MessageState, day: date = BEFORE) -> None:
    """Adds so many emails of a state, the last of them of the day before `day`."""
    with database.write() as connection:
        connection.execute(
            insert(message),
            [
                {
                    "recipient": f"{state}.{number}@example.org",
                    "day": day - timedelta(days=1),
                    "state": state,
                    "made_at": at("2018-02-07"),
                    "finished_at": at("2018-02-07"),
                    "subject": "S.11",
                    "identifier": f"<{number}@example.org>",
                    # Random, so that PostgreSQL cannot make it smaller than it is.
                    "content": os.urandom(SIZE),
                }
                for number in range(count)
            ],
        )


def thin(database: Database) -> int:
    with database.write() as connection:
        return thin_texts(connection, before=BEFORE)


def test_only_what_is_settled_and_old_loses_its_text_and_nothing_else(any_office: Office) -> None:
    database = any_office.database
    for state in MessageState:
        fill(database, 2, state)
        fill(database, 1, state, day=BEFORE + timedelta(days=1))
    before = any_office.table(message)
    assert [thin(database), thin(database)] == [2 * len(SETTLED), 0]
    for old, new in zip(before, any_office.table(message), strict=True):
        is_thinned = old.state in SETTLED and old.day < BEFORE
        assert (new.content is None) is is_thinned
        assert {**new._mapping, "content": None} == {**old._mapping, "content": None}


def test_the_record_of_real_mails_stays_whole(any_office: Office) -> None:
    office = any_office.store(go_live="2018-02-05")
    assert office.days("2018-02-05", "2018-02-07")
    kept = [office.table(table) for table in (ledger, attempt)]
    shown = office.messages()
    assert thin(office.database) == len(shown)
    assert [office.table(table) for table in (ledger, attempt)] == kept
    assert office.messages() == shown
    # Days later nothing is sent again, for nothing that was decided is forgotten.
    assert office.sweep("2018-02-07") == []


def test_the_room_of_what_was_removed_is_used_again_and_can_be_given_back(
    any_office: Office,
) -> None:
    database = any_office.database
    fill(database, AT_ONCE + 1, MessageState.SENT)
    full = size_of(database)
    assert full > AT_ONCE * SIZE
    assert [thin(database), thin(database), thin(database)] == [AT_ONCE, 1, 0]
    vacuum(database)
    for day in (date(2018, 3, 1), date(2018, 3, 2)):
        fill(database, AT_ONCE // 2, MessageState.FAILED, day=day)
    assert size_of(database) < full * 1.1
    with database.write() as connection:
        connection.execute(text("DELETE FROM message WHERE content IS NOT NULL"))

    def is_given_back() -> bool:
        vacuum(database, whole=True)
        return size_of(database) < full / 10

    # While PostgreSQL looks through the table by itself, what was removed cannot be given back.
    assert until(is_given_back)


def size_of(database: Database) -> int:
    """Bytes that its tables take."""
    sqlite = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    postgresql = "SELECT pg_total_relation_size('message')"
    with database.read() as connection:
        asked = sqlite if connection.dialect.name == "sqlite" else postgresql
        size: int = connection.execute(text(asked)).scalar_one()
    return size


def vacuum(database: Database, *, whole: bool = False) -> None:
    """What PostgreSQL does by itself now and then; `whole`: what makes a file smaller."""
    if database.engine.name == "sqlite" and not whole:
        return
    command = "VACUUM FULL message" if whole and database.engine.name != "sqlite" else "VACUUM"
    url = database.engine.url.render_as_string(hide_password=False)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()
