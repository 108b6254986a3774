from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.transports.base import DeliveryError
from boardcal.operations.unsettled import Outcome, RecordedMeanwhileError, record_outcomes
from boardcal.queries.to_decide import Decision, Decisions, decisions
from boardcal.queries.unsettled import unsettled_items
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import at, checked, cumbria, make_document, make_report, with_body
from boardcal.tests.pages import in_memory, make_whole, reading, refusing

if TYPE_CHECKING:
    from boardcal.tests.office import Office

CHAIR = "pmqag.chair@example.org"
S11 = "lscb/s11/pmqag/2018-03"


def groups(office: Office, **more: Any) -> dict[str, tuple[Decision, ...]]:
    return {group.id: group.decisions for group in everything(office, **more).groups}


def everything(office: Office, **more: Any) -> Decisions:
    with reading(office) as (connection, view):
        content = office.ticker.planners.content(connection, view.row)
        return decisions(connection, view, content, **more)


def real(**more: Any) -> dict[str, Any]:
    """A planner whose addresses are no examples."""
    document = make_document(**more)
    for body in document["body"]:
        for role in ("chair", "vice-chair", "secretariat"):
            if role in body:
                body[role] = body[role].replace("example.org", "cumbria.gov.uk")
    return document


def test_nothing_waits_where_all_is_well() -> None:
    office = in_memory().store(checked(real()))
    assert everything(office).total == 0


def test_what_waits_is_grouped_the_most_pressing_first() -> None:
    office = in_memory()
    office.now = at("2018-06-01 09:00")
    office.store(make_whole(), go_live=None)
    request = Decision(about="S.11", text="More time is asked for.", request="a1")
    grouped = everything(office, notice="The file has changed.", requests=[request])
    assert [group.id for group in grouped.groups] == [
        "installation",
        "requests",
        "undecided",
        "promises",
        "assumed",
    ]
    by_id = {group.id: group.decisions for group in grouped.groups}
    assert [item.about for item in by_id["installation"]] == [
        "The planner file",
        "Mails",
        "Addresses",
    ]
    assert by_id["undecided"][0].ref == "survey"
    assert by_id["undecided"][0].text == "The plan gives no month."
    assert by_id["assumed"][0].reading == "Ongoing is looked at quarterly."
    assert grouped.total == sum(len(decisions) for decisions in by_id.values())


def test_cumbrias_are_all_there() -> None:
    office = in_memory().store(cumbria())
    grouped = groups(office)
    assert len(grouped["undecided"]) == 5
    assert len(grouped["assumed"]) > 50
    assert {item.ref for item in grouped["doubts"]} >= {"s11-march", "2.2"}


@pytest.mark.parametrize(
    ("chair", "says"),
    [
        (None, "It has no chair at present."),
        ([{"address": "x@y.uk", "to": "2018-03-20"}], "It has no chair after 20 March 2018."),
        ([{"address": "x@y.uk", "to": "2018-06-30"}], None),
        (
            [
                {"address": "x@y.uk", "to": "2018-03-20"},
                {"address": "z@y.uk", "from": "2018-03-21"},
            ],
            None,
        ),
    ],
)
def test_a_role_that_is_vacant_or_soon_will_be(chair: Any, says: str | None) -> None:
    office = in_memory()
    office.now = at("2018-03-01 09:00")
    office.store(checked(with_body(real(), "pmqag", chair=chair)))
    to_decide = groups(office).get("vacant", ())
    assert [item.text for item in to_decide] == ([] if says is None else [says])
    assert all(item.body == "pmqag" for item in to_decide)


def test_a_body_that_owes_nothing_may_have_no_chair() -> None:
    office = in_memory().store(checked(with_body(real(report=[]), "pmqag", chair=None)))
    assert "vacant" not in groups(office)


def test_a_refused_mail_waits_until_a_later_one_arrives() -> None:
    office = in_memory().store(go_live="2018-02-05")
    office.postbag.before = refusing(CHAIR)
    office.days("2018-02-05", "2018-02-08")
    (waiting,) = groups(office)["undelivered"]
    assert waiting.about == CHAIR
    assert waiting.text == "The mail of 8 February 2018 was refused: There is no such mailbox."
    assert waiting.message is not None
    office.postbag.before = lambda _: None
    office.days("2018-02-09", "2018-02-15")
    assert "undelivered" not in groups(office)


