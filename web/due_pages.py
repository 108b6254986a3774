"""The addresses of what is due, and of the reports and actions that it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from ..storage.accounts import Role
from . import dossier_pages, due_page, raising_pages, recording_pages
from .routes import Page

DUE_PAGES: Sequence[Page] = (
    Page(path="/due/{key:path}", get=due_page.show),
    Page(path="/reports/{ref}", get=dossier_pages.show_report),
    Page(path="/actions/{ref}", get=dossier_pages.show_action),
    *(
        Page(
            path=f"/{kind}/{{ref}}/raise",
            get=raising_pages.ask,
            post=raising_pages.answer,
            role=Role.SECRETARIAT,
        )
        for kind in ("reports", "actions")
    ),
    Page(path="/record/{key:path}", post=recording_pages.record_it),
    Page(path="/extend/{key:path}", post=recording_pages.extend_it),
)
