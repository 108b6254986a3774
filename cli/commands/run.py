"""`boardcal run`: the daemon."""

from __future__ import annotations

import click

from ..framework.context import Invocation
from .daemon import run as run_daemon


@click.command()
@click.pass_obj
def run(invocation: Invocation) -> None:
    """Start boardcal and keep it running: it reminds, chases and writes overviews.

    The first start reads the planner, and mails begin that day. Ctrl-C stops it; what is being
    sent is finished first.
    """
    loaded = invocation.settings()
    run_daemon(
        loaded,
        invocation.clock(loaded),
        pretended=invocation.as_of is not None,
        say=click.echo,
    )
