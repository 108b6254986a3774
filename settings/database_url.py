"""The address of the database: its allowed kinds, and the path of an SQLite file."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR, S_ISREG
from urllib.parse import urlsplit

from ..core.validation.problems import unreadable

SQLITE = "sqlite:///"
POSTGRESQL = "postgresql+psycopg://"


def absolute_url(url: str, folder: Path) -> str:
    """`url` with the path of an SQLite file made absolute from `folder`.

    Raises ValueError for what is no address of a database that boardcal can use.
    """
    if url.startswith(POSTGRESQL):
        _check_server(url)
        return url
    if url.startswith("postgres"):
        raise ValueError(f"must begin with {POSTGRESQL}")
    if not url.startswith("sqlite:"):
        raise ValueError(f"must begin with {SQLITE} or {POSTGRESQL}")
    path, question, options = url.removeprefix(SQLITE).partition("?")
    if not url.startswith(SQLITE) or path in ("", ":memory:") or path.startswith("file:"):
        raise ValueError(f"must name a file, such as {SQLITE}var/boardcal.db")
    file = folder / path
    if "?" in str(file):
        raise ValueError(f'lies in {file}, and the name of its folder must not hold a "?"')
    _check_file(file)
    return f"{SQLITE}{file}{question}{options}"


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address, None for another database."""
    if not url.startswith(SQLITE):
        return None
    return Path(url.removeprefix(SQLITE).partition("?")[0])


def _check_file(file: Path) -> None:
    """Whether a database could lie there; it and its folder may still be missing."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise ValueError("has a file on its way where a folder should be") from None
    except OSError as error:
        raise ValueError(unreadable(error)) from None
    if S_ISDIR(mode):
        raise ValueError("is a folder, not a file")
    if not S_ISREG(mode):
        raise ValueError("is a device or a pipe, which can hold no database; name a file")


def _check_server(url: str) -> None:
    try:
        parts = urlsplit(url)
        named = bool(parts.path.strip("/")) and parts.port != 0
    except ValueError:
        named = False
    if not named:
        raise ValueError(
            f"must name a server and a database, such as {POSTGRESQL}name@server/boardcal"
        )
