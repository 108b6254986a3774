"""What is wrong with how the command was called, as one plain sentence."""

from __future__ import annotations

import click


def usage_sentence(error: click.ClickException) -> str:
    """What was wrong, and which `--help` says what is possible."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = "boardcal" if context is None else context.command_path
    return f"{_ended(_what(error))} `{path} --help` says what is possible."


def _what(error: click.ClickException) -> str:
    match error:
        case click.NoSuchCommand(command_name=name, possibilities=near):
            return f'There is no command "{name}"{_meant(near)}'
        case click.NoSuchOption(option_name=name, possibilities=near):
            return f"There is no option {name} here{_meant(near)}"
        case click.MissingParameter():
            return _missing(error)
        case click.BadParameter():
            return f"{_place(error)}: {error.message}"
        case _:
            return error.format_message()


def _missing(error: click.MissingParameter) -> str:
    if isinstance(error.param, click.Option):
        return f"The option {_place(error)} is missing"
    if error.param is not None and isinstance(error.param.type, click.Choice):
        return f"{_place(error)} is missing; it is one of {', '.join(error.param.type.choices)}"
    return f"{_place(error)} is missing"


def _place(error: click.BadParameter) -> str:
    """The parameter in the user's words: "--from", "KEY"."""
    if error.param is None:
        return error.param_hint if isinstance(error.param_hint, str) else "One of the values"
    if isinstance(error.param, click.Option):
        return error.param.opts[0]
    return error.param.human_readable_name


def _meant(near: object) -> str:
    if not isinstance(near, (list, tuple)) or not near:
        return ""
    return f"; did you mean {' or '.join(str(name) for name in near[:2])}?"


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
