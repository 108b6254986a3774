"""The settings: the keys of config.toml, their types and their defaults."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from stat import S_ISDIR
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from ..core.validation.messages import within
from ..core.validation.problems import unreadable
from .database_url import absolute_url, sqlite_file
from .mail import Mail
from .section import Section
from .value_types import (
    FilePath,
    Line,
    OptionalDay,
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

SHIPPED_PLANNER = Path(__file__).parents[1] / "calendar/planners/cumbria-lscb-2017-20.toml"


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
    security_contact: OptionalMailbox = None
    security_contact_until: OptionalDay = None

    @field_validator("security_contact_until")
    @classmethod
    def _both_or_neither(cls, until: date | None, info: ValidationInfo) -> date | None:
        contact = info.data.get("security_contact", "unknown")
        if until is None and contact not in (None, "unknown"):
            raise ValueError("must say until when security_contact holds, since that is set")
        if until is not None and contact is None:
            raise ValueError("needs security_contact beside it; give both or neither")
        return until

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
        """The mail server's password, read now; None where the server wants none.

        Raises ConfigError when the file is missing, unreadable, empty or of several lines.
        """
        return self.mail.smtp.password()
