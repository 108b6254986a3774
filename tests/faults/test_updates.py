"""Updates from each earlier database, with emails in every state: killed, refused, taken back."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, func, insert, inspect, select, text

from boardcal.storage.database.engine import Database, open_database, sqlite_path
from boardcal.storage.database.migrate import kept_before, migrate
from boardcal.storage.database.schema_version import SCHEMA, schema_of
from boardcal.storage.message_states import MessageState
from boardcal.storage.schema.mail import message
from boardcal.tests.faults.figures import EITHER, FULL
from boardcal.tests.faults.test_restores import work_once
from boardcal.tests.faults.yard import many_chairs
from boardcal.tests.storage.database.test_migrate import alembic_config, make_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Yard

VERSIONS = sorted(
    step.revision for step in ScriptDirectory.from_config(alembic_config()).walk_revisions()
)
OLDER = [version for version in VERSIONS if version != SCHEMA]
DAY, DUE = date(2018, 2, 21), date(2018, 2, 22)
AT = "2018-02-21T08:00:00.000000+00:00"
# "written" joined later; no earlier program stored it.
STATES = [state for state in MessageState if state is not MessageState.WRITTEN]


def fill(database: Database) -> None:
    """One email in each state, each with an item, an attempt and a line of the record."""
    with database.write() as connection:
        tables = MetaData()
        tables.reflect(connection)

        def add(name: str, /, **values: object) -> None:
            table: Table = tables.tables[name]
            known = {column: value for column, value in values.items() if column in table.c}
            connection.execute(insert(table).values(known))

        add("installation", name="id", value="1" * 32)
        add("board", id="lscb", name="LSCB")
        for number, state in enumerate(STATES, 1):
            begun = state not in (MessageState.PENDING, MessageState.CLAIMED)
            add(
                "occurrence", id=number, board="lscb", key=f"lscb/s11/{number}", ref="s11",
                owner="pmqag", period=str(number), kind="report", title="S.11", audience="[]",
                identity=f"identity {number}", due=DUE, first_due=DUE, precision="day",
                state="open",
            )  # fmt: skip
            add(
                "message", id=number, recipient=f"{state}@example.org", day=DAY,
                state=state.value, made_at=AT, attempt=1, subject="S.11",
                content=b"bytes" if begun else None,
                claimed_by="gone" if state in ("claimed", "data_started") else None,
                lease_until=AT if state in ("claimed", "data_started") else None,
            )  # fmt: skip
            carried = {"data_started": "sending", "claimed": "pending", "deferred": "pending"}
            add(
                "ledger", id=number, occurrence_id=number, due_revision=1, step=-5,
                recipient=f"{state}@example.org", level="owner", due=DUE, decided_at=AT,
                state=carried.get(state, state.value), message_id=number,
            )  # fmt: skip
            add("attempt", message_id=number, number=1, at=AT, outcome="deferred", reply="451")
            add("change", board="lscb", at=AT, subject="lscb", what="recorded", who="clerk")


def held(database: Database) -> list[tuple[object, ...]]:
    """What must be the same before and after, whichever tables they stand in."""
    with database.read() as connection:
        tables = MetaData()
        tables.reflect(connection, only=["message", "ledger", "attempt", "change"])
        mails, rows = tables.tables["message"], tables.tables["ledger"]
        shown = [
            *connection.execute(
                select(mails.c.id, mails.c.recipient, mails.c.state, mails.c.content)
            ).all(),
            *connection.execute(select(rows.c.id, rows.c.recipient, rows.c.state)).all(),
        ]
        for name in ("attempt", "change"):
            shown += connection.execute(select(func.count()).select_from(tables.tables[name])).all()
        return [tuple(row) for row in shown]


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize("older", OLDER)
def test_each_earlier_database_keeps_its_emails_in_every_state(
    empty_url: str, older: str, figures: Figures, kind: str
) -> None:
    with closing(open_database(empty_url)) as database:
        make_at(database, older)
        fill(database)
        before = held(database)
        with figures.run(f"update from tables {older}", kind) as run:
            assert migrate(database)
            run.mails = len(STATES)
            run.note = "every state as it was"
        assert held(database) == before
        with database.read() as connection:
            states = connection.execute(select(message.c.state).order_by(message.c.id)).scalars()
            assert list(states) == STATES


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize("older", OLDER if FULL else ["0006"])
def test_a_kill_in_the_middle_of_an_update_leaves_all_or_nothing(
    empty_url: str, older: str, kind: str, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()
    yard.holds(many_chairs(1))
    with closing(open_database(empty_url)) as database:
        make_at(database, older)
        fill(database)
        before = held(database)
    with figures.run(f"killed in an update from {older}", kind) as run:
        daemon = yard.start(point="within a migration")
        daemon.wait()
        run.kills = 1
        with closing(open_database(empty_url)) as database:
            with database.read() as connection:
                assert schema_of(connection) == older
                assert "alembic_version" in inspect(connection).get_table_names()
            assert held(database) == before
            assert migrate(database)
            assert held(database) == before
        run.mails, run.note = len(STATES), "as it was, then brought up to date"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_kept_file_brings_the_old_program_back(
    empty_url: str, kind: str, make_yard: Callable[..., Yard], judge: Judge, figures: Figures
) -> None:
    yard = make_yard()
    yard.holds(many_chairs(1))
    with figures.run("back to the file from before an update", kind) as run:
        with closing(open_database(empty_url)) as database:
            make_at(database, OLDER[-1])
            before = held(database)
            assert migrate(database)
            kept = kept_before(database)
        assert kept is not None
        path = sqlite_path(empty_url)
        assert path is not None
        # What an old program sees: its own tables in what was kept, newer ones in the other.
        with closing(open_database(f"sqlite:///{kept}")) as old:
            assert held(old) == before
            with old.read() as connection:
                assert schema_of(connection) == OLDER[-1]
        shutil.copy(kept, path)
        work_once(yard)
        run.mails = len(judge.received)
        run.note = "the kept file is of the old tables, whole"
    with closing(open_database(empty_url)) as newer, newer.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    daemon = yard.start()
    daemon.wait()
    assert "was written by a newer boardcal" in daemon.said()
    assert "Install the newer one." in daemon.said()
