from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, event, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from boardcal.scheduler.clock import system_clock
from boardcal.scheduler.installation import opened
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.accounts.accounts import accounts
from boardcal.storage.boards import boards
from boardcal.storage.database import migrate as migrating
from boardcal.storage.database.engine import Database, open_database
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.database.migrate import migrate
from boardcal.storage.database.schema_version import (
    SCHEMA,
    NewerDatabaseError,
    is_empty,
    require_current,
    schema_of,
)
from boardcal.storage.feeds.feeds import feeds_of
from boardcal.storage.installation import installation_id
from boardcal.storage.schema.accounts import session, setup_link
from boardcal.storage.schema.all_tables import metadata
from boardcal.storage.schema.append_only import REFUSAL
from boardcal.storage.schema.mail import answer_request, ledger
from boardcal.storage.schema.occurrences import change, occurrence
from boardcal.storage.schema.planner import board, installation
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.tests.waiting import PATIENCE
from boardcal.wording.changes import who_in_words
from boardcal.wording.mails import taken_back
from boardcal.wording.stand_ins import from_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine.interfaces import ReflectedIndex


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", "boardcal:storage/migrations")
    return config


TODAY = date(2018, 3, 8)
STRICT = {"compare_type": True, "compare_server_default": True}


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    opened = open_database(empty_url)
    yield opened
    opened.close()


def tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(inspect(connection).get_table_names())


def shape(database: Database) -> dict[str, Any]:
    """Every table with all that a database knows of it."""
    with database.read() as connection:
        seen = inspect(connection)
        return {
            name: (
                [{**each, "type": repr(each["type"])} for each in seen.get_columns(name)],
                seen.get_pk_constraint(name),
                sorted(seen.get_foreign_keys(name), key=str),
                sorted(seen.get_unique_constraints(name), key=str),
                sorted(map(_index, seen.get_indexes(name)), key=str),
            )
            for name in seen.get_table_names()
        }


def _index(index: ReflectedIndex) -> dict[str, object]:
    options = index.get("dialect_options", {})
    return {**index, "dialect_options": {name: str(value) for name, value in options.items()}}


def set_version(database: Database, version: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": version})


def run(database: Database, statement: str) -> None:
    with database.write() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("make", [migrate, migrating._upgrade])
def test_the_tables_from_nothing_are_those_that_the_code_knows(
    empty: Database, make: Callable[[Database], object]
) -> None:
    make(empty)
    with empty.read() as connection:
        context = MigrationContext.configure(connection, opts=STRICT)
        assert compare_metadata(context, metadata) == []
        assert schema_of(connection) == SCHEMA


def test_a_new_database_is_made_as_the_migrations_would_make_it(
    empty: Database, database: Database
) -> None:
    migrating._upgrade(empty)
    assert shape(empty) == shape(database)


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [SCHEMA]


@pytest.mark.parametrize(
    "older",
    [each.revision for each in ScriptDirectory.from_config(alembic_config()).walk_revisions()],
)
def test_every_older_database_is_brought_up_to_date_and_keeps_what_it_holds(
    empty: Database, database: Database, older: str
) -> None:
    with empty.write() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, older)
        connection.execute(insert(installation).values(name="id", value="1"))
        connection.execute(text("INSERT INTO board (id, name) VALUES ('lscb', 'LSCB')"))
    assert migrate(empty) is (older != SCHEMA)
    assert shape(empty) == shape(database)
    with empty.read() as connection:
        assert connection.execute(select(installation)).all() == [("id", "1")]
        assert connection.execute(select(board.c.id)).scalars().all() == ["lscb"]


