"""A chair's link in a browser: every state of its page; and for real, from `run` to the record."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from boardcal.notifications.links import AnswerLink, LinkSigner
from boardcal.storage.installation import installation_id
from boardcal.storage.occurrences import occurrence_by_key
from boardcal.tests.ports import free_port
from boardcal.tests.waiting import PATIENCE
from boardcal.tests.web.browser.looking import Look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from boardcal.tests.web.browser.looking import Eyes
    from boardcal.tests.web.browser.serving import Served

LATE = date(2018, 12, 31)
ASKED = "lscb/subgroup-progress/neglect/2018-03"
RETURNED = "lscb/practice-reviews-business-group/case-review/2018-Q1"
SUBMITTED = "lscb/s11-march/pmqag/2018-03"
OVERDUE = "lscb/subgroup-progress/cse-mfh/2018-03"
ACTION = "lscb/12.2/health/february-2018"


def path_of(served: Served, key: str, until: date = LATE, reader: str = "") -> str:
    """The path of a link for whoever leads the owner of something due."""
    owner = key.split("/")[2]
    with served.place.database.read() as connection:
        row = occurrence_by_key(connection, key)
        signer = LinkSigner(
            secret=served.place.site.secret, installation=installation_id(connection)
        )
    assert row is not None
    link = AnswerLink(
        occurrence=row.identity,
        due_revision=1,
        recipient=reader or f"{owner}.chair@example.org",
        until=until,
    )
    return f"/answer/{signer.token(link)}"


@pytest.mark.parametrize("key", [OVERDUE, RETURNED, SUBMITTED, ACTION])
def test_the_page_of_a_link_is_for_everybody(
    eyes: Eyes, pages_of: Callable[[str], Served], key: str
) -> None:
    served = pages_of("busy")
    assert list(eyes.faults(served, Look(path_of(served, key), who=""))) == []


def test_what_a_chair_asked_for_is_a_page_for_everybody(
    eyes: Eyes, pages_of: Callable[[str], Served]
) -> None:
    served = pages_of("busy")
    assert list(eyes.faults(served, Look(path_of(served, ASKED), who=""))) == []


def test_a_link_that_opens_nothing_is_a_page_for_everybody(
    eyes: Eyes, pages_of: Callable[[str], Served]
) -> None:
    served = pages_of("busy")
    for path, status in (
        ("/answer/made-up", 404),
        ("/answer/works-in-the-sent-mail", 404),
        (path_of(served, OVERDUE, until=date(2018, 1, 1)), 410),
        (path_of(served, OVERDUE, reader="stranger@example.org"), 403),
    ):
        assert list(eyes.faults(served, Look(path, who="", status=status))) == []


# For real


@contextmanager
def daemon(folder: Path, at: str) -> Iterator[str]:
    """`boardcal run`, while it is needed; where its pages are."""
    with subprocess.Popen(
        [sys.executable, "-m", "boardcal", "--as-of", at, "run"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        output = ""
        for line in process.stdout or ():
            output += line
            if "Ctrl-C" in line:
                break
        try:
            yield output
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)


def boardcal(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "boardcal", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return done.stdout


def test_the_link_in_a_chairs_mail_leads_to_a_page_that_records_the_submission(
    eyes: Eyes, tmp_path: Path
) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    (tmp_path / "config.toml").write_text(f'[web]\nport = {port}\nbase_url = "{base}"\n')
    boardcal(tmp_path, "--as-of", "2017-11-01T08:00", "golive", "2017-11-01", "--yes")
    with daemon(tmp_path, "2018-02-08T08:00") as output:
        (file,) = tmp_path.glob("var/outbox/2018-02-08-pmqag.chair*.eml")
        part = message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",))
        assert part is not None
        words = part.get_content()
        after = words[words.index("S.11 compliance") :]
        address = re.search(rf"{base}/answer/\S+", after)
        assert address is not None
        context = eyes.browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(address[0])
        assert "Thursday 22 February 2018" in page.inner_text("main")
        page.fill("#note", "sent by email")
        page.click("text=Record it as submitted")
        assert "Recorded as submitted on 8 February 2018 by you" in page.inner_text("main")
        context.close()
        assert "/answer/" not in output
    arguments = ("--as-of", "2018-02-08T12:00", "upcoming", "--format", "json")
    entries = json.loads(boardcal(tmp_path, *arguments))
    states = {entry["key"]: entry["status"] for entry in entries}
    assert states[SUBMITTED] == "submitted"
