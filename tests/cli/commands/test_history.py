from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.cli.framework.context import asking
from boardcal.notifications.transports.base import DeliveryError
from boardcal.queries.calendar.item_history import NothingRecordedError, item_history
from boardcal.tests.cli.desk import S11, flat
from boardcal.tests.factories import CHAIR, at
from boardcal.tests.factories import S11 as SMALL_S11
from boardcal.tests.pages import shown_by

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk
    from boardcal.tests.office import Office


def told(office: Office, key: str = SMALL_S11) -> list[tuple[str, str, str]]:
    """When, what and in which words."""
    record = shown_by(office, item_history, key=key)
    return [
        ("" if line.at is None else f"{line.at:%d %b %H:%M}", line.kind, line.words)
        for line in record.lines
    ]


def test_a_report_is_told_from_planning_to_its_submission(any_office: Office) -> None:
    office = any_office.store()
    office.days("2018-02-08", "2018-02-21")
    office.record(SMALL_S11, Status.SUBMITTED, note="by post")
    assert told(office) == [
        (
            "",
            "planned",
            (
                "planned for 22 February 2018, for the meeting on 8 March 2018, from the "
                'planner row "S.11 Audit"'
            ),
        ),
        (
            "08 Feb 08:00",
            "decided",
            (
                f"decided to mail {CHAIR} (answers for it) for 22 February "
                "2018: 20 working days before; not sent: a later reminder had come by then"
            ),
        ),
        (
            "08 Feb 08:00",
            "decided",
            (
                f"decided to mail {CHAIR} (answers for it) for 22 February "
                "2018: 10 working days before"
            ),
        ),
        ("08 Feb 08:00", "attempt", f"mailed {CHAIR}"),
        (
            "15 Feb 08:00",
            "decided",
            (
                f"decided to mail {CHAIR} (answers for it) for 22 February "
                "2018: 5 working days before"
            ),
        ),
        ("15 Feb 08:00", "attempt", f"mailed {CHAIR}"),
        (
            "21 Feb 08:00",
            "changed",
            (
                "secretariat recorded “Report s11” of PMQAG, due 22 February "
                "2018, as submitted (by post)"
            ),
        ),
        (
            "21 Feb 08:00",
            "decided",
            (
                f"decided to mail {CHAIR} (answers for it) for 22 February "
                "2018: 1 working day before"
            ),
        ),
        ("21 Feb 08:00", "attempt", f"mailed {CHAIR}"),
    ]


def test_what_the_server_said_and_the_mails_own_name_are_told(office: Office) -> None:
    office.store(go_live="2018-02-08")
    office.postbag.after = lambda mail: (
        DeliveryError("full", scope="recipient", reply="452 4.2.2 mailbox full")
        if mail.recipient == CHAIR
        else None
    )
    office.sweep("2018-02-08")
    office.postbag.after = lambda _: None
    office.deliver("2018-02-08 09:00")
    record = shown_by(office, item_history, key=SMALL_S11)
    tries = [line for line in record.lines if line.kind == "attempt"]
    assert [(line.outcome, line.reply) for line in tries] == [
        ("deferred", "452 4.2.2 mailbox full"),
        ("sent", "250 2.0.0 OK"),
    ]
    (mail,) = (mail for mail in office.postbag.mails if mail.to == CHAIR)
    assert tries[1].message_id == str(mail.message["Message-ID"])


def test_a_new_chair_and_a_new_date_are_on_the_record(office: Office) -> None:
    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.tick("2018-02-08")
    office.appoint(RoleName.CHAIR, "new@example.org", "2018-02-08")
    office.deliver()
    office.now = at("2018-02-08 10:00")
    office.extend(SMALL_S11, "2018-03-01", "half term")
    words = [words for _, _, words in told(office)]
    assert any(
        CHAIR in sentence and sentence.endswith("not sent: somebody else holds the role now")
        for sentence in words
    )
    assert any("decided to mail new@example.org" in sentence for sentence in words)
    assert words[-1] == (
        "secretariat gave “Report s11” of PMQAG a new date, 1 March 2018 instead of 22 February "
        "2018 (half term)"
    )


def test_nothing_on_record_is_a_sentence(office: Office) -> None:
    office.store().tick()
    with pytest.raises(NothingRecordedError):
        told(office, "lscb/s11/pmqag/1999-03")


def test_the_command_tells_people_and_programs(live: Desk) -> None:
    live("record", S11, "submitted", "--by", "M. Clerk", "--note", "by post")
    shown = live("history", S11)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"{S11}\n")
    assert "2018-02-01 09:00  M. Clerk recorded" in shown.stdout
    read = json.loads(live("history", S11, "--format", "json").stdout)
    assert (read["key"], read["state"], read["due"]) == (S11, "submitted", "2018-02-22")
    assert [line["kind"] for line in read["record"]] == ["planned", "changed"]
    assert read["record"][1]["who"] == "M. Clerk"
    assert read["record"][1]["at"] == "2018-02-01T09:00:00+00:00"


def test_an_unknown_key_says_where_keys_are(live: Desk) -> None:
    result = live("history", "lscb/none")
    assert result.exit_code == 1
    assert flat(result.stderr).startswith('Nothing is on record of "lscb/none"; the line under a')


def test_the_record_of_access_is_told_for_all_accounts_or_for_one(live: Desk) -> None:
    for email, role in (("sam@example.org", "viewer"), ("jo@example.org", "admin")):
        assert live("user", "add", email, "--role", role).exit_code == 0
    assert live("user", "remove-role", "sam@example.org").exit_code == 0
    assert live("user", "disable", "sam@example.org").exit_code == 0
    told = flat(live("history", "--access").stdout)
    who = asking()
    for sentence in (
        f"2018-02-01 09:00 {who} made the account sam@example.org.",
        f"{who} made sam@example.org viewer of all Boards.",
        f"{who} made a link with which jo@example.org chooses a password.",
        f"{who} took the role viewer of all Boards from sam@example.org.",
        f"{who} disabled the account sam@example.org.",
    ):
        assert sentence in told
    assert "sam@" not in live("history", "--access", "Jo@example.org").stdout
    lines = json.loads(live("history", "--access", "--format", "json").stdout)["access"]
    about = "sam@example.org", "account added"
    added = next(line for line in lines if (line["account"], line["kind"]) == about)
    assert added == {
        "at": "2018-02-01T09:00:00+00:00",
        "kind": "account added",
        "account": "sam@example.org",
        "who": who,
        "browser": None,
        "address": None,
        "times": None,
        "sentence": f"{who} made the account sam@example.org.",
    }
    later = live("history", "--access", "--days", "5", as_of="2018-03-01T09:00")
    assert later.stdout == "Nothing is on record for these days.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("history",), "Give the KEY of something due, or --access"),
        (("history", "--access", "no@example.org"), "There is no account no@example.org"),
        (("user", "remove-role", "no@example.org"), "There is no account no@example.org"),
        (("user", "sign-out", "no@example.org"), "There is no account no@example.org"),
        (("--board", "lscb", "user", "remove-role", "x@example.org", "--all"), "cannot go"),
    ],
)
def test_what_the_record_of_access_cannot_tell_is_said(
    live: Desk, arguments: tuple[str, ...], sentence: str
) -> None:
    told = live(*arguments)
    assert told.exit_code != 0
    assert sentence in flat(told.stderr)


def test_somebody_is_signed_out_from_the_terminal(live: Desk) -> None:
    live("user", "add", "sam@example.org", "--role", "viewer")
    assert live("user", "sign-out", "sam@example.org").stdout == (
        "sam@example.org was signed in with 0 browsers, and is not now.\n"
    )
