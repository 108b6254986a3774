"""The base of every error that a user of boardcal can meet."""

from __future__ import annotations


class BoardcalError(Exception):
    """A sentence for the user: what is wrong, where, and what to do.

    The command line prints it on stderr and leaves with `exit_code`.
    """

    exit_code = 1