OLD_SENTENCES = [
    (None, "not sent"),
    ("paused before it was sent", "not sent: paused before it was sent"),
    ("the Board's mails have not begun", "not sent: the Board's mails have not begun"),
    ("nothing to report before it was sent", "not sent: nothing to report before it was sent"),
    ("the date was moved before it was sent", "not sent: the date was moved before it was sent"),
    ("the date was moved", "not sent: the date was moved"),
    ("no longer in the planner", "not sent: no longer in the planner"),
    ("somebody else holds the role now", "not sent: somebody else holds the role now"),
    ("a later step came before it was sent", "not sent: a later reminder came before it was sent"),
    ("a later step had come by then", "not sent: a later reminder had come by then"),
    ("the next one fell due", "not sent: the next one fell due"),
    ("held back by Jo {x}", "not sent: held back by Jo {x}"),
    (
        "sent before the backup came back, it@example.org says",
        "not sent: sent before the backup came back, it@example.org says",
    ),
    (
        "the meeting of 8 March 2018 was cancelled",
        "not sent: the meeting of 8 March 2018 was cancelled",
    ),
]
# Those of a disabled account, and those of others: dates of somebody else are theirs.
OLD_FEEDS_OF_TWO = [
    ("board", "lscb", "2@x.org"),
    ("body", "pmqag", "2@X.org"),
    ("person", "2@x.org", "1@x.org"),
]
OLD_FEEDS = [
    *OLD_FEEDS_OF_TWO,
    ("person", "chair@example.org", "2@x.org"),
    ("board", "lscb", "1@x.org"),
    ("body", "2@x.org", "root"),
]
OLD_STAND_INS = [
    (None, None),
    (
        "The chair of the Pmqag Subgroup is away, so this comes to you as its vice-chair.",
        "The chair of the Pmqag Subgroup is away, so it goes to its vice-chair.",
    ),
    (
        "The Pmqag Subgroup has no contact at present, so this comes to you as the secretariat.",
        "The Pmqag Subgroup has no contact at present, so it goes to the secretariat.",
    ),
    (
        "Safer Cumbria has no chair at present, so this comes to you as the Board's vice-chair.",
        "Safer Cumbria has no chair at present, so it goes to the Board's vice-chair.",
    ),
    (
        "The chair of The Big Board is away, so this comes to you as its vice-chair.",
        "The chair of The Big Board is away, so it goes to its vice-chair.",
    ),
    (
        "the Hub has no chair at present, so this comes to you as the secretariat.",
        "the Hub has no chair at present, so it goes to the secretariat.",
    ),
]


def make_at(database: Database, revision: str) -> None:
    with database.write() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_sentences_of_older_databases_become_reasons_that_read_the_same(empty: Database) -> None:
    make_at(empty, "0006")
    insert_row = text(
        "INSERT INTO ledger (occurrence_id, due_revision, step, recipient, level, because, due, "
        "decided_at, state, reason) VALUES (1, 1, :step, 'chair@example.org', 'owner', :because, "
        "'2018-03-08', '2018-03-01T08:00:00.000000+00:00', 'superseded', :reason)"
    )
    with empty.write() as connection:
        connection.execute(text("INSERT INTO board (id, name) VALUES ('lscb', 'LSCB')"))
        for number, note in enumerate(("no longer in the planner", "it was cancelled"), 1):
            connection.execute(
                text(
                    "INSERT INTO occurrence (id, board, key, ref, owner, period, kind, title, "
                    "audience, due, first_due, precision, state, note) VALUES (:id, 'lscb', :key, "
                    "'s11', 'pmqag', '2018', 'report', 'S.11', '[]', '2018-03-08', '2018-03-08', "
                    "'day', 'void', :note)"
                ),
                {"id": number, "key": f"key {number}", "note": note},
            )
        for step, (reason, _) in enumerate(OLD_SENTENCES):
            connection.execute(insert_row, {"step": step, "because": None, "reason": reason})
        for step, (because, _) in enumerate(OLD_STAND_INS, 100):
            connection.execute(insert_row, {"step": step, "because": because, "reason": None})
    assert migrate(empty) is True
    with empty.read() as connection:
        rows = connection.execute(select(ledger).order_by(ledger.c.step)).all()
        lost = connection.execute(select(occurrence.c.id, occurrence.c.left_planner)).all()
    assert [taken_back(row.reason, row.reason_detail) for row in rows if row.step < 100] == [
        shown for _, shown in OLD_SENTENCES
    ]
    assert {row.reason for row in rows} == {None, *UnsentReason}
    assert [from_document(row.because) for row in rows if row.step >= 100] == [
        shown for _, shown in OLD_STAND_INS
    ]
    assert sorted(lost) == [(1, True), (2, False)]
    with empty.write() as connection:
        # Links that were mailed carry the numbers of these, and no new one takes such a name.
        named = select(occurrence.c.id, occurrence.c.identity).order_by(occurrence.c.id)
        assert connection.execute(named).all() == [(1, "1"), (2, "2")]
        values = {"id": 3, "board": "lscb", "key": "3", "ref": "s", "owner": "p", "period": "3"}
        values |= {"kind": "report", "title": "S", "audience": [], "state": "open"}
        values |= {"due": TODAY, "first_due": TODAY, "precision": "day"}
        connection.execute(insert(occurrence).values(**values))
        assert len(connection.execute(named).all()[2].identity) == 22


