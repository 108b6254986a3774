"""What a form carries."""

from __future__ import annotations

import pytest

from boardcal.web.request.form import Form


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("7", 7),
        ("0", 0),
        ("007", 7),
        ("999999999", 999_999_999),
        ("1000000000", 0),
        ("9" * 5000, 0),
        ("", 0),
        ("-1", 0),
        (" 1", 0),
        ("1.0", 0),
        ("one", 0),
        ("²", 0),
        ("٣", 0),
    ],
)
def test_a_number_is_what_a_page_wrote_and_anything_else_is_none(sent: str, number: int) -> None:
    assert Form({"revision": (sent,)}).number("revision") == number
    assert Form().number("revision") == 0
