"""`boardcal people`: who holds which role of which body, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import click

from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Body
from ...calendar.planner.roles import ROLES, RoleHolder, RoleName
from ...calendar.rules.date_text import long_date
from ...core.addresses import Address
from ...operations.planner import roles
from ...operations.planner.change import EditError, body_named, change_planner
from ...scheduler.installation import Installation
from ...storage.boards import BoardRow
from ...storage.change_kinds import ChangeKind
from ..framework.context import Invocation, asking
from ..framework.param_types import ADDRESS, DAY, MAILBOX, REMARK, SAYS_SO, OneOf
from ..framework.terminal import painted, say, say_lines

INDENT = 2
BODY = click.argument("body")
ROLE = click.argument("role", type=OneOf(ROLES), metavar="ROLE")
ADDRESS_OF = click.argument("address", type=ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """A body before and after a role of it changed hands, which is from `day` on."""

    before: Body
    after: Body
    day: date
    today: date


@click.group()
def people() -> None:
    """List who holds which role, appoint somebody, or end a role."""


@people.command("list")
@click.argument("body", required=False)
@click.pass_obj
def list_(invocation: Invocation, body: str | None) -> None:
    """List who holds which role now and later; of one BODY also who did before."""
    with invocation.reading() as installation, installation.database.read() as connection:
        row = installation.board(connection, invocation.board)
        planner = installation.planners.get(connection, row)
        body_id = body and body_named(installation.planners.content(connection, row), body)
        today = installation.today
    owners = {owner for obligation in planner.obligations() for owner in obligation.owners}
    for listed in planner.bodies:
        if body_id in (None, listed.id):
            say_lines(_lines(listed, today, with_past=bool(body_id), owes=listed.id in owners))


@people.command()
@BODY
@ROLE
@click.argument("mailbox", type=MAILBOX, metavar="ADDRESS")
@click.option("--from", "start", metavar="DAY", type=DAY, help="From when; default: today.")
@SAYS_SO
@REMARK
@click.pass_obj
def appoint(invocation: Invocation, /, role: str, mailbox: Address, **options: Any) -> None:
    """Give ROLE of BODY to ADDRESS; who held it until then stops.

    ROLE is chair, vice-chair, administrator or secretariat. Mails go to whoever holds the role
    on the day they are sent. ADDRESS may hold a name: "Dr Jo Example <pmqag.chair@example.org>".
    """
    address = mailbox.address
    edit = partial(roles.appoint, name=mailbox.name)
    change = _change(invocation, edit, role, address, "is", **options)
    day, is_ahead = change.day, change.day > change.today
    # From a day to come, another may be appointed for that very day already.
    before = change.before.holder_on(RoleName(role), day - timedelta(days=is_ahead))
    until = f"; until then it is {before}" if before and is_ahead else ""
    instead = f", in place of {before}" if before and not until else ""
    say(f"{address} is {role} of {change.before.short} from {long_date(day)}{instead}{until}.")


@people.command("take-back")
@BODY
@ROLE
@ADDRESS_OF
@SAYS_SO
@REMARK
@click.pass_obj
def take_back(
    invocation: Invocation,
    body: str,
    role: str,
    address: str,
    who: str | None,
    note: str | None,
) -> None:
    """Take back that ADDRESS is to have ROLE of BODY from a day to come.

    Who held the role until then goes on.
    """
    with invocation.writing() as installation:
        row, before = _body(installation, invocation.board, body)
        starts = _appointed_from(before, RoleName(role), address, installation.today)
        term = (before.id, RoleName(role), address, starts)
        with installation.database.read() as connection:
            earlier = roles.holders_before(connection, row.id, *term)
        change_planner(
            installation,
            row,
            lambda content: roles.take_back(content, *term, earlier=earlier),
            subject=before.id,
            what=ChangeKind.ROLE,
            after=f"{address} is not {role} from {starts} after all",
            who=who or asking(),
            why=note,
        )
        _, after = _body(installation, row.id, before.id)
    then = after.holder_on(RoleName(role), starts)
    day = long_date(starts)
    say(
        f"{address} does not become {role} of {after.short} on {day}.",
        f"{then} is {role} then." if then else "Nobody holds that role then.",
    )


def _appointed_from(body: Body, role: RoleName, address: str, today: date) -> date:
    """The day to come from which a person is appointed. Raises EditError."""
    for holder in body.holders:
        if (holder.role, holder.address) == (role, address) and (holder.starts or today) > today:
            return holder.starts or today
    raise EditError(
        f"{address} is not appointed {role.value} of {body.short} for a day to come; "
        "`boardcal people list` shows who holds which role."
    )


@people.command()
@BODY
@ROLE
@ADDRESS_OF
@click.option("--from", "start", metavar="DAY", type=DAY, help="From when on not; default: today.")
@SAYS_SO
@REMARK
@click.pass_obj
def end(invocation: Invocation, /, role: str, address: str, **options: Any) -> None:
    """End ROLE of BODY for ADDRESS: from the day given they do not hold it any more."""
    change = _change(invocation, roles.end_role, role, address, "is not", **options)
    now_held = change.after.holder_on(RoleName(role), change.day)
    vacant = None if now_held else "Nobody holds that role then; its mails go to a stand-in."
    day = long_date(change.day)
    say(f"{address} is not {role} of {change.before.short} any more from {day}.", vacant)


def _change(
    invocation: Invocation,
    edit: Callable[[PlannerFile, str, RoleName, str, date], PlannerFile],
    role: str,
    address: str,
    becomes: str,
    *,
    body: str,
    start: date | None,
    who: str | None,
    note: str | None,
) -> RoleChange:
    """Makes a change of who holds a role, from `start` or today on."""
    with invocation.writing() as installation:
        row, before = _body(installation, invocation.board, body)
        day = start or installation.today
        change_planner(
            installation,
            row,
            lambda content: edit(content, before.id, RoleName(role), address, day),
            subject=before.id,
            what=ChangeKind.ROLE,
            after=f"{address} {becomes} {role} from {day}",
            who=who or asking(),
            why=note,
        )
        _, after = _body(installation, row.id, before.id)
    return RoleChange(before=before, after=after, day=day, today=installation.today)


def _body(installation: Installation, board: str | None, name: str) -> tuple[BoardRow, Body]:
    with installation.database.read() as connection:
        row = installation.board(connection, board)
        body_id = body_named(installation.planners.content(connection, row), name)
        body = installation.planners.get(connection, row).body(body_id)
    if body is None:
        raise EditError(f'There is no body "{name}".')
    return row, body


def _lines(body: Body, today: date, *, with_past: bool, owes: bool) -> Iterator[str]:
    """A body's role-holders, the one that leads it first."""
    shown = [
        holder
        for holder in body.holders
        if with_past or holder.ends is None or holder.ends >= today
    ]
    vacant = owes and body.holder_on(RoleName.CHAIR, today) is None
    if not shown and not vacant:
        return
    yield painted(f"{body.name} ({body.id})", bold=True)
    if vacant:
        yield f"{' ' * INDENT}{body.lead:14}{painted('nobody at present', fg='red')}"
    for holder in shown:
        name = body.lead if holder.role is RoleName.CHAIR else holder.role.value
        yield f"{' ' * INDENT}{name:14}{_mailbox(holder)}{_since(holder)}"


def _mailbox(holder: RoleHolder) -> str:
    return str(Address(name=holder.name, address=holder.address))


def _since(holder: RoleHolder) -> str:
    parts = []
    if holder.starts is not None:
        parts.append(f"from {long_date(holder.starts)}")
    if holder.ends is not None:
        parts.append(f"to {long_date(holder.ends)}")
    return f"  {' '.join(parts)}" if parts else ""
