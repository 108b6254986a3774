from __future__ import annotations

import os
from pathlib import Path

import pytest

from boardcal.settings.load import SHIPPED_PLANNER, ConfigError, LoadedSettings, load_settings

CLOCKS_CHANGE = (
    "falls in the hour that comes twice, or not at all, when the clocks change; "
    'use a time before "01:00" or from "02:00"'
)


SERVER_ALONE = (
    "must be the name or number of a server alone, such as mail.example.org, "
    "without a port or https://"
)


PAGE = (
    "must be the address of a page such as https://calendar.example.org, "
    "without a user name, ? or #"
)


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
    ("text", "sentence"),
    [
        ("timezon = 'x'", "line 1, timezon is not a known key; did you mean `timezone`?"),
        ("\nport = 3", "line 2, port is not a known key here; it belongs in [web] or [mail.smtp]."),
        ("[mial]", "line 1, mial is not a known key; did you mean `mail`?"),
        ("mail = 'x'", 'line 1, mail: "x" must be a section with its own keys.'),
        ("timezone = 5", "line 1, timezone: 5 must be a text in quotes."),
        (
            "timezone = 'Europe/Londno'",
            'line 1, timezone: "Europe/Londno" is not a time zone; did you mean Europe/London?',
        ),
        (
            "timezone = '../etc/passwd'",
            'line 1, timezone: "../etc/passwd" is not a time zone; use one such as Europe/London.',
        ),
        (
            "timezone = 'europe/rme'",
            'line 1, timezone: "europe/rme" is not a time zone; did you mean Europe/Rome?',
        ),
        (
            "timezone = 'localtime'",
            'line 1, timezone: "localtime" is not a time zone; use one such as Europe/London.',
        ),
        ("planner = ''", 'line 1, planner: "" must not be empty.'),
        ("planner = '.'", 'line 1, planner: "." is a folder, not a planner file.'),
        (
            "[database]\nurl = 'mysql://x/y'",
            (
                'line 2, database.url: "mysql://x/y" must begin with '
                "sqlite:/// or postgresql+psycopg://."
            ),
        ),
        (
            "[database]\nurl = 'postgresql://u:pw@x/y'",
            'line 2, database.url: "postgresql://u:***@x/y" must begin with postgresql+psycopg://.',
        ),
        (
            "[database]\nurl = 'postgresql+psycopg://u:pw@x'",
            (
                'line 2, database.url: "postgresql+psycopg://u:***@x" must name a server and a '
                "database, such as postgresql+psycopg://name@server/boardcal."
            ),
        ),
        (
            "[database]\nurl = 'postgresql+psycopg://u:pw@x:a/y'",
            (
                'line 2, database.url: "postgresql+psycopg://u:***@x:a/y" must name a server and a '
                "database, such as postgresql+psycopg://name@server/boardcal."
            ),
        ),
        (
            "[database]\nurl = 'sqlite://'",
            (
                'line 2, database.url: "sqlite://" must name a file, such as '
                "sqlite:///var/boardcal.db."
            ),
        ),
        (
            "[database]\nurl = 'sqlite:///:memory:'",
            (
                'line 2, database.url: "sqlite:///:memory:" must name a file, such as '
                "sqlite:///var/boardcal.db."
            ),
        ),
        (
            "[database]\nurl = 'sqlite:///.'",
            'line 2, database.url: "sqlite:///." is a folder, not a file.',
        ),
        (
            "[database]\nurl = 'sqlite:///config.toml/x.db'",
            (
                'line 2, database.url: "sqlite:///config.toml/x.db" has a file on its way '
                "where a folder should be."
            ),
        ),
        (
            f"[database]\nurl = 'sqlite:///{'x' * 300}'",
            (f'line 2, database.url: "sqlite:///{"x" * 49}…" cannot be read (file name too long).'),
        ),
        (
            "[mail]\ntransport = 'smpt'",
            'line 2, mail.transport: "smpt" is not allowed; use outbox, smtp, graph or notify.',
        ),
        ("[mail]\noutbox = ''", 'line 2, mail.outbox: "" must not be empty.'),
        (
            "[mail]\noutbox = '~nobody-here/x'",
            'line 2, mail.outbox: "~nobody-here/x" begins with the home folder of nobody here.',
        ),
        (
            "[mail]\nfrom = ''",
            'line 2, mail.from: "" is empty; write an address such as name@example.org.',
        ),
        ("[mail]\nfrom = 5", "line 2, mail.from: 5 must be a text in quotes."),
        (
            '[mail]\nfrom = "LSCB <a@example.org>\\r\\nBcc: b@example.org"',
            (
                'line 2, mail.from: "LSCB <a@example.org>\\r\\nBcc: b@example.org" holds a line '
                "break or another character that cannot be seen; type the address again."
            ),
        ),
        (
            "[mail]\nreply_to = 'Smith, Jo <jo@example.org>'",
            (
                'line 2, mail.reply_to: "Smith, Jo <jo@example.org>" has a comma, a quote or '
                "another mark in the name; put the name in double quotes, "
                'as in "Smith, Jo" <name@example.org>.'
            ),
        ),
        (
            "[mail]\nredirect_to = 'jörg@example.org'",
            (
                'line 2, mail.redirect_to: "jörg@example.org" has "ö" before the @, which many '
                "mail systems refuse; ask for an address in plain letters."
            ),
        ),
        ("[mail.smtp]\nhost = ''", 'line 2, mail.smtp.host: "" must not be empty.'),
        (
            "[mail.smtp]\nhost = 'smtp.example.org:587'",
            f'line 2, mail.smtp.host: "smtp.example.org:587" {SERVER_ALONE}.',
        ),
        (
            "[mail.smtp]\nport = '587'",
            'line 2, mail.smtp.port: "587" must be a whole number, without quotes.',
        ),
        ("[mail.smtp]\nport = true", "line 2, mail.smtp.port: true must be a whole number."),
        ("[mail.smtp]\nport = 65536", "line 2, mail.smtp.port: 65536 must be from 1 to 65535."),
        (
            "[mail.smtp]\nsecurity = 'ssl'",
            'line 2, mail.smtp.security: "ssl" is not allowed; use starttls, tls or none.',
        ),
        (
            "[mail.smtp]\nusername = 'lscb'",
            (
                "line 1, mail.smtp.password_file must name the file that holds the password, "
                "since username is set."
            ),
        ),
        (
            "[mail.smtp]\nusername = 'lscb'\npassword_file = ''",
            (
                'line 3, mail.smtp.password_file: "" must name the file that holds the password, '
                "since username is set."
            ),
        ),
        (
            "[mail.smtp]\npassword_file = 'x'",
            'line 2, mail.smtp.password_file: "x" needs username beside it; give both or neither.',
        ),
        (
            "[mail.smtp]\nsecurity = 'none'\nusername = 'lscb'\npassword_file = 'x'",
            (
                'line 3, mail.smtp.username: "lscb" cannot go with security = "none", '
                "which would send the password in clear; use starttls or tls."
            ),
        ),
        (
            "[mail.smtp]\nauth = 'oauth'\nusername = 'lscb'\npassword_file = 'x'",
            (
                'line 4, mail.smtp.password_file: "x" cannot go with auth = "oauth", which needs '
                "no password; empty it."
            ),
        ),
        (
            "[web]\nsecurity_contact = 'security@example.org'\nsecurity_contact_until = ''",
            (
                'line 3, web.security_contact_until: "" must say until when security_contact '
                "holds, since that is set."
            ),
        ),
        (
            "[web]\nsecurity_contact_until = '2027-11-30'",
            (
                'line 2, web.security_contact_until: "2027-11-30" needs security_contact beside '
                "it; give both or neither."
            ),
        ),
        (
            "[mail.oauth]\nclient_secret_file = 'x'\ncertificate_file = 'y'",
            (
                'line 3, mail.oauth.certificate_file: "y" cannot go with client_secret_file; '
                "give one of the two."
            ),
        ),
        (
            "[mail.oauth]\nsecret_expires = 'in May'",
            'line 2, mail.oauth.secret_expires: "in May" must be a date such as "2027-11-30".',
        ),
        (
            "[mail.oauth]\nsecret_expires = 2027-11-30T10:00:00",
            (
                "line 2, mail.oauth.secret_expires: 2027-11-30T10:00:00 must be a date such as "
                '"2027-11-30".'
            ),
        ),
        (
            "[mail.oauth]\ntoken_url = 'http://login.example.org/token'",
            (
                'line 2, mail.oauth.token_url: "http://login.example.org/token" must begin with '
                "https://, because a secret is sent there."
            ),
        ),
        (
            "[mail.smtp]\npassword = 'hunter2'",
            "line 2, mail.smtp.password is not a known key; did you mean `password_file`?",
        ),
        (
            "[schedule]\nsend_at = '8:00'",
            'line 2, schedule.send_at: "8:00" must be a time such as "08:00".',
        ),
        (
            "[schedule]\nsend_at = '24:00'",
            'line 2, schedule.send_at: "24:00" must be a time such as "08:00".',
        ),
        ("[schedule]\nsend_at = 8", "line 2, schedule.send_at: 8 must be a text in quotes."),
        ("[schedule]\nsend_at = '01:00'", f'line 2, schedule.send_at: "01:00" {CLOCKS_CHANGE}.'),
        ("[schedule]\nsend_at = '01:59'", f'line 2, schedule.send_at: "01:59" {CLOCKS_CHANGE}.'),
        ("[schedule]\nsend_at = 01:30:00", f"line 2, schedule.send_at: 01:30:00 {CLOCKS_CHANGE}."),
        (
            "[schedule]\nsweep_seconds = 4",
            "line 2, schedule.sweep_seconds: 4 must be from 5 to 3600.",
        ),
        (
            "[schedule]\nsweep_seconds = 3601",
            "line 2, schedule.sweep_seconds: 3601 must be from 5 to 3600.",
        ),
        (
            "[schedule]\nhorizon_months = 0",
            "line 2, schedule.horizon_months: 0 must be from 1 to 120.",
        ),
        (
            "[schedule]\nhorizon_months = 1.5",
            "line 2, schedule.horizon_months: 1.5 must be a whole number.",
        ),
        ("[web]\nhost = 'x y'", f'line 2, web.host: "x y" {SERVER_ALONE}.'),
        (
            "[web]\nbase_url = 'calendar.example.org'",
            f'line 2, web.base_url: "calendar.example.org" {PAGE}.',
        ),
        (
            "[web]\nbase_url = 'ftp://example.org'",
            f'line 2, web.base_url: "ftp://example.org" {PAGE}.',
        ),
        (
            "[web]\nbase_url = 'http://a:pw@example.org'",
            f'line 2, web.base_url: "http://a:***@example.org" {PAGE}.',
        ),
        (
            "[web]\nbase_url = 'http://example.org:0'",
            f'line 2, web.base_url: "http://example.org:0" {PAGE}.',
        ),
        (
            "[web]\nbase_url = 'http://example.org/?a'",
            f'line 2, web.base_url: "http://example.org/?a" {PAGE}.',
        ),
        ("[web]\nbase_url = 'http:///x'", f'line 2, web.base_url: "http:///x" {PAGE}.'),
        ("[web]\nsecret_file = 3", "line 2, web.secret_file: 3 must be a text in quotes."),
        (
            "a = ",
            (
                "line 1 cannot be read: "
                "the value is missing or not understood; put text in double quotes."
            ),
        ),
        (
            "# ä\n[mail]\noutbox = 'ä'".encode("latin-1"),
            (
                "line 1 holds letters that are not UTF-8; "
                'save the file again with the encoding "UTF-8".'
            ),
        ),
    ],
)
def test_a_mistake_in_the_file_has_one_sentence_with_its_line(
    tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    assert refusal(tmp_path, text) == f"config.toml, {sentence}"


def test_a_planner_that_is_not_there_is_a_problem_only_where_it_was_stated(tmp_path: Path) -> None:
    assert refusal(tmp_path, "\nplanner = 'gone.toml'") == (
        'config.toml, line 2, planner: "gone.toml" does not exist; '
        f"it would be {tmp_path}/gone.toml."
    )
    assert refusal(tmp_path, "", BOARDCAL_PLANNER="gone.toml") == (
        'the environment, BOARDCAL_PLANNER: "gone.toml" does not exist; '
        f"it would be {tmp_path}/gone.toml."
    )
    assert load(tmp_path, "").settings.planner == SHIPPED_PLANNER


def test_all_problems_of_file_and_environment_come_at_once(tmp_path: Path) -> None:
    text = "timezone = 'Europe/Lundon'\n[mail]\ntransport = 'smpt'\nhost = 'x'\n"
    assert refusal(tmp_path, text, BOARDCAL_WEB__PORT="x", BOARDCAL_WEBPORT="1") == "\n".join(
        [
            "config.toml and the environment have 5 problems:",
            (
                '  config.toml, line 1, timezone: "Europe/Lundon" is not a time zone; '
                "did you mean Europe/London?"
            ),
            (
                '  config.toml, line 3, mail.transport: "smpt" is not allowed; use outbox, smtp, '
                "graph or notify."
            ),
            (
                "  config.toml, line 4, mail.host is not a known key here; "
                "it belongs in [mail.smtp] or [web]."
            ),
            (
                "  the environment, BOARDCAL_WEBPORT is not a known variable; "
                "did you mean BOARDCAL_WEB__PORT?"
            ),
            '  the environment, BOARDCAL_WEB__PORT: "x" must be a whole number.',
        ]
    )


@pytest.mark.parametrize(
    ("path", "variables", "sentence"),
    [
        (
            Path("gone.toml"),
            {},
            "gone.toml does not exist; name a config file, or leave --config out.",
        ),
        (
            None,
            {"BOARDCAL_CONFIG": "gone/x.toml"},
            "gone/x.toml does not exist; it is what BOARDCAL_CONFIG names.",
        ),
        (Path(), {}, ". is a folder, not a file; name a config file, or leave --config out."),
        (
            Path("loop.toml"),
            {},
            (
                "loop.toml cannot be read (too many levels of symbolic links); "
                "name a config file, or leave --config out."
            ),
        ),
        (Path("a\0b"), {}, "a\\x00b cannot be the name of a file."),
    ],
)
def test_a_config_file_that_cannot_be_read_is_named_with_what_to_do(
    tmp_path: Path, path: Path | None, variables: dict[str, str], sentence: str
) -> None:
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    with pytest.raises(ConfigError) as refused:
        load_settings(path, variables, tmp_path)
    assert str(refused.value) == sentence
    assert refused.value.exit_code == 78


def test_a_config_toml_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to("gone.toml")
    with pytest.raises(ConfigError) as refused:
        load_settings(None, NO_VARIABLES, tmp_path)
    assert str(refused.value) == (
        "config.toml does not exist; put it right, or remove it to use the defaults."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_config_file_without_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch(mode=0o000)
    with pytest.raises(ConfigError) as refused:
        load_settings(None, NO_VARIABLES, tmp_path)
    assert str(refused.value) == (
        "config.toml cannot be read, because this account has no permission to; "
        "put it right, or remove it to use the defaults."
    )


def test_a_device_is_no_database(tmp_path: Path) -> None:
    said = refusal(tmp_path, '[database]\nurl = "sqlite:////dev/null"')
    assert "is a device or a pipe, which can hold no database; name a file" in said


@pytest.mark.parametrize(
    "url", ["alive.example.org/x", "file:///etc/passwd", "https://a:b@example.org/", "https:///x"]
)
def test_a_sign_of_life_is_fetched_from_an_address_of_the_web(tmp_path: Path, url: str) -> None:
    said = refusal(tmp_path, f'[alive]\nurl = "{url}"')
    assert "must be an address to fetch, such as https://alive.example.org/a-secret" in said
