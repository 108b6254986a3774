"""`boardcal check`: what is wrong, what is undecided, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from ...queries.system_check import Findings, check_without_settings
from ...queries.system_check import check as look_at_everything
from ...settings.errors import ConfigError
from ...wording.text import count
from ..framework.context import Invocation
from ..framework.param_types import ADDRESS, OneOf
from ..framework.terminal import hung, painted, say_json, say_lines


@click.command()
@click.option(
    "--format",
    "form",
    type=OneOf(["table", "json"]),
    default="table",
    help="For people or for programs.",
)
@click.option(
    "--send-test",
    "address",
    metavar="ADDRESS",
    type=ADDRESS,
    help="Send one test mail to this address, the way that real mails would go.",
)
@click.pass_context
def check(context: click.Context, form: str, address: str | None) -> None:
    """Find what is wrong with the settings, the planner, the database, the templates or mail.

    Lists as well what the plan leaves undecided, where it contradicts itself, and what was
    read into it. Nothing is changed. The exit code is 0 where there are no errors.
    """
    invocation: Invocation = context.obj
    try:
        loaded = invocation.settings()
    except ConfigError as error:
        findings = check_without_settings(error)
    else:
        findings = look_at_everything(
            loaded, invocation.clock(loaded), board=invocation.board, test_mail_to=address
        )
    if form == "json":
        say_json(
            {
                "errors": findings.errors,
                "warnings": findings.warnings,
                "undecided": [asdict(entry) for entry in findings.undecided],
                "assumed": [asdict(entry) for entry in findings.assumed],
            }
        )
    else:
        say_lines(_report(findings))
    context.exit(findings.exit_code)


def _report(findings: Findings) -> Iterator[str]:
    """What matters most comes last, where the eye is when a terminal has scrolled."""
    yield from _assumed(findings)
    yield from _undecided(findings)
    yield from _listed("In order", findings.fine, "green")
    yield from _listed("Warnings", findings.warnings, "yellow")
    yield from _listed("Errors", findings.errors, "red")
    yield from hung(
        f"{count(len(findings.errors), 'error')}, {count(len(findings.warnings), 'warning')}, "
        f"{len(findings.undecided)} undecided, {len(findings.assumed)} assumed."
    )
    if findings.trial:
        yield ""
        yield from hung(findings.trial)


def _assumed(findings: Findings) -> Iterator[str]:
    if not findings.assumed:
        return
    yield painted("Assumed: read into the plan; please confirm, or put right", bold=True)
    for assumption in findings.assumed:
        row = f" ({assumption.row})" if assumption.row else ""
        yield from hung(f"{assumption.ref}{row}", 2)
        yield from hung(assumption.reading, 4)
    yield ""


def _undecided(findings: Findings) -> Iterator[str]:
    if not findings.undecided:
        return
    heading = "Undecided: nobody is reminded until somebody decides"
    yield painted(heading, bold=True)
    for entry in findings.undecided:
        row = f" ({entry.row})" if entry.row else ""
        yield from hung(f"{entry.ref}{row}", 2)
        yield from hung(entry.why, 4)
        yield from hung(f"“{' '.join(entry.quote.split())}”", 4)
    yield ""


def _listed(heading: str, sentences: Sequence[str], colour: str) -> Iterator[str]:
    if not sentences:
        return
    yield painted(heading, bold=True, fg=colour)
    for sentence in sentences:
        first, *others = hung(sentence, 4)
        yield f"  - {first.strip()}"
        yield from others
    yield ""
