"""The pages about people, pauses, decisions, mails and changes, as part of the table of pages."""

from __future__ import annotations

from collections.abc import Sequence

from ..storage.accounts import Role
from . import (
    changes_page,
    decisions_pages,
    golive_page,
    mail_action_pages,
    mails_pages,
    pauses_pages,
    people_pages,
    role_pages,
    unsettled_page,
)
from .routes import Page

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
