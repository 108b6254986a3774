"""What a pause does, in sentences: which mails stop, and who gets an absent person's."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from ...calendar.planner.model import Body, Planner
from ...calendar.planner.roles import RoleName
from ...calendar.rules.escalation import Level
from ...notifications.reminders.recipients import recipient_at, roles_of
from ...storage.pauses import PauseKind

LATER = (
    "What falls due meanwhile is due on the day on which emails begin again.",
    "Reminders of what falls due later are caught up with then, once.",
)


def pause_effects(
    planner: Planner, kind: PauseKind, name: str, *, away: Collection[str], today: date
) -> tuple[str, ...]:
    """What follows where a Board, a body or a person is paused; `away` are paused already."""
    if kind == PauseKind.BOARD:
        return (
            "Until the pause ends only the weekly overview goes out, to the secretariat.",
            *LATER,
        )
    if kind == PauseKind.BODY:
        effect = "Nobody is reminded of what it owes, and nobody is chased, until the pause ends."
        return (effect, *LATER)
    return tuple(_absence(planner, name, {*away, name}, today))


def _absence(planner: Planner, address: str, away: Collection[str], today: date) -> Iterator[str]:
    held = roles_of(planner, address, today)
    if not held:
        yield "They hold no role at present, so no mail comes to them anyway."
    owing = {owner for obligation in planner.obligations() for owner in obligation.owners}
    for body, role in held:
        if role is RoleName.CHAIR:
            if body.id in owing:
                yield _led(planner, body, away, today)
        elif role is RoleName.SECRETARIAT:
            yield "Copies about what is late go to nobody, and the weekly overview waits for them."
        else:
            yield f"No copy comes to them as {role.value} of {body.short}."


def _led(planner: Planner, body: Body, away: Collection[str], today: date) -> str:
    recipient = recipient_at(planner, body.id, Level.OWNER, today, away)
    if recipient is None:
        return f"Nobody stands in at {body.short}: reminders about what it owes reach nobody."
    because = "" if recipient.stand_in is None else recipient.stand_in.to_others().rstrip(".")
    also = "; they are away, too" if recipient.address in away else ""
    return f"{because} ({recipient.address}{also})."
