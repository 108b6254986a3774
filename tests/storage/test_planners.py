from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from boardcal.calendar.planner.diff import differences
from boardcal.calendar.planner.entries import digest_of
from boardcal.calendar.planner.export import toml_of
from boardcal.calendar.planner.reader import read_planner
from boardcal.core.addresses import parse_address
from boardcal.core.validation.problems import FileProblems
from boardcal.operations.planner.change import checked_content
from boardcal.storage.backup.copy import empty_copy
from boardcal.storage.boards import board_row, boards
from boardcal.storage.database.engine import Database
from boardcal.storage.planners import (
    PlannerCache,
    UnknownBoardError,
    content_of,
    last_import,
    save_content,
    store_planner,
)
from boardcal.storage.schema.planner import board, planner_entry
from boardcal.tests.factories import (
    at,
    checked,
    cumbria,
    make_document,
    make_planner,
    make_report,
    with_body,
)
from boardcal.tests.fuzz import law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.calendar.planner.model import Planner

NOW = at("2017-11-01")


def store(database: Database, content: PlannerFile, source: str = "planner.toml") -> None:
    with database.write() as connection:
        store_planner(connection, content, source=source, who="secretariat", now=NOW)


def stored(database: Database, board_id: str = "lscb") -> PlannerFile | None:
    with database.read() as connection:
        return content_of(connection, board_id)


def revisions(database: Database) -> dict[str, int]:
    with database.read() as connection:
        rows = connection.execute(select(planner_entry)).all()
    return {f"{row.kind} {row.id}": row.revision for row in rows}


def written(content: PlannerFile) -> PlannerFile:
    """What an export of `content` gives when it is read again."""
    return read_planner(toml_of(content), "export.toml")


# Stored and read


def test_the_cumbria_planner_comes_back_as_it_was(database: Database) -> None:
    content = cumbria()
    store(database, content)
    assert stored(database) == content
    assert written(content) == content


def test_storing_it_again_changes_no_revision_of_an_entry(database: Database) -> None:
    store(database, make_planner())
    before = revisions(database)
    store(database, make_planner())
    assert revisions(database) == before
    assert set(before.values()) == {1}


def test_only_what_changed_gets_a_new_revision(database: Database) -> None:
    one, other = make_report("one"), make_report("other")
    store(database, make_planner(report=[one, other]))
    store(database, make_planner(report=[one, other | {"title": "Another title"}]))
    raised = {name for name, revision in revisions(database).items() if revision == 2}
    assert raised == {"report other"}


def test_entries_keep_the_order_of_the_file(database: Database) -> None:
    reports = [make_report(name) for name in ("b", "a", "c")]
    store(database, make_planner(report=reports))
    store(database, make_planner(report=list(reversed(reports))))
    content = stored(database)
    assert content is not None
    assert [each.id for each in content.report] == ["c", "a", "b"]


def test_each_import_raises_the_boards_revision_so_that_it_is_planned_anew(
    database: Database,
) -> None:
    store(database, make_planner())
    store(database, make_planner(report=[make_report("other")]))
    with database.read() as connection:
        row = board_row(connection, "lscb")
    assert row is not None
    assert (row.planner_revision, row.planned_revision) == (2, 0)


def test_an_import_that_fails_changes_nothing(database: Database) -> None:
    store(database, make_planner())
    with pytest.raises(RuntimeError), database.write() as connection:
        _store_and_fail(connection)
    assert stored(database) == make_planner()
    with database.read() as connection:
        assert last_import(connection, "lscb") == (digest_of(make_planner()), "planner.toml")


def _store_and_fail(connection: Any) -> None:
    content = make_planner(report=[])
    store_planner(connection, content, source="broken.toml", who="secretariat", now=NOW)
    raise RuntimeError("the power went")


def test_two_boards_are_kept_apart(database: Database) -> None:
    report = make_report("plan", to="ctb", when={"by": "July 2018"})
    lscb, ctb = make_planner(), make_planner("ctb", report=[report])
    store(database, lscb)
    store(database, ctb)
    with database.read() as connection:
        assert [row.id for row in boards(connection)] == ["ctb", "lscb"]
    assert (stored(database), stored(database, "ctb")) == (lscb, ctb)


def test_a_board_that_is_not_there_has_no_content(database: Database) -> None:
    assert stored(database) is None
    with database.read() as connection:
        assert board_row(connection, "lscb") is None
        assert last_import(connection, "lscb") is None


def test_the_last_import_says_what_was_imported_and_from_where(database: Database) -> None:
    store(database, make_planner(), "first.toml")
    store(database, make_planner(report=[]), "second.toml")
    with database.read() as connection:
        imported = last_import(connection, "lscb")
    assert imported == (digest_of(make_planner(report=[])), "second.toml")


# Digests