OLD_PEOPLE = [
    ("chair@example.org by the link in their mail", "chair@example.org", True),
    ("chair@example.org", "chair@example.org", False),
    ("boardcal", "boardcal", False),
    (" by the link in their mail", " by the link in their mail", False),
    ("Jo By The Link In Their Mail", "Jo By The Link In Their Mail", False),
    ("100 % by the link in their mail or so", "100 % by the link in their mail or so", False),
    ("Åse_% <å@example.org> by the link in their mail", "Åse_% <å@example.org>", True),
]


def test_who_answered_by_a_link_is_told_apart_and_reads_the_same(empty: Database) -> None:
    make_at(empty, "0007")
    insert_change = text(
        "INSERT INTO change (board, at, subject, what, who) "
        "VALUES ('lscb', '2018-03-01T12:00:00.000000+00:00', 'key 1', 'recorded', :who)"
    )
    insert_request = text(
        "INSERT INTO answer_request (board, occurrence_id, due_revision, kind, asked_at, asked_by, "
        "closed_at, closed_by, state) VALUES ('lscb', 1, 1, 'more time', "
        "'2018-03-01T12:00:00.000000+00:00', 'chair@example.org', "
        "'2018-03-01T12:00:00.000000+00:00', :who, 'superseded')"
    )
    with empty.write() as connection:
        connection.execute(text("INSERT INTO board (id, name) VALUES ('lscb', 'LSCB')"))
        connection.execute(
            text(
                "INSERT INTO occurrence (id, board, key, ref, owner, period, kind, title, "
                "audience, due, first_due, precision, state) VALUES (1, 'lscb', 'key 1', 's11', "
                "'pmqag', '2018', 'report', 'S.11', '[]', '2018-03-08', '2018-03-08', 'day', "
                "'open')"
            )
        )
        for who, _, _ in OLD_PEOPLE:
            connection.execute(insert_change, {"who": who})
            connection.execute(insert_request, {"who": who})
        connection.execute(insert_request, {"who": None})
    assert migrate(empty) is True
    with empty.read() as connection:
        changes = connection.execute(
            select(change.c.who, change.c.by_link).order_by(change.c.id)
        ).all()
        requests = connection.execute(
            select(answer_request.c.closed_by, answer_request.c.by_link).order_by(
                answer_request.c.id
            )
        ).all()
    assert changes == [(who, by_link) for _, who, by_link in OLD_PEOPLE]
    assert requests == [*changes, (None, False)]
    assert [who_in_words(who, by_link=by_link) for who, by_link in changes] == [
        shown for shown, _, _ in OLD_PEOPLE
    ]
    for statement in (update(change).values(who="somebody else"), delete(change)):
        with pytest.raises(DBAPIError, match=REFUSAL), empty.write() as connection:
            connection.execute(statement)


def test_a_database_is_brought_up_to_date_once(empty: Database) -> None:
    assert is_empty(empty)
    assert migrate(empty) is True
    assert not is_empty(empty)
    assert migrate(empty) is False
    require_current(empty)


def test_programs_that_start_together_make_the_tables_once(empty_url: str) -> None:
    def start() -> bool:
        mine = open_database(empty_url)
        try:
            return migrate(mine)
        finally:
            mine.close()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(start) for _ in range(4)]:
            done.result(timeout=PATIENCE)
    opened = open_database(empty_url)
    assert tables(opened) == {*metadata.tables, "alembic_version"}
    with opened.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [
            (SCHEMA,)
        ]
    opened.close()


@pytest.mark.parametrize("make", [migrate, migrating._upgrade])
def test_a_migration_that_fails_leaves_nothing_behind(
    empty: Database, make: Callable[[Database], object]
) -> None:
    def fails(*given: Any) -> None:
        if "CREATE TABLE ledger" in given[2]:
            raise RuntimeError("the power went")

    event.listen(empty.engine, "before_cursor_execute", fails)
    with pytest.raises(RuntimeError, match="the power went"):
        make(empty)
    event.remove(empty.engine, "before_cursor_execute", fails)
    assert tables(empty) == set()
    assert migrate(empty) is True


