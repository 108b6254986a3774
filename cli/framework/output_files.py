"""Files that a command writes where its user asked for them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import BoardcalError
from ...notifications.delivery.envelope import Sender, mail_of
from ...notifications.letters.render import Rendered
from ...notifications.transports.outbox import file_name
from ...scheduler.simulation import SimulatedMail


class FileError(BoardcalError):
    """A file or folder that cannot be written."""


def write_mails(
    folder: Path,
    letters: Sequence[tuple[SimulatedMail, Rendered]],
    *,
    sender: Sender,
    with_html: bool,
) -> Iterator[Path]:
    """Writes mails as .eml files, and as .html files beside them; gives each path."""
    with _plain_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for mail, rendered in letters:
            # The same at every preview, so that one takes the place of the one before.
            digest = hashlib.sha256(f"{mail.at.date()}/{mail.letter.recipient}".encode())
            name = f"<boardcal.{digest.hexdigest()[:32]}@preview.invalid>"
            made = mail_of(mail.letter, rendered, sender=sender, message_id=name, at=mail.at)
            path = folder / file_name(made)
            write_whole(path, made.content)
            yield path
            if with_html:
                page = path.with_suffix(".html")
                write_whole(page, rendered.html.encode())
                yield page


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file, all of it or nothing. Raises FileError."""
    with _plain_errors(path):
        handle, name = tempfile.mkstemp(prefix=".", suffix=".unfinished", dir=path.parent)
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.chmod(0o666 & ~_umask())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def _umask() -> int:
    """Which rights new files are not to have; the system tells only when it is set."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(
            f"{path} cannot be written ({(error.strerror or str(error)).lower()}); name another "
            "place, or make room and the right to write there."
        ) from None
