"""The secret that signs forms and links: made at the first start, readable by its owner alone."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from ..core.errors import BoardcalError

MODE = 0o600
OTHERS = 0o077
SECRET = re.compile(r"[0-9a-f]{64}")


class SecretError(BoardcalError):
    """The secret cannot be used as it is."""


def secret_of(file: Path) -> str:
    """The secret in `file`, made now where there is none. Raises SecretError."""
    try:
        return _checked(file) if file.exists() else _made(file)
    except FileExistsError:
        return _checked(file)  # another start was faster
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise SecretError(
            f"The file {file}, which signs links and forms (web.secret_file), cannot be read or "
            f"made ({why}); see that boardcal may read and write it and its folder."
        ) from None


def _checked(file: Path) -> str:
    mode = file.stat().st_mode
    if mode & OTHERS:
        raise SecretError(
            f"The file {file}, which signs links and forms, can be read by others on this "
            f"machine; close it with: chmod 600 {file}"
        )
    secret = file.read_text(encoding="ascii").strip()
    if SECRET.fullmatch(secret) is None:
        raise SecretError(
            f"The file {file}, which signs links and forms, does not hold what boardcal wrote "
            "there; remove it and start again. People sign in anew then, and links in mails "
            "sent so far stop working."
        )
    return secret


def _made(file: Path) -> str:
    """A new secret, complete before it has its name: no start ever reads half of one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_hex(32)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(f"{secret}\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    finally:
        draft.unlink()
    return secret
