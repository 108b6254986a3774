"""Makes daemons quickly: everything is imported once, and each daemon is a fork of its own.

A daemon made here is the real one, `boardcal run` with a clock that starts where a test says:
the process, its database and its mail server are real, and so is the signal that ends it. Reads
a JSON line for each daemon and answers with its process id.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# Imported before the first fork, so that no daemon spends its time on it.
import boardcal.notifications.transports.graph
import boardcal.notifications.transports.notify
import boardcal.notifications.transports.outbox
import boardcal.notifications.transports.smtp
import boardcal.web.app
from boardcal.cli.commands.run import run_daemon
from boardcal.core.errors import BoardcalError
from boardcal.notifications.delivery.deliver import Delivery
from boardcal.scheduler import clock_guard
from boardcal.settings.load import load_settings
from boardcal.tests.faults.points import arm

LOADED = (
    boardcal.notifications.transports.graph,
    boardcal.notifications.transports.notify,
    boardcal.notifications.transports.outbox,
    boardcal.notifications.transports.smtp,
    boardcal.web.app,
)


def main() -> None:
    """Forks a daemon for each line that comes in, until there are no more."""
    # Nobody waits for a daemon: one that ends is gone at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _be_a_daemon(json.loads(line))
        print(pid, flush=True)  # noqa: T201 - the answer


def _be_a_daemon(wish: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(0)
    os.chdir(Path(wish["config"]).parent)
    code = 0
    try:
        if wish.get("point"):
            arm(wish["point"], wish["after"])
        if wish.get("room") is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (wish["room"], resource.RLIM_INFINITY))
        if wish.get("powerless"):
            _give_up_powers()
        if wish.get("lease"):
            shorter = {"lease": timedelta(seconds=wish["lease"])}
            defaults = Delivery.__init__.__kwdefaults__ or {}
            defaults.update(shorter)
        clock_guard.BOOT_ID = Path(wish["boot"])
        loaded = load_settings(Path(wish["config"]), {}, Path.cwd())
        clock = clock_from(wish["begun"], wish["at"], Path(wish["turned"]))
        run_daemon(loaded, clock, pretended=False, say=_say)
    except BoardcalError as error:
        _say(f"boardcal: {error}")
        code = error.exit_code
    except BaseException as error:  # noqa: BLE001 - whatever it is belongs into the log
        import traceback

        traceback.print_exception(error)
        code = 70
    finally:
        os._exit(code)


def _give_up_powers() -> None:
    """Lets file modes hold for root, too, as for the account that runs boardcal (capset(2))."""
    version, no_capability = 0x20080522, bytes(24)
    ctypes.CDLL(None).capset(struct.pack("Ii", version, 0), no_capability)


def clock_from(begun: float, at: str, turned: Path) -> Callable[[], datetime]:
    """A clock that runs as the real one does, and showed `at` when that showed `begun`.

    Somebody may turn it on or back: by as many seconds as the file `turned` says.
    """
    start = datetime.fromisoformat(at)

    def clock() -> datetime:
        by = float(turned.read_text()) if turned.exists() else 0.0
        return (start + timedelta(seconds=time.time() - begun + by)).astimezone(UTC)

    return clock


def _say(sentence: str) -> None:
    os.write(1, f"{sentence}\n".encode())


if __name__ == "__main__":
    main()
