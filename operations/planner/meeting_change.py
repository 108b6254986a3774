"""What is to become of a meeting, in words and as a change of the planner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import WEEKDAYS, long_date, weekday_date
from ...calendar.rules.meeting_series import MeetingChangeKind
from ...storage.change_kinds import ChangeKind
from ...wording.names import short_names
from .meetings import add_meeting, cancel_meeting, move_meeting

NOTED_AS = {
    MeetingChangeKind.MOVED: ChangeKind.MEETING_MOVED,
    MeetingChangeKind.CANCELLED: ChangeKind.MEETING_CANCELLED,
    MeetingChangeKind.ADDED: ChangeKind.MEETING_ADDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDecision:
    """One meeting of a body on `day`, and what becomes of it; `to` is where a moved one goes."""

    body: str
    becomes: MeetingChangeKind
    day: date
    to: date | None = None
    extraordinary: bool = False

    @property
    def what(self) -> ChangeKind:
        """What the record calls it."""
        return NOTED_AS[self.becomes]

    @property
    def days(self) -> str:
        """The days that it is about, for the record: "2018-03-08 to 2018-03-15"."""
        return " to ".join(str(each) for each in (self.day, self.to) if each)

    def edit(self, content: PlannerFile, *, decided: date) -> PlannerFile:
        """`content` as it is after the decision. Raises EditError or FileProblems."""
        match self.becomes:
            case MeetingChangeKind.CANCELLED:
                return cancel_meeting(content, self.body, self.day, decided)
            case MeetingChangeKind.MOVED if self.to is not None:
                return move_meeting(content, self.body, self.day, self.to)
        return add_meeting(content, self.body, self.day, extraordinary=self.extraordinary)

    def headline(self, planner: Planner) -> str:
        """ "The LSCB meeting on Thursday 8 March 2018 moves to Thursday 15 March 2018."."""
        name = "".join(short_names(planner, [self.body]))
        day = weekday_date(self.day)
        if self.becomes is MeetingChangeKind.ADDED:
            return f"{name} also meets on {day}."
        if self.to is None:
            return f"The {name} meeting on {day} is cancelled."
        return f"The {name} meeting on {day} moves to {weekday_date(self.to)}."

    def remark(self, planner: Planner) -> str | None:
        """A word where the new day is one on which nobody works."""
        new = self.day if self.becomes is MeetingChangeKind.ADDED else self.to
        if new is None or planner.days.is_working(new):
            return None
        if new.weekday() < WEEKDAYS.index("Saturday"):
            return f"Note that {long_date(new)} is a day off."
        return f"Note that {long_date(new)} is a {WEEKDAYS[new.weekday()]}."
