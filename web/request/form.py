"""The fields of a form: read within bounds, and free of characters no keyboard types."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from ...core.errors import BoardcalError
from .errors import FormRefusedError, FormTooLargeError

LARGEST_FORM = 200_000  # bytes: a page of many submissions with a remark each is a tenth of it
MOST_FIELDS = 2_000
SECONDS_TO_SEND = 30
FORM_TYPE = "application/x-www-form-urlencoded"


# Further than anything here is counted; int() of more digits than a few thousand is refused.
MOST_DIGITS = 9
LONGEST_LINE = 300
LONGEST_TEXT = 4_000


# These turn the text around them about (UAX 9): a name could read as another.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
Read = TypeVar("Read")
WHOLE = ""  # where a problem is the form's, and no field's


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with all of its values."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field of one line, trimmed; "" where it was left empty or not sent."""
        value = " ".join(self.secret(name).split())
        if len(value) > LONGEST_LINE:
            raise FieldError(f"must be no longer than {LONGEST_LINE} characters")
        return value

    def lines(self, name: str) -> str:
        """A field of several lines, trimmed."""
        value = self.secret(name).replace("\r\n", "\n").strip()
        if len(value) > LONGEST_TEXT:
            raise FieldError(f"must be no longer than {LONGEST_TEXT:,} characters")
        return value

    def secret(self, name: str) -> str:
        """A field exactly as it was typed."""
        return self.all(name)[-1] if self.all(name) else ""

    def required(self, name: str, missing: str = "must be given") -> str:
        """A field of one line that must not be empty. Raises FieldError."""
        text = self.text(name)
        if not text:
            raise FieldError(missing)
        return text

    def choice(
        self,
        name: str,
        known: Collection[str],
        *,
        missing: str = "must be chosen",
        unknown: str = "must be chosen from the list",
    ) -> str:
        """A choice from a list. Raises FieldError."""
        value = self.secret(name)
        if not value:
            raise FieldError(missing)
        if value not in known:
            raise FieldError(unknown)
        return value

    def number(self, name: str) -> int:
        """A number that a page of ours wrote; 0 for anything else."""
        text = self.secret(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, such as the boxes that were ticked."""
        return self.fields.get(name, ())

    def carried(self, *names: str) -> list[tuple[str, str]]:
        """Fields, a date with its three parts, as a preview carries them to be sent again."""
        return [
            (name, value)
            for name, values in self.fields.items()
            for value in values
            if name.partition("-")[0] in names
        ]

    def has(self, name: str) -> bool:
        """Whether a button was pressed, or a box ticked."""
        return name in self.fields


class FieldError(BoardcalError):
    """A field that is not right; its sentence follows the field's name: "must be a date"."""


class Problems:
    """The problems of a form by field; a page shows each beside its field and all on top."""

    def __init__(self, sentences: Mapping[str, str] | None = None) -> None:
        self._sentences = dict(sentences or {})

    def add(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; the first sentence stays."""
        self._sentences.setdefault(name, sentence)

    def read(self, name: str, label: str, take: Callable[[], Read]) -> Read | None:
        """Call `take`; None, with a sentence that begins with `label`, where it refuses.

        A FieldError or ValueError ("has no @") is put behind the label, another BoardcalError
        is a sentence already.
        """
        try:
            return take()
        except (FieldError, ValueError) as error:
            self.add(name, f"{label} {error}")
        except BoardcalError as error:
            self.add(name, str(error))
        return None

    def get(self, name: str) -> str | None:
        """The sentence for a field, if there is one."""
        return self._sentences.get(name)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The fields with their sentences, in the order they were found."""
        return iter(self._sentences.items())

    def __bool__(self) -> bool:
        return bool(self._sentences)


async def read_form(request: Request) -> Form:
    """The form that a request carries. Raises PageError for what cannot be one."""
    kind = request.headers.get("content-type", FORM_TYPE).partition(";")[0].strip().lower()
    body = await _body(request)
    if body and kind != FORM_TYPE:
        raise FormRefusedError("What was sent is not a form of these pages.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise FormRefusedError("What was sent is not text.") from None
    except ValueError:
        raise FormTooLargeError from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        _require_text(value)
        fields[name] = (*fields.get(name, ()), value)
    return Form(fields)


async def _body(request: Request) -> bytes:
    stated = request.headers.get("content-length", "0")
    if stated.isdigit() and int(stated) > LARGEST_FORM:
        raise FormTooLargeError
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST_FORM:
                    raise FormTooLargeError
    except (TimeoutError, ClientDisconnect):
        raise FormRefusedError("The form did not arrive whole.") from None
    return bytes(body)


def is_typed(character: str) -> bool:
    """Whether a keyboard types it: no control character, and none that turns text about."""
    if character in "\r\n\t":
        return True
    return unicodedata.category(character) != "Cc" and character not in REORDERING


def _require_text(value: str) -> None:
    for character in value:
        if not is_typed(character):
            raise FormRefusedError(
                "A field holds a character that cannot be seen, perhaps pasted from elsewhere; "
                "go back and type it again."
            )


def unsure(form: Form) -> Problems:
    """The problem with a form that is to be saved without its warning having been answered."""
    if form.has("warned") and not form.has("sure"):
        return Problems({"sure": "Tick the box if the dates are right; go back if they are not."})
    return Problems()
