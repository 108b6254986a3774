"""Letters as mails: a subject, a text and an HTML part, from the templates."""

from __future__ import annotations

import re
from binascii import b2a_qp
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ...calendar.rules.date_text import listed, long_date, short_date, weekday_date
from ...wording import text as wording_text
from ...wording.text import one_line
from . import phrases, sections
from .samples import sample_letters
from .subject import subject, totals
from .template_check import TemplateProblem, problem_of, unknown_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from css_inline import CSSInliner

    from .model import Letter


COLUMNS = 72


def wrap(text: str, indent: str = "") -> str:
    """`text` as one paragraph, every line after `indent`; a long word stays whole."""
    return _filled(text, indent, indent)


def hang(text: str, mark: str, width: int) -> str:
    """`text` in a column of its own, `width` from the left, after `mark`."""
    return _filled(text, f"{one_line(mark)} ".ljust(width), " " * width)


def bullet(text: str) -> str:
    """`text` as an entry of a list."""
    return hang(text, "-", 2)


def underlined(text: str, line: str = "-") -> str:
    """`text` as a heading."""
    lines = _filled(text, "", "").splitlines()
    return "\n".join([*lines, line * max(len(text) for text in lines)]) if lines else ""


def tidied(text: str) -> str:
    """`text` without trailing spaces, or more than one empty line anywhere."""
    stripped = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", stripped).strip() + "\n"


def _filled(text: str, first: str, following: str) -> str:
    """`text` in lines; `textwrap` takes ten times as long and would cut at hyphens."""
    lines, line, empty = [], first, True
    for word in one_line(text).split():
        if empty:
            line += word
        elif len(line) + 1 + len(word) <= COLUMNS:
            line += f" {word}"
        else:
            lines.append(line)
            line = f"{following}{word}"
        empty = False
    return "".join(f"{text}\n" for text in (lines if empty else [*lines, line]))


TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FOLDER = "email/"
STYLES = f"{FOLDER}style.css"
IN_FULL = 3  # items up to which a mail says of each why it falls due then

# Gmail cuts a mail off at 102 KB. This is the whole of it, as it leaves.
MOST_OCTETS = 88_000
HEADERS = 2_000
HEADER_OF_ITEM = 24  # X-Boardcal-Items says of each its step and level
MOST_NAMES = 12  # in one sentence
LONGEST_NAME = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail's words: `subject` one line, `text` the plain part, `html` the other."""

    subject: str
    text: str
    html: str

    @property
    def octets(self) -> int:
        """How long its two parts are in quoted-printable, as they leave."""
        return sum(len(b2a_qp(part.encode(), istext=True)) for part in (self.text, self.html))


