"""The lines that libraries log, for the service's own log: with a time, and none over and over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .errors import fault_in_words

# A line is told again after so many of its kind: a fault that goes on is seen to go on.
AGAIN_EVERY = 1000


class LibraryLog(logging.Handler):
    """Says each line of a library once, and counts those that are the same.

    An error is said by its kind and place: its message may quote what somebody wrote.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say
        self._last, self._count = "", 0

    def emit(self, record: logging.LogRecord) -> None:
        """Says the line of `record`, or counts it where it is the same as the last."""
        line = self.format(record)
        if line == self._last:
            self._count += 1
            if self._count % AGAIN_EVERY == 0:
                self._say(f"The same {AGAIN_EVERY} times more: {line}")
            return
        self._tell_count()
        self._last = line
        self._say(line)

    def format(self, record: logging.LogRecord) -> str:
        """ "asyncio: Task exception was never retrieved (KeyError in web/app.py, line 8)"."""
        # The template alone where there are arguments or an error: those may hold anything.
        text = str(record.msg).partition("\n")[0]
        if record.name == "py.warnings":
            # Its place and its kind: "/opt/…/app.py:12: DeprecationWarning".
            text = ": ".join(text.split(": ")[:2])
        error = record.exc_info[1] if record.exc_info else None
        fault = "" if error is None else f" ({fault_in_words(error)})"
        return f"{record.name}: {text}{fault}"

    def close(self) -> None:
        """Tells how often the last line came again."""
        self._tell_count()
        super().close()

    def _tell_count(self) -> None:
        more = self._count % AGAIN_EVERY
        if more:
            self._say(f"The same {more} times more: {self._last}")
        self._last, self._count = "", 0


@contextmanager
def logged_by(say: Callable[[str], None]) -> Iterator[None]:
    """Lets `say` have what libraries log meanwhile, and Python's own warnings."""
    log, root = LibraryLog(say), logging.getLogger()
    logging.captureWarnings(capture=True)
    root.addHandler(log)
    try:
        yield
    finally:
        root.removeHandler(log)
        logging.captureWarnings(capture=False)
        log.close()
