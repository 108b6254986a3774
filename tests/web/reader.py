"""Somebody who reads the pages of an installation and fills in its forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from starlette.testclient import TestClient

from boardcal.scheduler.installation import Installation
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.accounts.accounts import EVERY_BOARD, Role, add_account, set_password
from boardcal.storage.accounts.setup_links import make_link
from boardcal.storage.database.engine import Database
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import at, make_planner
from boardcal.web.accounts.passwords import hashed
from boardcal.web.app import build_app
from boardcal.web.page.templating import make_environment
from boardcal.web.request.site import Site
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from httpx2 import Response
    from sqlalchemy import Table

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.storage.schema.column_types import AnyRow
    from boardcal.web.routing import Endpoint

START = at("2018-02-01 09:00")
PASSWORD = "four green boats sail"
ADMIN = "admin@example.org"
SECRETARIAT = "secretariat@example.org"
VIEWER = "viewer@example.org"
ENVIRONMENT = make_environment()


@cache
def password_hash() -> str:
    """The hash of PASSWORD, worked out once: it is slow on purpose."""
    return hashed(PASSWORD)


@dataclass(kw_only=True)
class Place:
    """One installation with its pages, on a clock that a test sets."""

    database: Database
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    endpoints: Sequence[Endpoint] = URL_MAP
    now: datetime = START
    silent: float = 1.0
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Opens the pages; nothing is imported, and nobody has an account."""
        settings = Settings.model_validate(self.settings, context={"folder": self.folder})
        loaded = LoadedSettings(settings=settings, file=None, folder=self.folder, variables=())
        self.installation = Installation(
            loaded=loaded, database=self.database, clock=lambda: self.now
        )
        self.site = Site(
            installation=self.installation,
            secret="5" * 64,
            templates=ENVIRONMENT,
            silence=lambda: self.silent,
            announce=self.said.append,
        )
        self.app = build_app(self.site, self.endpoints)

    def imports(self, content: PlannerFile | None = None) -> None:
        """Brings in a planner, live since November 2017."""
        content = content or make_planner()
        with self.database.write() as connection:
            store_planner(connection, content, source="test", who="test", now=self.now)
            connection.execute(update(board).values(go_live=at("2017-11-01").date()))

    def lets_in(self, email: str, role: Role | str, on: str = EVERY_BOARD) -> int:
        """Makes an account with PASSWORD; its id."""
        with self.database.write() as connection:
            account = add_account(connection, email, {on: Role(role)}, now=self.now, who="test")
            set_password(connection, account, password_hash())
        return account

    def link(self, account: int | None = None) -> str:
        """The path of a one-time link, for the first account or for one that exists."""
        with self.database.write() as connection:
            token = make_link(connection, account, now=self.now)
        return f"/{'set-up' if account is None else 'password'}/{token}"

    def passes(self, **time: float) -> None:
        """Lets time go by."""
        self.now += timedelta(**time)

    def table(self, table: Table) -> Sequence[AnyRow]:
        """All rows of a table."""
        with self.database.read() as connection:
            return connection.execute(select(table)).all()

    def reader(self, email: str | None = None) -> Reader:
        """Somebody with a browser of their own, signed in where an address is given."""
        client = TestClient(
            self.app,
            base_url=self.site.base_url,
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        reader = Reader(client=client)
        if email is not None:
            assert reader.signs_in(email).status_code == 303
        return reader


@dataclass
class Reader:
    """A browser without scripts."""

    client: TestClient
    shown: Response | None = None

    def opens(self, path: str, **more: Any) -> Response:
        """Goes to an address, and no further."""
        self.shown = self.client.get(path, **more)
        return self.shown

    def follows(self, response: Response) -> Response:
        """Goes where a redirect leads."""
        return self.opens(response.headers["location"])

    def sends(self, path: str, /, *, csrf: str | None = None, **fields: Any) -> Response:
        """Sends a form with the sign of the page that is shown, or with another one."""
        sign = self.csrf if csrf is None else csrf
        headers = {"Origin": str(self.client.base_url).rstrip("/")}
        self.shown = self.client.post(path, data={"csrf": sign, **fields}, headers=headers)
        return self.shown

    def signs_in(self, email: str, password: str = PASSWORD, **more: Any) -> Response:
        """Opens the form and sends it."""
        self.opens("/sign-in")
        return self.sends("/sign-in", email=email, password=password, **more)

    def carries(self, token: str) -> None:
        """Has this session cookie and no other."""
        self.client.cookies.clear()
        self.client.cookies.set("boardcal", token)

    @property
    def csrf(self) -> str:
        """The sign in the forms of the page that is shown."""
        return self.hidden("csrf")

    def hidden(self, name: str) -> str:
        """A hidden field of the page that is shown; "" where there is none."""
        html = "" if self.shown is None else self.shown.text
        match = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', html)
        return unescape(match[1]) if match else ""

    @property
    def text(self) -> str:
        """The words of the page that is shown, on one line."""
        assert self.shown is not None
        return words(self.shown.text)


def words(html: str) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"(?s)<head>.*?</head>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
