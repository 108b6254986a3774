"""Why a mail that was decided on did not go out."""

from __future__ import annotations

from enum import StrEnum


class UnsentReason(StrEnum):
    """Why a row of the ledger was superseded; `wording.mails` has a sentence for each.

    The column `reason_detail` beside it holds what the sentence needs besides, as said here.
    """

    PAUSED = "paused"  # what a pause took back is found by it when mails go on
    NOT_LIVE = "not_live"
    RECORDED = "recorded"  # detail: the state that was recorded
    DATE_MOVED = "date_moved"
    OLDER_DATE = "older_date"  # found when its mail was about to be written
    LEFT_PLANNER = "left_planner"
    WITHDRAWN = "withdrawn"  # detail: the calendar's remark on why it is void
    ROLE_PASSED_ON = "role_passed_on"
    LATER_STEP = "later_step"
    LATER_STEP_BY_THEN = "later_step_by_then"  # decided together with the later one
    NEXT_DUE = "next_due"
    HELD_BACK = "held_back"  # detail: who held it back
    SENT_BEFORE_RESTORE = "sent_before_restore"  # detail: who says so
