"""Who is mailed about a step: people, each once, in their weightiest capacity."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from ...calendar.planner.model import Body, Planner
from ...calendar.planner.roles import RoleName
from ...calendar.rules.escalation import Level, Policy, Step, levels_of
from ...wording.names import named
from ...wording.stand_ins import StandIn

# Who stands in where a role is vacant, in this order; the secretariat comes last.
STAND_INS = (RoleName.CHAIR, RoleName.VICE_CHAIR, RoleName.ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person to mail; `stand_in` says why, where the mail is meant for another role."""

    address: str
    level: Level
    stand_in: StandIn | None = None


def recipients(
    planner: Planner,
    owner: str,
    step: Step,
    policy: Policy,
    *,
    day: date,
    away: Collection[str] = (),
) -> list[Recipient]:
    """Who is mailed about `step` of something that `owner` owes, on `day`.

    `away` are addresses that are paused: their roles count as vacant meanwhile.
    """
    by_address: dict[str, Recipient] = {}
    for level in levels_of(step, policy):
        recipient = recipient_at(planner, owner, level, day, away)
        if recipient is not None:
            by_address.setdefault(recipient.address, recipient)
    return list(by_address.values())


def secretariat_on(planner: Planner, day: date, away: Collection[str] = ()) -> str | None:
    """The address of a Board's secretariat on `day`."""
    board = planner.body(planner.board)
    address = None if board is None else board.holder_on(RoleName.SECRETARIAT, day)
    return None if address in away else address


def may_answer(
    planner: Planner, owner: str, address: str, day: date, away: Collection[str] = ()
) -> bool:
    """Whether a person may answer for what `owner` owes, on `day`.

    Its leader and its vice-chair may; the stand-in of either may meanwhile.
    """
    body = planner.body(owner)
    if body is None:
        return False
    if address in (body.holder_on(RoleName.CHAIR, day), body.holder_on(RoleName.VICE_CHAIR, day)):
        return True
    stands_in = _leader(planner, body, Level.OWNER, day, away)
    return stands_in is not None and stands_in.address == address


def roles_of(planner: Planner, address: str, day: date) -> list[tuple[Body, RoleName]]:
    """Every role that a person holds on `day`."""
    return [
        (body, role)
        for body in planner.bodies_naming(address)
        for role in RoleName
        if body.holder_on(role, day) == address
    ]


def recipient_at(
    planner: Planner, owner: str, level: Level, day: date, away: Collection[str]
) -> Recipient | None:
    """The recipient at a level about what `owner` owes, on `day`; None where there is none."""
    match level:
        case Level.OWNER:
            return _leader(planner, planner.body(owner), level, day, away)
        case Level.BOARD:
            return _leader(planner, planner.body(planner.board), level, day, away)
        case Level.BUSINESS:
            group = planner.body(planner.business_group) if planner.business_group else None
            return None if group is None else _leader(planner, group, level, day, away)
        case Level.DEPUTY:
            body = planner.body(owner)
            deputy = None if body is None else _holder(body, RoleName.VICE_CHAIR, day, away)
            return None if deputy is None else Recipient(address=deputy, level=level)
        case Level.SECRETARIAT:
            address = secretariat_on(planner, day, away)
            return None if address is None else Recipient(address=address, level=level)


def _leader(
    planner: Planner, body: Body | None, level: Level, day: date, away: Collection[str]
) -> Recipient | None:
    """Who leads `body`, or who stands in: a vacant role never swallows a mail."""
    if body is not None:
        for role in STAND_INS:
            address = _holder(body, role, day, away)
            if address is not None:
                stand_in = (
                    None if role is RoleName.CHAIR else _stand_in(body, f"its {role.value}", day)
                )
                return Recipient(address=address, level=level, stand_in=stand_in)
    return _last_resort(planner, body, level, day, away)


def _last_resort(
    planner: Planner, body: Body | None, level: Level, day: date, away: Collection[str]
) -> Recipient | None:
    """The secretariat, or the leader of the Board while the secretariat is paused.

    Where everybody is paused it is the secretariat's all the same: a pause of all is a pause of
    the Board, which keeps the mail instead of losing it.
    """
    address, role = secretariat_on(planner, day, away), "the secretariat"
    board = planner.body(planner.board)
    if address is None and board is not None:
        holders = ((_holder(board, name, day, away), name.value) for name in STAND_INS)
        address, name = next((holder for holder in holders if holder[0] is not None), (None, ""))
        role = f"the Board's {name}"
    if address is None:
        address, role = secretariat_on(planner, day), "the secretariat"
    if address is None:
        return None
    stand_in = None if body is None else _stand_in(body, role, day)
    return Recipient(address=address, level=level, stand_in=stand_in)


def _holder(body: Body, role: RoleName, day: date, away: Collection[str]) -> str | None:
    address = body.holder_on(role, day)
    return None if address in away else address


def _stand_in(body: Body, role: str, day: date) -> StandIn:
    is_away = body.holder_on(RoleName.CHAIR, day) is not None
    return StandIn(body=named(body, start=not is_away), lead=body.lead, is_away=is_away, role=role)
