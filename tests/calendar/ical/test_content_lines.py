"""Text in a feed: made plain, escaped, folded, and read back by two parsers."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ical.calendar_stream import CalendarStream
from icalendar import Calendar

from boardcal.calendar.ical.content_lines import content_line, escaped, headline, one_line, plain
from boardcal.calendar.ical.feed import FeedEvent, calendar_feed, vevent
from boardcal.core.characters import DIRECTION_MARKS
from boardcal.tests.fuzz import law

LAW = law(300)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # one picture of five characters
PIECES = (
    *("\\", "\\\\", ";", ",", ":", '"', "\\n", "|", "=", "BEGIN:VEVENT", "END:VCALENDAR"),
    *("\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", " ", "  ", "\t", "\xa0"),
    *("\x00", "\x07", "\x1b[31m", "\x7f", "\x9f", "\ufeff", "\u202e", "\u200f", "\ud83d", "\udc00"),
    *("é", "e\u0301", "—", "漢字", "שלום", "🎉", FAMILY, "a" * 74, " " * 80, "é" * 40, "\\" * 75),
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.characters(), st.text()), max_size=40).map(
    "".join
)
words = st.lists(st.sampled_from(("papers", "é", "漢字", "🎉", "a;b", "c,d", "e\\f")), min_size=1)


def make_feed(text: str) -> bytes:
    event = FeedEvent(
        installation="5f0c7d1e",
        key="lscb/s11-audit/pmqag/2018-03",
        summary=text,
        description=text,
        location=text,
        categories=("Report", text),
        stamp=datetime(2018, 1, 5, 9, tzinfo=UTC),
        sequence=0,
        day=date(2018, 2, 22),
    )
    return calendar_feed(text, "Europe/London", [vevent(event)])


def words_of(text: str) -> list[list[str]]:
    """The words of each line, by the categories of Unicode rather than by boardcal's patterns."""
    seen = []
    for character in text.replace("\r\n", "\n"):
        category = unicodedata.category(character)
        if character in "\n\r\v\f\x85" or category in ("Zl", "Zp"):
            seen.append("\n")
        elif category == "Cs":
            seen.append("�")
        elif character == "\t" or (
            category != "Cc" and character not in DIRECTION_MARKS | {"\ufeff"}
        ):
            seen.append(character)
    lines = [line.split() for line in "".join(seen).split("\n")]
    filled = [number for number, line in enumerate(lines) if line]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def read_words(text: object) -> list[list[str]]:
    return [line.split() for line in str(text or "").split("\n") if text]


@LAW
@given(texts)
@example("")
@example("a\x1cb" + " " * 200 + "c")
@example("\\" * 400)
def test_every_line_is_whole_and_short(text: str) -> None:
    feed = make_feed(text)
    assert feed.endswith(b"END:VCALENDAR\r\n")
    lines = feed.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert 0 < len(line) <= 75
        assert line.strip()
        assert not set(line) & {*range(32), 127}
        shown = line.decode()  # fails where a character is parted
        backslashes = len(shown) - len(shown.rstrip("\\"))
        assert backslashes % 2 == 0


@LAW
@given(texts)
@example("a\r\n\r\nb\u2028\u2028c")
@example(f"{FAMILY * 60}")
def test_two_parsers_read_the_text_that_was_given(text: str) -> None:
    feed = make_feed(text)
    [event] = Calendar.from_ical(feed).events
    [other] = CalendarStream.from_ics(feed.decode()).calendars[0].events
    expected = words_of(text)
    assert read_words(event.get("description")) == expected
    assert read_words(other.description) == expected
    flat = [word for line in expected for word in line]
    assert str(event.categories[-1]).split() == flat
    assert len(event.categories) == 2
    for title in (str(event["summary"]), other.summary or "", other.location or ""):
        assert "\n" not in title
        assert title.split() == flat or (title.endswith("…") and len(title) < 255)


