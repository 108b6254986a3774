"""An email speaks of the Boards that it is about, and comes from the one its subject names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    checked,
    make_body,
    make_document,
    make_planner,
    make_report,
    with_body,
)

if TYPE_CHECKING:
    from boardcal.tests.office import Office

THEIRS = "ctb.secretariat@example.org"


def with_ctb(office: Office, *, due: str, chair: str) -> Office:
    """The LSCB, and a Children's Trust Board whose Health Subgroup somebody leads."""
    plan = make_report("plan", owner="health", to="ctb", when={"by": due})
    document = with_body(make_document("ctb", report=[plan]), "ctb", secretariat=THEIRS)
    document["board"]["name"] = "Cumbria CTB"
    document["body"].append(make_body("health", chair=chair))
    office.store(make_planner("lscb")).store(checked(document))
    return office


def test_an_email_of_one_board_says_nothing_of_another(office: Office) -> None:
    with_ctb(office, due="1 March 2018", chair=CHAIR).sweep("2018-02-22")
    (mail,) = [mail for mail in office.sweep("2018-02-23") if mail.to == CHAIR]
    assert [key for key, *_ in mail.items] == [S11]
    page = mail.message.get_body(("html",))
    assert page is not None
    for part in (mail.text, page.get_content()):
        assert "chair of the Pmqag Subgroup" in part
        for theirs in ("Report plan", "Also open", "Health Subgroup", "Cumbria CTB"):
            assert theirs not in part


def test_an_email_of_both_boards_names_the_roles_at_both(office: Office) -> None:
    with_ctb(office, due="22 February 2018", chair=CHAIR).sweep("2018-02-21")
    (mail,) = [mail for mail in office.sweep("2018-02-22") if mail.to == CHAIR]
    assert {key.partition("/")[0] for key, *_ in mail.items} == {"lscb", "ctb"}
    for role in ("chair of the Pmqag Subgroup", "chair of the Health Subgroup"):
        assert role in mail.text


def test_an_overview_with_a_reminder_of_another_board_comes_from_its_own(office: Office) -> None:
    with_ctb(office, due="26 February 2018", chair=SECRETARIAT).sweep("2018-02-22")
    (mail,) = [mail for mail in office.sweep("2018-02-26") if mail.to == SECRETARIAT]
    assert [key.partition("/")[0] for key, *_ in mail.items] == ["ctb"]
    assert mail.subject.startswith("Cumbria LSCB: the reporting calendar, week of 26 February")
    answers = [each.addr_spec for each in mail.message["Reply-To"].addresses]
    assert answers == [SECRETARIAT, THEIRS]
    assert "from the reporting calendar of Cumbria LSCB and Cumbria CTB" in mail.text
