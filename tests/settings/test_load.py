from __future__ import annotations

import shutil
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from boardcal.core.addresses import Address
from boardcal.settings.load import (
    SHIPPED_PLANNER,
    ConfigError,
    LoadedSettings,
    Settings,
    load_settings,
)

ROOT = Path(__file__).parents[2]


NO_VARIABLES: dict[str, str] = {}


PASSWORD_FILE_NAMED = "mail.smtp.password_file names it as the file with the mail server's password"


def load(folder: Path, text: str | bytes, **variables: str) -> LoadedSettings:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "config.toml").write_bytes(content)
    return load_settings(None, variables, folder)


def refusal(folder: Path, text: str | bytes, **variables: str) -> str:
    with pytest.raises(ConfigError) as refused:
        load(folder, text, **variables)
    assert refused.value.exit_code == 78
    return str(refused.value)


def test_without_a_file_every_key_has_the_default_that_the_design_gives(tmp_path: Path) -> None:
    loaded = load_settings(None, NO_VARIABLES, tmp_path)
    settings = loaded.settings
    assert settings.planner == SHIPPED_PLANNER
    assert settings.zone == ZoneInfo("Europe/London")
    assert settings.database.url == f"sqlite:///{tmp_path}/var/boardcal.db"
    assert settings.database.sqlite_file == tmp_path / "var/boardcal.db"
    mail = settings.mail
    assert (mail.transport, mail.outbox) == ("outbox", tmp_path / "var/outbox")
    assert mail.sender == Address(name="Cumbria LSCB", address="lscb@example.org")
    assert (mail.reply_to, mail.redirect_to, mail.from_by_board) == (None, None, {})
    smtp = mail.smtp
    assert (smtp.host, smtp.port, smtp.security) == ("localhost", 587, "starttls")
    assert (smtp.username, smtp.password_file) == ("", None)
    schedule = settings.schedule
    assert (schedule.send_at, schedule.sweep_seconds, schedule.horizon_months) == (time(8), 60, 18)
    assert (settings.alive.url, settings.alive.every_seconds) == ("", 300)
    web = settings.web
    assert (web.host, web.port, web.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert web.secret_file == tmp_path / "var/secret"
    assert (loaded.file, loaded.variables) == (None, ())
    assert loaded.origin == "the default settings"


def test_the_config_file_in_the_root_says_the_defaults_and_nothing_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "config.toml", tmp_path)
    planner = tmp_path / "calendar/planners/cumbria-lscb-2017-20.toml"
    planner.parent.mkdir(parents=True)
    shutil.copy(SHIPPED_PLANNER, planner)
    written = load_settings(None, NO_VARIABLES, tmp_path).settings
    (tmp_path / "config.toml").unlink()
    defaults = load_settings(None, NO_VARIABLES, tmp_path).settings
    assert written == defaults.model_copy(update={"planner": planner})


@pytest.mark.parametrize(
    ("web", "address"),
    [
        ("", "http://127.0.0.1:8000"),
        ("port = 9000", "http://127.0.0.1:9000"),
        ("port = 9000\nbase_url = ''", "http://127.0.0.1:9000"),
        ("host = '0.0.0.0'", "http://127.0.0.1:8000"),
        ("host = '0.0.0.0'\nport = 80", "http://127.0.0.1:80"),
        ("host = '::'\nport = 9000", "http://127.0.0.1:9000"),
        ("host = '::1'", "http://[::1]:8000"),
        ("host = 'fe80::1%eth0'", "http://[fe80::1]:8000"),
        ("host = '10.0.0.7'\nport = 9000", "http://10.0.0.7:9000"),
        ("host = 'lscb-server'", "http://lscb-server:8000"),
        ("host = 'lscb_server.cumbria.example'", "http://lscb_server.cumbria.example:8000"),
        ("base_url = 'https://lscb.example.org/'\nport = 9000", "https://lscb.example.org"),
        ("host = '0.0.0.0'\nbase_url = 'http://127.0.0.1:8000'", "http://127.0.0.1:8000"),
    ],
)
def test_the_address_of_the_pages_follows_host_and_port_unless_it_is_given(
    tmp_path: Path, web: str, address: str
) -> None:
    (tmp_path / "config.toml").write_text(f"[web]\n{web}\n")
    settings = load_settings(None, NO_VARIABLES, tmp_path).settings
    assert settings.web.base_url == address
    # It passes for an address that somebody gave.
    (tmp_path / "config.toml").write_text(f"[web]\nbase_url = '{address}'\n")
    assert load_settings(None, NO_VARIABLES, tmp_path).settings.web.base_url == address


def test_a_host_or_port_that_cannot_be_is_the_only_mistake_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[web]\nhost = ''\nport = 70000\n")
    with pytest.raises(ConfigError) as refused:
        load_settings(None, NO_VARIABLES, tmp_path)
    assert [each.sentence.partition(":")[0] for each in refused.value.problems] == [
        "config.toml, line 2, web.host",
        "config.toml, line 3, web.port",
    ]


