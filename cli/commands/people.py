"""`boardcal people`: who holds which role of which body, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import click

from ...calendar.planner.model import Body
from ...calendar.planner.roles import ROLES, RoleHolder, RoleName
from ...calendar.rules.date_text import long_date
from ...operations.planner import roles
from ...operations.planner.change import Edit, EditError, body_named, change_planner
from ...scheduler.installation import Installation
from ...storage.boards import BoardRow
from ...storage.change_kinds import ChangeKind
from ..framework.context import Invocation, asking
from ..framework.param_types import ADDRESS, DAY, NOTE, OneOf
from ..framework.terminal import painted, say, say_lines

INDENT = 2
BODY = click.argument("body")
ROLE = click.argument("role", type=OneOf(ROLES), metavar="ROLE")
ADDRESS_OF = click.argument("address", type=ADDRESS)
BY = click.option("--by", "who", metavar="WHO", type=NOTE, help="Who says so; default: you.")
WHY = click.option("--note", metavar="TEXT", type=NOTE, help="A remark for the record.")


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
@ADDRESS_OF
@click.option("--from", "start", metavar="DAY", type=DAY, help="From when; default: today.")
@BY
@WHY
@click.pass_obj
def appoint(
    invocation: Invocation,
    body: str,
    role: str,
    address: str,
    start: date | None,
    who: str | None,
    note: str | None,
) -> None:
    """Give ROLE of BODY to ADDRESS; who held it until then stops.

    ROLE is chair, vice-chair, administrator or secretariat. Mails go to whoever holds the role
    on the day they are sent.
    """
    with invocation.writing() as installation:
        row, meant = _body(installation, invocation, body)
        day = start or installation.today
        # From a day to come, another may be appointed for that very day already.
        asked = day - timedelta(days=1) if day > installation.today else day
        before = meant.holder_on(RoleName(role), asked)
        _save(
            installation,
            row,
            lambda content: roles.appoint(content, meant.id, RoleName(role), address, day),
            subject=meant.id,
            after=f"{address} is {role} from {day}",
            who=who,
            note=note,
        )
    until = f"; until then it is {before}" if before and day > installation.today else ""
    instead = f", in place of {before}" if before and not until else ""
    say(f"{address} is {role} of {meant.short} from {long_date(day)}{instead}{until}.")


@people.command()
@BODY
@ROLE
@ADDRESS_OF
@click.option("--from", "start", metavar="DAY", type=DAY, help="From when on not; default: today.")
@BY
@WHY
@click.pass_obj
def end(
    invocation: Invocation,
    body: str,
    role: str,
    address: str,
    start: date | None,
    who: str | None,
    note: str | None,
) -> None:
    """End ROLE of BODY for ADDRESS: from the day given they do not hold it any more."""
    with invocation.writing() as installation:
        row, meant = _body(installation, invocation, body)
        day = start or installation.today
        changed = _save(
            installation,
            row,
            lambda content: roles.end_role(content, meant.id, RoleName(role), address, day),
            subject=meant.id,
            after=f"{address} is not {role} from {day}",
            who=who,
            note=note,
        )
    now_held = changed.holder_on(RoleName(role), day)
    vacant = None if now_held else "Nobody holds that role then; its mails go to a stand-in."
    say(
        f"{address} is not {role} of {meant.short} any more from {long_date(day)}.",
        vacant,
    )


def _body(installation: Installation, invocation: Invocation, name: str) -> tuple[BoardRow, Body]:
    with installation.database.read() as connection:
        row = installation.board(connection, invocation.board)
        body_id = body_named(installation.planners.content(connection, row), name)
        body = installation.planners.get(connection, row).body(body_id)
    if body is None:
        raise EditError(f'There is no body "{name}".')
    return row, body


def _save(
    installation: Installation,
    row: BoardRow,
    edit: Edit,
    *,
    subject: str,
    after: str,
    who: str | None,
    note: str | None,
) -> Body:
    """Makes the change; the body as it is then."""
    change_planner(
        installation,
        row,
        edit,
        subject=subject,
        what=ChangeKind.ROLE,
        after=after,
        who=who or asking(),
        why=note,
    )
    with installation.database.read() as connection:
        current = installation.board(connection, row.id)
        body = installation.planners.get(connection, current).body(subject)
    if body is None:
        raise EditError(f'The body "{subject}" is gone.')
    return body


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
        yield f"{' ' * INDENT}{name:14}{holder.address}{_since(holder)}"


def _since(holder: RoleHolder) -> str:
    parts = []
    if holder.starts is not None:
        parts.append(f"from {long_date(holder.starts)}")
    if holder.ends is not None:
        parts.append(f"to {long_date(holder.ends)}")
    return f"  {' '.join(parts)}" if parts else ""
