"""The kinds of decisions, and what to do about each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: what it is about, and the question as a sentence.

    At most one of the others leads to it: `key` something due, `ref` a report or an action,
    `body` a body, `message` a mail, `request` and `promise` the number of one. `quote` is the
    plan's cell where it comes from one, `reading` what was read into it, word for word, where
    that waits to be confirmed.
    """

    about: str
    text: str
    quote: str | None = None
    reading: str | None = None
    key: str | None = None
    ref: str | None = None
    body: str | None = None
    message: int | None = None
    request: int | None = None
    promise: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionGroup:
    """Decisions of one kind; `id` names the kind, `to_do` says what to do about each."""

    id: str
    heading: str
    to_do: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All decisions, the most pressing kinds first; empty kinds are left out."""

    groups: tuple[DecisionGroup, ...]

    @property
    def total(self) -> int:
        """How many decisions there are."""
        return sum(len(group.decisions) for group in self.groups)


HEADS = (
    DecisionGroup(
        id="installation",
        heading="Before anything else",
        to_do="Ask whoever looks after boardcal here, where you cannot do it yourself.",
        decisions=(),
    ),
    DecisionGroup(
        id="requests",
        heading="Asked for by chairs",
        to_do="Give a new date, or appoint somebody else; or tell them why not.",
        decisions=(),
    ),
    DecisionGroup(
        id="undelivered",
        heading="Mails that did not arrive",
        to_do="See that the address is right. Then send the mail again, or let it rest.",
        decisions=(),
    ),
    DecisionGroup(
        id="vacant",
        heading="Roles that nobody holds",
        to_do="Appoint somebody. Until then the mails go to whoever stands in.",
        decisions=(),
    ),
    DecisionGroup(
        id="unsettled",
        heading="Due before mails began",
        to_do="Record what became of it, or give it a new date. Nobody is chased meanwhile.",
        decisions=(),
    ),
    DecisionGroup(
        id="undecided",
        heading="No date decided",
        to_do="Decide when it is due. Nobody is reminded before.",
        decisions=(),
    ),
    DecisionGroup(
        id="doubts",
        heading="Where the plan contradicts itself",
        to_do="Decide which is meant, and change the date where it is the other.",
        decisions=(),
    ),
    DecisionGroup(
        id="promises",
        heading="Promised in the plan, missing from its planner",
        to_do="Add a report or an action for it where it is wanted. Nobody is reminded before.",
        decisions=(),
    ),
    DecisionGroup(
        id="assumed",
        heading="Read into the plan",
        to_do="Confirm each reading, or put it right.",
        decisions=(),
    ),
)
