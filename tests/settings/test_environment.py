from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from boardcal.core.addresses import Address
from boardcal.settings.load import ConfigError, LoadedSettings, load_settings

NO_VARIABLES: dict[str, str] = {}


def load(folder: Path, text: str | bytes, **variables: str) -> LoadedSettings:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "config.toml").write_bytes(content)
    return load_settings(None, variables, folder)


def refusal(folder: Path, text: str | bytes, **variables: str) -> str:
    with pytest.raises(ConfigError) as refused:
        load(folder, text, **variables)
    assert refused.value.exit_code == 78
    return str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value", "read", "expected"),
    [
        ("BOARDCAL_TIMEZONE", "Europe/Paris", lambda s: s.timezone, "Europe/Paris"),
        (
            "BOARDCAL_DATABASE__URL",
            "postgresql+psycopg://a:b@db/lscb",
            lambda s: s.database.url,
            "postgresql+psycopg://a:b@db/lscb",
        ),
        (
            "BOARDCAL_DATABASE__URL",
            "postgresql+psycopg://a:b@db/lscb",
            lambda s: s.database.sqlite_file,
            None,
        ),
        (
            "BOARDCAL_MAIL__FROM",
            "HWB <hwb@example.org>",
            lambda s: s.mail.sender,
            Address(name="HWB", address="hwb@example.org"),
        ),
        ("BOARDCAL_MAIL__REPLY_TO", "", lambda s: s.mail.reply_to, None),
        (
            "BOARDCAL_MAIL__REDIRECT_TO",
            "it@Bücher.example",
            lambda s: s.mail.redirect_to,
            Address(address="it@xn--bcher-kva.example"),
        ),
        ("BOARDCAL_MAIL__SMTP__HOST", "2001:db8::1", lambda s: s.mail.smtp.host, "2001:db8::1"),
        ("BOARDCAL_MAIL__SMTP__PORT", "465", lambda s: s.mail.smtp.port, 465),
        ("BOARDCAL_MAIL__SMTP__SECURITY", "tls", lambda s: s.mail.smtp.security, "tls"),
        ("BOARDCAL_SCHEDULE__SEND_AT", "00:59", lambda s: s.schedule.send_at, time(0, 59)),
        ("BOARDCAL_SCHEDULE__SWEEP_SECONDS", " 5 ", lambda s: s.schedule.sweep_seconds, 5),
        ("BOARDCAL_SCHEDULE__HORIZON_MONTHS", "120", lambda s: s.schedule.horizon_months, 120),
        ("BOARDCAL_WEB__HOST", "::", lambda s: s.web.host, "::"),
        (
            "BOARDCAL_WEB__BASE_URL",
            "https://lscb.example.org/calendar/",
            lambda s: s.web.base_url,
            "https://lscb.example.org/calendar",
        ),
        (
            "BOARDCAL_WEB__BASE_URL",
            "http://[::1]:8000/",
            lambda s: s.web.base_url,
            "http://[::1]:8000",
        ),
        (
            "BOARDCAL_WEB__SECRET_FILE",
            "/run/secret",
            lambda s: s.web.secret_file,
            Path("/run/secret"),
        ),
    ],
)
def test_a_variable_goes_before_the_file_and_has_its_keys_type(
    tmp_path: Path, variable: str, value: str, read: Any, expected: object
) -> None:
    text = "\n".join(
        [
            'timezone = "UTC"',
            '[mail]\nreply_to = "b@example.org"\nredirect_to = "c@example.org"',
            '[mail.smtp]\nhost = "h"\nport = 1',
            '[schedule]\nsend_at = "09:00"\nsweep_seconds = 9',
        ]
    )
    loaded = load(tmp_path, text, **{variable: value})
    assert read(loaded.settings) == expected
    assert loaded.variables == (variable,)
    assert loaded.origin == f"{tmp_path / 'config.toml'} and the environment"


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, "", PATH="/bin", BOARDCALENDAR="x", boardcal_web="x").variables == ()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"BOARDCAL_DATABASE_URL": "x"},
            "BOARDCAL_DATABASE_URL is not a known variable; did you mean BOARDCAL_DATABASE__URL?",
        ),
        (
            {"BOARDCAL_MAIL__SMTP__PASSWORD": "hunter2"},
            (
                "BOARDCAL_MAIL__SMTP__PASSWORD is not a known variable; "
                "did you mean BOARDCAL_MAIL__SMTP__PASSWORD_FILE?"
            ),
        ),
        (
            {"BOARDCAL_CONFG": "x"},
            "BOARDCAL_CONFG is not a known variable; did you mean BOARDCAL_CONFIG?",
        ),
        (
            {"BOARDCAL_" + "Q" * 40: "x"},
            (
                f"BOARDCAL_{'Q' * 40} is not a known variable; "
                "they are named after the keys, such as BOARDCAL_PLANNER."
            ),
        ),
        ({"BOARDCAL_WEB__PORT": "many"}, 'BOARDCAL_WEB__PORT: "many" must be a whole number.'),
        ({"BOARDCAL_WEB__PORT": "0"}, "BOARDCAL_WEB__PORT: 0 must be from 1 to 65535."),
        (
            {"BOARDCAL_WEB__PORT": "9" * 5000},
            f'BOARDCAL_WEB__PORT: "{"9" * 59}…" must be a whole number.',
        ),
        (
            {"BOARDCAL_TIMEZONE": ""},
            'BOARDCAL_TIMEZONE: "" is not a time zone; use one such as Europe/London.',
        ),
        (
            {"BOARDCAL_MAIL__TRANSPORT": "smpt"},
            'BOARDCAL_MAIL__TRANSPORT: "smpt" is not allowed; use outbox, smtp, graph or notify.',
        ),
        (
            {"BOARDCAL_MAIL__OUTBOX": "a\nb"},
            'BOARDCAL_MAIL__OUTBOX: "a\\nb" has a character that cannot be seen; type it again.',
        ),
        (
            {
                "BOARDCAL_MAIL__SMTP__USERNAME": "x",
                "BOARDCAL_MAIL__SMTP__SECURITY": "none",
                "BOARDCAL_MAIL__SMTP__PASSWORD_FILE": "y",
            },
            (
                'BOARDCAL_MAIL__SMTP__USERNAME: "x" cannot go with security = "none", '
                "which would send the password in clear; use starttls or tls."
            ),
        ),
    ],
)
def test_a_problem_from_the_environment_names_the_variable(
    tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    assert refusal(tmp_path, "", **variables) == f"the environment, {sentence}"


def test_a_name_in_the_environment_without_its_password_file_is_told_without_a_line(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(None, {"BOARDCAL_MAIL__SMTP__USERNAME": "lscb"}, tmp_path)
    assert str(refused.value) == (
        "the default settings, mail.smtp.password_file must name the file that holds "
        "the password, since username is set."
    )


def test_a_section_that_is_no_section_is_told_even_with_variables_for_it(tmp_path: Path) -> None:
    assert refusal(tmp_path, "mail = 3", BOARDCAL_MAIL__SMTP__PORT="5") == (
        "config.toml, line 1, mail: 3 must be a section with its own keys."
    )