def test_relative_paths_start_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "planner.toml").touch()
    (tmp_path / "conf/lscb.toml").write_text(
        'planner = "../planner.toml"\n'
        '[database]\nurl = "sqlite:///data/x.db?timeout=9"\n'
        '[mail]\noutbox = "mails"\n'
        '[mail.smtp]\nusername = "lscb"\npassword_file = "/etc/boardcal/password"\n'
        '[web]\nsecret_file = "secret"\n'
    )
    loaded = load_settings(Path("conf/lscb.toml"), NO_VARIABLES, tmp_path)
    settings = loaded.settings
    folder = tmp_path / "conf"
    assert (loaded.file, loaded.folder) == (folder / "lscb.toml", folder)
    assert settings.planner == folder / "../planner.toml"
    assert settings.database.url == f"sqlite:///{folder}/data/x.db?timeout=9"
    assert settings.database.sqlite_file == folder / "data/x.db"
    assert settings.mail.outbox == folder / "mails"
    assert settings.mail.smtp.password_file == Path("/etc/boardcal/password")
    assert settings.web.secret_file == folder / "secret"


def test_a_path_may_begin_with_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/lscb")
    loaded = load(tmp_path, '[mail]\noutbox = "~/mails"')
    assert loaded.settings.mail.outbox == Path("/home/lscb/mails")


def test_sqlalchemy_opens_the_same_file_even_in_an_odd_folder(tmp_path: Path) -> None:
    folder = tmp_path / "the Board's 100% #1 folder"
    folder.mkdir()
    settings = load(folder, "").settings
    assert make_url(settings.database.url).database == str(folder / "var/boardcal.db")
    assert settings.database.sqlite_file == folder / "var/boardcal.db"


def test_a_folder_with_a_question_mark_cannot_hold_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "what?"
    folder.mkdir()
    assert refusal(folder, "") == (
        f"config.toml, database.url lies in {folder}/var/boardcal.db, "
        'and the name of its folder must not hold a "?".'
    )


def test_the_file_named_on_the_command_line_goes_before_the_variable_and_the_folder(
    tmp_path: Path,
) -> None:
    for name, zone in (("a", "Europe/Paris"), ("b", "Europe/Rome"), ("config", "Europe/Oslo")):
        (tmp_path / f"{name}.toml").write_text(f'timezone = "{zone}"')
    named = {"BOARDCAL_CONFIG": "b.toml"}

    def zone_of(path: Path | None, variables: dict[str, str]) -> str:
        return load_settings(path, variables, tmp_path).settings.timezone

    assert zone_of(Path("a.toml"), named) == "Europe/Paris"
    assert zone_of(None, named) == "Europe/Rome"
    assert zone_of(None, {"BOARDCAL_CONFIG": ""}) == "Europe/Oslo"
    assert zone_of(None, {}) == "Europe/Oslo"


@pytest.mark.parametrize(
    ("text", "send_at"),
    [
        ("send_at = '00:00'", time(0)),
        ("send_at = '02:00'", time(2)),
        ("send_at = 09:30:00", time(9, 30)),
    ],
)
def test_a_sending_time_may_stand_in_quotes_or_as_tomls_own(
    tmp_path: Path, text: str, send_at: time
) -> None:
    assert load(tmp_path, f"[schedule]\n{text}").settings.schedule.send_at == send_at


SIGN_IN = '[mail.smtp]\nusername = "lscb"\npassword_file = "password"\n'


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"hunter2", "hunter2"),
        (b"hunter2\n", "hunter2"),
        (b"hunter2\r\n", "hunter2"),
        (" pass phrase ü ".encode(), " pass phrase ü "),
    ],
)
def test_the_password_is_read_when_asked_for_without_its_line_end(
    tmp_path: Path, content: bytes, password: str
) -> None:
    settings = load(tmp_path, SIGN_IN).settings
    (tmp_path / "password").write_bytes(content)
    assert settings.smtp_password() == password


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"hunter2\n\n", "must hold one line, without characters that cannot be seen"),
        (b"hunter2\x00", "must hold one line, without characters that cannot be seen"),
        (b"hunter2\xff", "is not text in UTF-8"),
    ],
)
def test_a_password_that_cannot_be_used_is_told_without_being_shown(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    settings = load(tmp_path, SIGN_IN).settings
    if content is not None:
        (tmp_path / "password").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        settings.smtp_password()
    assert str(refused.value) == f"{tmp_path}/password {says}; {PASSWORD_FILE_NAMED}."
    assert refused.value.exit_code == 78


def test_a_server_that_wants_no_sign_in_has_no_password(tmp_path: Path) -> None:
    assert load(tmp_path, "").settings.smtp_password() is None


def test_no_password_is_in_what_the_settings_print(tmp_path: Path) -> None:
    text = f'{SIGN_IN}[database]\nurl = "postgresql+psycopg://lscb:hunter2@db/lscb"\n'
    (tmp_path / "password").write_text("hunter2")
    loaded = load(tmp_path, text)
    assert loaded.settings.smtp_password() == "hunter2"
    assert "hunter2" not in f"{loaded!r} {loaded.settings} {loaded.settings.database!r}"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().timezone = "UTC"  # type: ignore[misc]


def test_a_board_may_have_a_sender_of_its_own(tmp_path: Path) -> None:
    loaded = load(tmp_path, '[mail.from_by_board]\nctb = "Cumbria CTB <ctb@example.org>"\n')
    sender = Address(name="Cumbria CTB", address="ctb@example.org")
    assert loaded.settings.mail.from_by_board == {"ctb": sender}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('ctb = "no address"', "line 2, mail.from_by_board.ctb"),
        ("ctb = 3", "line 2, mail.from_by_board.ctb"),
        ('ctb = ""', "line 2, mail.from_by_board.ctb"),
    ],
)
def test_a_boards_sender_that_is_no_address_is_refused(
    tmp_path: Path, table: str, says: str
) -> None:
    assert says in refusal(tmp_path, f"[mail.from_by_board]\n{table}\n")
