"""The pages about people, pauses, decisions, mails and changes, as part of the table of pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..storage.accounts.accounts import Role
from .accounts import account as account_page
from .accounts import setup as setting_up
from .accounts import sign_in as signing_in
from .accounts import users as users_pages
from .calendar import actions as actions_page
from .calendar import item as due_page
from .calendar import raise_item as raising_pages
from .calendar import record as recording_pages
from .calendar import report as dossier_pages
from .calendar import upcoming as upcoming_page
from .calendar import year as year_page
from .changes import changes as changes_page
from .feeds.subscribe import SUBSCRIBE_PAGES
from .mails import mail_actions as mail_action_pages
from .mails import mails as mails_pages
from .meetings import change as meeting_change_pages
from .meetings import meetings as meetings_page
from .meetings import outcomes as meeting_record_page
from .meetings import papers as meeting_papers_page
from .people import go_live as golive_page
from .people import pauses as pauses_pages
from .people import people as people_pages
from .people import roles as role_pages
from .planner import entry, events
from .planner import overview as planner
from .planner.draft import ALONE, MANY
from .replies import reply as answer_pages
from .request.visit import link
from .routing import Page
from .to_decide import requests as requests_pages
from .to_decide import to_decide as decisions_pages
from .to_decide import unsettled as unsettled_page

SECRETARIAT, ADMIN = Role.SECRETARIAT, Role.ADMIN
PEOPLE_PAGES: Sequence[Page] = (
    Page(path="/people", get=people_pages.show),
    Page(path="/bodies/{body}", get=people_pages.show_body),
    Page(
        path="/bodies/{body}/appoint",
        get=role_pages.ask_to_appoint,
        post=role_pages.appoint_somebody,
        role=SECRETARIAT,
    ),
    Page(
        path="/bodies/{body}/end",
        get=role_pages.ask_to_end,
        post=role_pages.end_somebodys_role,
        role=SECRETARIAT,
    ),
    Page(path="/pauses", get=pauses_pages.show),
    Page(
        path="/pauses/pause",
        get=pauses_pages.ask_to_pause,
        post=pauses_pages.pause,
        role=SECRETARIAT,
    ),
    Page(
        path="/pauses/resume",
        get=pauses_pages.ask_to_resume,
        post=pauses_pages.resume,
        role=SECRETARIAT,
    ),
    Page(path="/go-live", get=golive_page.show, post=golive_page.set_day, role=ADMIN, sends=ADMIN),
    Page(path="/to-decide", get=decisions_pages.show),
    Page(path="/to-decide/confirm", post=decisions_pages.confirm),
    Page(
        path="/to-decide/unsettled",
        get=unsettled_page.show,
        post=unsettled_page.settle_many,
        role=SECRETARIAT,
    ),
    Page(path="/mails", get=mails_pages.show),
    Page(path="/mails/{id:number}", get=mails_pages.show_mail),
    Page(path="/mails/{id:number}/file", get=mails_pages.show_file, role=SECRETARIAT),
    Page(
        path="/mails/{id:number}/{deed}",
        get=mail_action_pages.ask,
        post=mail_action_pages.act,
        role=SECRETARIAT,
    ),
    Page(path="/changes", get=changes_page.show),
)


# A form that only the secretariat can send is not shown to others either.
CHANGES = Role.SECRETARIAT
PLANNER_PAGES: Sequence[Page] = (
    Page(path="/planner", get=planner.show),
    Page(path="/planner/file", get=planner.download),
    Page(path="/planner/events", get=events.show, post=events.record),
    *(Page(path=f"/planner/{name}", get=partial(entry.show, name=name)) for name in ALONE),
    *(Page(path=f"/planner/{name}", get=planner.lead_back) for name in MANY if name != "events"),
    *(Page(path=f"/planner/{name}/{{id}}", get=partial(entry.show, name=name)) for name in MANY),
    *(
        Page(
            path=f"/planner/{name}/{'{id}/' if name in MANY else ''}{{section}}",
            get=partial(entry.ask, name=name),
            post=partial(entry.answer, name=name),
            role=CHANGES,
        )
        for name in (*ALONE, *MANY)
    ),
)

ONE = "/meetings/{body}/{day}"
MEETING_PAGES: Sequence[Page] = (
    Page(path="/meetings", get=meetings_page.show),
    Page(
        path="/meetings/{body}/add",
        get=meeting_change_pages.ask_to_add,
        post=meeting_change_pages.add,
        role=Role.SECRETARIAT,
    ),
    Page(path=ONE, get=meeting_papers_page.show),
    Page(
        path=f"{ONE}/move",
        get=meeting_change_pages.ask_to_move,
        post=meeting_change_pages.move,
        role=Role.SECRETARIAT,
    ),
    Page(
        path=f"{ONE}/cancel",
        get=meeting_change_pages.ask_to_cancel,
        post=meeting_change_pages.cancel,
        role=Role.SECRETARIAT,
    ),
    Page(
        path=f"{ONE}/record",
        get=meeting_record_page.show,
        post=meeting_record_page.record_all,
        role=Role.SECRETARIAT,
    ),
)

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


def home(request: Request) -> Response:
    """The front page is what is coming."""
    return RedirectResponse(link(request, "/upcoming"), status_code=302)


ANYBODY, VIEWER, ADMIN = None, Role.VIEWER, Role.ADMIN
PAGES: Sequence[Page] = (
    Page(path="/", get=home, of_board=False),
    Page(path="/upcoming", get=upcoming_page.show),
    Page(path="/year", get=year_page.show),
    Page(path="/actions", get=actions_page.show),
    *DUE_PAGES,
    *PLANNER_PAGES,
    *PEOPLE_PAGES,
    *MEETING_PAGES,
    *SUBSCRIBE_PAGES,
    Page(
        path="/sign-in",
        get=signing_in.show,
        post=signing_in.sign_in,
        role=ANYBODY,
        of_board=False,
    ),
    Page(path="/sign-out", post=signing_in.sign_out, sends=VIEWER, of_board=False),
    Page(
        path="/set-up/{token}",
        get=setting_up.show,
        post=setting_up.choose,
        role=ANYBODY,
        of_board=False,
    ),
    Page(
        path="/password/{token}",
        get=setting_up.show,
        post=setting_up.choose,
        role=ANYBODY,
        of_board=False,
    ),
    Page(path="/requests/{id:number}", get=requests_pages.show, post=requests_pages.decide),
    Page(
        path="/answer/{token}",
        get=answer_pages.show,
        post=answer_pages.answer,
        role=ANYBODY,
        of_board=False,
        signed=True,
    ),
    Page(
        path="/account",
        get=account_page.show,
        post=account_page.change_password,
        sends=VIEWER,
        of_board=False,
    ),
    Page(
        path="/users",
        get=users_pages.show,
        post=users_pages.add,
        role=ADMIN,
        sends=ADMIN,
        of_board=False,
    ),
    Page(
        path="/users/{id:number}/link",
        get=users_pages.show_link,
        post=users_pages.renew_link,
        role=ADMIN,
        sends=ADMIN,
        of_board=False,
    ),
    Page(
        path="/users/{id:number}/disable",
        get=users_pages.ask_to_disable,
        post=users_pages.disable_account,
        role=ADMIN,
        sends=ADMIN,
        of_board=False,
    ),
)
