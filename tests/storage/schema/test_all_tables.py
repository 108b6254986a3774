from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from boardcal.storage.schema import all_tables
from boardcal.tests.waiting import PATIENCE

NAME_ALL = """
from boardcal.storage.schema.all_tables import metadata
print(*sorted(metadata.tables))
"""


def test_whoever_imports_all_tables_alone_has_every_table() -> None:
    # A process of its own: in this one, other modules have imported the rest.
    done = subprocess.run(
        [sys.executable, "-c", NAME_ALL],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    sources = Path(all_tables.__file__).parent.glob("*.py")
    defined = [
        name
        for source in sources
        for name in re.findall(r'^\w+ = Table\(\s*"(\w+)"', source.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(defined) > 20
    assert done.stdout.split() == sorted(defined)
