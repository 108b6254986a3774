"""`[mail]` and its sections: how emails leave, from whom, and how boardcal signs in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from ..core.addresses import Address
from ..core.validation.messages import within
from .secrets import read_secret, read_text
from .section import Section
from .value_types import (
    FilePath,
    Line,
    Mailbox,
    OptionalDay,
    OptionalFilePath,
    OptionalMailbox,
    OptionalServiceAddress,
    Port,
    Server,
    ServiceAddress,
)


class SmtpAuth(StrEnum):
    """Choices of `mail.smtp.auth`: what boardcal signs in to a mail server with."""

    PASSWORD = "password"  # noqa: S105 - the choice, not one
    OAUTH = "oauth"


class Smtp(Section):
    """`[mail.smtp]`: the server that mails leave by."""

    host: Server = "localhost"
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    auth: Annotated[SmtpAuth, Field(strict=False)] = SmtpAuth.PASSWORD
    username: Line = ""
    password_file: OptionalFilePath = None
    rate_per_minute: Annotated[int, within(1, 10_000)] = 25

    @field_validator("username")
    @classmethod
    def _never_in_clear(cls, username: str, info: ValidationInfo) -> str:
        if username and info.data.get("security") == "none":
            raise ValueError(
                'cannot go with security = "none", which would send the password in clear; '
                "use starttls or tls"
            )
        return username

    @field_validator("password_file")
    @classmethod
    def _both_or_neither(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        username = info.data.get("username")
        if info.data.get("auth") is SmtpAuth.OAUTH:
            if file is not None:
                raise ValueError('cannot go with auth = "oauth", which needs no password; empty it')
            return None
        if username and file is None:
            raise ValueError("must name the file that holds the password, since username is set")
        if file is not None and username == "":
            raise ValueError("needs username beside it; give both or neither")
        return file

    def password(self) -> str | None:
        """The mail server's password, read now; None where it wants none. Raises ConfigError."""
        if self.password_file is None:
            return None
        what = "the mail server's password"
        return read_secret(self.password_file, key="mail.smtp.password_file", what=what)


class OAuthProvider(StrEnum):
    """Choices of `mail.oauth.provider`: who gives tokens, and by which form of request."""

    MICROSOFT = "microsoft"
    GOOGLE = "google"


class OAuth(Section):
    """`[mail.oauth]`: the application that boardcal signs in as, instead of with a password.

    Microsoft's has a tenant, a client id, and a secret or a certificate; Google's is a service
    account. `token_url` and `scope` replace the provider's own where they are not empty.
    """

    provider: Annotated[OAuthProvider, Field(strict=False)] = OAuthProvider.MICROSOFT
    tenant: Line = ""
    client_id: Line = ""
    client_secret_file: OptionalFilePath = None
    certificate_file: OptionalFilePath = None
    secret_expires: OptionalDay = None
    service_account_file: OptionalFilePath = None
    token_url: OptionalServiceAddress = ""
    scope: Line = ""

    @field_validator("certificate_file")
    @classmethod
    def _one_of_the_two(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        if file is not None and info.data.get("client_secret_file") is not None:
            raise ValueError("cannot go with client_secret_file; give one of the two")
        return file

    def client_secret(self, file: Path) -> str:
        """The application's secret, read now. Raises ConfigError."""
        key = "mail.oauth.client_secret_file"
        return read_secret(file, key=key, what="the application's secret")

    def certificate(self, file: Path) -> str:
        """The application's private key and certificate as PEM, read now. Raises ConfigError."""
        key = "mail.oauth.certificate_file"
        return read_text(file, key=key, what="the application's private key and certificate")

    def service_account(self, file: Path) -> str:
        """The service account's key as Google gives it out, read now. Raises ConfigError."""
        return read_text(
            file, key="mail.oauth.service_account_file", what="the service account's key"
        )


class Graph(Section):
    """`[mail.graph]`: Microsoft 365 by its own interface instead of SMTP."""

    base_url: ServiceAddress = "https://graph.microsoft.com"
    rate_per_minute: Annotated[int, within(1, 10_000)] = 25


class Notify(Section):
    """`[mail.notify]`: GOV.UK Notify, the government's service for emails to the public."""

    base_url: ServiceAddress = "https://api.notifications.service.gov.uk"
    api_key_file: OptionalFilePath = None
    template_id: Line = ""
    reply_to_id: Line = ""
    rate_per_minute: Annotated[int, within(1, 3_000)] = 1_000

    def api_key(self, file: Path) -> str:
        """The key of the service, read now. Raises ConfigError."""
        return read_secret(file, key="mail.notify.api_key_file", what="the key of the service")


class TransportName(StrEnum):
    """Choices of `mail.transport`; notifications/transports/registry.py has the class of each."""

    OUTBOX = "outbox"
    SMTP = "smtp"
    GRAPH = "graph"
    NOTIFY = "notify"


class Uncertain(Section):
    """`[mail.uncertain]`: the handling of mails whose delivery is not known, by kind."""

    reminders: Literal["hold", "resend_once"] = "hold"
    overviews: Literal["hold", "resend_once"] = "resend_once"


class Mail(Section):
    """`[mail]`: where mails go, and from whom. `sender` is the file's `from`.

    `from_by_board` are senders of single Boards, by the Board's id.
    """

    transport: Annotated[TransportName, Field(strict=False)] = TransportName.OUTBOX
    outbox: FilePath = Path("var/outbox")
    sender: Mailbox = Field(Address(name="Cumbria LSCB", address="lscb@example.org"), alias="from")
    reply_to: OptionalMailbox = None
    redirect_to: OptionalMailbox = None
    from_by_board: dict[Line, Mailbox] = Field(default_factory=dict)
    smtp: Smtp = Field(default_factory=Smtp)
    oauth: OAuth = Field(default_factory=OAuth)
    graph: Graph = Field(default_factory=Graph)
    notify: Notify = Field(default_factory=Notify)
    uncertain: Uncertain = Field(default_factory=Uncertain)
