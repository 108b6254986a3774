"""The lines that libraries log, for the service's own log: with a time, and none over and over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .errors import fault_in_words

# A line is told again when it came so often, and after each further so many: a fault that goes on
# is seen to go on, and one that comes a thousand times a minute fills no disk.
AGAIN_AT = (10, 100)
AGAIN_EVERY = 1000

# Of so many different lines each is counted; whoever causes more gets their counts told.
MOST_LINES = 100


class LibraryLog(logging.Handler):
    """Says each line of a library once, and counts those that are the same.

    An error is said by its kind and place: its message may quote what somebody wrote.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say
        self._counts: dict[str, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Says the line of `record`, or counts it where it was said before.

        Whoever logged goes on also where the line cannot be written: on a full disk, or to a pipe
        that nobody reads any more.
        """
        with suppress(Exception):
            self._say_or_count(self.format(record))

    def _say_or_count(self, line: str) -> None:
        if line not in self._counts and len(self._counts) == MOST_LINES:
            self._tell_counts()
        count = self._counts[line] = self._counts.get(line, 0) + 1
        if count == 1:
            self._say(line)
        elif count in AGAIN_AT or count % AGAIN_EVERY == 0:
            self._say(f"This came {count} times so far: {line}")

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
        """Tells how often each line came again."""
        with suppress(Exception):
            self._tell_counts()
        super().close()

    def _tell_counts(self) -> None:
        counts, self._counts = self._counts, {}
        for line, count in counts.items():
            if count > 1:
                self._say(f"This came {count} times: {line}")


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
