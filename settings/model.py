"""The settings: the keys of config.toml, their types and their defaults."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from pathlib import Path
from stat import S_ISDIR
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ..core.addresses import Address
from ..core.validation.messages import within
from ..core.validation.problems import unreadable
from .database_url import absolute_url, sqlite_file
from .errors import ConfigError
from .value_types import (
    FilePath,
    Line,
    Mailbox,
    OptionalFilePath,
    OptionalMailbox,
    PageAddress,
    PingAddress,
    Port,
    SendingTime,
    Server,
    ZoneName,
    folder_of,
    page_address_of,
)

NAMED_BY = "mail.smtp.password_file names it as the file with the mail server's password"


def read_password(file: Path) -> str:
    """The one line of `file`; raises ConfigError, never with any of its content."""
    try:
        password = file.read_bytes().decode("utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise ConfigError.about(str(file), f"{unreadable(error)}; {NAMED_BY}") from None
    except UnicodeDecodeError:
        raise ConfigError.about(str(file), f"is not text in UTF-8; {NAMED_BY}") from None
    if not password.strip():
        raise ConfigError.about(str(file), f"is empty; {NAMED_BY}")
    if not password.isprintable():
        says = f"must hold one line, without characters that cannot be seen; {NAMED_BY}"
        raise ConfigError.about(str(file), says)
    return password


SHIPPED_PLANNER = Path(__file__).parents[1] / "calendar/planners/cumbria-lscb-2017-20.toml"


class Section(BaseModel):
    """A table of config.toml: no unknown keys, exact types, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class Database(Section):
    """`[database]`. The address can hold a password, so it is never shown whole."""

    url: Line = Field("sqlite:///var/boardcal.db", repr=False)

    @field_validator("url")
    @classmethod
    def _url(cls, url: str, info: ValidationInfo) -> str:
        return absolute_url(url, folder_of(info))

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file, or None for PostgreSQL."""
        return sqlite_file(self.url)


class Smtp(Section):
    """`[mail.smtp]`: the server that mails leave by."""

    host: Server = "localhost"
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Line = ""
    password_file: OptionalFilePath = None
    rate_per_minute: Annotated[int, within(1, 10_000)] = 25

    @field_validator("username")
    @classmethod
    def _never_in_clear(cls, username: str, info: ValidationInfo) -> str:
        if username and info.data.get("security") == "none":
            raise ValueError(
                'cannot go with security = "none", which would send the password in clear; '
                "use starttls or tls"
            )
        return username

    @field_validator("password_file")
    @classmethod
    def _both_or_neither(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        username = info.data.get("username")
        if username and file is None:
            raise ValueError("must name the file that holds the password, since username is set")
        if file is not None and username == "":
            raise ValueError("needs username beside it; give both or neither")
        return file


class TransportName(StrEnum):
    """Choices of `mail.transport`; notifications/transports/registry.py has the class of each."""

    OUTBOX = "outbox"
    SMTP = "smtp"


class Uncertain(Section):
    """`[mail.uncertain]`: the handling of mails whose delivery is not known, by kind."""

    reminders: Literal["hold", "resend_once"] = "hold"
    overviews: Literal["hold", "resend_once"] = "resend_once"


class Mail(Section):
    """`[mail]`: where mails go, and from whom. `sender` is the file's `from`.

    `from_by_board` are senders of single Boards, by the Board's id.
    """

    transport: Annotated[TransportName, Field(strict=False)] = TransportName.OUTBOX
    outbox: FilePath = Path("var/outbox")
    sender: Mailbox = Field(Address(name="Cumbria LSCB", address="lscb@example.org"), alias="from")
    reply_to: OptionalMailbox = None
    redirect_to: OptionalMailbox = None
    from_by_board: dict[Line, Mailbox] = Field(default_factory=dict)
    smtp: Smtp = Field(default_factory=Smtp)
    uncertain: Uncertain = Field(default_factory=Uncertain)


class Schedule(Section):
    """`[schedule]`: `send_at` in local time, how often to look, how far to plan."""

    send_at: SendingTime = time(8)
    sweep_seconds: Annotated[int, within(5, 3600)] = 60
    horizon_months: Annotated[int, within(1, 120)] = 18


class Web(Section):
    """`[web]`: where the pages are. `base_url` ends without a slash; "" follows host and port."""

    host: Server = "127.0.0.1"
    port: Port = 8000
    base_url: PageAddress = ""
    secret_file: FilePath = Path("var/secret")

    @field_validator("base_url", mode="before")
    @classmethod
    def _follows(cls, url: object, info: ValidationInfo) -> object:
        if url != "":
            return url
        # A mistake in one of the two is reported by its own check.
        return page_address_of(info.data.get("host", "localhost"), info.data.get("port", 80))


class Alive(Section):
    """`[alive]`: the address that is told that boardcal works. It is a secret, so not shown."""

    url: PingAddress = Field("", repr=False)
    every_seconds: Annotated[int, within(30, 86_400)] = 300


class Retention(Section):
    """`[retention]`: months after which the texts of emails are removed; 0: never."""

    mail_texts_months: Annotated[int, within(0, 1200)] = 0


class Settings(Section):
    """All of config.toml, every key with its default."""

    planner: FilePath = SHIPPED_PLANNER
    timezone: ZoneName = "Europe/London"
    database: Database = Field(default_factory=Database)
    mail: Mail = Field(default_factory=Mail)
    schedule: Schedule = Field(default_factory=Schedule)
    web: Web = Field(default_factory=Web)
    alive: Alive = Field(default_factory=Alive)
    retention: Retention = Field(default_factory=Retention)

    @field_validator("planner")
    @classmethod
    def _planner(cls, planner: Path, info: ValidationInfo) -> Path:
        stated: bool = (info.context or {}).get("planner_is_stated", False)
        try:
            is_folder = stated and S_ISDIR(planner.stat().st_mode)
        except OSError as error:
            raise ValueError(f"{unreadable(error)}; it would be {planner}") from None
        if is_folder:
            raise ValueError("is a folder, not a planner file")
        return planner

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of every local time."""
        return ZoneInfo(self.timezone)

    def smtp_password(self) -> str | None:
        """The mail server's password, read now; None where the server wants no sign-in.

        Raises ConfigError when the file is missing, unreadable, empty or of several lines.
        """
        file = self.mail.smtp.password_file
        return None if file is None else read_password(file)
