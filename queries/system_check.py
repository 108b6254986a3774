"""The findings of `boardcal check`: what would go wrong later."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from sqlalchemy import Connection

from ..calendar.planner.file_schema import PlannerFile
from ..calendar.rules.date_text import listed
from ..core.errors import BoardcalError
from ..core.validation.problems import FileProblems
from ..notifications.delivery.trial_mail import send_test_mail
from ..notifications.transports.channel_check import channel_warnings
from ..notifications.transports.registry import reached_people, transport_class, transport_for
from ..scheduler.clock import Clock
from ..scheduler.factory import sender_for
from ..scheduler.installation import (
    Installation,
    opened_for_reading,
    planner_file,
    planner_notice,
    wanted_planner,
)
from ..settings.errors import EX_CONFIG, ConfigError
from ..settings.load import LoadedSettings, Settings
from ..settings.mail import TransportName
from ..storage.boards import BoardRow, boards
from ..storage.database.engine import Database, sqlite_path
from ..storage.database.integrity import doubt_of_sqlite, faults_of, missing_from
from ..storage.database.schema_version import how_to_mend
from ..storage.holds import hold_of
from .file_rights import open_to_others
from .planner.open_questions import (
    OpenDate,
    Reading,
    addresses_nowhere,
    concerns,
    open_dates,
    readings,
)

# Seconds to wait at a terminal for a mail server that does not answer.
PATIENCE = 10


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was found. `fine` is what was looked at and is in order; all are sentences.

    `trial` says what became of the test mail; "" where none was asked for, or none left.
    `exit_code` is 0 without errors, 78 where the settings are wrong, else 1.
    """

    fine: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    undecided: list[OpenDate] = field(default_factory=list)
    assumed: list[Reading] = field(default_factory=list)
    trial: str = ""
    exit_code: int = 0

    def add(self, error: BoardcalError) -> None:
        """Notes an error, each of its problems by itself."""
        if isinstance(error, FileProblems):
            self.errors.extend(problem.sentence for problem in error.problems)
        else:
            self.errors.append(str(error))
        code = EX_CONFIG if isinstance(error, ConfigError) else 1
        self.exit_code = max(self.exit_code, code)

    def add_errors(self, sentences: Iterable[str]) -> None:
        """Notes errors."""
        for sentence in sentences:
            self.add(BoardcalError(sentence))


def check_without_settings(error: ConfigError) -> Findings:
    """What can be found where the settings themselves cannot be used."""
    findings = Findings()
    findings.add(error)
    _check_templates(findings)
    return findings


def check(
    loaded: LoadedSettings, clock: Clock, *, board: str | None = None, test_mail_to: str | None
) -> Findings:
    """Checks everything that boardcal needs, without making anything.

    With `test_mail_to` a mail is sent there where nothing speaks against it.
    """
    findings = Findings()
    findings.fine.append(f"Settings: {loaded.origin}.")
    _check_settings(findings, loaded.settings)
    findings.warnings.extend(open_to_others(loaded))
    today = clock().astimezone(loaded.settings.zone).date()
    findings.warnings.extend(channel_warnings(loaded.settings, today))
    _check_security_contact(findings, loaded.settings, today)
    imported = _check_planner_file(findings, loaded, clock)
    contents = _check_database(findings, loaded, clock, imported, board)
    for content in contents:
        _check_content(findings, content, loaded, clock)
    _check_templates(findings)
    can_leave = _check_transport(findings, loaded.settings, clock)
    if test_mail_to is not None and can_leave:
        sender = sender_for(loaded.settings)
        with _noted(findings):
            transport = transport_for(loaded.settings, clock=clock, patience=PATIENCE)
            now = clock().astimezone(loaded.settings.zone)
            findings.trial = asyncio.run(send_test_mail(transport, sender, test_mail_to, now=now))
    return findings


@contextmanager
def _noted(findings: Findings) -> Iterator[None]:
    try:
        yield
    except BoardcalError as error:
        findings.add(error)


def _check_settings(findings: Findings, settings: Settings) -> None:
    mail = settings.mail
    if not transport_class(settings).reaches_people:
        return
    if mail.transport is TransportName.SMTP:
        with _noted(findings):
            settings.smtp_password()
    if not _is_public(settings.web.base_url):
        findings.add(
            BoardcalError(
                f'web.base_url is "{settings.web.base_url}", which the readers of real mail could '
                "not use: it must begin with https:// and name a machine that they can reach."
            )
        )
    if mail.redirect_to is not None:
        findings.warnings.append(
            f"Every mail goes to {mail.redirect_to.address} for a trial (mail.redirect_to), and "
            "none to the people."
        )


def _check_security_contact(findings: Findings, settings: Settings, today: date) -> None:
    until = settings.web.security_contact_until
    if until is not None and until < today:
        findings.warnings.append(
            f"web.security_contact_until is {until.isoformat()}, which has passed; see that the "
            "contact still holds, and give another day."
        )


