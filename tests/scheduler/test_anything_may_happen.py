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

from boardcal.calendar.occurrences import policy_of
from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.rules.escalation import steps_due
from boardcal.calendar.rules.meeting_series import meetings
from boardcal.calendar.status import OWED, Status
from boardcal.core.errors import BoardcalError
from boardcal.notifications.transports.base import LostClaimError, OutgoingMail, Receipt, always
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

    def __init__(self, allowed: Callable[[OutgoingMail, list[tuple[str, int]]], None]) -> None:
        self.allowed = allowed
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
        self._die("after data", mail)
        if not still_ours():
            raise LostClaimError
        # Kept for later: a daemon outlives whatever its transport raises.
        try:
            self._looks_at(mail)
        except AssertionError as error:
            self.wrong.append(str(error))
        self.arrived[mail.message_id] = mail
        self._die("after arrival", mail)
        return Receipt(reply="250 2.0.0 OK")

    def _looks_at(self, mail: OutgoingMail) -> None:
        if mail.message_id in self.arrived:
            assert mail.message_id in self.in_doubt, "sent again though it had arrived"
            assert mail.content == self.arrived[mail.message_id].content, "sent again otherwise"
            return
        read = message_from_bytes(mail.content, policy=default)
        header = str(read["X-Boardcal-Items"] or "")
        self.allowed(mail, [(item.key, item.step) for item in parse_items(header)])

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
        self.judge = Judge(self.is_allowed)
        self.office = Office(
            database=empty_copy(), now=at("2018-01-15"), transport=self.judge, horizon_months=6
        )
        self.office.store(PLANNER, go_live=GO_LIVE.isoformat())
        self.chair, self.former, self.paused = CHAIR, set[str](), set[tuple[str, str]]()
        self.mailed: set[tuple[str, int, int, str]] = set()
        self.a_day: dict[tuple[str, date], set[str]] = defaultdict(set)
        self.starts = 0
        self.raised: dict[str, date] = {}
        self.sweeps()

    def teardown(self) -> None:
        """Closes the office, where it ever opened."""
        if hasattr(self, "office"):
            self.office.database.close()

    # What is looked at while a mail leaves.

    def is_allowed(self, mail: OutgoingMail, items: list[tuple[str, int]]) -> None:
        """Whether a mail that leaves for the first time may leave."""
        to, today = mail.recipient, LONDON.day_of(self.office.now)
        assert mail.day == today
        self.a_day[to, today].add(mail.message_id)
        assert len(self.a_day[to, today]) == 1, f"{to} is mailed twice on {today}"
        assert to not in self.former, f"{to} is not the chair any more"
        assert ("person", to) not in self.paused, f"{to} is paused"
        assert ("board", "lscb") not in self.paused
        for key, step in items:
            row = self.office.row(key)
            once = (key, row.due_revision, step, to)
            assert once not in self.mailed, f"{once} is mailed twice"
            self.mailed.add(once)
            assert row.state in OWED, f"{key} is {row.state}"
            assert ("body", row.owner) not in self.paused

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
            self.office.record(key, status)

    @rule(number=st.integers(0, 50), days=st.integers(0, 60))
    def more_time_is_given(self, number: int, days: int) -> None:
        key = self.some_key(number, (*OWED, "unsettled", "missed"))
        if key is not None:
            to = LONDON.day_of(self.office.now) + timedelta(days=days)
            self.office.extend(key, to.isoformat())

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
                if (each.occurrence_id, each.due_revision, each.step)
                == (row.id, row.due_revision, fallen[-1])
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
