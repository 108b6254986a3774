"""/users/access: who signed in, who was refused, and what was done to accounts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...queries.access import access_page
from ...storage.accounts.accounts import accounts
from ..page.page import page
from ..request.context import site_of
from ..request.query import chosen_id, page_address, page_asked
from .users import names_of_boards


def show(request: Request) -> Response:
    """Show the record of all accounts, or of the one that is chosen."""
    site, names = site_of(request), names_of_boards(request)
    with site.installation.database.read() as connection:
        emails = [account.email for account in accounts(connection)]
        chosen = chosen_id(request, "account", emails)
        record = access_page(
            connection,
            names,
            site.installation.local,
            account=chosen,
            page=page_asked(request),
        )
    return page(
        request,
        "accounts/access.html.j2",
        title="Record of access",
        record=record,
        choices=[(email, email) for email in emails],
        chosen=chosen,
        at=page_address(request, "/users/access", account=chosen),
    )
