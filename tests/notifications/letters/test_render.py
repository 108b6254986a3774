from __future__ import annotations

import html as markup
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.rules.escalation import Level
from boardcal.calendar.rules.timing import Precision
from boardcal.notifications.letters.model import (
    FirstContact,
    Item,
    Letter,
    OpenLine,
    Question,
    Trouble,
)
from boardcal.notifications.letters.render import Templates
from boardcal.notifications.letters.samples import TODAY, sample_letters
from boardcal.notifications.letters.samples import sample_action as action
from boardcal.notifications.letters.samples import sample_asked as asked
from boardcal.notifications.letters.samples import sample_item as item
from boardcal.notifications.letters.samples import sample_letter as letter
from boardcal.notifications.letters.samples import sample_line as line
from boardcal.notifications.letters.samples import sample_overdue as overdue
from boardcal.notifications.letters.samples import sample_overview as overview
from boardcal.notifications.letters.samples import sample_review as review

HOSTILE = "<b>&\"'{{ 7*7 }}</b><script>x</script>"


def copy(**changes: Any) -> Item:
    values = {
        "level": Level.DEPUTY,
        "title": "Subgroup progress report",
        "owner": "the Education Subgroup",
        "owner_contact": "education.chair@example.org",
    }
    return overdue(**{**values, **changes})


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates()


def seen(html: str) -> str:
    """What a reader sees of a mail's HTML part, on one line."""
    body = re.sub(r"<(style|title)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return " ".join(markup.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.mark.parametrize(
    ("wanted", "facts"),
    [
        (
            letter(items=(item(today=date(2018, 2, 8), days_left=10),)),
            [
                "S.11 compliance and themes: annual report",
                "Due Thursday 22 February 2018, in 10 working days",
                "To: LSCB, for the meeting on Thursday 8 March 2018",
                "From: PMQAG",
            ],
        ),
        (
            letter(
                items=(item(today=date(2018, 2, 8), days_left=10),),
                first_contact=FirstContact(board="LSCB", roles=("chair",), go_live=TODAY),
            ),
            ["Due Thursday 22 February 2018", "To: LSCB, for the meeting on Thursday 8 March"],
        ),
        (
            letter(items=(overdue(), item(), action(due=date(2018, 7, 31)))),
            [
                "1 report and 1 action due, 1 overdue",
                "Overdue since Thursday 15 February 2018, 5 working days late",
            ],
        ),
        (
            letter(
                items=(overdue(), item()),
                first_contact=FirstContact(board="LSCB", roles=("chair",), go_live=TODAY),
            ),
            ["Overdue since Thursday 15 February 2018, 5 working days late", "to LSCB"],
        ),
        (
            letter(items=(copy(),)),
            [
                "Copied to you: the Education Subgroup is responsible",
                "Subgroup progress report",
                "Overdue since Thursday 15 February 2018, 5 working days late",
            ],
        ),
        (
            letter(items=(action(due=date(2018, 7, 31), days_left=110),)),
            ["Due by the end of July 2018 (Tuesday 31 July), in 110 working days", "Action 8.4"],
        ),
        (
            letter(items=(review(days_left=42),)),
            ["For review Wednesday 25 April 2018, in 42 working days", "Action 3.3"],
        ),
        (
            letter(overviews=(overview(late=(line(),)),)),
            ["Cumbria LSCB: week of 19 February 2018", "1 late"],
        ),
    ],
)
def test_the_key_facts_come_first_in_both_parts(
    templates: Templates, wanted: Letter, facts: list[str]
) -> None:
    mail = templates.render(wanted)
    top_of_text = " ".join(mail.text[:300].split())
    # The preheader and the Board's name stand before it, and are short.
    top_of_html = seen(mail.html)[:550]
    for fact in facts:
        assert fact in top_of_text
        assert fact in top_of_html


