"""The pages' templates, with GOV.UK Frontend's components as functions in every one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from ...calendar.rules.date_text import MONTHS, listed, long_date, short_date, weekday_date
from ...wording.text import audience, sentence

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "web"
COMPONENTS = "govuk_frontend_jinja"
COMPONENT = re.compile(r"[a-z]+(?:-[a-z]+)*")


def make_environment() -> Environment:
    """The templates of `templates/web`. A name that does not exist is an error, not a blank."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    pages.globals["govuk"] = Components().render
    for function in FILTERS:
        pages.filters[function.__name__] = function
    return pages


def capital(text: str) -> str:
    """`text` with a capital, the rest as it is: "Nothing to report"."""
    return text[:1].upper() + text[1:]


def month_short(day: date) -> str:
    """The month of a day, where room is short: "Mar 2018"."""
    return f"{MONTHS[day.month - 1][:3]} {day.year}"


def day_short(day: date) -> str:
    """A day of a known year, where room is short: "22 Feb"."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


FILTERS = (
    audience,
    capital,
    day_short,
    listed,
    long_date,
    month_short,
    sentence,
    short_date,
    weekday_date,
)


class Components:
    """GOV.UK Frontend's components: govuk("button", {"text": "Save"}).

    Their macros live in an environment of their own, for they read options that were not
    given; each is compiled when a page first uses it, since most are never used.
    """

    def __init__(self) -> None:
        loader = PrefixLoader({COMPONENTS: PackageLoader(COMPONENTS)})
        self._environment = Environment(loader=loader, autoescape=True, auto_reload=False)
        self._macros: dict[str, Any] = {}

    def render(self, component: str, options: Mapping[str, Any]) -> Markup:
        """A component's HTML, for example of "error-summary"."""
        macro = self._macros.get(component)
        if macro is None:
            macro = self._macros[component] = self._macro(component)
        return Markup(macro(options))  # noqa: S704 - a macro escapes what it is given

    def _macro(self, component: str) -> Any:
        if COMPONENT.fullmatch(component) is None:
            raise ValueError(f"{component!r} is not the name of a component")
        name = "govuk" + "".join(word.title() for word in component.split("-"))
        template = self._environment.get_template(f"{COMPONENTS}/components/{component}/macro.html")
        return getattr(template.module, name)
