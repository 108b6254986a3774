"""Stand-ins for the sign-in services of Microsoft and Google: they check what is shown to them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from boardcal.tests.services.web_service import Call, Reply, WebService

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TENANT = "0a1b2c3d-0000-4000-8000-00000000000a"
CLIENT = "0a1b2c3d-0000-4000-8000-00000000000b"
SECRET = "of-the-application~not-for-the-log"
SCOPE = "https://outlook.office365.com/.default"
SERVICE_ACCOUNT = "boardcal@project.example.org"
KEY_ID = "key-1"


def _aadsts(number: int, words: str) -> Reply:
    return Reply(
        400 if number != 7000215 else 401,
        {
            "error": "invalid_client",
            "error_description": f"AADSTS{number}: {words} Trace ID: 0 Timestamp: 2026-11-30",
            "error_codes": [number],
        },
    )


@dataclass(kw_only=True)
class TokenServer(WebService):
    """Gives tokens to one application, for a secret, for a certificate or to a service account.

    `clock` is what it takes for now; tokens live for `lives` seconds, as it says itself.
    """

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    scope: str = SCOPE
    certificate: x509.Certificate | None = None
    account_key: Any = None
    mailbox: str = ""
    lives: int = 3600
    given: list[str] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)

    def is_good(self, token: str) -> bool:
        """Whether a token is one of its own that was not taken back."""
        return token in self.given and token not in self.withdrawn

    def answer(self, call: Call) -> Reply:
        form = call.form
        refusal = self._google(form) if "assertion" in form else self._microsoft(form, call.path)
        if refusal is not None:
            return refusal
        self.given.append(f"token-{len(self.given) + 1}")
        return Reply(
            200,
            {"token_type": "Bearer", "expires_in": self.lives, "access_token": self.given[-1]},
        )

    def _microsoft(self, form: dict[str, str], path: str) -> Reply | None:
        if path != f"/{TENANT}/oauth2/v2.0/token":
            return _aadsts(
                90002, "Tenant 'x' not found. Check to make sure you have the correct one."
            )
        if form["client_id"] != CLIENT:
            return _aadsts(
                700016, "Application with identifier 'x' was not found in the directory."
            )
        if form["scope"] != self.scope:
            return _aadsts(
                70011, "The provided value for the input parameter 'scope' is not valid."
            )
        if "client_secret" in form:
            if form["client_secret"] == SECRET:
                return None
            return _aadsts(7000215, "Invalid client secret provided. Ensure it is not the ID.")
        return self._certified(form["client_assertion"])

    def _certified(self, assertion: str) -> Reply | None:
        assert self.certificate is not None
        print_ = urlsafe_b64encode(self.certificate.fingerprint(hashes.SHA256())).rstrip(b"=")
        if jwt.get_unverified_header(assertion)["x5t#S256"] != print_.decode():
            return _aadsts(
                700027, "The certificate with identifier used to sign is not registered."
            )
        claims = jwt.decode(
            assertion,
            self.certificate.public_key(),  # type: ignore[arg-type]
            algorithms=["PS256"],
            audience=f"{self.url}/{TENANT}/oauth2/v2.0/token",
            options={"verify_exp": False, "verify_nbf": False},
        )
        assert claims["iss"] == claims["sub"] == CLIENT
        now = self.clock().timestamp()
        if not claims["nbf"] - 300 <= now <= claims["exp"]:
            return _aadsts(700024, "Client assertion is not within its valid time range.")
        return None

    def _google(self, form: dict[str, str]) -> Reply | None:
        if jwt.get_unverified_header(form["assertion"])["kid"] != KEY_ID:
            return Reply(
                400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            )
        claims = jwt.decode(
            form["assertion"],
            self.account_key.public_key(),
            algorithms=["RS256"],
            audience=self.url,
            options={"verify_exp": False, "verify_iat": False},
        )
        now = self.clock().timestamp()
        if not claims["iat"] - 300 <= now <= claims["exp"]:
            words = "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe."
            return Reply(400, {"error": "invalid_grant", "error_description": words})
        if claims["sub"] != self.mailbox:
            words = "Client is unauthorized to retrieve access tokens using this method."
            return Reply(401, {"error": "unauthorized_client", "error_description": words})
        return None


def make_certificate(now: datetime, days: int = 365) -> tuple[str, x509.Certificate]:
    """A private key with its certificate as PEM, as an application has them; ends after `days`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "boardcal")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return pem_of(key) + certificate.public_bytes(serialization.Encoding.PEM).decode(), certificate


def make_service_account(file: Path) -> rsa.RSAPrivateKey:
    """The key of a service account, written to `file` as Google gives it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    content = {
        "type": "service_account",
        "client_email": SERVICE_ACCOUNT,
        "private_key_id": KEY_ID,
        "private_key": pem_of(key),
    }
    file.write_text(json.dumps(content))
    return key


def pem_of(key: rsa.RSAPrivateKey) -> str:
    """A private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
