"""What a backup would have given back: a restore ends it again, and names it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RevivedKind(StrEnum):
    """What a backup would have given back."""

    ACCOUNT = "account"
    PASSWORD = "password"  # noqa: S105 - the kind, and no password
    ROLE = "role"
    FEED = "feed"
    LINK = "link"
    # What may have come back unnoticed, for nothing is known of it; without a name.
    UNKNOWN_ACCESS = "unknown_access"
    UNKNOWN_LINKS = "unknown_links"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revived:
    """Something that was ended after a backup was made; `name` is an address or a feed's subject.

    All but links and what is not known was ended again by the restore.
    """

    kind: RevivedKind
    name: str = ""