def test_what_a_newer_program_wrote_is_left_alone(database: Database) -> None:
    set_version(database, "9999")
    for use in (migrate, require_current):
        with pytest.raises(NewerDatabaseError) as refused:
            use(database)
        assert str(refused.value) == (
            f"The database {database.name} was written by a newer boardcal (its tables are at "
            f"9999, this program knows {SCHEMA}); nothing was changed. Install the newer one."
        )
    with database.read() as connection:
        assert schema_of(connection) == "9999"


def test_what_an_older_program_wrote_asks_to_be_migrated(database: Database) -> None:
    set_version(database, "0000")
    with pytest.raises(DatabaseError) as refused:
        require_current(database)
    assert str(refused.value) == (
        f"The database {database.name} was written by an older boardcal; run `boardcal migrate` "
        "to bring it up to date."
    )


@pytest.mark.parametrize(
    "theirs",
    [
        "CREATE TABLE wp_posts (id INTEGER PRIMARY KEY, title TEXT)",
        "CREATE TABLE board (id INTEGER PRIMARY KEY)",
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    ],
)
def test_what_another_program_wrote_is_left_alone(empty: Database, theirs: str) -> None:
    run(empty, theirs)
    before = shape(empty)
    with pytest.raises(DatabaseError) as refused:
        migrate(empty)
    assert str(refused.value) == (
        f"The database {empty.name} holds tables of another program; nothing was changed. Give "
        "boardcal a database of its own as database.url."
    )
    assert shape(empty) == before


def test_a_migrated_database_holds_no_board_yet(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(select(board)).all() == []


def test_two_first_starts_at_once_make_one_installation(empty_url: str, tmp_path: Path) -> None:
    loaded = LoadedSettings(
        settings=Settings.model_validate({"database": {"url": empty_url}}),
        file=None,
        folder=tmp_path,
        variables=(),
    )

    def start(_: int) -> tuple[str, int]:
        with (
            opened(loaded, system_clock) as installation,
            installation.database.read() as connection,
        ):
            return installation_id(connection), len(boards(connection))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(start, range(4)))
    assert len(set(found)) == 1
    assert found[0][1] == 1


def test_an_account_that_was_disabled_before_has_nothing_to_come_back_to(empty: Database) -> None:
    make_at(empty, "0014")
    then = "2018-01-01T08:00:00.000000+00:00"
    made = {"then": then}
    with empty.write() as connection:
        connection.execute(text("INSERT INTO board (id, name) VALUES ('lscb', 'LSCB')"))
        for number, disabled in ((1, None), (2, then)):
            of_account = made | {"id": number, "email": f"{number}@x.org", "disabled": disabled}
            for statement in (
                (
                    "INSERT INTO account (id, email, password, made_at, made_by, disabled_at) "
                    "VALUES (:id, :email, 'hash', :then, 'test', :disabled)"
                ),
                "INSERT INTO account_role (account_id, board, role) VALUES (:id, '*', 'admin')",
                (
                    "INSERT INTO session (digest, account_id, begun_at, seen_at) "
                    "VALUES (:email, :id, :then, :then)"
                ),
                (
                    "INSERT INTO setup_link (digest, account_id, expires_at) "
                    "VALUES (:email, :id, :then)"
                ),
            ):
                connection.execute(text(statement), of_account)
        for kind, subject, who in OLD_FEEDS:
            connection.execute(
                text(
                    "INSERT INTO feed (digest, board, kind, subject, made_at, made_by) "
                    "VALUES (:digest, 'lscb', :kind, :subject, :then, :who)"
                ),
                made
                | {"digest": kind + subject + who, "kind": kind, "subject": subject}
                | {"who": who},
            )
    migrate(empty)
    with empty.read() as connection:
        one, two = accounts(connection)
        assert (dict(one.roles), one.has_password) == ({"*": "admin"}, True)
        assert (dict(two.roles), two.has_password) == ({}, False)
        for table in (session, setup_link):
            assert connection.execute(select(table.c.account_id)).scalars().all() == [1]
        usable = [(row.kind, row.subject, row.made_by) for row in feeds_of(connection, "lscb")]
    assert set(usable) == {each for each in OLD_FEEDS if each not in OLD_FEEDS_OF_TWO}
