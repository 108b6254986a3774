"""The site that every page is made from: installation, secret, templates, heartbeat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from itsdangerous import Signer
from jinja2 import Environment

from ...scheduler.installation import Installation

# As many turns without a sweep as make the watchdog act.
TURNS_MISSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The pages of one installation. `silence` says how many seconds ago the last sweep ended."""

    installation: Installation
    secret: str
    templates: Environment
    silence: Callable[[], float]
    announce: Callable[[str], None]

    @property
    def base_url(self) -> str:
        """The address of the pages, without a slash at the end."""
        return self.installation.settings.web.base_url

    @property
    def prefix(self) -> str:
        """The path that all pages are under, such as "/boardcal"; mostly ""."""
        return urlsplit(self.base_url).path

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the pages over https."""
        return self.base_url.lower().startswith("https:")

    @property
    def is_stale(self) -> bool:
        """Whether the calendar has not been looked at for longer than it should be."""
        return self.silence() > TURNS_MISSED * self.installation.settings.schedule.sweep_seconds

    def now(self) -> datetime:
        """The instant, by the installation's clock."""
        return self.installation.clock()

    def signer(self, purpose: str) -> Signer:
        """A signer for one purpose; signatures of another one do not pass."""
        return Signer(self.secret, salt=f"boardcal {purpose}", digest_method=hashlib.sha256)
