"""Where the settings come from: a config file, the environment, the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..core.validation.explain import problems_of
from ..core.validation.problems import FileProblems, unreadable
from ..core.validation.toml_source import TomlLines, parse_toml, toml_text
from .environment import CONFIG, overlaid
from .errors import ConfigError
from .mail import Mail, Smtp
from .model import SHIPPED_PLANNER, Database, Schedule, Settings, Web

__all__ = [
    "SHIPPED_PLANNER",
    "ConfigError",
    "Database",
    "LoadedSettings",
    "Mail",
    "Schedule",
    "Settings",
    "Smtp",
    "Web",
    "load_settings",
]
DEFAULTS = "the default settings"
IN_FOLDER = "config.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """The settings and where they come from.

    `file` is the config file (None: there is none), `folder` what relative paths start
    from, `variables` the environment's that were used.
    """

    settings: Settings
    file: Path | None
    folder: Path
    variables: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Where they come from, in words for the terminal."""
        file = DEFAULTS if self.file is None else str(self.file)
        return " and ".join([file, *(["the environment"] if self.variables else [])])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A config file as found: its name in sentences, its path, its text."""

    name: str
    file: Path | None
    folder: Path
    text: str


def load_settings(path: Path | None, environ: Mapping[str, str], cwd: Path) -> LoadedSettings:
    """The settings of `path`, else $BOARDCAL_CONFIG, else ./config.toml, else the defaults.

    Every path in them is absolute. Raises ConfigError that names all that is wrong.
    """
    try:
        source = _source(path, environ, cwd)
        overlay = overlaid(parse_toml(source.text, source.name), environ, Settings)
    except FileProblems as error:
        raise ConfigError(error.problems) from None
    problems = list(overlay.problems)
    context = {"folder": source.folder, "planner_is_stated": "planner" in overlay.data}
    try:
        settings = Settings.model_validate(overlay.data, context=context)
    except ValidationError as error:
        lines = TomlLines(source.text)
        refused = problems_of(error, lines, source.name, model=Settings, data=overlay.data)
        problems += [overlay.placed(problem) for problem in refused]
    if problems:
        raise ConfigError(problems)
    variables = tuple(overlay.variables.values())
    return LoadedSettings(
        settings=settings, file=source.file, folder=source.folder, variables=variables
    )


def _source(path: Path | None, environ: Mapping[str, str], cwd: Path) -> _Source:
    """The config file that is meant; ./config.toml alone may be missing."""
    named = path or (Path(environ[CONFIG]) if environ.get(CONFIG) else None)
    name = IN_FOLDER if named is None else str(named)
    file = cwd / (named or IN_FOLDER)
    try:
        if named is None and not file.exists() and not file.is_symlink():
            return _Source(name=DEFAULTS, file=None, folder=cwd.resolve(), text="")
        text = toml_text(file.read_bytes(), name)
        folder = file.parent.resolve()
    except OSError as error:
        raise ConfigError.about(name, f"{unreadable(error)}; {_remedy(path, environ)}") from None
    except ValueError:
        raise ConfigError.about(name, "cannot be the name of a file") from None
    return _Source(name=name, file=folder / file.name, folder=folder, text=text)


def _remedy(path: Path | None, environ: Mapping[str, str]) -> str:
    if path is not None:
        return "name a config file, or leave --config out"
    if environ.get(CONFIG):
        return f"it is what {CONFIG} names"
    return "put it right, or remove it to use the defaults"
