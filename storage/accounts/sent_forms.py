"""Forms that were sent, each by its digest, with the answer that it got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from ..database.upsert import insert_for
from ..schema.accounts import sent_form

# As long as a session at most: afterwards the form that was open in it is refused anyway.
KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """A form that was sent before. `answer` is sealed; None while the form is worked on."""

    claimed_at: datetime
    answer: str | None


def claim_form(connection: Connection, digest: str, *, now: datetime) -> bool:
    """Notes that a form is worked on; False where it was sent before. Old ones are removed."""
    connection.execute(delete(sent_form).where(sent_form.c.claimed_at <= now - KEPT))
    claimed = connection.execute(
        insert_for(connection, sent_form)
        .values(digest=digest, claimed_at=now)
        .on_conflict_do_nothing()
        .returning(sent_form.c.digest)
    )
    return claimed.first() is not None


def form_sent_before(connection: Connection, digest: str, *, now: datetime) -> SentForm | None:
    """What is kept of a form that was sent within KEPT."""
    row = connection.execute(
        select(sent_form.c.claimed_at, sent_form.c.answer).where(
            sent_form.c.digest == digest, sent_form.c.claimed_at > now - KEPT
        )
    ).first()
    return None if row is None else SentForm(claimed_at=row.claimed_at, answer=row.answer)


def keep_answer(connection: Connection, digest: str, answer: str) -> None:
    """Keeps the answer to a form for those who send it again."""
    connection.execute(update(sent_form).where(sent_form.c.digest == digest).values(answer=answer))


def release_form(connection: Connection, digest: str, answer: str | None = None) -> None:
    """Forgets a form that changed nothing, or whose answer no longer holds: it is answered anew."""
    connection.execute(
        delete(sent_form).where(
            sent_form.c.digest == digest, sent_form.c.answer.is_not_distinct_from(answer)
        )
    )
