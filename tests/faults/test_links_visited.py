"""Mail scanners open every link, again and again: nothing changes by it."""

from __future__ import annotations

import re
import urllib.request
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from boardcal.storage.schema.all_tables import metadata
from boardcal.tests.factories import cumbria
from boardcal.tests.faults.figures import EITHER

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge, Received
    from boardcal.tests.faults.yard import Yard

LINK = re.compile(r"http://\S+?/answer/[^\s>)\"]+")


def links_in(mail: Received) -> list[str]:
    part = message_from_bytes(mail.content, policy=default).get_body(("plain",))
    return [] if part is None else LINK.findall(part.get_content())


def everything(yard: Yard) -> dict[str, list[Any]]:
    """All rows of all tables, but for the daemon's own notes of its last sweep."""
    with yard.opened() as database, database.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table.name != "installation"
        }


@pytest.mark.parametrize("kind", EITHER, indirect=True)
def test_opening_every_link_a_hundred_times_changes_nothing(
    kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()
    yard.holds(cumbria())
    with figures.run("GET and HEAD on signed links", kind) as run:
        daemon = yard.start()
        assert daemon.lives_until_ready(), daemon.said()
        links = sorted({link for mail in judge.received for link in links_in(mail)})
        assert links
        visited = links[: figures.size(4, len(links))]
        before = everything(yard)
        for link in visited:
            for _ in range(figures.size(25, 100)):
                for method in ("GET", "HEAD"):
                    asked = urllib.request.Request(link, method=method)  # noqa: S310 - ours
                    with urllib.request.urlopen(asked) as answer:  # noqa: S310
                        assert answer.status == 200
        after = everything(yard)
        daemon.stop()
        run.note = f"{len(visited)} links, {figures.size(25, 100)} times each"
    assert after == before
