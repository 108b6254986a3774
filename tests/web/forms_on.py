"""The forms of a page, filled in as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class FoundForm:
    """A form: where it goes, and what it would send if nobody touched it."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)


def forms_on(html: str) -> list[FoundForm]:
    """Every form of a page, in its order."""
    parser = _Parser()
    parser.feed(html)
    return parser.forms


def form_to(html: str, end: str) -> FoundForm:
    """The form whose address ends so."""
    return next(form for form in forms_on(html) if form.action.endswith(end))


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[FoundForm] = []
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                FoundForm(attributes.get("action", ""), attributes.get("method", "get"))
            )
        elif not self.forms:
            return
        elif tag == "input":
            self._input(attributes, checked="checked" in attributes)
        elif tag == "textarea":
            self._area, self._text = attributes["name"], ""
        elif tag == "select":
            self._select = attributes["name"]
        elif tag == "option" and self._select is not None:
            # A browser sends the first option where none is marked.
            known = self.forms[-1].fields
            if "selected" in attributes or self._select not in known:
                known[self._select] = [attributes["value"]]

    def _input(self, attributes: dict[str, str], *, checked: bool) -> None:
        kind = attributes.get("type", "text")
        if kind in ("checkbox", "radio") and not checked:
            return
        if kind == "hidden":
            self.forms[-1].hidden.append(attributes["name"])
        self.forms[-1].fields.setdefault(attributes["name"], []).append(attributes.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            # The line break after the opening is the page's; the others are sent as CRLF.
            text = self._text.removeprefix("\n").replace("\n", "\r\n")
            self.forms[-1].fields[self._area] = [text]
            self._area = None
        elif tag == "select":
            self._select = None
