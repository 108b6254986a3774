"""Planners written out: importing what was exported gives the same content, and it reads well."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.export import toml_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.reader import read_planner
from boardcal.core.characters import DIRECTION_MARKS
from boardcal.tests.fuzz import law

LAW = law(40)
CUMBRIA = resources.files("boardcal.calendar") / "planners" / "cumbria-lscb-2017-20.toml"
BODIES = ("lscb", "group", "pmqag", "s.11-audit")
EVENTS = ("review-published", "accepted")
MONTHS = ("January", "March", "May", "July", "September", "November")

visible = st.characters(
    exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="".join(DIRECTION_MARKS)
)
awkward = st.sampled_from(["\"", "'", '"""', "'''", "\\", "\\n", "\\u0041", "#", "]", "}", "=",
                           "é", "☎", "\u00a0", "\ufeff", "{{x}}", "%s", "<b>", "–"])  # fmt: skip
lines = (
    st.lists(st.one_of(st.text(visible, max_size=8), awkward), min_size=1, max_size=8)
    .map(" ".join)
    .filter(str.strip)
)
cells = st.lists(st.one_of(lines, st.just("\t"), st.just("")), min_size=1, max_size=4).map(
    "\n".join
).filter(str.strip)  # fmt: skip
dates = st.dates(date(2017, 1, 1), date(2021, 12, 31))
addresses = st.sampled_from(
    [
        *("chair@example.org", "O'Neil+lscb@Example.ORG", "a_b@bücher.example"),
        *("Dr Jo Example <chair@example.org>", '"Example, Jo (\\"JE\\")" <chair@example.org>'),
    ]
)
stated = st.sampled_from(["8 March 2018", "July 2018", "Autumn 2019", "winter 2018", "1 May 2020"])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A table with any of these keys."""
    return st.fixed_dictionaries({}, optional={key.replace("__", "-"): value
                                               for key, value in fields.items()})  # fmt: skip


def one_or_list(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    """A value alone, or a list of different ones."""
    return values | st.lists(values, min_size=1, max_size=most, unique=True)


def with_(always: dict[str, Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return some(**fields).map(lambda extra: {**always, **extra})


dated = st.builds(
    lambda address, span, keys: {"address": address, **{
        key: day for key, day in zip(("from", "to"), sorted(span), strict=True) if key in keys
    }},
    addresses,
    st.tuples(dates, dates),
    st.sampled_from([(), ("from",), ("to",), ("from", "to")]),
)  # fmt: skip
holders = addresses | st.lists(addresses | dated, min_size=1, max_size=3)
months = st.lists(st.sampled_from(MONTHS), min_size=1, max_size=4, unique=True)

at_meeting = st.one_of(
    with_({"meeting": "lscb"}, papers=st.integers(0, 60)),
    with_({"meeting": "lscb"}, months=months),
    with_({"meeting": "lscb", "last_in": "half-year"}, papers=st.integers(0, 60)),
    with_({"meeting": "lscb", "every": 2, "from": "December 2017"}, papers=st.integers(0, 60)),
)
cadences = st.one_of(
    at_meeting,
    months.flatmap(lambda found: with_({"months": found}, day=st.integers(1, 31))),
    st.integers(1, 120).flatmap(
        lambda n: with_({"every_months": n, "from": "May 2018"}, day=st.integers(1, 31))
    ),
    st.just({"rrule": "FREQ=MONTHLY;BYDAY=1MO", "from": date(2018, 1, 1)}),
)
whens = st.one_of(
    cadences,
    one_or_list(stated).flatmap(lambda found: with_({"by": found}, review=cadences)),
    cadences.map(lambda cadence: {"review": cadence}),
    st.sampled_from(EVENTS).flatmap(lambda name: with_({"after": name}, days=st.integers(0, 260))),
    st.just({"as_required": True}),
    lines.map(lambda why: {"undecided": why}),
)
changes = st.sampled_from([
    [],
    [{"moved": date(2018, 3, 8), "to": date(2018, 3, 15)}],
    [{"cancelled": date(2018, 5, 10)}, {"cancelled": date(2018, 7, 12),
                                        "decided": date(2018, 7, 1)}],
    [{"added": date(2018, 6, 14)}, {"added": date(2018, 6, 21), "extraordinary": True},
     {"moved": date(2018, 6, 14), "to": date(2018, 6, 28)}],
])  # fmt: skip
meets = with_(
    {"months": list(MONTHS)},
    time=st.sampled_from(["09:30-12:30", "9:00 – 10:00"]),
    assumed=lines,
).flatmap(
    lambda found: st.sampled_from(["second Thursday", ["second Thursday", "last Friday"]]).map(
        lambda day: {"day": day, **found}
    )
)
kinds = st.sampled_from(["group", "subgroup", "partner", "post"])
roles = {"chair": holders, "vice__chair": holders, "administrator": holders, "assumed": lines,
         "lead": lines, "short": lines, "also": st.lists(lines, max_size=3)}  # fmt: skip
sharing = {"to": one_or_list(st.sampled_from(BODIES)), "assumed": cells, "doubt": cells,
           "steps": st.just([-10, -5, 0, 5]), "from": st.just(date(2017, 1, 1)),
           "until": st.just(date(2090, 1, 1))}  # fmt: skip


@st.composite
def obligations(draw: st.DrawFn, kind: str, ids: list[str]) -> list[dict[str, Any]]:
    found = []
    for ref in ids:
        entry = {
            "id": ref,
            "title": draw(lines),
            "owner": draw(one_or_list(st.sampled_from(BODIES[1:]))),
            "when": draw(whens),
            "quote": draw(cells),
            **draw(some(**sharing)),
        }
        if kind == "report":
            entry |= {"row": draw(lines), **draw(some(nothing_to_report=st.booleans()))}
        else:
            entry |= {"number": draw(lines), "section": draw(lines), "action": draw(cells)}
            entry |= draw(some(outcome=cells, note=lines))
        found.append(entry)
    return found


@st.composite
def contents(draw: st.DrawFn) -> PlannerFile:
    """The content of a planner file with everything that may stand in one."""
    bodies = [{"id": ref, "name": draw(lines), "kind": draw(kinds), **draw(some(**roles))}
              for ref in BODIES]  # fmt: skip
    bodies[0] |= {"kind": "board", "secretariat": "secretariat@example.org", "meets": draw(meets),
                  "meeting": draw(changes)}  # fmt: skip
    refs = draw(st.lists(st.sampled_from(["a", "s11-march", "1.1", "1.10", "13.2-b", "2018"]),
                         max_size=5, unique=True))  # fmt: skip
    half = draw(st.integers(0, len(refs)))
    document = {
        "board": {"id": "lscb", "name": draw(lines), "business_group": "group"},
        "plan": {"title": draw(lines), "source": draw(lines), "from": date(2017, 1, 1),
                 "to": date(2090, 1, 1), **draw(some(assumed=lines))},
        "body": bodies,
        "event": [{"id": ref, "title": draw(lines)} for ref in EVENTS],
        "report": draw(obligations("report", refs[:half])),
        "action": draw(obligations("action", refs[half:])),
        "promise": draw(st.lists(st.builds(lambda text, where: {"text": text, "where": where},
                                           lines, lines), max_size=2)),
        "working_days": draw(some(closed=st.lists(dates, max_size=3),
                                  open=st.lists(dates, max_size=3))),
    }  # fmt: skip
    return PlannerFile.model_validate(document)


@LAW
@given(contents())
def test_importing_what_was_exported_gives_the_same_content(content: PlannerFile) -> None:
    text = toml_of(content)
    again = read_planner(text.encode(), "export.toml")
    assert again == content
    assert toml_of(again) == text


def cumbria() -> PlannerFile:
    return read_planner(CUMBRIA.read_bytes(), "cumbria.toml")


def test_importing_the_export_of_cumbria_gives_cumbria() -> None:
    assert read_planner(toml_of(cumbria()), "export.toml") == cumbria()


def test_the_export_of_cumbria_says_what_the_file_says_in_the_same_words() -> None:
    exported = tomllib.loads(toml_of(cumbria()))
    original = tomllib.loads(CUMBRIA.read_text(encoding="utf-8"))
    del original["working_days"]  # which says nothing
    assert exported == original


def test_an_export_reads_as_a_secretariat_would_write_it(right: str) -> None:
    assert toml_of(read_planner(right, "planner.toml")) == right


@pytest.fixture
def right() -> str:
    """A planner as the secretariat would write it."""
    return '''\
format = 1

[board]
id = "lscb"
name = "Cumbria LSCB"
business_group = "lscb"

[plan]
title = "Business Plan 2017-20"
source = "Published 31 October 2017"
from = 2017-10-31
to = 2020-10-31

[working_days]
closed = [2017-12-27, 2017-12-28]

[[body]]
id = "lscb"
name = "Cumbria LSCB"
kind = "board"
also = ["CLSCB"]
chair = "lscb.chair@example.org"
vice-chair = ["old@example.org", { address = "new@example.org", from = 2018-04-01 }]
administrator = [{ address = "admin@example.org", to = 2018-12-31 }]
secretariat = "secretariat@example.org"

[body.meets]
day = "second Thursday"
months = ["January", "March"]
time = "09:30-12:30"

[[body.meeting]]
moved = 2018-03-08
to = 2018-03-15

[[body.meeting]]
added = 2018-04-12
extraordinary = true

[[body]]
id = "pmqag"
name = "PMQAG"
kind = "subgroup"

[[event]]
id = "accepted"
title = "The LSCB accepts the report"

[[report]]
id = "s11-march"
title = 'The "S.11" report'
row = "S.11 Audit"
owner = "pmqag"
to = "lscb"
when = { meeting = "lscb", months = ["March"], papers = 5 }
steps = [-10, 0, 5]
quote = """
First line, with "quotes" and a backslash: \\\\
Second line
"""
assumed = """It's read as "every March"."""
nothing_to_report = true

[[report]]
id = "findings"
title = "Findings"
row = "Survey"
owner = ["lscb", "pmqag"]
when = { after = "accepted" }
quote = "Findings"

[[action]]
id = "1.1"
number = "1.1"
title = "Review"
section = "1. LSCB"
owner = "pmqag"
when = { by = "January 2018", review = { meeting = "lscb", last_in = "quarter" } }
quote = "January 2018 and ongoing"
action = "Review it"
note = "linked to 4.5"

[[promise]]
text = "An annual report"
where = "Section 4"
'''
