"""A small planner file that is right, for tests that break it in one place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from boardcal.calendar.planner.reader import read_planner
from boardcal.core.validation.problems import FileProblems

RIGHT = """\
[board]
id = "lscb"
name = "Cumbria LSCB"
business_group = "group"

[plan]
title = "Business Plan 2017-20"
source = "Published 31 October 2017"
from = 2017-10-31
to = 2020-10-31

[[body]]
id = "lscb"
name = "Cumbria LSCB"
kind = "board"
chair = "lscb.chair@example.org"
secretariat = "secretariat@example.org"

[body.meets]
day = "second Thursday"
months = ["January", "March", "May", "July", "September", "November"]

[[body]]
id = "group"
name = "Business Group"
kind = "group"

[[body]]
id = "pmqag"
name = "PMQAG"
kind = "subgroup"

[[event]]
id = "review-published"
title = "A review is published"

[[report]]
id = "s11-march"
title = "S.11 report"
row = "S.11 Audit"
owner = "pmqag"
to = "lscb"
when = { meeting = "lscb", months = ["March"] }
quote = "every March"

[[action]]
id = "1.1"
number = "1.1"
title = "Review"
section = "1. LSCB"
owner = "pmqag"
when = { by = "July 2018" }
quote = "July 2018"
action = "Review it"
"""

Broken = Callable[..., str]


@pytest.fixture
def right() -> str:
    """The planner file as it should be."""
    return RIGHT


@pytest.fixture
def said_of() -> Broken:
    """What is said of that file with some places (old, new) replaced; "" when nothing is."""

    def read(*places: tuple[str, str]) -> str:
        text = RIGHT
        for old, new in places:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        try:
            read_planner(text, "planner.toml")
        except FileProblems as problems:
            return str(problems)
        return ""

    return read