class Templates:
    """The mail templates, read once and kept.

    `override` is a folder whose files take the place of the package's of the same name, such
    as override/email/first_contact.txt.j2.
    """

    def __init__(self, override: Path | None = None) -> None:
        folders = [TEMPLATES] if override is None else [override, TEMPLATES]
        self._loader = FileSystemLoader(folders)
        self._environment = Environment(
            loader=self._loader,
            autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters.update(_filters())

    def render(self, letter: Letter) -> Rendered:
        """`letter` as it is mailed; the same letter gives the same. Raises TemplateProblem."""
        headers = HEADERS + sum(len(item.key) + HEADER_OF_ITEM for item in letter.items)
        for room in sections.ROOMS:
            rendered = self._rendered(letter, room)
            if headers + rendered.octets <= MOST_OCTETS:
                break
        return rendered

    def _rendered(self, letter: Letter, room: sections.Room) -> Rendered:
        values = _values(letter, room)
        try:
            text = self._environment.get_template(f"{FOLDER}letter.txt.j2").render(values)
            html = self._environment.get_template(f"{FOLDER}letter.html.j2").render(values)
            inlined = self._inliner.inline(html)
        except Exception as error:
            raise problem_of(error) from error
        return Rendered(subject=subject(letter), text=tidied(text), html=inlined)

    def check(self) -> list[str]:
        """Problems of the templates, a sentence each; empty when all is well.

        Each file is read by itself; then letters with everything that can occur are rendered,
        so that a name that does not exist is found before a mail needs it.
        """
        problems = self._problems_alone() or self._problems_together()
        return list(dict.fromkeys(problems))

    def _problems_alone(self) -> list[str]:
        names = [name for name in self._loader.list_templates() if _is_mail_template(name)]
        problems = []
        for name in names:
            try:
                self._environment.get_template(name)
            except Exception as error:  # noqa: BLE001 - a template can raise anything
                problems.append(str(problem_of(error)))
        passed = _values(sample_letters()[0])
        return problems or unknown_names(self._environment, names, passed)

    def _problems_together(self) -> list[str]:
        problems = []
        for letter in sample_letters():
            try:
                self.render(letter)
            except TemplateProblem as problem:
                problems.append(str(problem))
        return problems

    @cached_property
    def _inliner(self) -> CSSInliner:
        """Writes the style sheet into the elements; it fetches nothing."""
        # Loaded here because a daemon may go for days without writing a mail.
        from css_inline import CSSInliner

        css, _, _ = self._loader.get_source(self._environment, STYLES)
        return CSSInliner(
            extra_css=css,
            inline_style_tags=False,
            keep_style_tags=True,
            load_remote_stylesheets=False,
        )


def _is_mail_template(name: str) -> bool:
    return name.startswith(FOLDER) and name.endswith(".j2")


def _values(letter: Letter, room: sections.Room = sections.ROOMS[0]) -> dict[str, Any]:
    """What every template may use."""
    groups = sections.groups(letter)
    own = [item for group in groups for item in group.items]
    copies = sections.copies(letter)
    items = [*own, *copies]
    return {
        "letter": letter,
        "subject": subject(letter),
        "totals": totals(items),
        "preheader": phrases.preheader(letter),
        "room": room,
        "groups": sections.in_full(groups, room.cards),
        "further": own[room.cards :],
        "copies": copies,
        "overviews": sections.overviews(letter),
        "undelivered": sections.undelivered(letter),
        "reminded": sections.reminded(letter),
        "single": len(items) == 1,
        "own_kinds": {item.kind.value for item in own},
        "nothing_to_report": any(item.nothing_to_report for item in own),
        "several_boards": len({item.board for item in items}) > 1,
        "in_full": len(items) <= IN_FULL,
        "for_secretariat": phrases.reads_as_secretariat(letter),
        "has_buttons": any(item.answer for item in letter.items),
        "asked_heading": phrases.asked_heading(letter),
        "off_heading": phrases.off_heading(letter) if letter.called_off else "",
    }


def _listed(names: Iterable[str]) -> str:
    """Names in one sentence, of very many the first ones: "a, b and 12 others"."""
    lines = [wording_text.shorten(name, LONGEST_NAME) for name in names]
    if len(lines) > MOST_NAMES:
        lines[MOST_NAMES - 1 :] = [f"{len(lines) - MOST_NAMES + 1} others"]
    return listed(lines)


def _mailto(address: str) -> str:
    """RFC 6068."""
    return f"mailto:{quote(address, safe='@')}"


def _filters() -> Mapping[str, Callable[..., Any]]:
    """What templates can put behind a "|"."""
    return {
        "listed": _listed,
        "mailto": _mailto,
        **{
            function.__name__: function
            for function in (
                long_date,
                short_date,
                weekday_date,
                phrases.addressed,
                phrases.answer_label,
                phrases.asked_where,
                phrases.copied,
                phrases.destination,
                phrases.due_line,
                phrases.may_do,
                wording_text.one_line,
                phrases.open_line,
                phrases.owner_name,
                wording_text.sentence,
                wording_text.shorten,
                phrases.source,
                bullet,
                hang,
                underlined,
                wrap,
                sections.by_owner,
                sections.day_of_week,
                sections.due_page,
                sections.line_due,
                sections.line_route,
                sections.number,
                sections.overview_counts,
                sections.stated_day,
                sections.weeks,
            )
        },
    }
