"""The base of every error that a user of boardcal can meet, and words for any other one."""

from __future__ import annotations

import traceback
from pathlib import Path

PACKAGE, LIBRARIES = Path(__file__).parents[1], "site-packages"


class BoardcalError(Exception):
    """A sentence for the user: what is wrong, where, and what to do.

    The command line prints it on stderr and leaves with `exit_code`.
    """

    exit_code = 1


def fault_in_words(error: BaseException) -> str:
    """ "KeyError in web/mails/mails.py, line 83": a fault for a log, without its message.

    A message may quote what somebody wrote: a driver's holds whole rows, a parser's its input.
    The place is the innermost of our own code.
    """
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        # A virtual environment may stand in the folder of the package.
        if file.is_relative_to(PACKAGE) and LIBRARIES not in file.relative_to(PACKAGE).parts:
            place = f" in {file.relative_to(PACKAGE)}, line {frame.lineno}"
    # What the system says of a file or a disk is its own, and helps.
    refusal = error.strerror if isinstance(error, OSError) else None
    return f"{type(error).__name__}{place}{f': {refusal}' if refusal else ''}"
