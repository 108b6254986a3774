"""What `check` says of each channel, and `check --send-test` of each stage."""

from __future__ import annotations

import sqlite3
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

import pytest

from boardcal.cli.commands.run import UnacceptedTransportError, _require_accepted
from boardcal.scheduler.installation import opened
from boardcal.settings.load import load_settings
from boardcal.tests.cli.desk import flat
from boardcal.tests.factories import at
from boardcal.tests.services.graph import GraphService
from boardcal.tests.services.notify import API_KEY, KEY_SECRET, TEMPLATE, NotifyService
from boardcal.tests.services.token_server import CLIENT, SECRET, TENANT, TokenServer
from boardcal.tests.services.web_service import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boardcal.tests.cli.desk import Desk

YOU = "you@example.org"
HEAD = '[web]\nbase_url = "https://calendar.example.org"\n[mail]\ntransport = "{}"\n'


@pytest.fixture
def notify(desk: Desk) -> Iterator[NotifyService]:
    with NotifyService() as service:
        (desk.folder / "key").write_text(API_KEY)
        desk.write(
            "config.toml",
            HEAD.format("notify") + f'[mail.notify]\nbase_url = "{service.url}"\n'
            f'api_key_file = "key"\ntemplate_id = "{TEMPLATE}"\n',
        )
        yield service


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer() as service:
        yield service


@pytest.fixture
def graph(desk: Desk, tokens: TokenServer) -> Iterator[GraphService]:
    with GraphService(is_good=tokens.is_good) as service:
        tokens.scope = f"{service.url}/.default"
        (desk.folder / "secret").write_text(SECRET)
        desk.write(
            "config.toml",
            HEAD.format("graph") + f'[mail.graph]\nbase_url = "{service.url}"\n'
            f'[mail.oauth]\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\n'
            'client_secret_file = "secret"\n'
            f'token_url = "{tokens.url}/{TENANT}/oauth2/v2.0/token"\n',
        )
        yield service


def test_a_test_mail_by_notify_says_each_stage(desk: Desk, notify: NotifyService) -> None:
    done = desk("check", "--send-test", YOU)
    said = flat(done.stdout)
    assert done.exit_code == 0
    assert 'GOV.UK Notify answers, and its template "boardcal" takes our subject and text' in said
    assert f"the mail server said: Notify took it as {notify.taken[0].id}." in said
    assert f"Asked afterwards: Notify has it as {notify.taken[0].id}: sending." in said
    assert notify.counts() == {YOU: 1}


def test_a_test_mail_by_graph_says_each_stage(desk: Desk, graph: GraphService) -> None:
    done = desk("check", "--send-test", YOU)
    said = flat(done.stdout)
    assert done.exit_code == 0
    assert "gives boardcal a token and lets it look into Sent Items" in said
    assert "the mail server said: 202 Accepted by Microsoft 365. Asked afterwards: In Sent" in said
    assert graph.counts() == {YOU: 1}


def test_check_alone_sends_nothing(desk: Desk, notify: NotifyService) -> None:
    assert desk("check").exit_code == 0
    assert notify.taken == []


@pytest.mark.parametrize("wrong", ["key", "template"])
def test_what_notify_refuses_is_an_error_and_nothing_is_sent(
    desk: Desk, notify: NotifyService, wrong: str
) -> None:
    if wrong == "key":
        (desk.folder / "key").write_text(API_KEY[:-1] + "9")
    else:
        notify.template["body"] = "Dear chair"
    done = desk("check", "--send-test", YOU)
    assert done.exit_code == 1
    assert "Emails wait." in flat(done.stdout)
    assert KEY_SECRET not in done.stdout + done.stderr
    assert notify.taken == []


def test_a_token_that_cannot_be_had_is_an_error(
    desk: Desk, tokens: TokenServer, graph: GraphService
) -> None:
    tokens.instead = {"POST": [Reply(200, f"<html>{SECRET}</html>")]}
    done = desk("check", "--send-test", YOU)
    assert done.exit_code == 1
    assert "answered with something other than a token (200)" in flat(done.stdout)
    assert SECRET not in done.stdout + done.stderr
    assert graph.taken == []


def test_what_the_application_lacks_is_an_error(desk: Desk, graph: GraphService) -> None:
    graph.may = frozenset({"Mail.ReadBasic"})
    done = desk("check", "--send-test", YOU)
    assert done.exit_code == 1
    assert "The application may not send out of lscb@example.org." in flat(done.stdout)


@pytest.mark.parametrize(("accepted", "asked"), [("smtp", False), ("outbox", True)])
def test_another_way_out_is_not_asked_about_again_where_real_mail_went_before(
    live: Desk, accepted: str, asked: bool
) -> None:
    with closing(sqlite3.connect(live.database)) as database, database:
        database.execute("UPDATE board SET accepted_transport = ?", [accepted])
    live.write(
        "config.toml",
        HEAD.format("notify")
        + f'[mail.notify]\napi_key_file = "key"\ntemplate_id = "{TEMPLATE}"\n',
    )
    loaded = load_settings(None, {}, live.folder)
    with (
        opened(loaded, lambda: at("2018-02-01 09:00")) as installation,
        pytest.raises(UnacceptedTransportError) if asked else nullcontext(),
    ):
        _require_accepted(installation)
    warned = "were written to files so far" in flat(live("check").stdout)
    assert warned is asked
