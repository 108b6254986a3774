"""The transport that sends nothing: each mail becomes an .eml file in a folder."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import socket
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .base import DeliveryError, LostClaimError, OutgoingMail, Receipt, Traits, always

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ...settings.model import Settings

UNFINISHED = ".unfinished"
MAX_RECIPIENT = 120  # with day and id well under the 255 octets a file's name may have
FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_FOLDER = (errno.ENOTDIR, errno.EEXIST)


class OutboxTransport:
    """Writes mails into `folder`, for trials and for reading before anything real is sent.

    A file appears under its name complete or not at all, and the same mail sent again is the
    same file. The folder is made at the first mail, readable by its owner only.
    """

    reaches_people = False
    traits = Traits(gives_id=True, own_sender=True, attachments=True)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready = False

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        patience: float,  # noqa: ARG003
        clock: Callable[[], datetime],  # noqa: ARG003
    ) -> Self:
        """The folder of `[mail]`; a file needs no patience and no clock."""
        return cls(settings.mail.outbox)

    @staticmethod
    def per_minute(settings: Settings) -> None:
        """As many files as there are."""

    @staticmethod
    def way_out(settings: Settings) -> str:
        """Which folder mails are written into."""
        return _way_out(settings.mail.outbox)

    async def send(
        self,
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Receipt:
        """Write `mail`; the receipt names the file. Raises DeliveryError, never uncertain."""
        path = self.folder / file_name(mail)
        with _plain_words(self.folder):
            self._prepare()
            unfinished = _write_unfinished(self.folder, mail.content)
        try:
            on_data()
            if not still_ours():
                raise LostClaimError
            with _plain_words(self.folder):
                unfinished.replace(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
        _settle_name(self.folder)
        return Receipt(reply=str(path))

    async def check(self) -> str:
        """Says where files go. Makes nothing. Raises DeliveryError if they could not be made."""
        with _plain_words(self.folder):
            folder = self.folder.absolute()
            nearest = next(path for path in (folder, *folder.parents) if path.exists())
            if not nearest.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            if not os.access(nearest, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return _way_out(self.folder)

    async def close(self) -> None:
        """Nothing is held open."""

    def _prepare(self) -> None:
        """Make the folder and clear what an interrupted run left in it, once."""
        if self._ready and self.folder.is_dir():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in self.folder.glob(f"*{UNFINISHED}"):
            if _is_left_over(unfinished):
                unfinished.unlink(missing_ok=True)
        self._ready = True


def _way_out(folder: Path) -> str:
    return f"Mails are written as files into {folder}; nothing leaves this machine."


def file_name(mail: OutgoingMail) -> str:
    """Day, recipient and a short id of the mail, as in 2018-02-22-chair@example.org-1f0c….eml.

    The id covers the content too, so that another mail never takes an earlier one's file.
    """
    recipient = re.sub(r"[^a-z0-9@._+-]", "_", mail.recipient.lower())[:MAX_RECIPIENT]
    digest = hashlib.sha256(mail.message_id.encode() + b"\0" + mail.content).hexdigest()
    return f"{mail.day.isoformat()}-{recipient}-{digest[:12]}.eml"


def _is_left_over(unfinished: Path) -> bool:
    """Whether the process that was writing a file has ended; another may share the folder."""
    host, _, rest = unfinished.name.removeprefix(".").partition(",")
    number = rest.partition(",")[0]
    if host != _host() or not number.isdecimal():
        # Of another machine, of which nothing can be told, or of an older boardcal.
        return not number
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "_", socket.gethostname())[:60]


def _write_unfinished(folder: Path, content: bytes) -> Path:
    """`content` on the disk, in a file of mode 600 that does not have its name yet."""
    whose = f".{_host()},{os.getpid()},"
    handle, name = tempfile.mkstemp(prefix=whose, suffix=UNFINISHED, dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _settle_name(folder: Path) -> None:
    """Bring the folder's new entry to the disk.

    Some network file systems refuse this; the file stands all the same, so nothing is raised.
    """
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _plain_words(folder: Path) -> Iterator[None]:
    """What the system refuses, as a sentence. No mail can be written until it is put right."""
    try:
        yield
    except OSError as error:
        raise DeliveryError(_sentence(folder, error), scope="transport") from error


def _sentence(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return (
            f"The disk that holds the outbox {folder} is full, so mails wait. Make room on it; "
            "they are then written without further ado."
        )
    if error.errno in FORBIDDEN:
        return (
            f"The outbox {folder} may not be written to, so mails wait. Let the account that runs "
            "boardcal write there, or name another folder as outbox under [mail] in config.toml."
        )
    if error.errno in NO_FOLDER:
        return (
            f"The outbox {folder} is a file, or lies below one, where a folder is needed. Move "
            "the file, or name another folder as outbox under [mail] in config.toml."
        )
    if error.errno == errno.ENAMETOOLONG:
        return (
            f"The path of the outbox is too long for this machine: {folder}. Name a shorter one "
            "as outbox under [mail] in config.toml."
        )
    return (
        f"The outbox {folder} could not be written to ({error.strerror or error}), so mails "
        "wait. Check the disk, or name another folder as outbox under [mail] in config.toml."
    )
