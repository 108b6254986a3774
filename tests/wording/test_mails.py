from __future__ import annotations

from boardcal.storage.message_states import MessageState
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.wording.mails import SAID, STANDINGS, UNSENT


def test_every_reason_and_every_state_of_a_message_has_its_words() -> None:
    assert set(UNSENT) == set(UnsentReason)
    assert set(SAID) == set(STANDINGS) == set(MessageState)
