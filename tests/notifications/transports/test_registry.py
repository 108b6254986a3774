"""The registry of transports."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boardcal.notifications.transports.registry import (
    TRANSPORTS,
    reached_people,
    transport_class,
    transport_for,
)
from boardcal.settings.load import load_settings
from boardcal.settings.mail import TransportName

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


GUIDE = (Path(__file__).parents[3] / "docs/email.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


def test_every_transport_that_settings_may_name_is_registered() -> None:
    assert set(TRANSPORTS) == set(TransportName)


@pytest.mark.parametrize(
    ("name", "way_out", "reaches_people"),
    [
        ("outbox", "nothing leaves this machine", False),
        ("smtp", "Mails are sent through localhost, port 587.", True),
    ],
)
def test_a_transport_is_made_from_the_settings(
    tmp_path: Path, name: str, way_out: str, reaches_people: bool
) -> None:
    settings = load_settings(None, {"BOARDCAL_MAIL__TRANSPORT": name}, tmp_path).settings
    assert way_out in transport_class(settings).way_out(settings)
    assert transport_for(settings, clock=lambda: NOW).reaches_people is reaches_people


@pytest.mark.parametrize(
    ("name", "reached"),
    [("smtp", True), ("graph", True), ("outbox", False), ("pigeon", False), (None, False)],
)
def test_who_agreed_to_real_mail_need_not_agree_to_another_way(
    name: str | None, reached: bool
) -> None:
    assert reached_people(name) is reached


def test_the_guide_has_an_example_for_every_transport_that_reaches_people() -> None:
    for name, transport in TRANSPORTS.items():
        assert any(f'transport = "{name}"' in text for text in EXAMPLES) is (
            transport().reaches_people
        )


@pytest.mark.parametrize("text", EXAMPLES)
def test_what_the_guide_says_to_write_makes_a_transport(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    settings = load_settings(None, {}, tmp_path).settings
    assert transport_for(settings, clock=lambda: NOW).reaches_people
