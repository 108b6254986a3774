"""The roles that a body gives to people, and who holds one when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RoleName(StrEnum):
    """The roles of a body; the secretariat is a role of the Board itself."""

    CHAIR = "chair"
    VICE_CHAIR = "vice-chair"
    ADMINISTRATOR = "administrator"
    SECRETARIAT = "secretariat"


# The key of each role in a planner file, in the order in which people read them.
ROLES = tuple(role.value for role in RoleName)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolder:
    """Who holds a role of a body, from `starts` to `ends` inclusive (None: open).

    `name` is the person's, as in "Dr Jo Example"; "" where the planner does not say it.
    """

    role: RoleName
    address: str
    name: str = ""
    starts: date | None = None
    ends: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the role is held on `day`."""
        begun = self.starts is None or self.starts <= day
        return begun and (self.ends is None or day <= self.ends)
