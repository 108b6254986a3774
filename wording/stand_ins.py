"""Why a mail goes to another than the lead of a body, told to its reader and to others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Who stands in for the lead of a body, as the ledger keeps it.

    `body` is a name as it stands in the sentence, which it begins unless `is_away`: there is a
    lead, whose mails are paused. `lead` is what the body calls its chair, and `role` the stand-in:
    "its vice-chair", "the secretariat".
    """

    body: str
    lead: str
    is_away: bool
    role: str

    def to_reader(self) -> str:
        """ "PMQAG has no chair at present, so this comes to you as its vice-chair."."""
        return f"{self.absence}, so this comes to you as {self.role}."

    def to_others(self) -> str:
        """ "PMQAG has no chair at present, so it goes to its vice-chair."."""
        return f"{self.absence}, so it goes to {self.role}."

    @property
    def absence(self) -> str:
        """ "PMQAG has no chair at present", "The chair of PMQAG is away"."""
        if self.is_away:
            return f"The {self.lead} of {self.body} is away"
        return f"{self.body} has no {self.lead} at present"


def as_document(stand_in: StandIn | None) -> dict[str, Any] | None:
    """A stand-in as the ledger keeps it."""
    return None if stand_in is None else asdict(stand_in)


def from_document(document: dict[str, Any] | None) -> str | None:
    """Why a mail went to another, told to a third person, from what the ledger keeps."""
    return None if document is None else StandIn(**document).to_others()
