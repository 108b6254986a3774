"""What the secretariat should know of the installation itself: the overview says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..notifications.transports.registry import transport_class
from ..storage.boards import boards
from .installation import Installation, planner_notice

Said = Mapping[str, tuple[str, ...]]


def notices(
    here: Installation, *, failures: Iterable[str] = (), no_sign_of_life: str | None = None
) -> Said:
    """Whole sentences by Board: what does not work, and where mails go instead of to people."""
    said = []
    with here.database.read() as connection:
        names = [row.id for row in boards(connection)]
        changed = planner_notice(here, connection)
    if changed is not None:
        said.append(changed)
    said.extend(failures)
    if no_sign_of_life is not None:
        said.append(f"The sign of life under [alive] does not arrive: {no_sign_of_life}.")
    mail = here.settings.mail
    if not transport_class(here.settings).reaches_people:
        said.append(
            f"Mails are written as files into {mail.outbox} and reach nobody; set "
            'transport = "smtp" in config.toml to send them.'
        )
    elif mail.redirect_to is not None:
        said.append(f"Every mail goes to {mail.redirect_to.address} for a trial.")
    return dict.fromkeys(names, tuple(said))
