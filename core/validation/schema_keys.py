"""The tables and keys of a file, as the pydantic model for it knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Model = type[BaseModel]


def fields_of(model: Model) -> dict[str, FieldInfo]:
    """The fields of a model under the keys that a file uses for them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def tables_in(annotation: object) -> list[Model]:
    """The tables that an annotation allows: alone, in a list, or as the kinds of a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for inner in get_args(annotation) for table in tables_in(inner)]


def homes_of(key: str, model: Model) -> list[str]:
    """The sections of a file in which `key` is known, such as `[mail.smtp]` or `[[report]]`."""
    return list(dict.fromkeys(_homes(key, model, "", "the top of the file")))


def _homes(key: str, model: Model, path: str, section: str) -> Iterator[str]:
    for name, field in fields_of(model).items():
        if name == key:
            yield section
        inside = f"{path}.{name}".lstrip(".")
        brackets = f"[[{inside}]]" if get_origin(field.annotation) is tuple else f"[{inside}]"
        for table in tables_in(field.annotation):
            yield from _homes(key, table, inside, brackets)
