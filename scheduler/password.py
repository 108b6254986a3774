"""Secrets that stand in files of their own, so that no setting, log or error holds them."""

from __future__ import annotations

from pathlib import Path

from ..calendar.file_problems import unreadable
from .config_error import ConfigError

NAMED_BY = "mail.smtp.password_file names it as the file with the mail server's password"


def read_password(file: Path) -> str:
    """The one line of `file`; raises ConfigError, never with any of its content."""
    try:
        password = file.read_bytes().decode("utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise ConfigError.about(str(file), f"{unreadable(error)}; {NAMED_BY}") from None
    except UnicodeDecodeError:
        raise ConfigError.about(str(file), f"is not text in UTF-8; {NAMED_BY}") from None
    if not password.strip():
        raise ConfigError.about(str(file), f"is empty; {NAMED_BY}")
    if not password.isprintable():
        says = f"must hold one line, without characters that cannot be seen; {NAMED_BY}"
        raise ConfigError.about(str(file), says)
    return password