def test_the_hidden_line_after_the_subject_states_the_key_fact(templates: Templates) -> None:
    mail = templates.render(letter(items=(item(),)))
    hidden = re.search(r'<div class="preheader"[^>]*>(.*?)</div>', mail.html)
    assert hidden is not None
    assert hidden[1].startswith("Due today, Thursday 22 February 2018: S.11 compliance")
    assert hidden[1].endswith("to LSCB, for the meeting on Thursday 8 March 2018.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"due": TODAY}, "Due today, Thursday 22 February 2018"),
        ({"due": date(2018, 2, 23)}, "Due Friday 23 February 2018, tomorrow"),
        ({"due": date(2018, 2, 25), "days_left": 1}, "25 February 2018, in 1 working day"),
        ({"due": date(2018, 2, 24), "days_left": 0}, "24 February 2018, in 2 days"),
        ({"due": date(2018, 3, 1), "step": -5}, "1 March 2018, in 5 working days"),
        ({"due": date(2018, 3, 1), "step": -10, "days_left": 5}, "in 5 working days"),
        ({"due": date(2018, 2, 21), "days_late": 1}, "21 February 2018, 1 working day late"),
        ({"meeting": date(2018, 2, 1)}, "for the meeting on Thursday 1 February 2018 (now past)"),
        ({"meeting": TODAY}, "for the meeting today, Thursday 22 February 2018"),
        ({"changed": "the meeting was moved"}, "Changed: The meeting was moved."),
        ({"because": "PMQAG has no chair."}, "PMQAG has no chair."),
        ({"also_meets": ("Audits", "Data")}, "The same paper also counts as: Audits and Data."),
        ({"nothing_to_report": True}, "Nothing to report: say just that."),
        ({}, "planner row “S.11 Audit”"),
        ({}, "Why this date: every March, at the LSCB meeting; papers 10 working days before."),
        ({}, "The plan says: “Annual Report on S.11 compliance and themes"),
        ({}, "Your answer goes to the secretariat, secretariat@example.org ."),
        ({}, "I need more time: say until when."),
        ({"level": Level.BUSINESS, "days_late": 10}, "and you chair the Business Group."),
        ({"level": Level.BOARD}, "You can ask the chair (pmqag.chair@example.org) what stands"),
        ({"level": Level.DEPUTY}, "You can send it in yourself, or remind the chair"),
        ({"level": Level.DEPUTY, "owner_contact": ""}, "PMQAG has no chair at present."),
        (
            {"level": Level.DEPUTY, "due": date(2018, 2, 15), "days_late": 5},
            "You are copied because it is 5 working days late and you are the vice-chair.",
        ),
    ],
)
def test_an_item_says_what_its_reader_needs(
    templates: Templates, changes: dict[str, Any], said: str
) -> None:
    mail = templates.render(letter(items=(item(**changes),)))
    # An address is a link in one part and not in the other.
    assert said in seen(mail.html)
    assert said.replace(" .", ".") in " ".join(mail.text.split())


ANSWER = "https://calendar.example.org/answer/WzEsMSwiMjAxOC0wNi0wMSJd.signed"
PAGE = "https://calendar.example.org/boards/lscb/due/lscb/s11-march/pmqag/2018-03"


@pytest.mark.parametrize(
    ("changes", "address", "label"),
    [
        ({"answer": ANSWER}, ANSWER, "Answer: submitted, more time, …"),
        ({"answer": ANSWER, "kind": Kind.ACTION}, ANSWER, "Answer: done, more time, …"),
        (
            {"answer": ANSWER, "kind": Kind.REVIEW},
            ANSWER,
            "Answer: looked at, more time, …",
        ),
        ({"answer": ANSWER, "level": Level.DEPUTY}, ANSWER, "Answer for PMQAG"),
        ({"page": PAGE}, PAGE, "Record it, or give it a new date"),
    ],
)
def test_an_item_has_one_button_and_the_whole_address_in_the_text(
    templates: Templates, changes: dict[str, Any], address: str, label: str
) -> None:
    mail = templates.render(letter(items=(item(**changes),)))
    assert mail.html.count(f'href="{address}"') == 1
    button = re.search(r'<td class="button-cell"[^>]*>(.*?)</td>', mail.html)
    assert button is not None
    assert seen(button[1]) == label
    assert "background-color: #0b4f7d" in button[0]
    assert f"\n  {label}:\n  {address}\n" in mail.text