def _is_public(base_url: str) -> bool:
    parts = urlsplit(base_url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def _check_planner_file(
    findings: Findings, loaded: LoadedSettings, clock: Clock
) -> PlannerFile | None:
    content, path = None, loaded.settings.planner
    with _noted(findings):
        try:
            content = planner_file(path)
        except FileProblems as problems:
            content = _as_imported(loaded, clock, problems)
        findings.fine.append(
            f"Planner file {path}: {len(content.body)} bodies, "
            f"{len(content.report)} reports, {len(content.action)} actions."
        )
    return content


def _as_imported(loaded: LoadedSettings, clock: Clock, problems: FileProblems) -> PlannerFile:
    """The planner file as an import would take it, by the rules that are stored."""
    try:
        with (
            opened_for_reading(loaded, clock, with_planner=False) as installation,
            installation.database.read() as connection,
        ):
            return wanted_planner(loaded.settings.planner, connection, installation.today)
    except FileProblems:
        raise
    except BoardcalError:
        raise problems from None


def _check_database(
    findings: Findings,
    loaded: LoadedSettings,
    clock: Clock,
    imported: PlannerFile | None,
    board: str | None,
) -> list[PlannerFile]:
    """The planners in force, else that of the file."""
    contents = [imported] if imported else []
    with (
        _noted(findings),
        opened_for_reading(loaded, clock, with_planner=False) as installation,
        installation.database.read() as connection,
    ):
        missing = missing_from(connection) if installation.stored else None
        if missing is not None:
            raise BoardcalError(f"{missing} {how_to_mend(installation.database)}")
        if installation.stored:
            findings.fine.append(f"Database {installation.database.name}: it can be read.")
            contents = _check_stored(findings, installation, connection, board)
            notice = planner_notice(installation, connection) if imported else None
            findings.warnings.extend([notice] if notice else [])
        else:
            findings.fine.append(
                "There is no database yet; the first `boardcal run` makes it "
                f"({installation.settings.database.sqlite_file or 'in PostgreSQL'})."
            )
    return contents


def _check_stored(
    findings: Findings, installation: Installation, connection: Connection, board: str | None
) -> list[PlannerFile]:
    """The stored planners, of one Board or of all."""
    _check_rights(findings, installation)
    _check_soundness(findings, installation.database, connection)
    rows = boards(connection) if board is None else [installation.board(connection, board)]
    if board is None:
        _check_senders(findings, installation.settings, rows)
    _check_go_live(findings, installation.settings, rows)
    return [installation.planners.content(connection, row) for row in rows]


def _check_senders(findings: Findings, settings: Settings, rows: list[BoardRow]) -> None:
    known = [row.id for row in rows]
    findings.warnings.extend(
        f'mail.from_by_board names "{name}", and there is no such Board; the Boards here are '
        f"{listed(known) or 'none yet'}."
        for name in settings.mail.from_by_board
        if name not in known
    )


def _check_soundness(findings: Findings, database: Database, connection: Connection) -> None:
    findings.add_errors(f"{fault} {how_to_mend(database)}" for fault in faults_of(connection))
    doubt = doubt_of_sqlite() if connection.dialect.name == "sqlite" else None
    findings.warnings.extend([doubt] if doubt else [])
    held = hold_of(connection)
    if held is not None:
        findings.warnings.append(
            f"On hold, no mail goes out: {held.why} `boardcal resume` ends it."
        )


def _check_rights(findings: Findings, installation: Installation) -> None:
    path = sqlite_path(installation.settings.database.url)
    if path is None:
        return
    closed = [place for place in (path, path.parent) if not os.access(place, os.W_OK)]
    findings.add_errors(
        f"{place} cannot be written, so nothing can be recorded; give boardcal the right to."
        for place in closed
    )


def _check_go_live(findings: Findings, settings: Settings, rows: list[BoardRow]) -> None:
    reaches_people = transport_class(settings).reaches_people
    for row in rows:
        if row.go_live is None:
            findings.warnings.append(
                f"No mails of {row.name} go out yet; `boardcal golive DAY` sets from when."
            )
        elif reaches_people and not reached_people(row.accepted_transport):
            findings.warnings.append(
                f"The mails of {row.name} were written to files so far; `boardcal golive DAY` "
                "shows who would get real mail, and lets it begin."
            )


def _check_content(
    findings: Findings, content: PlannerFile, loaded: LoadedSettings, clock: Clock
) -> None:
    today = clock().astimezone(loaded.settings.zone).date()
    findings.undecided.extend(open_dates(content))
    findings.assumed.extend(readings(content))
    findings.warnings.extend(concerns(content, today))
    nowhere = sorted(addresses_nowhere(content))
    if nowhere and transport_class(loaded.settings).reaches_people:
        findings.warnings.append(
            f"{len(nowhere)} addresses of {content.board.name} are examples at which no mail "
            f"arrives, such as {nowhere[0]}; put the real ones into the planner."
        )


def _check_templates(findings: Findings) -> None:
    # Loaded here because reading templates is slow and only a full check needs it.
    from ..notifications.letters.render import Templates

    with _noted(findings):
        problems = Templates().check()
        findings.add_errors(problems)
        if not problems:
            findings.fine.append("Mail templates: every part of them can be used.")


def _check_transport(findings: Findings, settings: Settings, clock: Clock) -> bool:
    """Whether mail could leave now."""
    before = len(findings.errors)
    with _noted(findings):
        transport = transport_for(settings, clock=clock, patience=PATIENCE)
        findings.fine.append(asyncio.run(transport.check()))
    return len(findings.errors) == before
