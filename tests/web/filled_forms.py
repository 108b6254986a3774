"""A form for every address that takes one: where it stands, and what somebody types into it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from boardcal.tests.factories import CHAIR, S11
from boardcal.tests.web.forms_on import forms_on
from boardcal.tests.web.reader import ADMIN, PASSWORD
from boardcal.tests.web.replying import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

    from boardcal.tests.web.forms_on import FoundForm
    from boardcal.tests.web.reader import Reader

PAPERS = "/meetings/lscb/2018-03-08"
NEW = "another long password"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A form: the page it is on, where it goes if the page has several, and what is typed.

    `before` is a form that its page needs to have been sent.
    """

    page: str
    typed: dict[str, str] = field(default_factory=dict)
    to: str = ""
    who: str | None = ADMIN
    before: Sent | None = None


TODAY = typed("on", "2018-01-25")
APPOINT = Sent(
    page="/bodies/pmqag/appoint",
    typed={"role": "chair", "address": "new.chair@example.org", **typed("from", "2018-02-01")},
)
PAUSE = Sent(page="/pauses/pause?kind=body&id=pmqag")
FEED = Sent(page="/subscribe", typed={"dates": "body:pmqag"})
SENT = {
    "/reports/{ref}/raise": Sent(
        page="/reports/exceptions/raise",
        typed={"meeting": "day", "why": "A review.", **typed("day", "2018-05-01")},
    ),
    "/actions/{ref}/raise": Sent(
        page="/actions/3.1/raise",
        typed={"meeting": "day", "why": "A review.", **typed("day", "2018-05-01")},
    ),
    "/record/{key:path}": Sent(page=f"/due/{S11}", to="/record/", typed={"status": "submitted"}),
    "/extend/{key:path}": Sent(
        page=f"/due/{S11}", to="/extend/", typed={"why": "Half term", **typed("to", "2018-03-01")}
    ),
    "/put-off/{key:path}": Sent(
        page=f"/due/{S11}", to="/put-off/", typed={"reason": "The audit is not ready"}
    ),
    "/meetings/{body}/add": Sent(
        page="/meetings/lscb/add", typed={**typed("day", "2018-04-10"), "extraordinary": "yes"}
    ),
    "/meetings/{body}/{day}/move": Sent(page=f"{PAPERS}/move", typed=typed("to", "2018-03-15")),
    "/meetings/{body}/{day}/cancel": Sent(page=f"{PAPERS}/cancel"),
    "/meetings/{body}/{day}/record": Sent(
        page=f"{PAPERS}/record", typed={f"status/{S11}": "submitted", **TODAY}
    ),
    "/bodies/{body}/appoint": APPOINT,
    "/bodies/{body}/take-back": Sent(
        page="/bodies/pmqag/take-back?role=chair&address=new.chair@example.org", before=APPOINT
    ),
    "/bodies/{body}/end": Sent(
        page=f"/bodies/pmqag/end?role=chair&address={CHAIR}", typed=typed("from", "2018-02-01")
    ),
    "/pauses/pause": PAUSE,
    "/pauses/resume": Sent(
        page="/pauses/resume?kind=body&id=pmqag",
        before=PAUSE,
    ),
    "/go-live": Sent(page="/go-live", typed=typed("day", "2018-02-01")),
    "/to-decide/confirm": Sent(
        page="/to-decide", to="/to-decide/confirm", typed={"reading": "each"}
    ),
    "/to-decide/unsettled": Sent(page="/to-decide/unsettled", typed={"rest": "submitted"}),
    "/requests/{id:identity}": Sent(page="/requests/1", typed={"do": "grant"}),
    "/mails/{id:number}/file": Sent(page="/mails/{refused}"),
    "/mails/{id:number}/{action}": Sent(page="/mails/{refused}/again"),
    "/planner/events": Sent(page="/planner/events", typed={"event": "survey-accepted", **TODAY}),
    "/planner/{name:alone}/{section}": Sent(page="/planner/plan/what", typed={"title": "Plan B"}),
    "/planner/{name:many}/{id}/{section}": Sent(
        page="/planner/promises/new/what", typed={"text": "A leaflet", "where": "Action 1.1"}
    ),
    "/subscribe": FEED,
    "/subscribe/{id:number}/renew": Sent(page="/subscribe/1/renew", before=FEED),
    "/subscribe/{id:number}/stop": Sent(page="/subscribe/1/stop", before=FEED),
    "/answer/{token}": Sent(page="{link}", typed={"do": "submitted"}, who=None),
    "/sign-in": Sent(page="/sign-in", typed={"email": ADMIN, "password": PASSWORD}, who=None),
    "/sign-out": Sent(page="/account", to="/sign-out"),
    "/set-up/{token}": Sent(
        page="{set_up}",
        typed={"email": "first@example.org", "password": NEW, "again": NEW},
        who=None,
    ),
    "/password/{token}": Sent(page="{password}", typed={"password": NEW, "again": NEW}, who=None),
    "/account": Sent(
        page="/account",
        typed={"current": PASSWORD, "password": NEW, "again": NEW},
    ),
    "/users": Sent(
        page="/users",
        to="/users$",
        typed={"email": "new@example.org", "role": "viewer", "board": "*"},
    ),
    "/account/sessions": Sent(page="/account", to="/account/sessions"),
    "/users/{id:number}/remove-role": Sent(page="/users/2", to="/remove-role"),
    "/users/{id:number}/sessions": Sent(page="/users/1", to="/users/1/sessions"),
    "/users/{id:number}/link": Sent(page="/users", to="/users/2/link"),
    "/users/{id:number}/disable": Sent(page="/users/2/disable"),
}


def sending(
    reader: Reader, sent: Sent, places: dict[str, str]
) -> Iterator[tuple[Response, FoundForm]]:
    """Sends a form, and what its preview shows; each form with its answer."""
    page = sent.page.format(**places)
    shown = reader.opens(page)
    assert shown.status_code == 200, reader.text
    typed_in = dict(sent.typed)
    while shown.status_code == 200:
        form = form_of(shown, page, sent.to, typed_in)
        shown = sends(reader, form)
        yield shown, form
        typed_in = {"save": "yes"}


def form_of(shown: Response, page: str, to: str, typed_in: dict[str, str]) -> FoundForm:
    """The form of a page that is filled in."""
    button = typed_in.get("do")
    form = next(
        form
        for form in forms_on(shown.text)
        if form.method == "post"
        and (re.search(to, form.action) if to else not form.action.endswith("/sign-out"))
        and (button is None or form.fields.get("do") == [button])
    )
    form.action = form.action or page
    form.fields |= {name: [value] for name, value in typed_in.items()}
    if "reading" in typed_in:
        form.fields["reading"] = re.findall(
            r'name="reading" type="checkbox" value="([^"]*)"', shown.text
        )
    return form


def sends(reader: Reader, form: FoundForm) -> Response:
    """Sends a form as it is filled in."""
    fields: dict[str, Any] = dict(form.fields)
    (csrf,) = fields.pop("csrf")
    return reader.sends(form.action, csrf=csrf, **fields)