def test_a_copy_for_the_secretariat_links_to_its_page_without_ado(templates: Templates) -> None:
    mail = templates.render(letter(items=(item(level=Level.SECRETARIAT, page=PAGE),)))
    assert f'<a href="{PAGE}"' in mail.html
    assert 'class="button-cell"' not in mail.html
    assert f"\n  Record it, or give it a new date:\n  {PAGE}\n" in mail.text


@pytest.mark.parametrize("level", [Level.BUSINESS, Level.BOARD])
def test_who_only_looks_on_has_no_button(templates: Templates, level: Level) -> None:
    mail = templates.render(letter(items=(item(level=level),)))
    assert "button-link" not in re.sub(r"(?s)<style.*?</style>", "", mail.html)
    assert "http" not in mail.text


def test_with_buttons_a_reply_is_the_second_way(templates: Templates) -> None:
    mail = templates.render(letter(items=(item(answer=ANSWER), action(answer=ANSWER))))
    for part in (" ".join(mail.text.split()), seen(mail.html)):
        assert "You need no account, and nothing is recorded until you confirm it there." in part
        assert "Or reply to this email, with the report if you like" in part
        assert "anyone you forward this email to could answer in your name" in part
        assert "or want no reminders for a while, say so" in part


def test_the_button_comes_right_after_the_key_facts(templates: Templates) -> None:
    mail = templates.render(letter(items=(item(answer=ANSWER, changed="the meeting was moved"),)))
    words = seen(mail.html)
    order = [
        "S.11 compliance",
        "Due today",
        "To: LSCB",
        "Changed",
        "Answer: submitted",
        "From: PMQAG",
    ]
    places = [words.rindex(word) if word == "Due today" else words.find(word) for word in order]
    assert places == sorted(places)


def test_what_chairs_ask_stands_in_the_secretariats_mail(templates: Templates) -> None:
    mail = templates.render(letter(recipient="secretariat@example.org", asked=(asked(),)))
    assert mail.subject == (
        "pmqag.chair@example.org asks for more time, until 1 March 2018: "
        "S.11 compliance and themes…, email of 22 February 2018"
    )
    for part in (" ".join(mail.text.split()), seen(mail.html)):
        assert "Asked for by chairs" in part
        assert "pmqag.chair@example.org, for PMQAG, asks for more time, until 1 March 2018." in part
        assert "“Two schools have not answered yet.”" in part
        assert "Nothing has changed yet." in part
    assert 'href="https://calendar.example.org/boards/lscb/requests/1"' in mail.html
    assert "\n  https://calendar.example.org/boards/lscb/requests/1\n" in mail.text


def test_who_asked_is_told_what_became_of_it(templates: Templates) -> None:
    mail = templates.render(letter(asked=(asked(outcome="the date stays"),)))
    assert mail.subject.startswith("Your request for more time, until 1 March 2018: S.11")
    for part in (" ".join(mail.text.split()), seen(mail.html)):
        assert "What you asked for" in part
        assert "The date stays. You asked for more time, until 1 March 2018." in part
        assert "/requests/" not in part


def test_a_digest_is_grouped_and_what_to_do_follows_what_is_owed(templates: Templates) -> None:
    wanted = letter(
        items=(overdue(), item(), action(due=date(2018, 7, 31)), review(), copy()),
        also_open=(
            OpenLine(
                title="Staff survey",
                reference="LSCB Staff Survey",
                due=date(2018, 5, 31),
                precision=Precision.MONTH,
                overdue=False,
            ),
        ),
    )
    mail = templates.render(wanted)
    headings = [
        *("Overdue", "Due within a week", "Later", "Ongoing: to look at again"),
        *("What to do", "Copied to you", "Also open"),
    ]
    assert re.findall(r"^(.*)\n-{4,}$", mail.text, flags=re.MULTILINE)[: len(headings)] == headings
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", mail.html) == headings
    assert "Staff survey, due by the end of May 2018" in mail.text


