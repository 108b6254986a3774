"""The error of everything that is wrong with the settings."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.validation.problems import FileProblems, Problem

EX_CONFIG = 78  # sysexits.h: something was found in an unconfigured or misconfigured state


class ConfigError(FileProblems):
    """The problems of the settings; nothing was started."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(problems, exit_code=EX_CONFIG)

    @classmethod
    def about(cls, file: str, says: str) -> ConfigError:
        """The error of one file as a whole; `says` begins with its verb."""
        return cls([Problem(file=file, says=says)])
