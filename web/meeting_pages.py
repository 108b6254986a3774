"""The addresses of meetings: their list, their papers, and what changes them."""

from __future__ import annotations

from collections.abc import Sequence

from ..storage.accounts import Role
from . import meeting_change_pages, meeting_papers_page, meeting_record_page, meetings_page
from .routes import Page

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