def test_an_uncertain_mail_and_one_that_is_late_wait() -> None:
    office = in_memory().store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    office.postbag.after = lambda _: DeliveryError("lost", scope="recipient", uncertain=True)
    office.sweep("2018-02-08")
    assert "may or may not have arrived" in groups(office)["undelivered"][0].text
    office.postbag.after = lambda _: None
    office.postbag.before = lambda _: DeliveryError("greylisted", scope="recipient")
    office.sweep("2018-02-15")
    office.now = at("2018-02-16 07:00")
    waiting = [item.text for item in groups(office)["undelivered"] if item.about == CHAIR]
    assert waiting[1:] == ["The mail of 15 February 2018 has not gone out yet: greylisted."]


# What fell due before mails began.


def an_office() -> Office:
    office = in_memory().store(make_whole())
    office.tick()
    office.now = at("2018-06-01 09:00")
    office.go_live("2018-06-01")
    office.tick()
    return office


def record_all(office: Office, *outcomes: Outcome) -> None:
    with office.changing("lscb") as (connection, view):
        record_outcomes(connection, view, outcomes, who="sue")


def test_what_fell_due_before_mails_began_waits_with_who_owed_it() -> None:
    to_decide = groups(an_office())["unsettled"]
    (s11,) = (item for item in to_decide if item.key == S11)
    assert s11.text == "PMQAG owed it on 22 February 2018."


def test_the_unsettled_are_listed_with_what_can_be_said_of_each() -> None:
    office = an_office()
    with reading(office) as (connection, view):
        every = {item.key: item for item in unsettled_items(connection, view)}
    assert every[S11].owner.id == "pmqag"
    assert Status.NOTHING_TO_REPORT not in every[S11].outcomes
    progress = next(item for key, item in every.items() if "/progress/" in key)
    assert Status.NOTHING_TO_REPORT in progress.outcomes
    assert [item.due for item in every.values()] == sorted(item.due for item in every.values())
    assert len(every) == len(groups(office)["unsettled"])


def test_many_are_settled_at_once_with_who_and_why() -> None:
    office = an_office()
    with reading(office) as (connection, view):
        keys = [item.key for item in unsettled_items(connection, view)]
    waived = [Outcome(key=key, status=Status.WAIVED, note="before our time") for key in keys]
    record_all(office, *waived)
    assert {office.row(key).state for key in keys} == {"waived"}
    changes = [row for row in office.table(change) if row.subject in keys and row.who == "sue"]
    assert {row.why for row in changes} == {"before our time"}
    assert {row.on for row in changes} == {date(2018, 6, 1)}
    assert "unsettled" not in groups(office)


def test_what_somebody_settled_meanwhile_leaves_all_as_it_was() -> None:
    office = an_office()
    other = "lscb/1.1/pmqag/march-2018"
    office.record(S11, Status.ACCEPTED)
    with pytest.raises(RecordedMeanwhileError, match="settled by somebody else") as caught:
        record_all(
            office,
            Outcome(key=other, status=Status.WAIVED, note=None),
            Outcome(key=S11, status=Status.WAIVED, note=None),
            Outcome(key="lscb/none/pmqag/1", status=Status.WAIVED, note=None),
        )
    assert sorted(caught.value.sentences) == ["lscb/none/pmqag/1", S11]
    assert (office.row(S11).state, office.row(other).state) == ("accepted", "unsettled")


def test_what_was_given_a_new_date_meanwhile_is_owed_again() -> None:
    office = an_office()
    office.extend(S11, "2018-07-02")
    with pytest.raises(RecordedMeanwhileError, match="it is owed again"):
        record_all(office, Outcome(key=S11, status=Status.WAIVED, note=None))


def test_another_boards_is_not_settled_here() -> None:
    office = an_office()
    report = make_report(to="ctb", when={"meeting": "ctb", "months": ["March"]})
    office.store(checked(make_document("ctb", report=[report])))
    office.tick()
    key = next(row.key for row in office.rows("ctb"))
    with pytest.raises(RecordedMeanwhileError, match="not in the calendar"):
        record_all(office, Outcome(key=key, status=Status.WAIVED, note=None))


def test_a_secretariat_that_ends_is_a_decision() -> None:
    office = in_memory()
    office.now = at("2018-03-01 09:00")
    office.store(checked(real()))
    office.appoint(RoleName.SECRETARIAT, "new@cumbria.gov.uk", "2018-03-01", "lscb")
    assert "vacant" not in groups(office)
