"""What a pydantic model allows at a place in a file: its keys, its kinds, its limits."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way in which a place can be filled: a type and what its annotation adds."""

    kind: Any
    notes: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A place in a file as the model sees it; several options make it a union."""

    options: tuple[Option, ...]

    @classmethod
    def of(cls, annotation: object, notes: tuple[object, ...] = ()) -> Level:
        """The level that an annotation describes; None as an alternative counts for nothing."""
        origin = get_origin(annotation)
        if origin is Annotated:
            inner, *added = get_args(annotation)
            return cls.of(inner, (*notes, *_flat(added)))
        if origin not in (Union, types.UnionType):
            return cls(options=(Option(kind=annotation, notes=notes),))
        members = [member for member in get_args(annotation) if member is not types.NoneType]
        if len(members) == 1:
            return cls.of(members[0], notes)
        return cls(options=tuple(Option(kind=member) for member in members))

    @property
    def is_union(self) -> bool:
        """Whether pydantic's locations name the branch here, between two keys."""
        return len(self.options) > 1

    def branch(self, label: str | int) -> Level:
        """What is left of a union in the branch that a location calls `label`."""
        levels = [Level.of(option.kind, option.notes) for option in self.options]
        named = [
            level for level in levels if any(_is_called(each, label) for each in level.options)
        ]
        unions = [level for level in levels if level.is_union]
        return (named or unions or [Level(options=())])[0]

    def child(self, step: str | int) -> Level:
        """The level one key, or one list entry, further in."""
        found = [child for option in self.options for child in _children(option, step)]
        if len(found) == 1:
            return found[0]
        return Level(options=tuple(option for level in found for option in level.options))

    def models(self) -> list[type[BaseModel]]:
        """The tables that may stand here, unions within unions included."""
        found = []
        for option in self.options:
            if isinstance(option.kind, type) and issubclass(option.kind, BaseModel):
                found.append(option.kind)
            elif get_origin(option.kind) in (Annotated, Union, types.UnionType):
                found += Level.of(option.kind, option.notes).models()
        return found

    def keys(self) -> list[str]:
        """The keys that a table here may have."""
        return list(dict.fromkeys(key for model in self.models() for key, _ in fields_of(model)))

    def note(self, name: str) -> Any:
        """What an annotation here says of `name` ("ge", "description"), or None."""
        notes = [note for option in self.options for note in option.notes]
        return next(
            (value for note in notes if (value := getattr(note, name, None)) is not None), None
        )


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The fields of a model under the keys that a file uses for them."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def homes_of(key: str, model: type[BaseModel]) -> list[str]:
    """The sections of a file in which `key` is known, such as `[mail.smtp]` or `[[report]]`."""
    return list(dict.fromkeys(_homes(key, Level.of(model), "", frozenset())))


def _homes(key: str, level: Level, section: str, seen: frozenset[object]) -> Iterator[str]:
    for model in level.models():
        if model in seen:  # a model may hold itself
            continue
        for name, field in fields_of(model):
            if name == key:
                yield section or "the top of the file"
            inner = _level(field)
            entries = inner.child(0)
            inside = f"{section.strip('[]')}.{name}".lstrip(".")
            brackets = f"[[{inside}]]" if entries.options else f"[{inside}]"
            yield from _homes(key, entries if entries.options else inner, brackets, seen | {model})


def _level(field: FieldInfo) -> Level:
    return Level.of(field.annotation, (field, *field.metadata))


def _flat(notes: list[Any]) -> Iterator[object]:
    for note in notes:
        yield note
        if isinstance(note, FieldInfo):
            yield from note.metadata


def _children(option: Option, step: str | int) -> Iterator[Level]:
    origin, inside = get_origin(option.kind), get_args(option.kind)
    is_mapping = isinstance(origin, type) and issubclass(origin, Mapping) and len(inside) == 2
    if isinstance(option.kind, type) and issubclass(option.kind, BaseModel):
        yield from (_level(field) for key, field in fields_of(option.kind) if key == step)
    elif origin in (list, tuple, set, frozenset) and inside and isinstance(step, int):
        yield Level.of(inside[0])
    elif is_mapping and isinstance(step, str):
        yield Level.of(inside[1])


def _is_called(option: Option, label: str | int) -> bool:
    tags = [note.tag for note in option.notes if isinstance(note, Tag)]
    if tags:
        return label in tags
    if isinstance(option.kind, type) and issubclass(option.kind, BaseModel):
        literals = (field.annotation for _, field in fields_of(option.kind))
        return option.kind.__name__ == label or any(
            label in get_args(literal) for literal in literals if get_origin(literal) is Literal
        )
    name = getattr(get_origin(option.kind) or option.kind, "__name__", "")
    return str(label).partition("[")[0] == name
