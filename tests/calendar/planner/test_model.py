"""Bodies and who holds their roles on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.model import Body, BodyKind
from boardcal.calendar.planner.roles import RoleHolder, RoleName
from boardcal.tests.fuzz import law

LAW = law(100)
CHAIR, DEPUTY = RoleName.CHAIR, RoleName.VICE_CHAIR
APRIL, MARCH = date(2018, 4, 1), date(2018, 3, 31)

spans = st.tuples(
    st.one_of(st.none(), st.dates(date(2017, 1, 1), date(2018, 12, 31))),
    st.one_of(st.none(), st.integers(0, 400)),
)


def holder(address: str, starts: date | None = None, ends: date | None = None) -> RoleHolder:
    return RoleHolder(role=CHAIR, address=address, starts=starts, ends=ends)


def chaired_by(*holders: RoleHolder) -> Body:
    return Body(id="pmqag", name="PMQAG", short="PMQAG", kind=BodyKind.SUBGROUP, holders=holders)


OLD, NEW = holder("old@example.org", ends=MARCH), holder("new@example.org", starts=APRIL)


@pytest.mark.parametrize(
    ("holders", "day", "address"),
    [
        ([OLD, NEW], MARCH, "old@example.org"),
        ([OLD, NEW], APRIL, "new@example.org"),
        ([NEW, OLD], APRIL, "new@example.org"),
        ([OLD], APRIL, None),
        ([NEW], MARCH, None),
        ([], APRIL, None),
        ([holder("always@example.org")], date(1999, 1, 1), "always@example.org"),
        ([holder("always@example.org"), NEW], APRIL, "new@example.org"),
        ([NEW, holder("always@example.org")], MARCH, "always@example.org"),
    ],
)
def test_of_several_who_hold_a_role_the_one_appointed_last_counts(
    holders: list[RoleHolder], day: date, address: str | None
) -> None:
    assert chaired_by(*holders).holder_on(CHAIR, day) == address


def test_another_role_is_held_by_others() -> None:
    assert chaired_by(NEW).holder_on(DEPUTY, APRIL) is None


@LAW
@given(st.lists(spans, max_size=5), st.dates(date(2017, 1, 1), date(2019, 12, 31)))
def test_a_role_is_vacant_only_where_no_holder_holds_it(
    dated: list[tuple[date | None, int | None]], day: date
) -> None:
    holders = [
        holder(f"{number}@example.org", starts, _end(starts, length))
        for number, (starts, length) in enumerate(dated)
    ]
    holding = {each.address for each in holders if each.holds_on(day)}
    found = chaired_by(*holders).holder_on(CHAIR, day)
    assert found in holding if holding else found is None


def _end(starts: date | None, length: int | None) -> date | None:
    if length is None:
        return None
    return (starts or date(2018, 1, 1)) + timedelta(days=length)
