"""Secrets that stand alone in files: read when they are needed, never kept, never shown."""

from __future__ import annotations

from pathlib import Path

from ..core.validation.problems import unreadable
from .errors import ConfigError


def read_secret(file: Path, *, key: str, what: str) -> str:
    """The one line of `file`; raises ConfigError, never with any of its content.

    `key` is the setting that names the file, `what` is what stands in it, as a sentence ends.
    """
    named_by = f"{key} names it as the file with {what}"
    secret = read_text(file, key=key, what=what).removesuffix("\n").removesuffix("\r")
    if not secret.isprintable():
        says = f"must hold one line, without characters that cannot be seen; {named_by}"
        raise ConfigError.about(str(file), says)
    return secret


def read_text(file: Path, *, key: str, what: str) -> str:
    """All of `file`, as UTF-8. Raises ConfigError, never with any of its content."""
    named_by = f"{key} names it as the file with {what}"
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError.about(str(file), f"{unreadable(error)}; {named_by}") from None
    except UnicodeDecodeError:
        raise ConfigError.about(str(file), f"is not text in UTF-8; {named_by}") from None
    if not text.strip():
        raise ConfigError.about(str(file), f"is empty; {named_by}")
    return text
