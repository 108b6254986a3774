"""Several of one report in an email say which one each is; one thing stands in it once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.rules.escalation import Level
from boardcal.notifications.letters.items import told_apart
from boardcal.notifications.letters.phrases import period_words
from boardcal.notifications.letters.samples import sample_item as item
from boardcal.storage.mail.ledger import add_rows
from boardcal.storage.message_states import CarriedState
from boardcal.storage.schema.mail import message
from boardcal.tests.factories import CHAIR, S11, make_planner, make_report

if TYPE_CHECKING:
    from boardcal.tests.office import Office

EARLIER = date(2018, 1, 11)
LATER = date(2018, 3, 8)


@pytest.mark.parametrize(
    ("period", "meeting", "words"),
    [
        ("2018-03", LATER, "March 2018"),
        ("2018-03-2", LATER, "the meeting on 8 March 2018"),
        ("2018-Q1", LATER, "the first quarter of 2018"),
        ("2018-H2", LATER, "the second half of 2018"),
        ("2018", LATER, "2018"),
        ("7", LATER, "the meeting on 8 March 2018"),
        ("2018-00", LATER, "the meeting on 8 March 2018"),
        ("2018-13", LATER, "the meeting on 8 March 2018"),
        ("2018-Q0", None, ""),
        ("2018-Q5", None, ""),
        ("2018-H3", None, ""),
        ("2018-12", LATER, "December 2018"),
        ("autumn-2018", None, ""),
    ],
)
def test_a_period_has_a_name_for_its_reader(period: str, meeting: date | None, words: str) -> None:
    assert period_words(item(period=period, meeting=meeting)) == words


def test_two_of_one_report_name_their_periods_and_why_both_are_due() -> None:
    later = item(key="later", due=LATER, period="2018-03", meeting=None)
    earlier = item(key="earlier", due=EARLIER, period="2018-01", meeting=None)
    other = item(key="other", ref="other")
    first, second, third = told_apart([later, earlier, other])
    assert first.instance == (
        "This is the one for March 2018. The one due 11 January 2018 has no outcome yet, so it is "
        "due as well."
    )
    assert second.instance == (
        "This is the one for January 2018. The next one is due 8 March 2018. If that covers this "
        "one too, say that this one is submitted, and name the later one."
    )
    assert third.instance == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": Kind.ACTION}, "say that this one is done, and name the later one."),
        ({"kind": Kind.REVIEW}, "say that this one is looked at, and name the later one."),
        ({"level": Level.BOARD}, "This is the one for January 2018."),
    ],
)
def test_the_earlier_one_says_what_its_reader_can_do(
    changes: dict[str, Any], expected: str
) -> None:
    later = item(key="later", due=LATER, period="2018-03", **changes)
    earlier = item(key="earlier", due=EARLIER, period="2018-01", **changes)
    assert told_apart([earlier, later])[0].instance.endswith(expected)


@pytest.mark.parametrize("changes", [{"owner": "the Education Subgroup"}, {"board": "Cumbria CTB"}])
def test_what_another_body_or_board_has_is_no_second_one(changes: dict[str, Any]) -> None:
    both = [item(key="a", due=EARLIER), item(key="b", due=LATER, **changes)]
    assert [apart.instance for apart in told_apart(both)] == ["", ""]


def test_an_item_decided_for_one_reader_twice_stands_in_the_email_once(office: Office) -> None:
    office.store(make_planner(report=[make_report(), make_report("then")])).sweep("2018-02-21")
    office.tick("2018-02-22")
    twice = {
        "occurrence_id": office.row(S11).id,
        "due_revision": 1,
        "step": 5,
        "recipient": CHAIR,
        "level": Level.DEPUTY.value,
        "because": None,
        "due": office.row(S11).due,
        "decided_at": office.now,
        "state": CarriedState.PENDING,
        "reason": None,
        "message_id": office.table(message)[-1].id,
    }
    with office.database.write() as connection:
        add_rows(connection, [twice])
    office.deliver()
    mail = office.postbag.mails[-1]
    assert [key for key, _, _ in mail.items] == [S11, "lscb/then/pmqag/2018-03"]
    assert mail.text.index("Report s11") < mail.text.index("Report then")
    assert mail.text.count("Report s11") == 1
