"""Reading a planner file: broken TOML, wrong keys, entries that do not fit: all said at once."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError

from ...core.validation.explain import problems_of
from ...core.validation.problems import FileProblems, Problem
from ...core.validation.toml_source import TomlLines, parse_toml, toml_text
from .checks import cross_findings
from .file_schema import PlannerFile


def read_planner(
    content: str | bytes, file: str, completed: Callable[[PlannerFile], PlannerFile] | None = None
) -> PlannerFile:
    """A planner file's content, `completed` by what is stored, wholly checked.

    `file` is its name in sentences. Raises FileProblems that names every mistake at once.
    """
    document = parse_toml(content, file)
    lines = TomlLines(toml_text(content, file))
    try:
        planner = PlannerFile.model_validate(document)
    except ValidationError as error:
        problems = problems_of(error, lines, file, model=PlannerFile, data=document)
        raise FileProblems(problems) from None
    if completed is not None:
        planner = completed(planner)
    findings = cross_findings(planner)
    if findings:
        raise FileProblems(
            Problem(
                file=file,
                line=lines.line(finding.path),
                key=finding.key,
                value=finding.value,
                says=finding.says,
                path=finding.path,
            )
            for finding in findings
        )
    return planner
