from __future__ import annotations

from boardcal.storage.message_states import MessageState
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.wording.mails import OUTCOME_OF_STATE, STATE_WORDS, UNSENT


def test_every_reason_and_every_state_of_a_message_has_its_words() -> None:
    assert set(UNSENT) == set(UnsentReason)
    assert set(STATE_WORDS) == set(OUTCOME_OF_STATE) == set(MessageState)