def test_only_a_mail_about_several_boards_says_which(templates: Templates) -> None:
    one = templates.render(letter(items=(item(), item())))
    two = templates.render(letter(items=(item(), item(board="Cumbria CTB"))))
    assert "Cumbria CTB" not in one.text
    assert "planner row “S.11 Audit”, Cumbria CTB" in two.text
    assert "planner row “S.11 Audit” · Cumbria CTB" in seen(two.html)


def test_the_last_lines_say_why_and_what_to_do_when_it_is_somebody_else(
    templates: Templates,
) -> None:
    mail = templates.render(letter(items=(item(),)))
    last = (
        "You get this email from the reporting calendar of Cumbria LSCB as chair of PMQAG. "
        "At most one comes on a working day, and only when something is due. "
        "If you are not the right person, reply and say who is."
    )
    assert " ".join(mail.text.split()).endswith(last)
    assert seen(mail.html).endswith(last)


def test_a_first_contact_introduces_itself_in_a_few_sentences(templates: Templates) -> None:
    roles = ("chair of PMQAG", "vice-chair of the Education Subgroup")
    note = FirstContact(board="Cumbria LSCB", roles=roles, go_live=TODAY)
    with_note = templates.render(letter(items=(item(),), first_contact=note))
    without = templates.render(letter(items=(item(),)))
    said = (
        "This is your first email from the reporting calendar of Cumbria LSCB, which writes on "
        "behalf of its secretariat. It comes to you as chair of PMQAG and vice-chair of the "
        "Education Subgroup. You get one email a working day at most, and only when something is "
        "due. If it should go to somebody else, reply and say to whom."
    )
    assert said in " ".join(with_note.text.split())
    assert said in seen(with_note.html).replace("LSCB , which", "LSCB, which")
    assert "first email" not in without.text
    assert "first email" not in without.html


@pytest.mark.parametrize("index", range(len(sample_letters())))
def test_a_mail_has_no_foreign_links_pictures_or_jargon(templates: Templates, index: int) -> None:
    wanted = sample_letters()[index]
    mail = templates.render(wanted)
    for part in (mail.subject, mail.text, mail.html):
        said = part.replace("https://calendar.example.org/", "")
        assert not re.search(r"http|<img|src=|url\(|\{\{|\{%|None\b|\bledger|\bstep\b", said)
    if not wanted.overviews:
        assert not re.search(r"\b(occurrence|key|go-live|boardcal)\b", mail.text + seen(mail.html))


def test_a_mail_is_readable_in_the_dark_on_a_telephone_and_aloud(templates: Templates) -> None:
    html = templates.render(letter(items=(item(),))).html
    assert html.startswith('<!DOCTYPE html><html lang="en-GB"')
    assert '<meta name="color-scheme" content="light dark">' in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    assert "<title>Due today, 22 February 2018: S.11 compliance and themes" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<!--[if mso]><table role="presentation" width="600"' in html
    assert re.search(r'<td class="content"[^>]*style="[^"]*font-size: 16px', html)
    tables = re.findall(r"<table[^>]*>", html)
    assert len(tables) >= 4
    assert [table for table in tables if 'role="presentation"' not in table] == []


