"""The addresses of the planner's pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..storage.accounts import Role
from . import planner_entry_pages as entry
from . import planner_event_pages as events
from . import planner_pages as planner
from .planner_desk import ALONE, MANY
from .routes import Page

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
