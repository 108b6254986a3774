"""Cumbria's bodies against tables written by hand from the Business Plan 2017-20."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib import resources

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.file_schema import PlannerFile

FILE = resources.files("boardcal.calendar") / "planners" / "cumbria-lscb-2017-20.toml"
TEXT = FILE.read_text(encoding="utf-8")
PLANNER = PlannerFile.model_validate(tomllib.loads(TEXT))
BODIES = {body.id: body for body in PLANNER.body}

SUBGROUPS = (
    "policy-procedures communications case-review cdop learning-improvement pmqag education "
    "health hub-board early-help cse-mfh neglect domestic-abuse"
)
PARTNERS = (
    "ctb hwb safer-cumbria corporate-parenting-board channel-panel cwd-partners district-qags "
    "agencies"
)
SERIES = {
    "lscb": ("second Thursday", "January March May July September November", "09:30-12:30"),
    "business-group": ("third Tuesday", "February May August November", "14:00-16:00"),
    "pmqag": ("first Wednesday", "February April June August October December", "10:00-12:00"),
    "cdop": ("third Thursday", "February April June August October December", "10:00-12:00"),
}


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("board", "lscb"),
        ("group", "business-group"),
        ("subgroup", SUBGROUPS),
        ("post", "lscb-chair lscb-team lscb-senior-manager"),
        ("partner", PARTNERS),
    ],
)
def test_the_bodies_of_each_kind_are_those_of_the_plan(kind: str, ids: str) -> None:
    assert [body.id for body in PLANNER.body if body.kind == kind] == ids.split()


def test_there_are_26_bodies_and_13_of_them_are_subgroups() -> None:
    kinds = Counter(str(body.kind) for body in PLANNER.body)
    assert kinds == {"board": 1, "group": 1, "subgroup": 13, "post": 3, "partner": 8}


def test_the_board_is_a_body_and_its_business_group_is_one_too() -> None:
    assert (PLANNER.board.id, PLANNER.board.business_group) == ("lscb", "business-group")


@pytest.mark.parametrize("body", SUBGROUPS.split())
def test_every_subgroup_has_a_chair_and_a_vice_chair(body: str) -> None:
    assert [holder.address for holder in BODIES[body].chair] == [f"{body}.chair@example.org"]
    assert [holder.address for holder in BODIES[body].vice_chair] == [
        f"{body}.vice-chair@example.org"
    ]


@pytest.mark.parametrize("body", ["lscb", "business-group", "lscb-chair"])
def test_one_person_chairs_the_board_and_its_business_group(body: str) -> None:
    assert [holder.address for holder in BODIES[body].chair] == ["lscb.chair@example.org"]


def test_the_secretariat_is_a_role_of_the_board_and_of_nothing_else() -> None:
    having = {body.id: body.secretariat for body in PLANNER.body if body.secretariat}
    assert list(having) == ["lscb"]
    assert [holder.address for holder in having["lscb"]] == ["secretariat@example.org"]
    assert BODIES["lscb-team"].chair[0].address != "secretariat@example.org"


def test_everyone_who_owes_something_can_be_written_to() -> None:
    owners = {owner for each in (*PLANNER.report, *PLANNER.action) for owner in each.owner}
    assert {owner for owner in owners if not BODIES[owner].chair} == set()


def test_every_owner_and_every_audience_is_a_body() -> None:
    entries = (*PLANNER.report, *PLANNER.action)
    named = {body for each in entries for body in (*each.owner, *each.to)}
    assert named - set(BODIES) == set()


def test_the_only_addresses_are_role_mailboxes_under_example_org() -> None:
    mailboxes = re.findall(r"\S*@[^\s\"]*", TEXT)
    assert len(mailboxes) == 42
    assert {mailbox for mailbox in mailboxes if not mailbox.endswith("@example.org")} == set()


def test_four_bodies_have_a_meeting_series_and_each_is_assumed() -> None:
    series = {body.id: body.meets for body in PLANNER.body if body.meets}
    found = {
        body: (" ".join(meets.day), " ".join(meets.months), meets.time)
        for body, meets in series.items()
    }
    assert found == SERIES
    assert all(meets.assumed for meets in series.values())


@pytest.mark.parametrize("body", ["lscb", "business-group", "pmqag", "cdop"])
def test_what_was_assumed_of_a_body_and_of_its_meetings_is_both_kept(body: str) -> None:
    entry = BODIES[body]
    read = planner_of(PLANNER).body(body)
    assert read is not None
    assert entry.meets is not None
    assert read.assumed == f"{entry.assumed} {entry.meets.assumed}"
