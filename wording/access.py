"""The record of access as sentences: who signed in, who was refused, what became of accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..core.local_time import LocalTime
from ..storage.accounts.access_kinds import AccessKind, RefusalKind
from ..storage.accounts.accounts import EVERY_BOARD, Role
from ..storage.backup.revived import Revived, RevivedKind
from ..storage.schema.column_types import AnyRow

# One sentence a kind; a test holds that none is missing. `{account}` is whose, `{who}` did it.
DONE = {
    AccessKind.SIGNED_IN: "{account} signed in",
    AccessKind.SIGNED_OUT: "{account} signed out",
    AccessKind.SESSION_ENDED: "{who} signed another browser of {account} out",
    AccessKind.OTHER_SESSIONS_ENDED: "{who} signed all other browsers of {account} out",
    AccessKind.ACCOUNT_ADDED: "{who} made the account {account}",
    AccessKind.ACCOUNT_DISABLED: "{who} disabled the account {account}",
    AccessKind.ROLE_GIVEN: "{who} made {account} {role} of {board}",
    AccessKind.ROLE_REMOVED: "{who} took the role {role} of {board} from {account}",
    AccessKind.LINK_MADE: "{who} made a link with which {account} chooses a password",
    AccessKind.PASSWORD_CHANGED: "{who} gave {account} a new password",
}
REFUSED = {
    RefusalKind.WRONG_PASSWORD: "A wrong password for {account}",
    RefusalKind.TOO_EARLY: "An attempt to sign in as {account} before the wait was over",
    RefusalKind.NO_ROLE: "{account} was refused {page}",
    RefusalKind.FROM_ELSEWHERE: (
        "A form for {page} that came from another address was refused to {account}"
    ),
}
# What a restore ended again.
REVIVED = {
    RevivedKind.ACCOUNT: "{name} had been disabled, and still is; `boardcal user add` lets them in "
    "again.",
    RevivedKind.PASSWORD: "{name} had another password by then, so the old one was taken away; "
    "`boardcal user password` gives a new one.",
    RevivedKind.ROLE: "{name} could do less by then, and still can; `boardcal user add` gives them "
    "more.",
    RevivedKind.FEED: "A feed of {name} had been stopped, and still is; `boardcal feed create` "
    "makes a new one.",
    RevivedKind.LINK: "{name} had no role any more, and has one in the backup. The links in their "
    "mails answer nothing until `boardcal resume`; `boardcal people end` ends the role.",
    RevivedKind.UNKNOWN_ACCESS: "Which accounts and feeds were ended after the backup was made is "
    "not known here, so they work again. Look through `boardcal user list` and `boardcal feed "
    "list`.",
    RevivedKind.UNKNOWN_LINKS: "Who lost a role since the backup is not known; look through "
    "`boardcal people list`.",
}
UNKNOWN = (Revived(kind=RevivedKind.UNKNOWN_ACCESS), Revived(kind=RevivedKind.UNKNOWN_LINKS))
# For what somebody does to their own account.
OWN = {
    AccessKind.SESSION_ENDED: "{account} signed one of their other browsers out",
    AccessKind.OTHER_SESSIONS_ENDED: "{account} signed all their other browsers out",
    AccessKind.ACCOUNT_ADDED: "{account} made the first account",
    AccessKind.PASSWORD_CHANGED: "{account} chose a new password",
}
ROLES = {Role.VIEWER: "viewer", Role.SECRETARIAT: "secretariat", Role.ADMIN: "administrator"}
NO_ACCOUNT = "an address that has no account"
MANY = "many other networks"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLine:
    """One line. `at` is local; `times` is 0 for what is no refusal.

    `place` is where it was done, in words: "Firefox on Windows, 192.0.2.7".
    """

    at: datetime
    kind: AccessKind | RefusalKind
    account: str
    who: str | None
    sentence: str
    browser: str | None
    address: str | None
    times: int

    @property
    def place(self) -> str:
        """The browser and the address, as far as they are known."""
        return ", ".join(filter(None, (self.browser, self.address)))


def access_line(row: AnyRow, names: Mapping[str, str], local: LocalTime) -> AccessLine:
    """A row of `access_lines`; `names` are those of the Boards by their ids."""
    moment = row.at.astimezone(local.zone)
    kind, words = _kind(row, names)
    often = "" if row.times is None else _how_often(row, moment, local)
    return AccessLine(
        at=moment,
        kind=kind,
        account=row.account,
        who=row.who,
        sentence=f"{words}{often}.",
        browser=row.browser,
        address=row.address or (None if row.times is None else MANY),
        times=row.times or 0,
    )


def _kind(row: AnyRow, names: Mapping[str, str]) -> tuple[AccessKind | RefusalKind, str]:
    account = row.account or NO_ACCOUNT
    if row.times is not None:
        refused = RefusalKind(row.kind)
        return refused, REFUSED[refused].format(account=account, page=row.page)
    done = AccessKind(row.kind)
    board = "all Boards" if row.board == EVERY_BOARD else names.get(row.board, row.board)
    sentence = OWN.get(done, DONE[done]) if row.who == row.account else DONE[done]
    role = None if row.role is None else ROLES[Role(row.role)]
    return done, sentence.format(account=account, who=row.who, role=role, board=board)


def _how_often(row: AnyRow, last: datetime, local: LocalTime) -> str:
    if row.times == 1:
        return ""
    first = row.first_at.astimezone(local.zone)
    begin, end = f"{first:%H:%M}", f"{last:%H:%M}"
    when = f"at {end}" if begin == end else f"between {begin} and {end}"
    return f", {row.times:,} times {when}"


def revived_in_words(revived: Sequence[Revived] | None) -> Iterator[str]:
    """A sentence for each thing that a backup would have given back."""
    for thing in UNKNOWN if revived is None else revived:
        yield REVIVED[thing.kind].format(name=thing.name)
