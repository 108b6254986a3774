"""Who holds which role of a body, and when, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ...calendar.planner.model import Body
from ...calendar.planner.roles import RoleHolder, RoleName
from ...calendar.rules.date_text import long_date


class Tenure(StrEnum):
    """Whether a role was held, is held, or will be."""

    PAST = "past"
    PRESENT = "present"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderLine:
    """A holder of a role. `words` say from when to when ("since 1 April 2018"), or "".

    `name` is what the person is called, "" where the planner does not say it.
    """

    address: str
    name: str
    when: Tenure
    words: str
    starts: date | None
    ends: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """A role of a body, by the name it has there ("chair", "contact"), and all its holders."""

    role: RoleName
    name: str
    holders: tuple[HolderLine, ...]
    is_vacant: bool


def role_lines(body: Body, today: date, *, owes: bool) -> Iterator[RoleLine]:
    """The roles that are held, were or will be; the lead's also where it is missed."""
    for role in RoleName:
        holders = [holder for holder in body.holders if holder.role is role]
        vacant = body.holder_on(role, today) is None
        if holders or (role is RoleName.CHAIR and owes):
            yield RoleLine(
                role=role,
                name=role_name(body, role),
                holders=tuple(_line(holder, today) for holder in sorted(holders, key=begin_of)),
                is_vacant=vacant,
            )


def role_name(body: Body, role: RoleName) -> str:
    """What a role is called there: "contact" where that is what leads it."""
    return body.lead if role is RoleName.CHAIR else role.value


def begin_of(holder: RoleHolder) -> date:
    """What to sort holders by."""
    return holder.starts or date.min


def _line(holder: RoleHolder, today: date) -> HolderLine:
    return HolderLine(
        address=holder.address,
        name=holder.name,
        when=when_held(holder, today),
        words=held_words(holder, today),
        starts=holder.starts,
        ends=holder.ends,
    )


def when_held(holder: RoleHolder, today: date) -> Tenure:
    """Whether a holder is a past, present or future one."""
    if holder.ends is not None and holder.ends < today:
        return Tenure.PAST
    return Tenure.PRESENT if holder.holds_on(today) else Tenure.FUTURE


def held_words(holder: RoleHolder, today: date) -> str:
    """ "since 1 April 2018", "from 1 April 2018 to 31 March 2019", "until 31 March 2019"."""
    if holder.starts is None:
        return "" if holder.ends is None else f"until {long_date(holder.ends)}"
    if holder.ends is not None:
        return f"from {long_date(holder.starts)} to {long_date(holder.ends)}"
    begun = holder.starts <= today
    return f"{'since' if begun else 'from'} {long_date(holder.starts)}"
