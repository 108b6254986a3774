"""An email says each thing once, what went wrong first, and stays small however much is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.escalation import Level
from boardcal.calendar.status import Status
from boardcal.notifications.delivery.envelope import Sender, mail_of
from boardcal.notifications.letters.model import CalledOff, FirstContact, Letter, Question, Trouble
from boardcal.notifications.letters.render import Templates
from boardcal.notifications.letters.samples import ANSWER, CHAIR, PAGES, TODAY, sample_asked
from boardcal.notifications.letters.samples import sample_letter as letter
from boardcal.notifications.letters.samples import sample_line as line
from boardcal.notifications.letters.samples import sample_overdue as overdue
from boardcal.notifications.letters.samples import sample_overview as overview
from boardcal.tests.fuzz import law

TEMPLATES = Templates()
SENDER = Sender(address="lscb@example.org")
LATE = Status.OVERDUE.value


def octets(of: Letter) -> int:
    """How long the whole mail is, as it leaves."""
    rendered = TEMPLATES.render(of)
    at = datetime(2018, 2, 22, 8, tzinfo=UTC)
    return len(
        mail_of(of, rendered, sender=SENDER, message_id="<boardcal.1@example.org>", at=at).content
    )


def key(number: int) -> str:
    return f"lscb/a-report-with-a-long-name/pmqag/{number}"


def crowded(*, title: str, own: int, copies: int, lines: int, boards: int, owners: int) -> Letter:
    """A letter in which every list holds very much."""
    items = [overdue(key=key(n), title=title, answer=f"{ANSWER}{'x' * 150}") for n in range(own)]
    items += [
        overdue(
            key=key(1000 + n),
            title=title,
            level=Level.BOARD,
            owner=f"the Subgroup {n % owners}",
            changed="The date was 1 February 2018: the Board meets earlier.",
        )
        for n in range(copies)
    ]
    late = tuple(
        line(key=key(5000 + n), title=title, status=LATE, days_late=n) for n in range(lines)
    )
    troubles = tuple(
        Trouble(recipient=f"{n}.{CHAIR}", day=TODAY, subject=title, what=f"was refused: {title}")
        for n in range(lines)
    )
    one = overview(
        coming=late,
        late=late,
        stale=late,
        missed=late,
        unsettled=late,
        undelivered=troubles,
        undecided=tuple(Question(about=title, ask=title) for _ in range(lines)),
        vacant=tuple(f"Subgroup {n} has no chair" for n in range(lines)),
        notices=tuple(f"The file of Subgroup {n} differs: {title}" for n in range(lines // 10)),
        paused=tuple(f"Emails to {n}.{CHAIR} are paused" for n in range(lines)),
        pages=PAGES,
    )
    return letter(
        items=tuple(items),
        asked=tuple(sample_asked(title=title) for _ in range(lines)),
        called_off=tuple(
            CalledOff(title=title, owner="PMQAG", due=TODAY, why="It is off.", now=f"Send {n}.")
            for n in range(lines)
        ),
        overviews=tuple(replace(one, board=f"Board {n}") for n in range(boards)),
        pages=PAGES,
    )


@law(12)
@given(
    title=st.sampled_from(["Annual report", "Überprüfung “der” Äußerungen " * 6, "=" * 200]),
    own=st.integers(0, 300),
    copies=st.integers(0, 300),
    lines=st.integers(0, 300),
    boards=st.integers(0, 4),
    owners=st.integers(1, 60),
)
def test_an_email_stays_under_90_kb_however_much_there_is(**sizes: Any) -> None:
    assert octets(crowded(**sizes)) < 90_000


@pytest.mark.parametrize(("own", "copies", "lines", "boards"), [(300, 300, 300, 4), (0, 500, 0, 0)])
def test_what_an_email_leaves_out_is_counted_and_linked(
    own: int, copies: int, lines: int, boards: int
) -> None:
    much = crowded(
        title="Annual report", own=own, copies=copies, lines=lines, boards=boards, owners=9
    )
    assert octets(much) < 90_000
    text = " ".join(TEMPLATES.render(much).text.split())
    assert "more are not listed here, so that this email stays short." in text
    assert f"{PAGES}/upcoming" in text


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (12, "Name 9, Name 10, Name 11 and Name 12."),
        (13, "Name 10, Name 11 and 2 others."),
        (5000, "Name 10, Name 11 and 4989 others."),
    ],
)
def test_of_very_many_names_an_email_says_the_first_ones(number: int, said: str) -> None:
    names = tuple(f"Name {n}" for n in range(1, number + 1))
    note = FirstContact(board="Cumbria LSCB", roles=names, go_live=TODAY)
    much = letter(items=(overdue(also_meets=names),), roles=names, first_contact=note)
    assert octets(much) < 90_000
    assert " ".join(TEMPLATES.render(much).text.split()).count(said) == 3


def test_an_email_of_a_few_items_leaves_nothing_out() -> None:
    few = crowded(title="Annual report", own=10, copies=10, lines=0, boards=1, owners=3)
    assert "not listed here" not in TEMPLATES.render(few).text


def test_copies_of_one_owner_stand_together_with_one_reason() -> None:
    copies = [
        overdue(key=key(n), title=f"Report {n}", level=Level.BOARD, owner=owner)
        for n, owner in enumerate(["the Education Subgroup", "PMQAG", "the Education Subgroup"])
    ]
    text = TEMPLATES.render(letter(items=tuple(copies))).text
    assert text.count("You are copied because") == 2
    assert text.index("Report 0") < text.index("Report 2") < text.index("Report 1")


def test_what_could_not_be_delivered_comes_first_and_once() -> None:
    trouble = Trouble(recipient=CHAIR, day=TODAY, subject="Due today", what="no such mailbox")
    late = line(key=key(7), status=LATE, days_late=5)
    boards = [overview(undelivered=(trouble,), late=(late,), board=name) for name in ("A", "B")]
    mail = letter(items=(overdue(key=key(1), title="Own"),), overviews=tuple(boards))
    for part in (TEMPLATES.render(mail).text, TEMPLATES.render(mail).html.partition("<h2")[2]):
        assert part.count("Could not be delivered") == 1
        assert part.index("No such mailbox") < part.index("Own")


def test_what_the_reader_owes_is_not_listed_again_in_the_overview() -> None:
    own = overdue(key=key(1), title="Own report")
    lists: dict[str, Any] = {
        name: (line(key=key(1), title="Own report", status=LATE, days_late=5),)
        for name in ("late", "coming", "stale", "missed", "unsettled")
    }
    text = TEMPLATES.render(letter(items=(own,), overviews=(overview(**lists),))).text
    assert text.count("Own report") == 1
    assert "Nothing is late besides what stands above." in text


def test_what_the_overview_lists_as_late_is_not_copied_as_well() -> None:
    copy = overdue(key=key(1), title="Late report", level=Level.SECRETARIAT)
    other = overdue(key=key(2), title="Other report", level=Level.SECRETARIAT)
    late = line(key=key(1), title="Late report", status=LATE, days_late=5)
    mail = letter(items=(copy, other), overviews=(overview(late=(late,)),))
    text = TEMPLATES.render(mail).text
    assert text.count("Late report") == 1
    assert "5 working days late; reminded today" in " ".join(text.split())
    assert text.count("Other report") == 1


def test_what_is_said_of_the_installation_is_said_once() -> None:
    boards = [overview(notices=("mails are written as files",), board=name) for name in ("A", "B")]
    assert TEMPLATES.render(letter(overviews=tuple(boards))).text.count("written as files") == 1


def test_what_is_paused_is_listed_for_each_board() -> None:
    boards = [overview(paused=("Emails to the chair are paused",), board=name) for name in "AB"]
    assert TEMPLATES.render(letter(overviews=tuple(boards))).text.count("are paused") == 2


@pytest.mark.parametrize(
    "besides",
    [
        {},
        {"asked": (sample_asked(),)},
        {"called_off": (CalledOff(title="S", owner="P", due=TODAY, why="Off.", now="Rest."),)},
        {"items": (overdue(key=key(2), title="Own"),)},
    ],
)
def test_a_new_reader_is_introduced_once_whatever_the_overview_lists(
    besides: dict[str, Any],
) -> None:
    copy = overdue(key=key(1), level=Level.SECRETARIAT)
    late = line(key=key(1), status=LATE, days_late=5)
    note = FirstContact(board="Cumbria LSCB", roles=("the secretariat",), go_live=TODAY)
    of = {"items": (copy,), "overviews": (overview(late=(late,)),), "first_contact": note}
    mail = TEMPLATES.render(letter(**(of | besides)))
    for part in (mail.text, mail.html):
        assert part.count("This is your first email") == 1
