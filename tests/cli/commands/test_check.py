from __future__ import annotations

import json
import re
import socket
import sqlite3
from contextlib import closing
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller

from boardcal.settings.load import SHIPPED_PLANNER
from boardcal.tests.cli.desk import flat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boardcal.tests.cli.desk import Desk

REAL = """
[mail]
transport = "smtp"
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[web]
base_url = "{base_url}"
"""
NO_SERVER = 1  # the port of tcpmux, where nothing answers


def _check(desk: Desk, code: int, *options: str) -> dict[str, Any]:
    done = desk("check", "--format", "json", *options)
    assert (done.exit_code, done.stderr) == (code, "")
    findings: dict[str, Any] = json.loads(done.stdout)
    assert list(findings) == ["errors", "warnings", "undecided", "assumed"]
    return findings


class Mailbox:
    """A real mail server's, which keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((envelope.rcpt_tos, envelope.content))
        return "250 kept"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), _free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_the_shipped_planner_has_no_errors_and_its_open_questions_are_listed(desk: Desk) -> None:
    findings = _check(desk, 0)
    assert findings["errors"] == []
    assert [finding["ref"] for finding in findings["undecided"]] == [
        "indicators-annual",
        "indicators-ctb-hwb",
        "data-scorecard",
        "staff-survey",
        "cwd-annual",
    ]
    assert findings["undecided"][3] == {
        "ref": "staff-survey",
        "row": "LSCB Staff Survey",
        "quote": "Annual report to LSCB",
        "why": "The plan gives no month for this annual report.",
    }
    promised = [
        sentence for sentence in findings["warnings"] if sentence.startswith("Promised in the plan")
    ]
    unclear = [
        sentence
        for sentence in findings["warnings"]
        if sentence.startswith("The plan is not clear")
    ]
    assert (len(promised), len(unclear)) == (7, 6)
    assert '"S.11 compliance and themes: annual report" (S.11 Audit)' in " ".join(unclear)
    assert any("The LSCB Annual Report" in sentence for sentence in promised)


def test_every_reading_is_listed_with_what_it_was_read_from(desk: Desk) -> None:
    findings = _check(desk, 0)["assumed"]
    assert all(list(finding) == ["ref", "row", "quote", "reading"] for finding in findings)
    assert findings[0]["ref"] == "plan"
    assert (findings[0]["row"], findings[0]["quote"]) == (None, None)
    meetings = [finding["reading"] for finding in findings if finding["ref"] == "pmqag"]
    assert len(meetings) >= 2
    report = next(finding for finding in findings if finding["ref"] == "subgroup-progress")
    assert report["row"] == "Other subgroups"
    assert "rolling programme based on need" in report["quote"]
    action = next(finding for finding in findings if finding["ref"] == "12.1")
    assert action["row"] is None
    assert action["quote"]


def test_for_people_what_matters_most_comes_last(desk: Desk) -> None:
    shown = desk("check").stdout
    headings = ["Assumed: ", "Undecided: ", "In order\n", "Warnings\n"]
    places = [shown.index(heading) for heading in headings]
    assert places == sorted(places)
    assert "There is no database yet; the first `boardcal run` makes it" in flat(shown)
    last = shown.splitlines()[-1]
    assert re.fullmatch(r"0 errors, 13 warnings, 5 undecided, \d+ assumed\.", last)


def test_a_roles_vacancy_is_a_warning(live: Desk) -> None:
    live("people", "end", "education", "chair", "education.chair@example.org")
    warnings = _check(live, 0)["warnings"]
    assert any("Education Subgroup has no chair" in sentence for sentence in warnings)


def test_a_planner_file_that_changed_since_its_import_is_a_warning(desk: Desk) -> None:
    text = desk("export").stdout
    desk.write("planner.toml", text)
    desk.write("config.toml", 'planner = "planner.toml"\n')
    assert desk("golive", "2018-01-01").exit_code == 0
    before = _check(desk, 0)["warnings"]
    desk.write("planner.toml", text.replace('name = "Cumbria LSCB"', 'name = "The LSCB"'))
    added = [sentence for sentence in _check(desk, 0)["warnings"] if sentence not in before]
    assert len(added) == 1
    assert "has changed since it was last imported and is not in force" in added[0]


def test_a_planner_file_has_not_changed_where_another_one_was_imported(desk: Desk) -> None:
    def said() -> list[str]:
        warnings = _check(desk, 0)["warnings"]
        return [sentence.split()[3] for sentence in warnings if "is not in force" in sentence]

    text = desk("export").stdout
    planner = desk.write("planner.toml", text)
    desk.write("config.toml", 'planner = "planner.toml"\n')
    assert desk("golive", "2018-01-01").exit_code == 0
    renamed = text.replace('name = "Cumbria LSCB"', 'name = "The LSCB"')
    other = desk.write("other.toml", renamed)
    assert desk("import", str(other), "--yes").exit_code == 0
    assert said() == []
    desk.write("other.toml", text.replace('name = "Cumbria LSCB"', 'name = "A Board"'))
    assert said() == [str(other)]
    other.unlink()
    assert said() == []
    desk.write("planner.toml", renamed)
    assert said() == [str(planner)]


def test_past_meetings_of_a_former_rule_are_no_mistake_in_the_file(desk: Desk) -> None:
    text = desk("export").stdout
    rule, group = 'day = "second Thursday"\n', '[[body]]\nid = "business-group"'
    change = "[[body.meeting]]\nmoved = 2018-01-11\nto = 2018-01-18\n\n"
    assert (text.count(rule), text.count(group)) == (1, 1)
    moved = text.replace(group, change + group)
    desk.write("planner.toml", moved)
    desk.write("config.toml", 'planner = "planner.toml"\n')
    assert desk("golive", "2018-01-01").exit_code == 0
    before = _check(desk, 0)["warnings"]
    desk.write("planner.toml", moved.replace(rule, 'day = "first Monday"\n'))
    added = [sentence for sentence in _check(desk, 0)["warnings"] if sentence not in before]
    assert len(added) == 1
    assert "has changed since it was last imported" in added[0]


def test_a_broken_planner_is_listed_mistake_by_mistake(desk: Desk) -> None:
    text = SHIPPED_PLANNER.read_text().replace('owner = "pmqag"', 'owner = "pmqagg"')
    desk.write("planner.toml", text)
    desk.write("config.toml", 'planner = "planner.toml"\n')
    findings = _check(desk, 1)
    assert len(findings["errors"]) == text.count('owner = "pmqagg"') > 5
    assert all('"pmqagg" is not a body' in sentence for sentence in findings["errors"])
    assert (findings["undecided"], findings["assumed"]) == ([], [])


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("DROP TABLE message", "table message"),
        ("ALTER TABLE occurrence DROP COLUMN title", "column occurrence.title"),
        ("DROP TABLE alembic_version", "table alembic_version"),
    ],
)
def test_what_is_missing_from_the_database_is_named_and_hides_nothing_else(
    live: Desk, statement: str, missing: str
) -> None:
    before = _check(live, 0)
    with closing(sqlite3.connect(live.database)) as connection, connection:
        connection.execute(statement)
    findings = _check(live, 1)
    (error,) = findings["errors"]
    assert error.startswith(f"The {missing} is missing from the database")
    assert error.endswith("estore the last backup with `boardcal restore FILE`.")
    assert findings["undecided"] == before["undecided"]


def test_with_a_database_a_broken_planner_file_hides_nothing(live: Desk) -> None:
    live.write("planner.toml", "[board\n")
    live.write("config.toml", 'planner = "planner.toml"\n')
    findings = _check(live, 1)
    assert len(findings["errors"]) == 1
    assert len(findings["undecided"]) == 5


def test_wrong_settings_are_listed_one_by_one_and_end_with_78(desk: Desk) -> None:
    desk.write("config.toml", 'timezone = "Mars"\nplaner = "x"\n')
    findings = _check(desk, 78)
    first, second = findings["errors"]
    assert 'config.toml, line 1, timezone: "Mars"' in first
    assert "config.toml, line 2, planer is not a known key; did you mean `planner`?" in second
    shown = desk("check")
    assert shown.exit_code == 78
    assert shown.stdout.splitlines()[-1].startswith("2 errors, ")


@pytest.mark.parametrize(
    ("base_url", "is_wrong"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://calendar.example.org", True),
        ("https://localhost:8000", True),
        ("https://127.0.0.1", True),
        ("https://[::1]", True),
        ("https://calendar.example.org", False),
    ],
)
def test_real_mail_needs_an_address_that_its_readers_can_open(
    desk: Desk, mailbox: tuple[Mailbox, int], base_url: str, is_wrong: bool
) -> None:
    desk.write("config.toml", REAL.format(port=mailbox[1], base_url=base_url))
    errors = _check(desk, 1 if is_wrong else 0)["errors"]
    assert len(errors) == is_wrong
    assert all(sentence.startswith(f'web.base_url is "{base_url}", which') for sentence in errors)


def test_a_mail_server_that_does_not_answer_is_an_error(desk: Desk) -> None:
    desk.write("config.toml", REAL.format(port=NO_SERVER, base_url="https://calendar.example.org"))
    (error,) = _check(desk, 1)["errors"]
    assert error.startswith("The mail server 127.0.0.1, port 1, ")


def test_real_mail_to_examples_and_to_a_trial_address_is_warned_of(
    desk: Desk, mailbox: tuple[Mailbox, int]
) -> None:
    config = REAL.format(port=mailbox[1], base_url="https://calendar.example.org")
    desk.write("config.toml", config.replace('"smtp"', '"smtp"\nredirect_to = "t@example.org"', 1))
    warnings = _check(desk, 0)["warnings"]
    assert any("Every mail goes to t@example.org for a trial" in sentence for sentence in warnings)
    assert any("are examples at which no mail arrives" in sentence for sentence in warnings)


def test_a_sender_of_a_board_that_is_not_there_is_warned_of(live: Desk) -> None:
    senders = 'lscb = "lscb@example.org"\nctb = "ctb@example.org"'
    live.write("config.toml", f"[mail.from_by_board]\n{senders}\n")
    told = [sentence for sentence in _check(live, 0)["warnings"] if "from_by_board" in sentence]
    assert told == [
        'mail.from_by_board names "ctb", and there is no such Board; the Boards here are lscb.'
    ]


def test_a_database_that_went_live_with_files_is_warned_of(
    live: Desk, mailbox: tuple[Mailbox, int]
) -> None:
    live.write("config.toml", REAL.format(port=mailbox[1], base_url="https://calendar.example.org"))
    warnings = _check(live, 0)["warnings"]
    assert any(
        "were written to files so far; `boardcal golive DAY`" in sentence for sentence in warnings
    )


def test_a_test_mail_goes_through_the_mail_server(desk: Desk, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    desk.write("config.toml", REAL.format(port=port, base_url="https://calendar.example.org"))
    shown = desk("check", "--send-test", "me@example.org")
    assert shown.exit_code == 0
    # What was asked for is what is read last, and not one of many sentences above.
    assert (
        flat(shown.stdout)
        .rpartition(" assumed. ")[2]
        .startswith(
            "The test mail to me@example.org was handed over; the mail server said: 250 kept."
        )
    )
    ((readers, content),) = box.got
    mail = message_from_bytes(content, policy=policy.default)
    assert (readers, mail["To"]) == (["me@example.org"], "me@example.org")
    assert mail["Subject"] == "Test email from boardcal, 1 February 2018 at 09:00"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "sent on 1 February 2018 at 09:00" in body.get_content()


def test_a_test_mail_into_the_outbox_says_that_it_was_not_sent(desk: Desk) -> None:
    shown = desk("check", "--send-test", "me@example.org")
    assert shown.exit_code == 0
    (file,) = (desk.folder / "var/outbox").iterdir()
    assert f"The test mail to me@example.org is written to {file}; it was not sent." in flat(
        shown.stdout
    )


def test_no_test_mail_is_tried_where_mail_cannot_leave(desk: Desk) -> None:
    desk.write("config.toml", REAL.format(port=NO_SERVER, base_url="https://calendar.example.org"))
    shown = desk("check", "--send-test", "me@example.org")
    assert shown.exit_code == 1
    assert "test mail" not in shown.stdout


def test_a_test_mail_to_no_address_is_a_sentence(desk: Desk) -> None:
    result = desk("check", "--send-test", "me")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith('--send-test: "me" has no @;')


def test_a_template_with_an_unknown_name_is_an_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from boardcal.notifications.letters import render as rendering

    (desk.folder / "override/email").mkdir(parents=True)
    desk.write("override/email/first_contact.txt.j2", "Dear {{ raeder }},\n")
    templates = rendering.Templates(override=desk.folder / "override")
    monkeypatch.setattr(rendering, "Templates", lambda: templates)
    (error,) = _check(desk, 1)["errors"]
    assert 'line 1: the template uses "raeder", which a mail does not have' in error


@pytest.mark.parametrize(("until", "warnings"), [("2018-02-01", 0), ("2018-01-31", 1)])
def test_a_security_contact_that_holds_no_longer_is_a_warning(
    desk: Desk, until: str, warnings: int
) -> None:
    desk.folder.joinpath("config.toml").write_text(
        f'[web]\nsecurity_contact = "security@example.org"\nsecurity_contact_until = "{until}"\n'
    )
    told = [said for said in _check(desk, 0)["warnings"] if "security_contact_until" in said]
    assert len(told) == warnings


def test_what_others_on_the_machine_could_read_is_a_warning(desk: Desk) -> None:
    config = desk.folder / "config.toml"
    config.touch(0o600)
    assert not any("let others" in said for said in _check(desk, 0)["warnings"])
    config.chmod(0o644)
    told = [said for said in _check(desk, 0)["warnings"] if "let others" in said]
    assert [said.partition("; ")[2] for said in told] == [f"close it with: chmod 600 {config}"]
