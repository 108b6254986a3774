from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.tests.web.reader import Place
from boardcal.web.security_txt import PATH

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

SET = {
    "security_contact": "Security <security@example.org>",
    "security_contact_until": "2027-11-30",
}
TEXT = """\
Contact: mailto:security@example.org
Expires: 2027-11-30T23:59:59Z
Canonical: https://calendar.example.org/.well-known/security.txt
Preferred-Languages: en
"""


@pytest.mark.parametrize(("settings", "status"), [(SET, 200), ({}, 404)], ids=["set", "not set"])
def test_whom_to_tell_of_a_weakness_is_said_where_the_config_says_it(
    database: Database, tmp_path: Path, settings: dict[str, str], status: int
) -> None:
    web = {"base_url": "https://calendar.example.org", **settings}
    place = Place(database=database, folder=tmp_path, settings={"web": web})
    answer = place.reader().opens(PATH)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == TEXT
    else:
        assert "Contact" not in answer.text
