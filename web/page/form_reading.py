"""Read a form's fields from its own page: what a person typed, by the labels they saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

HIDDEN = frozenset({"hidden", "password", "submit", "button"})
CHOSEN = frozenset({"radio", "checkbox"})
YES = "Yes"


@dataclass(slots=True)
class _Control:
    """A field as its page has it. `legend` is that of the group around it, if any."""

    name: str
    kind: str
    id: str
    value: str
    aria: str
    legend: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _FoundForm:
    hidden: dict[str, str] = field(default_factory=dict)
    controls: list[_Control] = field(default_factory=list)


def typed_fields(
    page: str, fields: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What was typed or chosen of a sent form, label and values, in the order of its page.

    Of several forms on the page it is the one with most of these fields. What was left empty and
    what no page shows is left out.
    """
    reader = _PageReader()
    reader.feed(page)
    if not reader.forms:
        return ()
    form = max(reader.forms, key=lambda found: _likeness(found, fields))
    return tuple(_shown(form, reader.labels, fields))


def _likeness(form: _FoundForm, fields: Mapping[str, tuple[str, ...]]) -> tuple[int, int]:
    same = sum(fields.get(name) == (value,) for name, value in form.hidden.items())
    return same, len({control.name for control in form.controls} & fields.keys())


def _shown(
    form: _FoundForm, labels: Mapping[str, str], fields: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    names = dict.fromkeys(control.name for control in form.controls)
    parts = {f"{name.removesuffix('-day')}-{part}" for name in names for part in ("month", "year")}
    for name in names:
        controls = [control for control in form.controls if control.name == name]
        first = controls[0]
        own = labels.get(first.id) or first.aria
        values = [value for value in fields.get(name, ()) if value.strip()]
        if name.endswith("-day") and f"{name.removesuffix('-day')}-year" in names:
            stem = name.removesuffix("-day")
            typed = [fields.get(f"{stem}-{part}", ("",))[-1] for part in ("day", "month", "year")]
            values = [" ".join(filter(None, (part.strip() for part in typed)))]
            label = first.legend or own
        elif name in parts:
            continue
        elif first.kind in CHOSEN:
            texts = {control.value: labels.get(control.id, "") for control in controls}
            values = [(texts.get(value) or value) if first.legend else YES for value in values]
            label = first.legend or own
        else:
            values = [first.options.get(value, value) for value in values]
            label = ": ".join(filter(None, (first.legend, own)))
        if any(values):
            yield label, tuple(values)


class _PageReader(HTMLParser):
    """The forms of a page, and the text of each label by the field that it is for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[_FoundForm] = []
        self.labels: dict[str, str] = {}
        self._is_in_form = False
        self._legends: list[str] = []
        self._text: list[str] | None = None
        self._label_for = self._option = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field, or begin to gather the words of a label, a legend or a choice."""
        attributes = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self._is_in_form = attributes.get("method", "").lower() == "post"
                if self._is_in_form:
                    self.forms.append(_FoundForm())
            case "fieldset":
                self._legends.append("")
            case "legend" | "label" | "option":
                self._text = []
                self._label_for = attributes.get("for", "")
                self._option = attributes.get("value", "")
            case "input" | "select" | "textarea" if self._is_in_form and "name" in attributes:
                self._take(tag, attributes)

    def _take(self, tag: str, attributes: Mapping[str, str]) -> None:
        form, kind = self.forms[-1], attributes.get("type", "text") if tag == "input" else tag
        if kind in HIDDEN or "hidden" in attributes:
            form.hidden[attributes["name"]] = attributes.get("value", "")
            return
        form.controls.append(
            _Control(
                name=attributes["name"],
                kind=kind,
                id=attributes.get("id", ""),
                value=attributes.get("value", ""),
                aria=attributes.get("aria-label", ""),
                legend=next((legend for legend in reversed(self._legends) if legend), ""),
            )
        )

    def handle_data(self, data: str) -> None:
        """Gather the words of a label, a legend or a choice."""
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a form or a group, or keep the words that were gathered."""
        words = " ".join("".join(self._text or ()).split())
        match tag:
            case "form":
                self._is_in_form = False
            case "fieldset" if self._legends:
                self._legends.pop()
            case "legend" if self._legends:
                self._legends[-1] = words
            case "label":
                self.labels[self._label_for] = words
            case "option" if self._is_in_form and self.forms[-1].controls:
                self.forms[-1].controls[-1].options[self._option] = words
            case _:
                return
        if tag in ("legend", "label", "option"):
            self._text = None
