"""Planners small enough to reason about, made of the words that a planner file uses."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from boardcal.calendar.planner.checks import cross_findings
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.reader import read_planner
from boardcal.core.local_time import LocalTime

ROOT = Path(__file__).resolve().parents[1]
CUMBRIA = ROOT / "calendar/planners/cumbria-lscb-2017-20.toml"

LONDON = LocalTime(zone=ZoneInfo("Europe/London"), send_at=time(8))

SECRETARIAT = "secretariat@example.org"
BOARD_CHAIR = "board.chair@example.org"
BOARD_VICE = "board.vice-chair@example.org"
BUSINESS_CHAIR = "business.chair@example.org"
CHAIR = "pmqag.chair@example.org"
VICE = "pmqag.vice-chair@example.org"
ADMINISTRATOR = "pmqag.administrator@example.org"

S11 = "lscb/s11/pmqag/2018-03"


def at(local: str) -> datetime:
    """The instant of a local time in London, such as "2018-02-22 08:00"; a day means 08:00."""
    moment = datetime.fromisoformat(local)
    if len(local) == len("2018-02-22"):
        moment = datetime.combine(moment, LONDON.send_at)
    return moment.replace(tzinfo=LONDON.zone).astimezone(UTC)


def day(text: str) -> date:
    """A date from its ISO form."""
    return date.fromisoformat(text)


def make_report(ref: str = "s11", **overrides: Any) -> dict[str, Any]:
    """A `[[report]]`: PMQAG's S.11 report to the LSCB's March meeting, unless told otherwise.

    In 2018 its papers are due on 22 February for the meeting of 8 March.
    """
    entry = {
        "id": ref,
        "title": f"Report {ref}",
        "row": "S.11 Audit",
        "owner": "pmqag",
        "to": "lscb",
        "when": {"meeting": "lscb", "months": ["March"]},
        "quote": "to be presented to the LSCB every March.",
    }
    return entry | overrides


def make_action(ref: str = "1.1", **overrides: Any) -> dict[str, Any]:
    """An `[[action]]` of PMQAG, due by March 2018 unless told otherwise."""
    entry = {
        "id": ref,
        "title": f"Action {ref} in short",
        "number": ref,
        "section": "Section 1",
        "action": "Review the Terms of Reference",
        "owner": "pmqag",
        "when": {"by": "March 2018"},
        "quote": "March 2018",
    }
    return entry | overrides


def make_body(body_id: str, **overrides: Any) -> dict[str, Any]:
    """A `[[body]]`: a subgroup with a chair and a vice-chair."""
    entry = {
        "id": body_id,
        "name": f"{body_id.title()} Subgroup",
        "short": body_id.upper(),
        "kind": "subgroup",
        "chair": f"{body_id}.chair@example.org",
        "vice-chair": f"{body_id}.vice-chair@example.org",
    }
    return {name: value for name, value in (entry | overrides).items() if value is not None}


def make_document(board: str = "lscb", **overrides: Any) -> dict[str, Any]:
    """A whole planner: the Board, its Business Group, PMQAG, and the S.11 report.

    The Board meets on the second Thursday of the odd months, the Business Group on the third
    Tuesday of February, May, August and November.
    """
    document: dict[str, Any] = {
        "board": {"id": board, "name": "Cumbria LSCB", "business_group": "business-group"},
        "plan": {
            "title": "Business Plan 2017-20",
            "source": "Cumbria LSCB, Business Plan 2017-20",
            "from": date(2017, 10, 31),
            "to": date(2020, 10, 31),
        },
        "body": [
            make_body(
                board,
                name="Cumbria Local Safeguarding Children Board",
                kind="board",
                chair=BOARD_CHAIR,
                secretariat=SECRETARIAT,
                meets={
                    "day": "second Thursday",
                    "months": ["January", "March", "May", "July", "September", "November"],
                },
                **{"vice-chair": BOARD_VICE},
            ),
            make_body(
                "business-group",
                name="Business Group",
                kind="group",
                chair=BUSINESS_CHAIR,
                meets={
                    "day": "third Tuesday",
                    "months": ["February", "May", "August", "November"],
                },
            ),
            make_body("pmqag"),
        ],
        "report": [make_report()],
    }
    return document | overrides


def with_body(document: dict[str, Any], body_id: str, **changes: Any) -> dict[str, Any]:
    """`document` with one of its bodies changed; a value of None takes a key out."""
    bodies = [
        {name: value for name, value in (body | changes).items() if value is not None}
        if body["id"] == body_id
        else body
        for body in document["body"]
    ]
    return document | {"body": bodies}


def make_planner(board: str = "lscb", **overrides: Any) -> PlannerFile:
    """The content of `make_document`, checked as a file would be."""
    return checked(make_document(board, **overrides))


def checked(document: dict[str, Any]) -> PlannerFile:
    """The content that a document gives; ValueError where a file of it would be refused."""
    content = PlannerFile.model_validate(document)
    findings = cross_findings(content)
    if findings:
        raise ValueError(findings)
    return content


def cumbria() -> PlannerFile:
    """The planner of the Cumbria LSCB as shipped."""
    return read_planner(CUMBRIA.read_bytes(), CUMBRIA.name)
