"""Whatever happens to an office, in whatever order: each step is mailed once, to the right person.

The stages are the real ones; what leaves is judged by the transport that it leaves by, and by
arithmetic of its own, not by what the tables say of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from boardcal.calendar.occurrences import Kind, policy_of
from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.entries import document_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.meetings_held import with_meetings_held
from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.rules.date_text import long_date
from boardcal.calendar.rules.escalation import Level, steps_due
from boardcal.calendar.rules.meeting_series import meetings
from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.calendar.status import OWED, Status
from boardcal.core.errors import BoardcalError
from boardcal.notifications.delivery.mime import MailItem
from boardcal.notifications.transports.base import LostClaimError, OutgoingMail, Receipt, always
from boardcal.operations.planner.change import checked_content
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting, move_meeting
from boardcal.operations.raise_item import ItemToRaise, raise_item
from boardcal.scheduler.tick import Ticker
from boardcal.storage.backup.copy import empty_copy
from boardcal.storage.occurrences import StoredOccurrence
from boardcal.storage.planners import content_of
from boardcal.storage.schema.mail import ledger
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.tests.factories import (
    BOARD_CHAIR,
    CHAIR,
    LONDON,
    SECRETARIAT,
    VICE,
    at,
    make_action,
    make_planner,
    make_report,
)
from boardcal.tests.fuzz import law
from boardcal.tests.mailed_items import parse_items
from boardcal.tests.office import Office

PLANNER = make_planner(
    report=[
        make_report(),
        make_report("progress", owner=["pmqag", "business-group"], when={"meeting": "lscb"}),
        make_report(
            "scorecard",
            to="business-group",
            when={"meeting": "business-group", "last_in": "quarter"},
        ),
        make_report("exceptions", when={"as_required": True}),
    ],
    action=[make_action(), make_action("1.2", when={"by": "15 February 2018"})],
)
GO_LIVE = date(2018, 1, 15)
BODIES = ("pmqag", "business-group")
LATER = (
    make_report("later", when={"meeting": "lscb"}),
    make_report("monthly", when={"every_months": 1, "from": "December 2017"}),
    make_action("1.3", when={"by": "January 2018"}),
)
STAGES = (None, None, None, None, "before data", "after data", "after arrival")
PEOPLE = (CHAIR, VICE, SECRETARIAT)
BEFORE_SENDING = {
    UnsentReason.PAUSED,
    UnsentReason.RECORDED,
    UnsentReason.OLDER_DATE,
    UnsentReason.LATER_STEP,
}
# What may come between a decision and its mail.
MEANWHILE = (
    *("it_is_submitted", "it_is_put_off", "its_chair_goes", "its_chair_is_paused"),
    *("its_meeting_moves", "it_is_paused"),
)


class KilledError(BaseException):
    """What kill -9 does, as far as a process can do it to itself."""


class Judge:
    """Carries mails away, and refuses what nobody should ever be sent."""

    reaches_people = True

    def __init__(
        self,
        allowed: Callable[[OutgoingMail, list[MailItem]], None],
        told: Callable[[OutgoingMail, list[MailItem]], None],
    ) -> None:
        self.allowed, self.told = allowed, told
        self.kill: str | None = None
        self.arrived: dict[str, OutgoingMail] = {}
        self.in_doubt: set[str] = set()
        self.wrong: list[str] = []

    async def send(
        self,
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Receipt:
        """Takes a mail, unless the process is killed first."""
        self._die("before data")
        on_data()
        # From now on it may have arrived, and counts as if it had.
        read = message_from_bytes(mail.content, policy=default)
        items = parse_items(str(read["X-Boardcal-Items"] or ""))
        try:
            self._die("after data", mail)
        except KilledError:
            self.told(mail, items)
            raise
        if not still_ours():
            raise LostClaimError
        # Kept for later: a daemon outlives whatever its transport raises.
        try:
            self._looks_at(mail, items)
        except AssertionError as error:
            self.wrong.append(str(error))
        self.told(mail, items)
        self.arrived[mail.message_id] = mail
        self._die("after arrival", mail)
        return Receipt(reply="250 2.0.0 OK")

    def _looks_at(self, mail: OutgoingMail, items: list[MailItem]) -> None:
        if mail.message_id in self.arrived:
            assert mail.message_id in self.in_doubt, "sent again though it had arrived"
            assert mail.content == self.arrived[mail.message_id].content, "sent again otherwise"
            return
        self.allowed(mail, items)

    def _die(self, stage: str, mail: OutgoingMail | None = None) -> None:
        if self.kill == stage:
            self.kill = None
            if mail is not None:
                self.in_doubt.add(mail.message_id)
            raise KilledError

    async def check(self) -> str:
        """Always well."""
        return "The judge sits."

    async def close(self) -> None:
        """Nothing is held open."""


class AnythingMayHappen(RuleBasedStateMachine):
    """An office to which things happen; what must hold is looked at after each."""

    @initialize()
    def opens(self) -> None:
        self.judge = Judge(self.is_allowed, self.is_told)
        self.office = Office(
            database=empty_copy(), now=at("2018-01-15"), transport=self.judge, horizon_months=6
        )
        self.office.store(PLANNER, go_live=GO_LIVE.isoformat())
        self.chair, self.former, self.paused = CHAIR, set[str](), set[tuple[str, str]]()
        self.mailed: set[tuple[str, int, int, str]] = set()
        self.a_day: dict[tuple[str, date], set[str]] = defaultdict(set)
        self.starts = 0
        self.raised: dict[str, date] = {}
        # When the owner was first told of a date, and what each reader was told last.
        self.first_told: dict[tuple[str, date], date] = {}
        self.last_told: dict[tuple[str, str], tuple[date, int]] = {}
        self.returned: set[str] = set()
        self.sweeps()

    def teardown(self) -> None:
        """Closes the office, where it ever opened."""
        if hasattr(self, "office"):
            self.office.database.close()

    # What is looked at while a mail leaves.

    def is_allowed(self, mail: OutgoingMail, items: list[MailItem]) -> None:
        """Whether a mail that leaves for the first time may leave."""
        to, today = mail.recipient, LONDON.day_of(self.office.now)
        assert mail.day == today
        self.a_day[to, today].add(mail.message_id)
        assert len(self.a_day[to, today]) == 1, f"{to} is mailed twice on {today}"
        assert to not in self.former, f"{to} is not the chair any more"
        assert ("person", to) not in self.paused, f"{to} is paused"
        for item in items:
            assert ("board", "lscb") not in self.paused
            key, step = item.key, item.step
            row = self.office.row(key)
            once = (key, row.due_revision, step, to)
            assert once not in self.mailed, f"{once} is mailed twice"
            self.mailed.add(once)
            assert row.state in OWED, f"{key} is {row.state}"
            assert ("body", row.owner) not in self.paused
            self.is_fair(row, item, to, today)
        if len(items) == 1:
            self.tells_the_difference(mail, items[0])

    def is_fair(self, row: StoredOccurrence, item: MailItem, to: str, today: date) -> None:
        """Nobody is late, and nobody copied, before the owner was told of the date."""
        first = self.first_told.get((row.key, row.due))
        days = self.days()
        known = -1 if first is None else days.between(first, today)
        if item.level != Level.OWNER:
            assert known >= 5, f"{to} is copied on {today}, the owner of {row.key} told on {first}"
        elif row.kind is not Kind.REVIEW:
            assert item.step <= max(known, 0), f"{row.key} is late on {today}, told on {first}"
        again = self.last_told.get((row.key, to)) == (row.due, item.step)
        assert not again or row.key in self.returned, f"{row.key}, {item.step} again to {to}"

    def tells_the_difference(self, mail: OutgoingMail, item: MailItem) -> None:
        """What it says of a changed date is the date that its reader was told last."""
        read = message_from_bytes(mail.content, policy=default)
        part = read.get_body(("plain",))
        text = "" if part is None else " ".join(part.get_content().split())
        row, told = self.office.row(item.key), self.last_told.get((item.key, mail.recipient))
        if told is None or told[0] == row.due:
            assert "The date was" not in text, text
        elif "It was returned" not in text:
            assert f"The date was {long_date(told[0])}" in text, text

    def is_told(self, mail: OutgoingMail, items: list[MailItem]) -> None:
        """Keeps what a reader now knows."""
        today = LONDON.day_of(self.office.now)
        for item in items:
            row = self.office.row(item.key)
            if item.level == Level.OWNER:
                self.first_told.setdefault((row.key, row.due), today)
            self.last_told[row.key, mail.recipient] = (row.due, item.step)

    def days(self) -> WorkingDays:
        """The working days of the Board as they are by now."""
        with self.office.database.read() as connection:
            content = content_of(connection, "lscb")
        assert content is not None
        return planner_of(content).days

    # Time.

    def sweeps(self, kill: str | None = None, meanwhile: str | None = None) -> None:
        """One turn of the daemon, which may be killed in it and started again.

        What happens `meanwhile` comes after mails were decided on and before they leave.
        """
        self.judge.kill = kill
        try:
            self.office.tick()
            if meanwhile is not None:
                getattr(self, meanwhile)()
            self.office.deliver()
        except KilledError:
            self.starts_again()
            self.office.now += timedelta(minutes=2)
            self.office.sweep()
        self.judge.kill = None
        assert self.judge.wrong == []

    def starts_again(self) -> None:
        """A new process on the same database."""
        self.starts += 1
        office = self.office
        office.ticker = Ticker(database=office.database, local=LONDON, horizon_months=6)
        office.delivery = office.new_delivery(f"start {self.starts}")
        office.delivery.recover(alone=True)

    def tomorrow(self, days: int = 1) -> None:
        day = LONDON.day_of(self.office.now) + timedelta(days=days)
        self.office.now = LONDON.sending_instant(day)

    @rule(days=st.integers(1, 6), kill=st.sampled_from(STAGES))
    def time_passes(self, days: int, kill: str | None) -> None:
        for _ in range(days):
            self.tomorrow()
            self.sweeps(kill)
            # What waited for one who left is handed on, and leaves with the next turn.
            self.sweeps()
            self.nothing_is_lost()

    @rule(kill=st.sampled_from(STAGES), meanwhile=st.sampled_from((None, *MEANWHILE)))
    def the_next_step_comes(self, kill: str | None, meanwhile: str | None) -> None:
        wakes = [row.next_step_at for row in self.office.rows() if row.next_step_at is not None]
        coming = [each for each in wakes if each > self.office.now]
        if coming:
            self.office.now = min(coming)
            self.sweeps(kill, meanwhile)
            # What was changed while mails left is caught up with at the next turn.
            self.sweeps()
            self.nothing_is_lost()

    # Between a decision and its mail.

    def decided(self) -> StoredOccurrence | None:
        """Something that a mail was decided about which has not left."""
        waiting = [each for each in self.office.table(ledger) if each.state == "pending"]
        ids = {each.occurrence_id for each in waiting}
        return next((row for row in self.office.rows() if row.id in ids), None)

    def it_is_submitted(self) -> None:
        row = self.decided()
        if row is not None:
            self.office.record(row.key, Status.SUBMITTED)

    def it_is_put_off(self) -> None:
        row = self.decided()
        if row is not None:
            to = LONDON.day_of(self.office.now) + timedelta(days=30)
            self.office.extend(row.key, to.isoformat())

    def its_chair_goes(self) -> None:
        self.somebody_else_takes_the_chair()

    def its_chair_is_paused(self) -> None:
        self.mails_are_paused_or_go_on(("person", self.chair))

    def it_is_paused(self) -> None:
        self.mails_are_paused_or_go_on(("body", "pmqag"))

    def its_meeting_moves(self) -> None:
        self.a_meeting_moves(0, 14)

    @rule(days=st.integers(7, 70), kill=st.sampled_from(STAGES))
    def nothing_runs_for_a_while(self, days: int, kill: str | None) -> None:
        self.tomorrow(days)
        self.starts_again()
        self.sweeps(kill)
        self.nothing_is_lost()

    @rule()
    def an_hour_passes(self) -> None:
        self.office.now += timedelta(hours=1)
        self.sweeps()

    # People.

    def some_key(self, number: int, states: tuple[str, ...]) -> str | None:
        near = LONDON.day_of(self.office.now) + timedelta(days=120)
        keys = [row.key for row in self.office.rows() if row.state in states and row.due <= near]
        return keys[number % len(keys)] if keys else None

    def tries(self, act: Callable[[], Any]) -> None:
        """What is refused with a sentence changes nothing, and is no mistake."""
        with suppress(BoardcalError):
            act()

    @rule(number=st.integers(0, 50), status=st.sampled_from([Status.SUBMITTED, Status.WAIVED]))
    def something_is_submitted(self, number: int, status: Status) -> None:
        key = self.some_key(number, OWED)
        if key is not None:
            self.office.record(key, status)

    @rule(number=st.integers(0, 50), status=st.sampled_from([Status.RETURNED, None]))
    def something_is_wanted_again(self, number: int, status: Status | None) -> None:
        key = self.some_key(number, ("submitted", "waived", "returned", "missed"))
        if key is not None:
            self.returned.add(key)
            self.office.record(key, status)

    @rule(number=st.integers(0, 50), days=st.integers(0, 60))
    def more_time_is_given(self, number: int, days: int) -> None:
        key = self.some_key(number, (*OWED, "unsettled", "missed"))
        if key is not None:
            to = LONDON.day_of(self.office.now) + timedelta(days=days)
            self.office.extend(key, to.isoformat())

    @rule(number=st.integers(0, 50), days=st.integers(1, 60))
    def a_date_is_changed_there_and_back(self, number: int, days: int) -> None:
        key, today = self.some_key(number, OWED), LONDON.day_of(self.office.now)
        if key is not None and (due := self.office.row(key).due) >= today:
            self.office.extend(key, (today + timedelta(days=days)).isoformat())
            self.office.extend(key, due.isoformat())

    @rule(ref=st.sampled_from(["s11", "progress", "1.1", "1.2"]), owner=st.sampled_from(BODIES))
    def a_thing_is_given_to_another_body(self, ref: str, owner: str) -> None:
        def give(content: PlannerFile) -> PlannerFile:
            document = document_of(content)
            for entry in (*document["report"], *document["action"]):
                if entry["id"] == ref:
                    entry["owner"] = owner
            return checked_content(document)

        self.office.edit(give)
        self.office.tick()

    @rule(entry=st.sampled_from(LATER), drops=st.booleans())
    def an_import_adds_or_drops(self, entry: dict[str, Any], drops: bool) -> None:
        def bring_in(content: PlannerFile) -> PlannerFile:
            document = document_of(content)
            kind = "action" if "number" in entry else "report"
            others = [old for old in document[kind] if old["id"] != entry["id"]]
            return checked_content({**document, kind: others if drops else [*others, entry]})

        self.office.edit(bring_in)
        self.office.tick()

    @rule(days=st.integers(1, 40))
    def a_day_is_closed(self, days: int) -> None:
        day = LONDON.day_of(self.office.now) + timedelta(days=days)

        def close(content: PlannerFile) -> PlannerFile:
            document = document_of(content)
            closed = document.get("working_days", {}).get("closed", [])
            return checked_content({**document, "working_days": {"closed": [*closed, day]}})

        self.tries(lambda: self.office.edit(close))
        self.office.tick()

    @rule(number=st.integers(0, 2), days=st.none() | st.integers(0, 60))
    def somebody_raises(self, number: int, days: int | None) -> None:
        """What is as required is raised, for a meeting or by a day."""
        today, held = LONDON.day_of(self.office.now), self.coming_meeting(number)
        if days is None and held is not None:
            wanted = ItemToRaise(ref="exceptions", owner="pmqag", day=held, why="why", body="lscb")
        else:
            day = today + timedelta(days=days or 0)
            wanted = ItemToRaise(ref="exceptions", owner="pmqag", day=day, why="why")

        def act() -> None:
            with self.office.changing("lscb") as (connection, view):
                row = raise_item(connection, view, wanted, who="a test")
            assert today <= row.due <= wanted.day + timedelta(days=3)
            self.raised[row.key] = today

        self.tries(act)

    @rule()
    def somebody_else_takes_the_chair(self) -> None:
        today = LONDON.day_of(self.office.now)
        successor = f"chair.{len(self.former) + 1}@example.org"
        self.office.appoint(RoleName.CHAIR, successor, today.isoformat())
        self.former.add(self.chair)
        self.chair = successor

    @rule(
        what=st.sampled_from(
            [("board", "lscb"), ("body", "pmqag"), *(("person", each) for each in PEOPLE)]
        )
    )
    def mails_are_paused_or_go_on(self, what: tuple[str, str]) -> None:
        if what in self.paused:
            self.paused.discard(what)
            assert self.office.resume(*what)
        elif what[1] not in self.former:
            self.paused.add(what)
            assert self.office.pause(*what)

    # Meetings.

    def coming_meeting(self, number: int) -> date | None:
        today = LONDON.day_of(self.office.now)
        with self.office.database.read() as connection:
            content = content_of(connection, "lscb")
        assert content is not None
        body = planner_of(content).body("lscb")
        assert body is not None
        assert body.series is not None
        held = [
            each.day
            for each in meetings(body.series, today, today + timedelta(days=200))
            if each.held
        ]
        return held[number % len(held)] if held else None

    @rule(number=st.integers(0, 2), days=st.integers(-30, 45))
    def a_meeting_moves(self, number: int, days: int) -> None:
        day = self.coming_meeting(number)
        if day is not None:
            to = day + timedelta(days=days)
            self.tries(lambda: self.office.edit(lambda c: move_meeting(c, "lscb", day, to)))
            self.office.tick()

    @rule(number=st.integers(0, 2))
    def a_meeting_is_cancelled(self, number: int) -> None:
        day, today = self.coming_meeting(number), LONDON.day_of(self.office.now)
        if day is not None:
            self.tries(lambda: self.office.edit(lambda c: cancel_meeting(c, "lscb", day, today)))
            self.office.tick()

    @rule(number=st.integers(0, 50), meeting=st.integers(0, 2))
    def something_is_put_off(self, number: int, meeting: int) -> None:
        key, day = self.some_key(number, (*OWED, "submitted")), self.coming_meeting(meeting)
        if key is not None and day is not None:
            self.tries(lambda: self.office.put_off(key, day.isoformat()))

    @rule(day=st.sampled_from(["first Monday", "second Thursday", "third Tuesday"]))
    def the_board_meets_on_another_day_from_now_on(self, day: str) -> None:
        today = LONDON.day_of(self.office.now)

        def bring_in(content: PlannerFile) -> PlannerFile:
            document = document_of(content)
            document["body"][0]["meets"]["day"] = [day]
            document["body"][0].pop("met", None)
            return checked_content(document, lambda new: with_meetings_held(content, new, today))

        before = self.meetings_held()
        self.tries(lambda: self.office.edit(bring_in))
        self.office.tick()
        assert self.meetings_held() == before, f"the past changed on {today}"

    def meetings_held(self) -> list[tuple[str, date]]:
        today = LONDON.day_of(self.office.now)
        with self.office.database.read() as connection:
            content = content_of(connection, "lscb")
        assert content is not None
        series = planner_of(content).bodies[0].series
        assert series is not None
        past = meetings(series, today - timedelta(days=400), today - timedelta(days=1))
        return [(meeting.slot, meeting.day) for meeting in past if meeting.held]

    @rule(days=st.integers(1, 90), extraordinary=st.booleans())
    def a_meeting_is_added(self, days: int, extraordinary: bool) -> None:
        day = LONDON.day_of(self.office.now) + timedelta(days=days)
        self.tries(
            lambda: self.office.edit(
                lambda c: add_meeting(c, "lscb", day, extraordinary=extraordinary)
            )
        )
        self.office.tick()

    # What must hold.

    @invariant()
    def nothing_is_left_in_somebodys_hands(self) -> None:
        if hasattr(self, "office"):
            held = [
                each for each in self.office.messages() if each[2] in ("claimed", "data_started")
            ]
            assert held == []

    def nothing_is_lost(self) -> None:
        """The latest step of all that is owed was mailed, waits, or was taken back for a reason."""
        office, today = self.office, LONDON.day_of(self.office.now)
        with office.database.read() as connection:
            content = content_of(connection, "lscb")
            rows = connection.execute(select(ledger)).all()
        assert content is not None
        planner = planner_of(content)
        if ("board", "lscb") in self.paused or not planner.days.is_working(today):
            return
        obligations = {each.ref: each for each in planner.obligations()}
        for row in office.rows():
            overtaken = row.next_due is not None and row.next_due <= today
            if not row.is_owed or overtaken or ("body", row.owner) in self.paused:
                continue
            assert row.ref in obligations, f"{row.key} is owed though the planner lost it"
            policy = policy_of(obligations[row.ref], row.kind)
            # Of what was raised, only the steps from then on; of a date given since, all.
            is_new = row.due_revision == 1 and row.key in self.raised
            begin = self.raised[row.key] if is_new else GO_LIVE
            fallen = [
                step.offset
                for step in steps_due(row.due, policy, today, planner.days)
                if step.day >= begin
            ]
            if not fallen:
                continue
            mine = [
                each
                for each in rows
                if (each.occurrence_id, each.step) == (row.id, fallen[-1])
                # What was mailed of this very date before, and since then not of another, holds.
                and (each.due_revision == row.due_revision or each.due == row.due)
            ]
            assert mine, f"nobody was ever to be mailed about {row.key}, step {fallen[-1]}"
            for each in mine:
                if each.state == "pending":
                    assert self.a_day[each.recipient, today] or self.judge.in_doubt, each
                elif each.state == "superseded":
                    assert each.reason, each
                else:
                    assert each.state in ("sent", "uncertain"), each
            reasons = {each.reason for each in mine if each.state == "superseded"}
            if all(each.state == "superseded" for each in mine):
                assert reasons <= BEFORE_SENDING, reasons


AnythingMayHappen.TestCase.settings = law(25, steps=18)
TestAnythingMayHappen = AnythingMayHappen.TestCase


def test_the_machine_reaches_those_it_speaks_of() -> None:
    machine = AnythingMayHappen()
    machine.opens()
    for _ in range(12):
        machine.time_passes(days=6, kill=None)
    sent_to = {mail.recipient for mail in machine.judge.arrived.values()}
    assert {CHAIR, VICE, SECRETARIAT, BOARD_CHAIR} <= sent_to
    assert {step for _, _, step, _ in machine.mailed} >= {-20, -10, -5, -1, 0, 1, 5, 10}
    machine.teardown()
