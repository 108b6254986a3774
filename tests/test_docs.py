from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
# `web/url_map.py`, `storage/schema/`; not `/healthz`, `var/outbox` or `calendar.rules`
PLACE = re.compile(r"`((?:[\w-]+/)+(?:[\w-]+(?:\.\w+)+)?|[\w-]+\.(?:toml|md))`")
MADE_BY_RUNNING = ("var/",)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_and_folder_that_a_document_names_exists(document: Path) -> None:
    places = PLACE.findall(document.read_text(encoding="utf-8"))
    missing = [
        place
        for place in places
        if not place.startswith(MADE_BY_RUNNING)
        and not any((base / place).exists() for base in (ROOT, document.parent))
    ]
    assert missing == []


def test_the_page_for_engineers_answers_where_at_least_twenty_changes_go() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    answers = page.partition("## Where do I change")[2].splitlines()
    assert sum(line.startswith("| ") for line in answers) - 1 >= 20
    assert all(
        PLACE.search(line) for line in answers if line.startswith("| ") and "| file" not in line
    )
