"""Judge whether a password is one of those that are tried first, with zxcvbn.

It has lists of common passwords, words and names, and knows what people do to them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from ...core.errors import BoardcalError

# zxcvbn's highest mark, 10 ** 10 guesses. Without its spaces a password may have the mark below:
# three random words should do, and "1 2 3 4 5 6 7 8 9" should not.
LEAST_MARK = 4
LEAST_MARK_WITHOUT_SPACES = 3

# zxcvbn takes a second for a hundred and more; the beginning has to be good by itself.
LOOKED_AT = 72
SECONDS = 60


class JudgeError(BoardcalError):
    """The process that judges passwords does not do its work."""

    def __init__(self) -> None:
        super().__init__("The password could not be checked just now; try again in a minute.")


def is_guessable(password: str, tried: Sequence[str]) -> bool:
    """Whether somebody who also tries `tried`, as words of this place, guesses it soon."""
    from zxcvbn import zxcvbn

    if not "".join(password.split()):  # nothing but spaces of some kind, of which it knows none
        return True
    marks = (
        zxcvbn(text[:LOOKED_AT], tried)["score"] for text in (password, "".join(password.split()))
    )
    return any(
        mark < least
        for mark, least in zip(marks, (LEAST_MARK, LEAST_MARK_WITHOUT_SPACES), strict=True)
    )


def judged_apart(password: str, tried: Sequence[str]) -> bool:
    """The same, worked out by a process of its own.

    The lists take 15 MB, which a daemon would keep for good; a password is chosen once a year.
    Raises JudgeError where the process does not do its work, for want of memory perhaps.
    """
    try:
        done = subprocess.run(  # noqa: S603 - this very module, and what it judges comes by stdin
            [sys.executable, "-P", "-m", __name__],
            input=json.dumps([password, tried]),
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=True,
            timeout=SECONDS,
        )
        return bool(json.loads(done.stdout))
    except (subprocess.SubprocessError, OSError, ValueError):
        raise JudgeError from None


if __name__ == "__main__":
    json.dump(is_guessable(*json.load(sys.stdin)), sys.stdout)
