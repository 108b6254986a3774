from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from boardcal.storage.accounts.sent_forms import (
    KEPT,
    SentForm,
    claim_form,
    form_sent_before,
    keep_answer,
    release_form,
)
from boardcal.storage.schema.accounts import sent_form
from boardcal.tests.factories import at

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database

NOW = at("2018-02-08 09:00")


def sent(answer: str | None) -> SentForm:
    return SentForm(claimed_at=NOW, answer=answer)


def test_a_form_is_claimed_once_until_it_is_released(database: Database) -> None:
    with database.write() as connection:
        assert claim_form(connection, "a", now=NOW)
        assert claim_form(connection, "b", now=NOW)
    with database.write() as connection:
        assert not claim_form(connection, "a", now=NOW)
        release_form(connection, "a")
        assert claim_form(connection, "a", now=NOW)
        assert not claim_form(connection, "b", now=NOW)


def test_an_answer_is_kept_until_that_answer_is_released(database: Database) -> None:
    with database.write() as connection:
        claim_form(connection, "a", now=NOW)
        assert form_sent_before(connection, "a", now=NOW) == sent(None)
        keep_answer(connection, "a", "sealed")
        release_form(connection, "a")
        assert form_sent_before(connection, "a", now=NOW) == sent("sealed")
        assert form_sent_before(connection, "b", now=NOW) is None
        release_form(connection, "a", "another")
        assert form_sent_before(connection, "a", now=NOW) == sent("sealed")
        release_form(connection, "a", "sealed")
        assert form_sent_before(connection, "a", now=NOW) is None


def test_forms_are_forgotten_after_a_day(database: Database) -> None:
    with database.write() as connection:
        claim_form(connection, "a", now=NOW)
        keep_answer(connection, "a", "sealed")
        last = NOW + KEPT - timedelta(seconds=1)
        assert form_sent_before(connection, "a", now=last) is not None
        assert form_sent_before(connection, "a", now=NOW + KEPT) is None
        assert claim_form(connection, "b", now=NOW + KEPT)
        assert [row.digest for row in connection.execute(sent_form.select())] == ["b"]
