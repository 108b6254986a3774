from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from boardcal.notifications.transports.base import DeliveryError, OutgoingMail, Receipt, Transport
from boardcal.notifications.transports.outbox import OutboxTransport, file_name

MAIL = OutgoingMail(
    message_id="<boardcal.1@example.org>",
    sender="lscb@example.org",
    recipient="pmqag.chair@example.org",
    content=b"Subject: Due 22 February 2018\r\n\r\nS.11 annual report\r\n",
    day=date(2018, 2, 22),
)

# A process that ends in the middle of a mail, as by kill -9.
KILLED = """
import asyncio, datetime, os, pathlib, sys
from boardcal.notifications.transports.outbox import OutboxTransport
from boardcal.notifications.transports.base import OutgoingMail

mail = OutgoingMail(
    message_id="<a@example.org>", sender="a@example.org", recipient="b@example.org",
    content=b"half a mail", day=datetime.date(2018, 2, 22),
)
outbox = OutboxTransport(pathlib.Path(sys.argv[1]))
asyncio.run(outbox.send(mail, on_data=lambda: os._exit(9)))
"""


def send(folder: Path, mail: OutgoingMail = MAIL) -> Receipt:
    outbox: Transport = OutboxTransport(folder)
    return asyncio.run(outbox.send(mail, on_data=lambda: None))


def refusal(folder: Path, mail: OutgoingMail = MAIL) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(folder, mail)
    error = caught.value
    assert (error.scope, error.permanent, error.uncertain) == ("transport", False, False)
    return error


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_mail_becomes_a_file_named_after_its_day_and_recipient(tmp_path: Path) -> None:
    receipt = send(tmp_path / "outbox")
    (name,) = names(tmp_path / "outbox")
    assert name.startswith("2018-02-22-pmqag.chair@example.org-")
    assert name.endswith(".eml")
    assert receipt.reply == str(tmp_path / "outbox" / name)
    assert Path(receipt.reply).read_bytes() == MAIL.content


def test_only_its_owner_may_read_the_outbox(tmp_path: Path) -> None:
    file = Path(send(tmp_path / "var" / "outbox").reply)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_same_mail_again_is_the_same_file(tmp_path: Path) -> None:
    assert send(tmp_path) == send(tmp_path)
    assert len(names(tmp_path)) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(MAIL, message_id="<boardcal.2@example.org>"),
        replace(MAIL, content=MAIL.content + b"Also open\r\n"),
        replace(MAIL, recipient="pmqag_chair@example.org"),
        replace(MAIL, day=date(2018, 2, 23)),
    ],
)
def test_another_mail_never_takes_its_file(tmp_path: Path, other: OutgoingMail) -> None:
    send(tmp_path)
    send(tmp_path, other)
    assert len(names(tmp_path)) == 2


@pytest.mark.parametrize(
    "recipient", ["../../etc/passwd", "a/b@example.org", "ü\0\n:*?@example.org", "x" * 300, "-rf"]
)
def test_no_recipient_makes_an_unsafe_name(tmp_path: Path, recipient: str) -> None:
    path = Path(send(tmp_path / "outbox", replace(MAIL, recipient=recipient)).reply)
    assert path.parent == tmp_path / "outbox"
    assert len(path.name) <= 160
    assert not set(path.name) - set("abcdefghijklmnopqrstuvwxyz0123456789@._+-")
    assert names(tmp_path) == ["outbox"]


def test_the_caller_hears_of_it_once_just_before_the_file_has_its_name(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    outbox = OutboxTransport(tmp_path)
    asyncio.run(outbox.send(MAIL, on_data=lambda: seen.append(names(tmp_path))))
    ((unfinished,),) = seen
    assert not unfinished.endswith(".eml")
    assert names(tmp_path) == [file_name(MAIL)]


def test_the_content_and_then_the_name_are_brought_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recorded(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")

    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", recorded)
    asyncio.run(OutboxTransport(tmp_path).send(MAIL, on_data=lambda: synced.append("begun")))
    assert synced == ["file", "begun", "folder"]


def test_a_caller_who_says_no_leaves_nothing_behind(tmp_path: Path) -> None:
    def no() -> None:
        raise RuntimeError("no longer owed")

    with pytest.raises(RuntimeError, match="no longer owed"):
        asyncio.run(OutboxTransport(tmp_path).send(MAIL, on_data=no))
    assert names(tmp_path) == []


def test_what_an_interrupted_run_left_is_cleared_and_mails_stay(tmp_path: Path) -> None:
    send(tmp_path, replace(MAIL, message_id="<boardcal.0@example.org>"))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == 9
    assert len(names(tmp_path)) == 2
    send(tmp_path)
    assert len([name for name in names(tmp_path) if name.endswith(".eml")]) == 2
    assert len(names(tmp_path)) == 2


def test_what_another_boardcal_is_writing_is_left_alone(tmp_path: Path) -> None:
    host = socket.gethostname()
    kept = {f".{host},{os.getppid()},a.unfinished", ".elsewhere,1,b.unfinished"}
    for name in (*kept, f".{host},4194304,c.unfinished", ".d.unfinished"):
        (tmp_path / name).touch()
    send(tmp_path)
    assert {name for name in names(tmp_path) if name.endswith(".unfinished")} == kept


def test_a_folder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    outbox = OutboxTransport(tmp_path / "outbox")
    first = Path(asyncio.run(outbox.send(MAIL, on_data=lambda: None)).reply)
    first.unlink()
    first.parent.rmdir()
    asyncio.run(outbox.close())
    again = Path(asyncio.run(outbox.send(MAIL, on_data=lambda: None)).reply)
    assert again == first
    assert again.exists()


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "outbox").write_text("a file")
    folder = tmp_path / "outbox" / below
    assert "is a file" in str(refusal(folder))
    with pytest.raises(DeliveryError, match="is a file"):
        asyncio.run(OutboxTransport(folder).check())


def test_a_path_too_long_for_the_machine_is_said_to_be_so(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 300)
    assert "too long for this machine" in str(refusal(folder))
    with pytest.raises(DeliveryError, match="too long for this machine"):
        asyncio.run(OutboxTransport(folder).check())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EDQUOT, "is full"),
        (errno.EROFS, "may not be written to"),
        (errno.EACCES, "may not be written to"),
        (errno.EIO, "could not be written to"),
    ],
)
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_disk_that_refuses_leaves_no_file_under_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, code: int, words: str
) -> None:
    # No machine can be made to refuse at a chosen moment, so the system call itself refuses.
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as disk:
        if moment == "fsync":
            disk.setattr(os, "fsync", refuse)
        else:
            disk.setattr(Path, "replace", refuse)
        assert words in str(refusal(tmp_path))
    assert names(tmp_path) == []
    assert send(tmp_path).reply.endswith(file_name(MAIL))


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_full_disk_is_passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> tuple[int, str]:
        spare = tmp_path / "spare"
        spare.touch()
        return os.open("/dev/full", os.O_WRONLY), str(spare)

    monkeypatch.setattr("tempfile.mkstemp", full)
    assert "Make room on it" in str(refusal(tmp_path))
    assert names(tmp_path) == []


def test_check_says_where_mails_go_and_makes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "outbox"
    sentence = asyncio.run(OutboxTransport(folder).check())
    assert sentence == f"Mails are written as files into {folder}; nothing leaves this machine."
    assert names(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_check_finds_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DeliveryError, match="may not be written to"):
        asyncio.run(OutboxTransport(tmp_path / "outbox").check())
    assert "may not be written to" in str(refusal(tmp_path / "outbox"))
    tmp_path.chmod(0o700)