@LAW
@given(words)
def test_a_text_without_oddities_is_read_back_to_the_letter(parts: list[str]) -> None:
    text = "\n".join([" ".join(parts)] * 3)
    feed = make_feed(text)
    [event] = Calendar.from_ical(feed).events
    [other] = CalendarStream.from_ics(feed.decode()).calendars[0].events
    assert str(event["description"]) == other.description == text


@LAW
@given(texts)
def test_a_line_unfolded_is_the_line_that_was_folded(text: str) -> None:
    line = f"DESCRIPTION:{escaped(plain(text))}"
    assert content_line(line).replace(b"\r\n ", b"") == f"{line}\r\n".encode()


@LAW
@given(texts)
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert headline(headline(text)) == headline(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("S.11 Audit", "S.11 Audit"),
        ("  two\t\tblanks  apart ", "two blanks apart"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("\n\n one \n\n two \n", "one\n\ntwo"),
        ("8\xa0March", "8\xa0March"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("paid \u202eton", "paid ton"),
        ("half \ud83d a face", "half � a face"),
        ("\ufeffpapers", "papers"),
        (FAMILY, FAMILY),
    ],
)
def test_text_is_made_plain(text: str, seen: str) -> None:
    assert plain(text) == seen


def test_a_title_is_one_line() -> None:
    assert one_line("Board\r\n\r\nmeeting") == "Board meeting"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a;b,c", r"a\;b\,c"),
        ("a\\nb", r"a\\nb"),
        ("a\nb", r"a\nb"),
        ("\\;", r"\\\;"),
        ('"a": b', '"a": b'),
    ],
)
def test_text_is_escaped(text: str, value: str) -> None:
    assert escaped(text) == value


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        ("X:" + "a" * 73, [b"X:" + b"a" * 73]),
        ("X:" + "a" * 74, [b"X:" + b"a" * 73, b" a"]),
        ("X:" + "a" * 73 + "b" * 75, [b"X:" + b"a" * 73, b" " + b"b" * 74, b" b"]),
        ("X:" + "a" * 72 + "é", [b"X:" + b"a" * 72, " é".encode()]),
        ("X:" + "a" * 70 + "🎉", [b"X:" + b"a" * 70, " 🎉".encode()]),
        ("X:" + "a" * 71 + "é" + "b", [b"X:" + b"a" * 71 + "é".encode(), b" b"]),
        ("X:" + "a" * 72 + r"\;", [b"X:" + b"a" * 72, rb" \;"]),
        ("X:" + "a" * 71 + r"\;b", [b"X:" + b"a" * 71 + rb"\;", b" b"]),
        ("X:" + "a" * 71 + r"\\\;", [b"X:" + b"a" * 71 + rb"\\", rb" \;"]),
        ("X:" + "a" * 70 + r"\\\;", [b"X:" + b"a" * 70 + rb"\\", rb" \;"]),
    ],
)
def test_a_line_is_folded_between_characters(line: str, folded: list[bytes]) -> None:
    assert content_line(line) == b"\r\n".join(folded) + b"\r\n"


@pytest.mark.parametrize("text", ["a" * 254, "🎉" * 127, "word " * 50 + "word"])
def test_a_title_of_254_characters_is_kept(text: str) -> None:
    assert headline(text) == text


def test_a_longer_title_is_cut_between_words() -> None:
    title = "Safeguarding, " * 30
    assert headline(title) == "Safeguarding, " * 17 + "Safeguarding…"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("a" * 255, "a" * 253 + "…"),
        ("Re: " + "a" * 300, "Re: " + "a" * 249 + "…"),
        ("a" * 253 + " b", "a" * 253 + "…"),
        ("🎉" * 128, "🎉" * 126 + "…"),  # Exchange counts two for each
        ("a" + "🎉" * 127, "a" + "🎉" * 126 + "…"),
    ],
)
def test_a_title_without_a_fitting_blank_is_cut_within_a_word(text: str, cut: str) -> None:
    assert headline(text) == cut
    assert len(cut.encode("utf-16-le")) < 2 * 255
