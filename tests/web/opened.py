"""An office and its pages side by side: what people do in the one is seen on the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from boardcal.tests.factories import at
from boardcal.tests.office import Office
from boardcal.tests.web.reader import VIEWER, Place, Reader

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.storage.database.engine import Database

NOW = at("2018-03-05 09:00")


@dataclass(kw_only=True)
class Opened:
    """An office with its pages, on 5 March 2018; everybody keeps the browser they began with."""

    office: Office
    place: Place
    readers: dict[str, Reader] = field(default_factory=dict)

    @classmethod
    def on(cls, database: Database, folder: Path, content: PlannerFile) -> Opened:
        """On a database, with a planner brought in and a tick done."""
        office = Office(database=database).store(content).reminded()
        office.now = NOW
        office.tick()
        place = Place(database=database, folder=folder, now=NOW)
        for role in ("secretariat", "viewer"):
            place.lets_in(f"{role}@example.org", role)
        return cls(office=office, place=place)

    def reader(self, who: str = VIEWER) -> Reader:
        """Somebody's browser, signed in."""
        if who not in self.readers:
            self.readers[who] = self.place.reader(who)
        return self.readers[who]

    def sees(self, path: str, who: str = VIEWER) -> Reader:
        """Somebody at a page that is there."""
        reader = self.reader(who)
        assert reader.opens(path).status_code == 200
        return reader


def html(reader: Reader) -> str:
    """The page as it came."""
    assert reader.shown is not None
    return reader.shown.text


def links(reader: Reader) -> list[str]:
    """Where the page leads."""
    return [unescape(address) for address in re.findall(r'href="([^"]*)"', html(reader))]


def headings(reader: Reader, level: int = 2) -> list[str]:
    """The headings of a level."""
    markup = re.findall(rf"(?s)<h{level}[^>]*>(.*?)</h{level}>", html(reader))
    return [plain(heading) for heading in markup]


def plain(markup: str) -> str:
    """How a piece of a page reads; without what only a screen reader says."""
    text = re.sub(r'(?s)<span class="govuk-visually-hidden">.*?</span>', "", markup)
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
    return re.sub(r" ([,.])", r"\1", text)