def test_whatever_people_wrote_is_shown_as_they_wrote_it(templates: Templates) -> None:
    wanted = letter(
        sender_name=HOSTILE,
        reply_to='"<b>&"@example.org',
        roles=(HOSTILE,),
        items=(
            item(
                title=HOSTILE,
                reference=HOSTILE,
                owner=HOSTILE,
                audience=(HOSTILE,),
                changed=HOSTILE,
                because=HOSTILE,
                also_meets=(HOSTILE,),
                timing=HOSTILE,
                quote=HOSTILE + "!",
            ),
            copy(title=HOSTILE, owner=HOSTILE, owner_contact=HOSTILE, lead=HOSTILE),
        ),
        also_open=(
            OpenLine(
                title=HOSTILE,
                reference=HOSTILE,
                due=TODAY,
                precision=Precision.DAY,
                overdue=True,
            ),
        ),
        first_contact=FirstContact(board=HOSTILE, roles=(HOSTILE,), go_live=TODAY),
        overviews=(
            overview(
                board=HOSTILE,
                coming=(line(title=HOSTILE, owner=HOSTILE),),
                late=(line(title=HOSTILE, owner=HOSTILE, key=HOSTILE),),
                unsettled=(line(title=HOSTILE, owner=HOSTILE, key=HOSTILE),),
                undelivered=(Trouble(recipient=HOSTILE, day=TODAY, subject=HOSTILE, what=HOSTILE),),
                undecided=(Question(about=HOSTILE, ask=HOSTILE),),
                vacant=(HOSTILE,),
                notices=(HOSTILE,),
            ),
        ),
    )
    mail = templates.render(wanted)
    assert "<b>" not in mail.html
    assert "<script" not in mail.html
    assert mail.html.count("&lt;b&gt;&amp;") >= 25
    assert HOSTILE in seen(mail.html)
    assert HOSTILE in mail.text


def test_the_reply_address_is_a_link_that_is_also_printed(templates: Templates) -> None:
    html = templates.render(letter(items=(item(),), reply_to="a&b?c@example.org")).html
    assert re.search(
        r'<a href="mailto:a%26b%3Fc@example\.org"[^>]*>a&amp;b\?c@example\.org</a>', html
    )


def test_without_a_reply_address_none_is_promised(templates: Templates) -> None:
    mail = templates.render(letter(items=(item(),), reply_to=""))
    assert "mailto:" not in mail.html
    assert "Your answer goes" not in mail.text


@given(
    title=st.text(min_size=1, max_size=200),
    owner=st.text(min_size=1, max_size=80),
    changed=st.text(max_size=200),
    first=st.booleans(),
)
def test_no_line_of_the_text_part_is_longer_than_a_mail_program_shows(
    templates: Templates, title: str, owner: str, changed: str, first: bool
) -> None:
    note = FirstContact(board=owner, roles=(owner,), go_live=TODAY) if first else None
    both = tuple(each(title=title, owner=owner, changed=changed) for each in (item, overdue, copy))
    wanted = letter(
        items=both,
        first_contact=note,
        overviews=(overview(board=title, late=(line(title=title, owner=owner),)),),
    )
    text = templates.render(wanted).text
    for each in text.splitlines():
        assert len(each) <= 78 or len(each.split()) <= 2
    assert "\n\n\n" not in text
    assert text.endswith("weekly overview.\n")


def test_long_titles_wrap_under_themselves(templates: Templates) -> None:
    title = "Complete an audit of the effectiveness of multi-agency working in improving outcomes"
    wanted = overview(
        late=(line(title=title),),
        coming=(line(title=title),),
        unsettled=(line(title=title, kind=Kind.ACTION, reference="Action 8.4"),),
    )
    text = templates.render(letter(overviews=(wanted,))).text
    assert "- Complete an audit of the effectiveness" in text
    assert "\n  improving outcomes\n" in text
    assert "Thu 15 Feb  Complete an audit" in text
    assert re.search(r"\n {12}\S.* ?outcomes\n", text)
    assert "8.4    Complete an audit" in text
    assert re.search(r"\n {7}\S.* ?outcomes\n", text)


@pytest.mark.parametrize("index", range(len(sample_letters())))
def test_the_same_letter_makes_the_same_mail(templates: Templates, index: int) -> None:
    assert templates.render(sample_letters()[index]) == Templates().render(sample_letters()[index])
