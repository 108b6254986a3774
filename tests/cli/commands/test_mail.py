"""`boardcal mail`: what is listed and shown, and what each decision does."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from boardcal.storage.database.engine import open_database
from boardcal.storage.planners import PlannerCache
from boardcal.storage.schema.mail import ledger, message
from boardcal.storage.schema.occurrences import change
from boardcal.tests.cli.desk import Desk, flat
from boardcal.tests.factories import CHAIR, SECRETARIAT
from boardcal.tests.notifications.delivery.test_stages import UNKNOWN, ready
from boardcal.tests.office import Office

AT = "2018-02-08T10:00"
MAIL = "3"


@pytest.fixture
def uncertain(desk: Desk) -> Desk:
    """The S.11 reminder to the chair left on 8 February, and nobody knows whether it arrived."""
    desk.database.parent.mkdir()
    assert desk("migrate").exit_code == 0
    database = open_database(f"sqlite:///{desk.database}")
    office = Office(database=database)
    ready(office)
    office.postbag.after = lambda _: UNKNOWN
    office.deliver()
    database.close()
    return desk


def told(desk: Desk, *arguments: str) -> str:
    done = desk("mail", *arguments, as_of=AT)
    assert done.exit_code == 0, done.stderr
    return flat(done.stdout)


def state(desk: Desk) -> tuple[str, str]:
    database = open_database(f"sqlite:///{desk.database}")
    with database.read() as connection:
        state_of_mail = connection.execute(
            select(message.c.state).order_by(message.c.id.desc())
        ).scalar()
        row = connection.execute(select(ledger.c.state).order_by(ledger.c.id.desc())).scalar()
    database.close()
    return str(state_of_mail), str(row)


def number(desk: Desk) -> str:
    (found,) = json.loads(
        desk("mail", "list", "--state", "may-have-arrived", "--format", "json", as_of=AT).stdout
    )
    return str(found["id"])


def test_the_list_reads_no_planner(uncertain: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(PlannerCache, "get")
    listing = uncertain("mail", "list", as_of=AT)
    assert (listing.exit_code, listing.stderr) == (0, "")


def test_the_mails_are_listed_and_chosen_by_what_became_of_them(uncertain: Desk) -> None:
    everything = json.loads(uncertain("mail", "list", "--format", "json", as_of=AT).stdout)
    assert [(mail["to"], mail["state"]) for mail in everything] == [
        (CHAIR, "may-have-arrived"),
        (SECRETARIAT, "sent"),
    ]
    chosen = told(uncertain, "list", "--state", "may-have-arrived")
    assert CHAIR in chosen
    assert "may or may not have arrived: lost" in chosen
    assert SECRETARIAT not in chosen
    assert told(uncertain, "list", "--state", "refused") == "There is no such mail."


def test_a_mail_is_shown_whole(uncertain: Desk) -> None:
    shown = told(uncertain, "show", number(uncertain))
    for part in ("lscb/s11/pmqag/2018-03", "Attempt of 8 February 2018, 08:00", "Message-ID: <"):
        assert part in shown
    as_json = json.loads(
        uncertain("mail", "show", number(uncertain), "--format", "json", as_of=AT).stdout
    )
    assert as_json["attempts"][0]["reply"] == "lost"
    assert as_json["items"][0]["key"] == "lscb/s11/pmqag/2018-03"


@pytest.mark.parametrize(
    ("arguments", "said", "states", "recorded"),
    [
        (
            ("resend",),
            "goes out again, from Thursday 8 February 2018 on",
            ("deferred", "sending"),
            "mail sent again",
        ),
        (("settle", "arrived"), "is on record that the mail to", ("sent", "sent"), "mail arrived"),
        (
            ("settle", "lost"),
            "did not arrive. The next reminder",
            ("failed", "failed"),
            "mail lost",
        ),
    ],
)
def test_each_decision_is_done_and_recorded(
    uncertain: Desk, arguments: tuple[str, ...], said: str, states: tuple[str, str], recorded: str
) -> None:
    verb, *rest = arguments
    mail = number(uncertain)
    assert said in told(uncertain, verb, mail, *rest, "--note", "She was asked.", "--by", "Jo")
    assert state(uncertain) == states
    database = open_database(f"sqlite:///{uncertain.database}")
    with database.read() as connection:
        row = connection.execute(select(change).order_by(change.c.id.desc())).first()
    database.close()
    assert row is not None
    assert (row.what, row.who, row.why) == (recorded, "Jo", "She was asked.")


def test_a_lost_mail_can_be_sent_afresh_or_kept_back(uncertain: Desk) -> None:
    mail = number(uncertain)
    told(uncertain, "settle", mail, "lost", "--note", "She was asked.")
    assert "goes out again" in told(uncertain, "resend", mail, "--note", "She needs it.")
    assert state(uncertain) == ("pending", "pending")
    assert "does not go out" in told(uncertain, "suppress", mail, "--note", "She was rung up.")
    assert state(uncertain) == ("superseded", "superseded")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("show", "99"), 1, "There is no mail 99 of Cumbria LSCB; `boardcal mail list` shows"),
        (("resend", "99", "--note", "x"), 1, "There is no mail 99"),
        (("resend", "1", "--note", "x"), 1, "was sent, and nobody is told twice"),
        (("settle", "1", "arrived", "--note", "x"), 1, "was sent"),
        (("settle", "1", "perhaps", "--note", "x"), 2, "arrived"),
        (("suppress", "1", "--note", "x"), 1, "was sent"),
        (("resend", "1"), 2, "--note"),
        (("show", "nought"), 2, '"nought" is not a number from the list, such as 12'),
        (("show", "-1"), 2, "There is no option -1 here"),
        (("show", "0"), 1, "There is no mail 0"),
        (("show", "9" * 20), 2, "is not a number from the list"),
        (("resend", "9" * 5000, "--note", "x"), 2, "is not a number from the list"),
        (("list", "--state", "gone"), 2, "gone"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    uncertain: Desk, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = uncertain("mail", *arguments, as_of=AT)
    assert (done.exit_code, sentence in flat(done.stderr)) == (code, True), done.stderr
    assert state(uncertain) == ("uncertain", "uncertain")


def test_without_a_database_there_is_no_mail_and_none_is_made(desk: Desk) -> None:
    assert told(desk, "list") == "There is no mail yet."
    assert desk.made == []
