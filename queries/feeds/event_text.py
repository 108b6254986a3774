"""The texts of a feed's events: what, from whom, to whom, for which meeting, by when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from ...calendar.ical.timezone import vtimezone
from ...calendar.occurrences import Kind
from ...calendar.planner.model import Action
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date, weekday_date
from ...calendar.status import Status
from ...wording.text import audience, one_line, sentence
from ..calendar.entries import CalendarEntry
from ..calendar.why_due import meeting_body_of

CATEGORIES = {
    Kind.REPORT: "Report",
    Kind.ACTION: "Action",
    Kind.REVIEW: "Review",
    Kind.MEETING: "Meeting",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWords:
    """All that an event says. It lasts all of `day`, or from `starts` to `ends`."""

    key: str
    summary: str
    description: str
    category: str
    day: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None

    @property
    def digest(self) -> str:
        """The same for the same words and days."""
        times = (self.day, self.starts, self.ends)
        when = "/".join("" if time is None else time.isoformat() for time in times)
        zone = "" if self.starts is None else str(self.starts.tzinfo)
        parts = (when, zone, self.summary, self.description, self.category)
        return sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def feed_zone(zone: ZoneInfo) -> ZoneInfo:
    """The zone that a feed's times are in: UTC where a feed cannot say when the clocks change."""
    try:
        vtimezone(zone.key)
    except ValueError:
        return ZoneInfo("UTC")
    return zone


def event_words(entry: CalendarEntry, zone: ZoneInfo) -> EventWords:
    """What the feeds say of an entry; `zone` is the Board's own."""
    starts, ends = _times(entry, zone)
    return EventWords(
        key=entry.key,
        summary=one_line(entry.title) if entry.kind is Kind.MEETING else _summary(entry),
        description="\n".join(_description(entry)),
        category=CATEGORIES[entry.kind],
        day=entry.due if starts is None else None,
        starts=starts,
        ends=ends,
    )


def _times(entry: CalendarEntry, zone: ZoneInfo) -> tuple[datetime, datetime] | tuple[None, None]:
    """From when to when a meeting lasts, where its series says so."""
    body = entry.view.names.bodies.get(entry.owner.id)
    if entry.kind is not Kind.MEETING or body is None or body.series is None:
        return None, None
    rule = body.series.rule_on(entry.due)
    begins, finishes = rule.begins, rule.ends
    if begins is None or finishes is None or finishes <= begins:
        return None, None
    starts, ends = (
        datetime.combine(entry.due, time, tzinfo=zone).astimezone(feed_zone(zone))
        for time in (begins, finishes)
    )
    return starts, ends


def _summary(entry: CalendarEntry) -> str:
    """ "Due: S.11 annual report (PMQAG to LSCB)"."""
    what = one_line(entry.title)
    obligation = entry.view.obligations.get(entry.ref)
    if isinstance(obligation, Action):
        what = f"Action {obligation.number}, {what}"
    parties = entry.owner.short
    if entry.audience:
        parties = f"{parties} to {audience(tuple(body.short for body in entry.audience))}"
    return f"{_label(entry)}: {what} ({parties})"


def _label(entry: CalendarEntry) -> str:
    if entry.status is Status.WAIVED:
        return "Not needed"
    return "Review" if entry.kind is Kind.REVIEW else "Due"


def _description(entry: CalendarEntry) -> Iterator[str]:
    if entry.kind is Kind.MEETING:
        yield sentence(f"{entry.owner.name} meets")
        if entry.note is not None:
            yield entry.note
        return
    if entry.meeting is not None:
        yield f"For the {_meeting(entry)} on {weekday_date(entry.meeting)}."
    yield from _chair(entry)
    when = entry.when
    exact = when == long_date(entry.due)
    label = "To be looked at again" if entry.kind is Kind.REVIEW else "Due"
    yield f"{label} {weekday_date(entry.due) if exact else f'by the {when}'}."
    if entry.kind is Kind.REPORT:
        yield f"In the planner: {sentence(entry.place)}"
    if entry.moved_from is not None:
        yield f"It was due {long_date(entry.moved_from)} before."
    if entry.note is not None:
        yield entry.note


def _chair(entry: CalendarEntry) -> Iterator[str]:
    """Who leads its owner, where the planner says their name."""
    view = entry.view
    owner = view.planner.body(entry.owner.id)
    address = None if owner is None else owner.holder_on(RoleName.CHAIR, view.today)
    name = "" if address is None else view.planner.name_of(address)
    if owner is not None and name:
        yield f"From {owner.name}, {owner.lead}: {name}."


def _meeting(entry: CalendarEntry) -> str:
    """ "LSCB meeting"; "meeting" where the planner does not know the report any more."""
    obligation = entry.view.obligations.get(entry.ref)
    body = None if obligation is None else meeting_body_of(entry, obligation)
    return "meeting" if body is None else f"{entry.view.names.short(body)} meeting"
