"""Settings from environment variables: BOARDCAL_MAIL__SMTP__HOST is host under [mail.smtp]."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from ..core.validation.explain import nearest
from ..core.validation.problems import Location, Problem
from ..core.validation.schema_keys import Model, fields_of, tables_in

PREFIX = "BOARDCAL_"
CONFIG = "BOARDCAL_CONFIG"
ENVIRONMENT = "the environment"
WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """A config file's content under the environment's, with the variable of each location."""

    data: dict[str, Any]
    variables: Mapping[Location, str]
    problems: tuple[Problem, ...]

    def placed(self, problem: Problem) -> Problem:
        """`problem` under the variable's name, where its value came from one."""
        variable = self.variables.get(problem.path)
        if variable is None:
            return problem
        says = problem.says.removesuffix(", without quotes")  # there are none in a variable
        return replace(problem, file=ENVIRONMENT, line=None, key=variable, says=says)


def overlaid(data: Mapping[str, Any], environ: Mapping[str, str], model: Model) -> Overlaid:
    """`data` with every section there, and each variable of `environ` in its place."""
    content = _filled(deepcopy(dict(data)), model)
    known = dict(_variables(model, ()))
    used: dict[Location, str] = {}
    problems = []
    for name in sorted(environ):
        if name in known:
            location, is_number = known[name]
            value = environ[name]
            if _put(content, location, _number(value) if is_number else value):
                used[location] = name
        elif name.startswith(PREFIX) and name != CONFIG:
            problems.append(_unknown(name, [*known, CONFIG]))
    return Overlaid(data=content, variables=used, problems=tuple(problems))


def _variables(model: Model, path: tuple[str, ...]) -> Iterator[tuple[str, tuple[Location, bool]]]:
    """The name of each key's variable, with its location and whether it is a whole number."""
    for key, field in fields_of(model).items():
        location = (*path, key)
        sections = tables_in(field.annotation)
        for section in sections:
            yield from _variables(section, location)
        if not sections:
            yield PREFIX + "__".join(location).upper(), (location, field.annotation is int)


def _filled(content: dict[str, Any], model: Model) -> dict[str, Any]:
    """`content` with an empty table for each section it leaves out.

    pydantic takes a whole section's default as it is, without resolving the paths in it.
    """
    for key, field in fields_of(model).items():
        for inner in tables_in(field.annotation):
            section = content.setdefault(key, {})
            if isinstance(section, dict):
                _filled(section, inner)
    return content


def _put(content: dict[str, Any], location: Location, value: object) -> bool:
    """Whether there was a section to put `value` in; if not, that is the problem to report."""
    *sections, key = map(str, location)
    for section in sections:
        inner = content[section]
        if not isinstance(inner, dict):
            return False
        content = inner
    content[key] = value
    return True


def _number(text: str) -> object:
    return int(text) if WHOLE_NUMBER.fullmatch(text.strip()) else text


def _unknown(name: str, known: list[str]) -> Problem:
    meant = nearest(name, known)
    says = (
        f"is not a known variable; did you mean {meant}?"
        if meant
        else (f"is not a known variable; they are named after the keys, such as {known[0]}")
    )
    return Problem(file=ENVIRONMENT, key=name, says=says)
