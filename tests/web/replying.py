"""A Board's mails and pages on one clock, and its chairs, who answer by the links in them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from boardcal.notifications.links import Links, LinkSigner
from boardcal.storage.installation import installation_id
from boardcal.storage.schema.metadata import metadata
from boardcal.tests.factories import at, checked, make_document
from boardcal.tests.office import Office
from boardcal.tests.web.reader import Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from httpx2 import Response

    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Mail
    from boardcal.tests.web.reader import Reader

BASE = "https://calendar.example.org"
LINK = re.compile(rf"{re.escape(BASE)}(/answer/\S+)")


class MailingBoard:
    """A Board that mails for real, with links that open its pages."""

    def __init__(self, database: Database, folder: Path, **document: Any) -> None:
        """Opens pages and office, and imports a planner."""
        settings = {"web": {"base_url": BASE}}
        self.place = Place(database=database, folder=folder, settings=settings)
        with database.read() as connection:
            installation = installation_id(connection)
        self.signer = LinkSigner(secret=self.place.site.secret, installation=installation)
        self.office = Office(database=database, links=Links(base_url=BASE, signer=self.signer))
        self.office.store(checked(make_document(**document)))

    def comes_to(self, when: str) -> list[Mail]:
        """Moves both clocks on, and sends what is due; the mails."""
        mails = self.office.sweep(when)
        self.place.now = self.office.now
        return mails

    def is_at(self, when: str) -> None:
        """Moves both clocks on."""
        self.office.now = self.place.now = at(when)

    def dump(self) -> dict[str, list[Any]]:
        """The whole database."""
        return {
            name: [tuple(row) for row in self.office.table(table)]
            for name, table in metadata.tables.items()
        }


def links_in(mail: Mail) -> list[str]:
    """The paths of the signed links in a mail's text, in their order."""
    part = mail.message.get_body(("plain",))
    assert part is not None
    return LINK.findall(part.get_content())


def mail_to(mails: Sequence[Mail], reader: str) -> Mail:
    """The one mail to somebody."""
    (mine,) = [mail for mail in mails if mail.to == reader]
    return mine


def answers(reader: Reader, link: str, do: str, **fields: str) -> Response:
    """Presses a button of the page that is shown."""
    return reader.sends(link, do=do, seen=reader.hidden("seen"), **fields)


def typed(prefix: str, iso: str) -> dict[str, str]:
    """The three fields of a date, as somebody types them."""
    when = date.fromisoformat(iso)
    parts = {"day": str(when.day), "month": f"{when:%b}", "year": str(when.year)}
    return {f"{prefix}-{name}": part for name, part in parts.items()}
