"""Kill -9 at each stage of an email by a channel that can be asked: none lost, doubled or held."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from boardcal.tests.faults.figures import EITHER
from boardcal.tests.faults.judge import Judge, doubled
from boardcal.tests.faults.points import POINTS
from boardcal.tests.faults.test_points import run_until_hit as kill_within_smtp
from boardcal.tests.faults.yard import Yard, many_chairs, open_nursery
from boardcal.tests.services.graph import GraphService
from boardcal.tests.services.notify import API_KEY, TEMPLATE, NotifyService
from boardcal.tests.services.token_server import CLIENT, SECRET, TENANT, TokenServer
from boardcal.tests.services.web_service import DROP, HALF, REPLIED, TAKEN
from boardcal.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from boardcal.tests.faults.figures import Figures

    Service = NotifyService | GraphService

# The mail before the one that is hit shows that the daemon was at work.
HIT = 2
CHANNELS = ("notify", "graph")
# The state of the mail that was hit and whether the service had taken it; None: either is right.
EXPECTED = {
    "before claim": (None, False),
    "after claim": ("claimed", False),
    "before data_started": ("claimed", False),
    "after data_started": ("data_started", False),
    HALF: ("data_started", False),
    TAKEN: ("data_started", True),
    REPLIED: ("data_started", True),
    "before commit": ("data_started", True),
    "after commit": (None, True),
}


@contextmanager
def notify(yard: Yard) -> Iterator[NotifyService]:
    """A yard that sends through Notify."""
    with NotifyService() as service:
        (yard.folder / "key").write_text(API_KEY)
        yard.channel = (
            f'[mail.notify]\nbase_url = "{service.url}"\napi_key_file = "key"\n'
            f'template_id = "{TEMPLATE}"\n'
        )
        yield service


@contextmanager
def graph(yard: Yard) -> Iterator[GraphService]:
    """A yard that sends through Graph, which gives each mail another Message-ID."""
    with (
        TokenServer() as tokens,
        GraphService(
            is_good=tokens.is_good,
            clock=lambda: datetime.fromisoformat(yard.now),
            rewrites=True,
        ) as service,
    ):
        tokens.scope = f"{service.url}/.default"
        (yard.folder / "secret").write_text(SECRET)
        yard.channel = (
            f'[mail.graph]\nbase_url = "{service.url}"\nrate_per_minute = 10000\n'
            f"{application(tokens)}"
        )
        yield service


SET_UP: dict[str, Callable[[Yard], AbstractContextManager[Service]]] = {
    "notify": notify,
    "graph": graph,
}


def run_until_hit(yard: Yard, service: Service, point: str) -> None:
    """A daemon that dies at the point of its second mail."""
    daemon = yard.start("hit", point=point if point in POINTS else "", after=HIT)
    if point not in POINTS:
        seen = threading.Event()
        mails = 0

        def watch(moment: str) -> str | None:
            nonlocal mails
            mails += moment == point
            if moment == point and mails == HIT and not seen.is_set():
                seen.set()
                daemon.kill()
                return DROP
            return None

        service.watch = watch
    assert until(lambda: not daemon.is_alive), daemon.said()
    service.watch = lambda _moment: None


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("point", EXPECTED)
def test_a_kill_leaves_nothing_to_a_person_where_the_channel_can_be_asked(
    point: str, channel: str, kind: str, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    times = figures.size(1, 20)
    state, arrived = EXPECTED[point]
    yard = make_yard(transport=channel)
    yard.holds(many_chairs(HIT * times + 1))
    with SET_UP[channel](yard) as service, figures.run(f"{channel}, killed {point}", kind) as run:
        for _ in range(times):
            before, known = service.counts(), {row.id for row in in_hand(yard)}
            run_until_hit(yard, service, point)
            new = [row for row in in_hand(yard) if row.id not in known]
            if point == REPLIED and (not new or new[0].state == "claimed"):
                # The answer was noted just in time, and the next mail perhaps taken up.
                new = []
            else:
                assert [row.state for row in new] == ([] if state is None else [state])
            taken = service.counts() - before
            assert all(bool(taken[row.recipient]) == arrived for row in new)
            # A while later the next daemon finds what this one left, and asks.
            yard.sleeps(minutes=30)
        for name in ("asks", "sends again"):
            last = yard.start(name)
            assert last.lives_until_ready(), last.said()
            last.stop()
            yard.sleeps(minutes=5)
        rows, counts = yard.messages(), service.counts()
        run.kills, run.mails = times, len(rows)
        run.uncertain = sum(row.state == "uncertain" for row in rows)
        run.lost = len({row.recipient for row in rows} - counts.keys())
        run.doubled = doubled(counts.values())
    assert {row.state for row in rows} == {"sent"}
    assert (run.lost, run.doubled, run.uncertain) == (0, 0, 0)


def test_a_kill_with_a_token_is_as_any_other_of_smtp(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    """The mail in flight is held for a person: SMTP cannot be asked."""
    times = figures.size(1, 20)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    encrypted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(encrypted)
    takes_tokens: dict[str, str | bytes] = {
        "EHLO": "250-judge.example.org\r\n250 AUTH XOAUTH2",
        "AUTH": "235 2.7.0 OK",
    }
    with (
        open_nursery() as nursery,
        TokenServer() as tokens,
        Judge(tls=encrypted, answers=takes_tokens) as judge,
        Yard(
            nursery=nursery,
            folder=tmp_path / "yard",
            url=empty_url,
            smtp_port=judge.port,
            sign_in='security = "tls"\nauth = "oauth"\nusername = "lscb@example.org"',
            channel=application(tokens),
        ) as yard,
    ):
        (yard.folder / "secret").write_text(SECRET)
        yard.holds(many_chairs(HIT * times + 1))
        with figures.run("smtp with a token, killed after the final dot") as run:
            for _ in range(times):
                kill_within_smtp(yard, judge, "after the final dot")
                yard.sleeps(minutes=30)
            last = yard.start("last")
            assert last.lives_until_ready(), last.said()
            last.stop()
            rows, counts = yard.messages(), judge.counts()
            run.kills, run.mails = times, len(rows)
            run.uncertain = sum(row.state == "uncertain" for row in rows)
            run.lost = len({row.recipient for row in rows} - counts.keys())
            run.doubled = doubled(counts.values())
        assert all("AUTH XOAUTH2" in line for line in judge.wire if line.startswith("AUTH"))
    assert len(tokens.given) == times + 1
    assert (run.lost, run.doubled, run.uncertain) == (0, 0, times)


def application(tokens: TokenServer) -> str:
    """The section of an application that its token server knows."""
    return (
        f'[mail.oauth]\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\n'
        f'client_secret_file = "secret"\n'
        f'token_url = "{tokens.url}/{TENANT}/oauth2/v2.0/token"\n'
    )


def in_hand(yard: Yard) -> list[Any]:
    """What a daemon has taken up, and not ended."""
    if not (yard.folder / "hit.log").exists():
        return []
    return [row for row in yard.messages() if row.state in ("claimed", "data_started")]
