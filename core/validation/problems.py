"""The problems of a file that a person wrote, as plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from ..errors import BoardcalError

Location = tuple[str | int, ...]
LONGEST_SHOWN = 60
PASSWORD_IN_URL = re.compile(r"(://[^:@]*:).*(@)", re.DOTALL)


# The first word of a predicate; `says` that begins otherwise is a sentence of its own.
VERB = re.compile(
    r"(?:allows|are|begins|belongs|cannot|comes|contains|contradicts|does|ends|"
    r"expects|falls|gives|goes|has|holds|is|lacks|leads|lies|makes|mixes|must|"
    r"names|needs|never|repeats|says|stands|starts|states|takes|uses|wants|was|"
    r"were|yields)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, and where.

    `key` names the place in the reader's words ('report "s11-audit", owner'); `value` is what
    stands there (None: nothing worth showing). `says` either begins with its verb ("is not
    allowed; use a or b") or is a sentence of its own; both without the full stop. `path` is
    the place in the parsed file, for those who want to say it in another way.
    """

    file: str
    line: int | None = None
    key: str = ""
    value: object = None
    says: str
    path: Location = field(default=(), compare=False, repr=False)

    @property
    def sentence(self) -> str:
        """The whole of it in one line, such as `config.toml, line 12, mail.transport: …`."""
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        subject = f"{where}, {self.key}" if self.key else where
        colon = "" if is_predicate(self.says) else ":"
        if self.value is None:
            text = f"{subject}{colon} {self.says}"
        else:
            text = f"{subject}: {shown(self.value)}{colon} {self.says}"
        return visible(text if text.endswith((".", "?", "!")) else f"{text}.")


class FileProblems(BoardcalError):
    """Everything that is wrong with a file, all at once, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem], *, exit_code: int = 1) -> None:
        self.problems = tuple(
            sorted(problems, key=lambda problem: (problem.line is None, problem.line or 0))
        )
        self.exit_code = exit_code
        super().__init__(self._text())

    def _text(self) -> str:
        sentences = [problem.sentence for problem in self.problems]
        if len(sentences) == 1:
            return sentences[0]
        files = list(dict.fromkeys(visible(problem.file) for problem in self.problems))
        have = "has" if len(files) == 1 else "have"
        head = f"{' and '.join(files)} {have} {len(sentences)} problems:"
        return "\n".join([head, *(f"  {sentence}" for sentence in sentences)])


def shown(value: object) -> str:
    """`value` as it would stand in a file: shortened, in one line, no password in it."""
    if isinstance(value, str):
        text = _shortened(PASSWORD_IN_URL.sub(r"\1***\2", value))
        return f"'{text}'" if '"' in text and "'" not in text else f'"{text}"'
    return _shortened(_plain(value))


def is_predicate(says: str) -> bool:
    """Whether `says` begins with its verb and needs its subject before it."""
    return VERB.match(says) is not None


def visible(text: str) -> str:
    r"""`text` with every character that cannot be seen written out, such as \n or \u202e."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def alternatives(words: Sequence[str]) -> str:
    """ "a", "a or b", "a, b or c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def unreadable(error: OSError) -> str:
    """Why a file could not be read, as a predicate of its name."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "does not exist"
    if isinstance(error, IsADirectoryError):
        return "is a folder, not a file"
    if isinstance(error, PermissionError):
        return "cannot be read, because this account has no permission to"
    return f"cannot be read ({(error.strerror or str(error)).lower()})"


def _shortened(text: str) -> str:
    text = visible(text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):  # a long hexadecimal number has no decimal text in Python
        return str(value) if abs(value) < 10**LONGEST_SHOWN else hex(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(shown(item) for item in value)}]"
    if isinstance(value, dict):
        return "{…}"
    return str(value)
