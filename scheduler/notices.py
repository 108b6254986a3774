"""What the secretariat should know of the installation itself: the overview says it."""

from __future__ import annotations

from collections.abc import Iterable

from ..notifications.delivery.mail_writer import Notices
from ..notifications.transports.channel_check import secret_ending
from ..notifications.transports.registry import transport_class
from ..storage.boards import boards
from .installation import Installation, planner_notice


def notices(
    installation: Installation, *, failures: Iterable[str] = (), no_sign_of_life: str | None = None
) -> Notices:
    """Whole sentences by Board: what does not work, and where mails go instead of to people."""
    sentences = []
    with installation.database.read() as connection:
        names = [row.id for row in boards(connection)]
        changed = planner_notice(installation, connection)
    if changed is not None:
        sentences.append(changed)
    sentences.extend(failures)
    if no_sign_of_life is not None:
        sentences.append(f"The sign of life under [alive] does not arrive: {no_sign_of_life}.")
    ending = secret_ending(installation.settings, installation.today)
    if ending is not None:
        sentences.append(ending)
    mail = installation.settings.mail
    if not transport_class(installation.settings).reaches_people:
        sentences.append(
            f"Mails are written as files into {mail.outbox} and reach nobody; set "
            'transport = "smtp" in config.toml to send them.'
        )
    elif mail.redirect_to is not None:
        sentences.append(f"Every mail goes to {mail.redirect_to.address} for a trial.")
    return dict.fromkeys(names, tuple(sentences))
