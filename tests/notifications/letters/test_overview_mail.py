from __future__ import annotations

import html as markup
import re
from datetime import date

import pytest

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.rules.timing import Precision
from boardcal.calendar.status import Status
from boardcal.notifications.letters.model import Question, Trouble
from boardcal.notifications.letters.render import Templates
from boardcal.notifications.letters.samples import PAGES, TODAY
from boardcal.notifications.letters.samples import sample_letter as letter
from boardcal.notifications.letters.samples import sample_line as line
from boardcal.notifications.letters.samples import sample_overview as overview


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates()


def seen(html: str) -> str:
    """What a reader sees of a mail's HTML part, on one line."""
    body = re.sub(r"<(style|title)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return " ".join(markup.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_the_overview_shows_every_section(templates: Templates) -> None:
    wanted = overview(
        late=(line(days_late=5, status=Status.OVERDUE),),
        undelivered=(
            Trouble(recipient="x@example.org", day=TODAY, subject="Due", what="was refused"),
        ),
        undecided=(Question(about="Staff survey", ask="the plan gives no month"),),
        vacant=("the Neglect Group has no chair",),
        missed=(line(title="Overtaken"),),
        stale=(line(title="Unanswered", kind=Kind.REVIEW, reference="Action 3.3"),),
        unsettled=(
            line(
                day=date(2017, 12, 29),
                title="Review the Terms of Reference",
                kind=Kind.ACTION,
                precision=Precision.MONTH,
                owner="LSCB Team",
                key="lscb/1.3/lscb-team/december-2017",
                reference="Action 1.3",
                status=Status.UNSETTLED,
                days_late=30,
            ),
        ),
        notices=("mails are written into a folder",),
        pages=PAGES,
    )
    mail = templates.render(letter(recipient="secretariat@example.org", overviews=(wanted,)))
    for part in (" ".join(mail.text.split()), seen(mail.html)):
        for said in (
            "1 late, 1 email not delivered, 1 to decide, 1 vacant role, 1 review without an answer",
            "1 from before emails began; in the next eight weeks 0 due and 0 meetings.",
            "Mails are written into a folder.",
            "Agencies to PMQAG: due 15 February 2018, 5 working days late",
            "Was refused.",
            "The plan gives no month.",
            "the Neglect Group has no chair",
            "Nothing is due and nobody meets.",
            "Overtaken",
            "Action 3.3, Agencies to PMQAG: due 15 February 2018",
            "Due before the start on 1 November 2017",
            "1.3 Review the Terms of Reference",
        ):
            assert said in part
    for key in ("lscb/indicators-agencies/agencies/2018-Q1", "lscb/1.3/lscb-team/december-2017"):
        assert f'href="{PAGES}/due/{key}"' in mail.html
        assert f"{PAGES}/due/{key}\n" in mail.text
    for page in ("upcoming", "to-decide"):
        assert f'href="{PAGES}/{page}"' in mail.html
        assert f"{PAGES}/{page}\n" in mail.text
    assert "30 working days late" not in mail.text


def test_a_quiet_overview_says_so_and_leaves_out_what_is_empty(templates: Templates) -> None:
    mail = templates.render(letter(overviews=(overview(),)))
    assert "Nothing is late." in mail.text
    for heading in ("Could not be delivered", "To decide", "Vacant", "Overtaken", "Due before"):
        assert heading not in mail.text
        assert heading not in mail.html


def test_the_very_first_overview_says_what_begins(templates: Templates) -> None:
    mail = templates.render(letter(overviews=(overview(first=True),)))
    said = "This is the first overview. From 1 November 2017 on, this calendar reminds"
    assert said in " ".join(mail.text.split())
    assert said in seen(mail.html)


def test_an_overview_of_a_whole_plan_is_not_cut_off_and_counts_what_it_leaves_out(
    templates: Templates,
) -> None:
    many = tuple(
        line(
            title="Establish Neglect Practice Champions and hold an annual event",
            owner="Learning and Improvement Group",
            key=f"lscb/{number}/learning-improvement/november-2017",
            reference=f"Action {number}",
            kind=Kind.ACTION,
        )
        for number in range(80)
    )
    mail = templates.render(letter(overviews=(overview(unsettled=many, coming=many, pages=PAGES),)))
    shown = mail.text.count("Establish Neglect Practice Champions")
    left_out = [
        int(number) for number in re.findall(r"^(\d+) more are not listed", mail.text, re.MULTILINE)
    ]
    assert shown > 80
    assert shown + sum(left_out) == 160
    assert mail.octets + 2_000 < 90_000
