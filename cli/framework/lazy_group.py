"""How the command finds its parts, each loaded only when it runs, and how it ends."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from keyword import iskeyword
from typing import Any, NoReturn

import click

from ...core.errors import BoardcalError
from .context import DONE
from .param_types import NAME
from .terminal import OutputError
from .usage_errors import usage_sentence

# Shells use 128 and the number of SIGINT for what Ctrl-C stopped.
INTERRUPTED = 130
SHARED = ("config", "as_of", "board", "debug")


class UnsaidError(BoardcalError):
    """What was done cannot be told."""


class Commands(click.Group):
    """The commands of a table: name to summary.

    Nothing of a command is loaded before it is asked for: most need only a part of boardcal,
    and loading all of it takes longer than many of them run.
    """

    def __init__(self, *args: Any, table: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The names in the order of the table."""
        return list(self._table)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        cmd_name: str,
    ) -> click.Command | None:
        """One command, loaded now; it takes the shared options as well."""
        if cmd_name not in self.commands and cmd_name in self._table:
            name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
            # What loading makes stays to the end: looking through it for what to free only costs.
            gc.disable()
            command = getattr(import_module(f"boardcal.cli.commands.{name}"), name)
            gc.freeze()
            gc.enable()
            self._share_options(command)
            self.commands[cmd_name] = command
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant, or the nearest ones where there is none of the name."""
        if args[0].startswith("-") or args[0] in self._table:
            return super().resolve_command(ctx, args)
        raise click.NoSuchCommand(args[0], possibilities=self._table, ctx=ctx)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        formatter: click.HelpFormatter,
    ) -> None:
        """The list of commands in `--help`, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 - click's signature
        **extra: Any,
    ) -> Any:
        """Runs the command and leaves with its exit code: no traceback ever reaches a user."""

        def work() -> Any:
            return super(Commands, self).main(
                args, prog_name, complete_var, standalone_mode=False, **extra
            )

        if not standalone_mode:
            return work()
        arguments = sys.argv[1:] if args is None else args
        return _leave(work, wants_details="--debug" in arguments)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that is meant. Raises UnsaidError where only telling failed."""
        try:
            return super().invoke(ctx)
        except OutputError as error:
            if ctx.meta.get(DONE):
                raise UnsaidError(
                    "It is done, but what boardcal has to say about it could not be written "
                    f"({error.strerror})."
                ) from None
            raise

    def _share_options(self, command: click.Command) -> None:
        """Lets `boardcal upcoming --as-of …` mean what `boardcal --as-of … upcoming` does."""
        if isinstance(command, click.Group):
            for subcommand in command.commands.values():
                self._share_options(subcommand)
            return
        for param in command.params:
            if isinstance(param.type, click.types.StringParamType):
                param.type = NAME
        for option in self.params:
            if isinstance(option, click.Option) and option.name in SHARED:
                taken = {name for param in command.params for name in param.opts}
                # `feed create --board` has a meaning of its own.
                if not taken & set(option.opts):
                    command.params.append(_shared(option))


def _shared(option: click.Option) -> click.Option:
    name = option.name or ""

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value not in (None, False):
            ctx.obj = replace(ctx.obj, **{name: value})

    return click.Option(
        option.opts,
        type=option.type,
        metavar=option.metavar,
        is_flag=option.is_flag,
        hidden=name == "debug",
        help=option.help,
        expose_value=False,
        callback=keep,
    )


def _suit_any_terminal() -> None:
    """A terminal that lacks a character gets a question mark for it rather than nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _leave(work: Callable[[], Any], *, wants_details: bool) -> NoReturn:
    """Does the work and ends the process; what went wrong is a sentence on stderr."""
    _suit_any_terminal()
    try:
        result = work()
        _flush()
    except BrokenPipeError:
        _forget_output()
        _end(1)
    except (click.Abort, KeyboardInterrupt):
        _end(INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        _end(0)
    except click.ClickException as error:
        _say(usage_sentence(error))
        _end(error.exit_code)
    except BoardcalError as error:
        _say(str(error))
        _end(error.exit_code)
    except Exception as error:
        if wants_details:
            raise
        _say(_unexpected(error))
        _end(1)
    _end(result if isinstance(result, int) else 0)


def _end(code: int) -> NoReturn:
    """Ends the process with `code`; output that nobody takes does not change that."""
    try:
        _flush()
    except OSError:
        _forget_output()
    sys.exit(code)


def _unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"The system refused ({error.strerror}{where}); put that right and try again."
    return (
        f"Something went wrong that boardcal did not expect ({type(error).__name__}). Try again "
        "with --debug for the details, and send them to whoever looks after boardcal here."
    )


def _say(sentence: str) -> None:
    # What was typed may hold anything; a terminal would obey some of it.
    visible = "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1]
        for letter in sentence
    )
    try:
        click.echo(visible, err=True)
    except OSError:
        # Nobody can be told that nobody can be told.
        _forget_output()


def _forget_output() -> None:
    """Lets Python end without complaining about a reader that went away."""
    sink = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(sink, stream.fileno())
