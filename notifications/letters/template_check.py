"""What can be wrong with a mail template, in sentences that name the file and the line."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING

from jinja2 import (
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
    UndefinedError,
    meta,
    nodes,
)

from ...core.errors import BoardcalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Environment


# Jinja2 says "'x' is undefined", or "… has no attribute 'x'".
MISSING_NAME = re.compile(r"'([^']*)'(?: is undefined)?$")


class TemplateProblem(BoardcalError):
    """A mail template that cannot be used: which file, which line, and why."""


def problem_of(error: Exception) -> TemplateProblem:
    """What a template, or reading it, raised, for people."""
    if isinstance(error, TemplateSyntaxError):
        place = f"{error.filename or error.name}, line {error.lineno}"
        return TemplateProblem(f"{place}: this is no valid template: {_inline(error.message)}.")
    place = _place(error)
    if isinstance(error, TemplateNotFound):
        return TemplateProblem(f'{place}: there is no template "{error.name}".')
    missing = MISSING_NAME.search(str(error)) if isinstance(error, UndefinedError) else None
    if missing is not None:
        return TemplateProblem(f"{place}: {_unknown(missing[1])}")
    if isinstance(error, UnicodeDecodeError):
        return TemplateProblem(f"{place}: the file is not UTF-8 text; save it as UTF-8.")
    if isinstance(error, OSError):
        return TemplateProblem(f"{place}: {error.filename} cannot be read: {error.strerror}.")
    if type(error) is TemplateRuntimeError:  # Jinja2's own, such as an unknown filter
        return TemplateProblem(f"{place}: the template cannot be used: {_inline(str(error))}.")
    # Its message may quote the mail that was being written.
    return TemplateProblem(f"{place}: the template cannot be used: {type(error).__name__}.")


def unknown_names(environment: Environment, names: list[str], passed: Iterable[str]) -> list[str]:
    """A sentence for each name that a template uses and nothing gives it.

    `passed` are the names that every template gets; what one sets, those it includes see.
    Raises what reading a template raises.
    """
    parsed = {}
    for name in names:
        source, path, _ = _source(environment, name)
        parsed[path or name] = environment.parse(source, name, path)
    known = {*passed, *environment.globals, *_names_set(parsed.values())}
    return [
        f"{path}, line {_line_of(template, missing)}: {_unknown(missing)}"
        for path, template in parsed.items()
        for missing in sorted(meta.find_undeclared_variables(template) - known)
    ]


def _source(environment: Environment, name: str) -> tuple[str, str | None, object]:
    if environment.loader is None:
        raise TemplateNotFound(name)
    return environment.loader.get_source(environment, name)


def _names_set(templates: Iterable[nodes.Template]) -> Iterator[str]:
    for template in templates:
        for name in template.find_all(nodes.Name):
            if name.ctx == "store":
                yield name.name


def _line_of(template: nodes.Template, missing: str) -> int:
    return next(node.lineno for node in template.find_all(nodes.Name) if node.name == missing)


def _place(error: Exception) -> str:
    """The innermost template that was at work, as "file, line 12"."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.endswith(".j2"):
            return f"{frame.filename}, line {frame.lineno}"
    return "The mail templates"


def _unknown(name: str) -> str:
    return f'the template uses "{name}", which a mail does not have; correct the name.'


def _inline(message: str | None) -> str:
    return " ".join((message or "").split()).rstrip(".")