def test_a_file_that_only_looks_different_has_the_same_digest() -> None:
    plain = """
[board]
id = "lscb"
name = "LSCB"
[plan]
title = "Plan"
source = "Plan"
from = 2017-10-31
to = 2020-10-31
[[body]]
id = "lscb"
name = "LSCB"
kind = "board"
secretariat = "secretariat@example.org"
[[report]]
id = "s11"
title = "S.11"
row = "S.11 Audit"
owner = "lscb"
when = { by = "July 2018" }
quote = "July 2018"
"""
    dressed = """
# With a remark, other quotes, other order and lists where one value would do.
format = 1
[plan]
from = 2017-10-31
to = 2020-10-31
source = 'Plan'
title = 'Plan'

[board]
name = '''LSCB'''
id = "lscb"

[[body]]
kind = "board"
name = "LSCB"
id = "lscb"
lead = "chair"
secretariat = [{ address = "secretariat@example.org" }]

[[report]]
id = "s11"
row = "S.11 Audit"
title = "S.11"
quote = '''
July 2018'''
owner = ["lscb"]
to = []
when.by = ["July  2018"]
"""
    assert digest_of(read_planner(plain, "a")) == digest_of(read_planner(dressed, "b"))


@pytest.mark.parametrize(
    "change",
    [
        {"report": []},
        {"report": [make_report(title="Another")]},
        {"report": [make_report(when={"meeting": "lscb", "months": ["May"]})]},
        {"working_days": {"closed": [date(2018, 1, 2)]}},
        {"promise": [{"text": "an annual report", "where": "page 9"}]},
    ],
)
def test_other_content_has_another_digest(change: dict[str, Any]) -> None:
    assert digest_of(make_planner(**change)) != digest_of(make_planner())


# The cache


def test_a_planner_is_read_once_for_each_revision(database: Database) -> None:
    store(database, make_planner())
    planners = PlannerCache()

    def get() -> Planner:
        with database.read() as connection:
            row = board_row(connection, "lscb")
            assert row is not None
            return planners.get(connection, row)

    first = get()
    assert get() is first
    store(database, make_planner(report=[make_report("other")]))
    second = get()
    assert second is not first
    assert [report.ref for report in second.reports] == ["other"]


def test_a_board_without_a_planner_is_a_sentence(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(board).values(id="ctb", name="CTB"))
        row = board_row(connection, "ctb")
        assert row is not None
        with pytest.raises(UnknownBoardError) as refused:
            PlannerCache().get(connection, row)
    assert str(refused.value) == 'There is no planner for the Board "ctb"; import one.'


def test_a_changed_planner_keeps_the_go_live_of_its_board(database: Database) -> None:
    store(database, make_planner())
    with database.write() as connection:
        connection.execute(update(board).values(go_live=date(2017, 11, 1)))
        save_content(connection, make_planner(report=[]))
        row = board_row(connection, "lscb")
    assert row is not None
    assert row.go_live == date(2017, 11, 1)


# Stored domains that IDNA 2008 would not make, each with the words that a file may have had.
OLDER_DOMAINS = {
    "ab--cd.org": "ab--cd.org",
    "xn--n3h.net": "☃.net",
    "xn--ab-0ea.org": "a·b.org",
    f"{'.'.join(['xn--tda' + 'a' * 49] * 3)}.org": f"{'.'.join(['ü' * 50] * 3)}.org",
}


@pytest.mark.parametrize("domain", OLDER_DOMAINS)
def test_a_stored_address_is_read_and_sent_to_whatever_a_file_may_say_by_now(
    database: Database, domain: str
) -> None:
    address = f"chair@{domain}"
    store(database, make_planner())
    with database.write() as connection:
        stored = select(planner_entry.c.document).where(planner_entry.c.id == "pmqag")
        document = connection.execute(stored).scalar_one() | {"chair": address}
        connection.execute(
            update(planner_entry).where(planner_entry.c.id == "pmqag").values(document=document)
        )
        content = content_of(connection, "lscb")
    assert content is not None
    (body,) = (body for body in content.body if body.id == "pmqag")
    assert [holder.address for holder in body.chair] == [address]
    assert parse_address(address).address == address


@pytest.mark.parametrize("domain", [text for text in OLDER_DOMAINS.values() if not text.isascii()])
def test_a_file_that_writes_such_a_domain_in_unicode_is_told(domain: str) -> None:
    with pytest.raises(FileProblems, match=r"is not a domain|is longer than"):
        checked_content(with_body(make_document(), "pmqag", chair=f"chair@{domain}"))


# import(export(x)) = x, through the database

WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs")), min_size=1
).filter(lambda text: bool(text.strip()))
CELLS = st.one_of(WORDS, st.sampled_from(["a\nb\n\tc", '"""', "'''", "\\", "a\\\n b", "x = 1 # y"]))
DAYS = st.dates(date(2017, 11, 1), date(2020, 10, 30))
MONTHS = st.sampled_from(["January", "March", "May", "July", "September", "November"])
WHENS = st.one_of(
    st.builds(
        lambda months: {"meeting": "lscb", "months": months},
        st.lists(MONTHS, min_size=1, unique=True),
    ),
    st.builds(
        lambda span, papers: {"meeting": "business-group", "last_in": span, "papers": papers},
        st.sampled_from(["quarter", "half-year", "year"]),
        st.integers(0, 60),
    ),
    st.builds(
        lambda n: {"meeting": "lscb", "every": n, "from": "December 2017"}, st.integers(2, 50)
    ),
    st.just({"meeting": "lscb"}),
    st.builds(lambda months: {"months": months}, st.lists(MONTHS, min_size=1, unique=True)),
    st.builds(
        lambda n, day: {"every_months": n, "from": "June 2018", "day": day},
        st.integers(1, 12),
        st.integers(1, 31),
    ),
    st.builds(lambda day: {"rrule": "FREQ=YEARLY", "from": day}, DAYS),
    st.builds(lambda day: {"by": day.strftime("%B %Y")}, DAYS),
    st.just({"by": ["November 2017", "Autumn 2019"], "review": {"meeting": "lscb"}}),
    st.just({"review": {"meeting": "business-group", "last_in": "quarter"}}),
    st.builds(lambda days: {"after": "published", "days": days}, st.integers(0, 260)),
    st.just({"as_required": True}),
    st.builds(lambda why: {"undecided": why}, WORDS),
)
STEPS = st.none() | st.lists(st.integers(-60, 60), min_size=1, unique=True).map(sorted)


def _report(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": st.just(f"r.{number}-b"),
            "title": WORDS,
            "row": WORDS,
            "owner": st.sampled_from(["pmqag", "lscb", ["pmqag", "business-group"]]),
            "when": WHENS,
            "quote": CELLS,
        },
        optional={
            "to": st.sampled_from(["lscb", ["lscb", "business-group"]]),
            "assumed": CELLS,
            "doubt": CELLS,
            "nothing_to_report": st.booleans(),
            "steps": STEPS,
            "from": DAYS,
        },
    )


def _action(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": st.just(f"{number}.10"),
            "title": WORDS,
            "number": st.sampled_from(["1.1", "1.10"]),
            "section": WORDS,
            "action": CELLS,
            "owner": st.just("pmqag"),
            "when": WHENS,
            "quote": CELLS,
        },
        optional={"outcome": CELLS, "note": WORDS},
    )


HOLDERS = st.lists(
    st.fixed_dictionaries(
        {
            "address": st.sampled_from(
                ["a@example.org", "B.o'c@example.org", "c+d@xn--bcher-kva.example"]
            )
        },
        optional={"from": DAYS},
    ),
    max_size=3,
)
CHANGES = st.sampled_from(
    [
        [],
        [{"moved": date(2018, 3, 8), "to": date(2018, 3, 15)}],
        [{"cancelled": date(2018, 5, 10), "decided": date(2018, 5, 1)}],
        [{"added": date(2018, 4, 12), "extraordinary": True}, {"added": date(2018, 6, 12)}],
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Planner files of every shape, with texts that a careless writer would break on."""
    document = make_document(
        event=[{"id": "published", "title": draw(WORDS)}],
        report=[draw(_report(number)) for number in range(draw(st.integers(0, 3)))],
        action=[draw(_action(number)) for number in range(draw(st.integers(0, 2)))],
        promise=[{"text": draw(WORDS), "where": draw(WORDS)}],
        working_days={"closed": draw(st.lists(DAYS, unique=True, max_size=3))},
    )
    document = with_body(
        document, "pmqag", chair=draw(HOLDERS), name=draw(WORDS), short=draw(WORDS)
    )
    return with_body(document, "lscb", meeting=draw(CHANGES))


@pytest.fixture(scope="module")
def memory() -> Iterator[Database]:
    database = empty_copy()
    yield database
    database.close()


@law(40)
@given(documents(), documents())
def test_what_is_imported_is_what_an_export_gives_back(
    memory: Database, first: dict[str, Any], second: dict[str, Any]
) -> None:
    before, after = _accepted(first), _accepted(second)
    store(memory, before)
    store(memory, after)
    kept = stored(memory)
    assert kept == after
    exported = written(kept)
    assert exported == after
    assert differences(kept, exported) == []
    assert digest_of(exported) == digest_of(after)
    assert (differences(before, after) == []) == (digest_of(before) == digest_of(after))


def _accepted(document: dict[str, Any]) -> PlannerFile:
    try:
        return checked(document)
    except ValueError:
        assume(False)
        raise
