"""pydantic's errors, each with its place in the file, one for a union and not one a branch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .messages import Finding, is_wrong_kind
from .schema_levels import Level

if TYPE_CHECKING:
    from pydantic import ValidationError

    from .problems import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A finding and the unions on its way: where each stands, and the branch taken."""

    finding: Finding
    branches: tuple[tuple[Location, str | int], ...]


def findings_of(error: ValidationError, level: Level, data: object) -> list[Finding]:
    """What `error` says about `data`, whose model is `level`, in the file's own places."""
    traced = [
        _traced(details["loc"], dict(details), level, data)
        for details in error.errors(include_url=False)
    ]
    return [
        each.finding for each in _settled(traced, depth=0) if not _lost_its_entries(each.finding)
    ]


def _lost_its_entries(finding: Finding) -> bool:
    """Whether a list is too short only because pydantic left out its wrong entries."""
    given = finding.value
    return (
        finding.type == "too_short"
        and isinstance(given, (list, tuple))
        and len(given) >= finding.context["min_length"]
    )


def _traced(loc: Location, details: dict[str, Any], level: Level, data: object) -> Traced:
    """Walks an error's location, leaving out the branches of unions that pydantic names in it."""
    path: list[str | int] = []
    branches: list[tuple[Location, str | int]] = []
    inside, outer = data, level
    for step in loc:
        if level.is_union:
            branches.append((tuple(path), step))
            level = level.branch(step)
        elif _is_leaf(inside, step):  # a validator made the rest out of a shorter form
            break
        else:
            path.append(step)
            inside = _stepped(inside, step)
            outer, level = level, level.child(step)
    found = Finding(
        type=details["type"],
        path=tuple(path),
        context=details.get("ctx", {}),
        message=details["msg"],
        value=inside,
        level=outer if details["type"] == "extra_forbidden" else level,
    )
    return Traced(finding=found, branches=tuple(branches))


def _is_leaf(inside: object, step: str | int) -> bool:
    if isinstance(step, int):
        return not isinstance(inside, (list, tuple)) or step >= len(inside)
    return step == "[key]" or not isinstance(inside, Mapping)


def _stepped(inside: Any, step: str | int) -> object:
    return inside.get(step) if isinstance(inside, Mapping) else inside[step]


def _settled(traced: Iterable[Traced], depth: int) -> list[Traced]:
    """Of the branches of each union, the one that was most likely meant."""
    settled: list[Traced] = []
    unions: dict[Location, dict[str | int, list[Traced]]] = {}
    for each in traced:
        if len(each.branches) <= depth:
            settled.append(each)
            continue
        where, label = each.branches[depth]
        unions.setdefault(where, {}).setdefault(label, []).append(each)
    for where, branches in unions.items():
        settled += _settled(_meant(where, list(branches.values())), depth + 1)
    return settled


def _meant(where: Location, branches: list[list[Traced]]) -> list[Traced]:
    """The errors of the likeliest branch; one for all of them where no branch even began."""
    if len(branches) == 1:
        return branches[0]
    begun = [
        branch
        for branch in branches
        if any(each.finding.path != where or not is_wrong_kind(each.finding) for each in branch)
    ]
    if begun:
        return min(begun, key=_unlikeness)
    first, *others = [each.finding for branch in branches for each in branch]
    return [Traced(finding=replace(first, others=tuple(others)), branches=())]


def _unlikeness(branch: list[Traced]) -> tuple[int, int]:
    """Fewest keys with a fixed value that is another one, then fewest errors."""
    fixed = sum(each.finding.type in ("literal_error", "missing") for each in branch)
    return fixed, len(branch)
