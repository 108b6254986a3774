"""Access tokens of an application: asked for by its own secret, certificate or key (RFC 6749 4.4).

A token is used until shortly before its end. One that cannot be had is a fault of the channel:
emails wait, and none loses an attempt.
"""

from __future__ import annotations

import json
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ...core.errors import BoardcalError
from ...settings.mail import OAuthProvider
from ..transports.base import AccountError, DeliveryError
from .calls import Calls, NoAnswerError
from .token_refusals import SETTINGS, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ...settings.mail import OAuth

MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
GOOGLE = "https://oauth2.googleapis.com/token"
SMTP_SCOPES = {
    OAuthProvider.MICROSOFT: "https://outlook.office365.com/.default",
    OAuthProvider.GOOGLE: "https://mail.google.com/",
}
# A token lives for an hour or so; what is begun with one must end before it does.
RENEWED_BEFORE = timedelta(minutes=5)
ASSERTION_LIVES = timedelta(minutes=10)
SHORTEST_LIFE = 60  # seconds: less than this is no use to anybody
USUAL_LIFE = 3600


@dataclass(slots=True, kw_only=True)
class Tokens:
    """The tokens of the application of `[mail.oauth]`.

    `mailbox` is whose mail a Google service account sends. `clock` says now, for tokens end.
    """

    settings: OAuth
    scope: str
    mailbox: str
    clock: Callable[[], datetime]
    calls: Calls
    _token: str = field(default="", repr=False)
    _ends: datetime | None = None

    def __post_init__(self) -> None:
        """Raises AccountError where settings lack what their provider asks for."""
        missing = _missing(self.settings)
        if missing:
            raise AccountError(f"{missing} {SETTINGS}; docs/email.md says where it comes from.")

    async def token(self) -> str:
        """A token that is good for some minutes yet. Raises DeliveryError, of the channel."""
        now = self.clock()
        if self._ends is None or now >= self._ends - RENEWED_BEFORE:
            self._token, life = await self._fetched(now)
            # One that lives less than what it is renewed before is used for half of its life.
            self._ends = now + max(life, RENEWED_BEFORE + life / 2)
        return self._token

    def forget(self) -> None:
        """Ask for a new one next time: the one in use was refused."""
        self._token, self._ends = "", None

    @property
    def url(self) -> str:
        """Where tokens are asked for."""
        if self.settings.token_url:
            return self.settings.token_url
        if self.settings.provider is OAuthProvider.GOOGLE:
            return GOOGLE
        return MICROSOFT.format(tenant=self.settings.tenant)

    async def _fetched(self, now: datetime) -> tuple[str, timedelta]:
        try:
            form, secret = self._request(now)
        except (BoardcalError, ValueError, TypeError, LookupError, jwt.PyJWTError) as error:
            raise DeliveryError(_unreadable(self.settings, error), scope="transport") from None
        try:
            answer = await self.calls.post(self.url, data=form, hidden=[secret])
        except NoAnswerError as error:
            raise DeliveryError(
                f"The sign-in service {self.url} {error}. Emails wait and are tried again. Check "
                f"that this machine may reach it, and tenant or token_url {SETTINGS}.",
                scope="transport",
            ) from error
        finally:
            # Asked for once an hour: no connection is worth keeping so long.
            await self.calls.close()
        token = answer.fields.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not token.isascii():
            raise refusal(self.settings.provider, self.url, answer)
        return token, timedelta(seconds=_life(answer.fields))

    def _request(self, now: datetime) -> tuple[dict[str, str], str]:
        """The form that asks for a token, and the secret in it."""
        settings = self.settings
        if settings.provider is OAuthProvider.GOOGLE:
            assertion = self._google_assertion(now)
            grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
            return {"grant_type": grant, "assertion": assertion}, assertion
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "scope": self.scope,
        }
        if settings.client_secret_file is not None:
            secret = settings.client_secret(settings.client_secret_file)
            return form | {"client_secret": secret}, secret
        assertion = self._certified(now)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return form | {"client_assertion_type": kind, "client_assertion": assertion}, assertion

    def _certified(self, now: datetime) -> str:
        """What Microsoft takes instead of a secret: signed by the certificate's key (RFC 7523)."""
        assert self.settings.certificate_file is not None  # noqa: S101 - __post_init__ saw to it
        pem = self.settings.certificate(self.settings.certificate_file)
        print_ = certificate_in(pem).fingerprint(hashes.SHA256())
        claims = {
            "aud": self.url,
            "iss": self.settings.client_id,
            "sub": self.settings.client_id,
            "jti": str(uuid.uuid4()),
            "nbf": now,
            "exp": now + ASSERTION_LIVES,
        }
        named = {"x5t#S256": urlsafe_b64encode(print_).rstrip(b"=").decode()}
        return jwt.encode(claims, pem, algorithm="PS256", headers=named)

    def _google_assertion(self, now: datetime) -> str:
        """A service account that speaks for a mailbox, as an administrator has let it."""
        assert self.settings.service_account_file is not None  # noqa: S101 - as above
        account = json.loads(self.settings.service_account(self.settings.service_account_file))
        if not isinstance(account, dict) or account.get("type") != "service_account":
            raise ValueError("it is no key of a service account")
        claims = {
            "iss": account["client_email"],
            "sub": self.mailbox,
            "scope": self.scope,
            "aud": self.url,
            "iat": now,
            "exp": now + ASSERTION_LIVES,
        }
        named = {"kid": account["private_key_id"]}
        return jwt.encode(claims, account["private_key"], algorithm="RS256", headers=named)


def certificate_in(pem: str) -> x509.Certificate:
    """The first certificate of a PEM file. Raises ValueError where there is none."""
    return x509.load_pem_x509_certificates(pem.encode())[0]


def _missing(settings: OAuth) -> str | None:
    """What a sign-in lacks, as a sentence begins with it."""
    if settings.provider is OAuthProvider.GOOGLE:
        if settings.service_account_file is None:
            return "service_account_file must name the key of a service account"
        return None
    if not settings.tenant and not settings.token_url:
        return "tenant must be the directory (tenant) ID of your organisation"
    if not settings.client_id:
        return "client_id must be the application (client) ID of boardcal"
    if settings.client_secret_file is None and settings.certificate_file is None:
        return "client_secret_file or certificate_file must name what boardcal signs in with"
    return None


def _unreadable(settings: OAuth, error: Exception) -> str:
    """A secret of the application that cannot be used, without any of its content."""
    if isinstance(error, BoardcalError):
        return f"boardcal cannot sign in: {error}"
    file: Path | None = settings.certificate_file
    what = "a private key and its certificate, both as PEM, unencrypted"
    if settings.provider is OAuthProvider.GOOGLE:
        file, what = (
            settings.service_account_file,
            "the key of a service account, as Google gave it",
        )
    return (
        f"boardcal cannot sign in, because {file} does not hold {what}. Ask your administrator for "
        f"the file again, or name another {SETTINGS}."
    )


def _life(fields: Mapping[str, Any]) -> int:
    """How many seconds a token lives, as its server says (RFC 6749 5.1); else the usual hour."""
    try:
        return max(int(fields.get("expires_in", USUAL_LIFE)), SHORTEST_LIFE)
    except (TypeError, ValueError):
        return USUAL_LIFE
