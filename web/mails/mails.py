"""/mails: every mail as it was sent, what became of it, and what a person decides about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...operations.mails import MailAction, note_download, possible
from ...queries.changes import history
from ...queries.mails.mail import MailDetails, mail_details
from ...queries.mails.mails import MailFilter, MailLine, mails_page
from ...storage.accounts.accounts import Role
from ...storage.mail.board_messages import subject_of
from ...wording.changes import ChangeLine
from ...wording.mails import NO_LONGER_KEPT, MailOutcome
from ..page.page import page
from ..request.context import changing_board, context_of, reading_board, site_of, user_of
from ..request.dates import read_optional_date, typed_date
from ..request.errors import ForbiddenError, NotFoundError
from ..request.form import Form, Problems
from ..request.query import asked, page_address, page_asked

SIZE = 100
COLOURS = {
    MailOutcome.WAITING: "blue",
    MailOutcome.SENDING: "blue",
    MailOutcome.SENT: "green",
    MailOutcome.WRITTEN: "grey",
    MailOutcome.REFUSED: "red",
    MailOutcome.UNCERTAIN: "orange",
    MailOutcome.DROPPED: "grey",
}


OF_SEVERAL = "An email about this Board and another one"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """A mail as one account may see it. `is_whole` is false where another Board is in it too."""

    mail: MailDetails
    actions: tuple[MailAction, ...]
    history: tuple[ChangeLine, ...]
    is_whole: bool
    may_act: bool


def show(request: Request) -> Response:
    """The list, the newest first."""
    installation = site_of(request).installation
    form, problems = asked(request), Problems()
    choice = _choice(form, problems, installation.today)
    with reading_board(request) as (connection, view):
        listing = mails_page(
            connection,
            view.id,
            view.local,
            choice=choice,
            page=page_asked(request),
            size=SIZE,
        )
    listing = replace(
        listing,
        mails=tuple(_as_seen(line, is_whole=_sees(request, line)) for line in listing.mails),
    )
    query = {name: form.secret(name) for name in form.fields if name != "page"}
    return page(
        request,
        "mails/mails.html.j2",
        title="Mails",
        problems=problems,
        listing=listing,
        choice=choice,
        typed=typed_date(form, "day"),
        people=[("", "Everybody"), *((person, person) for person in listing.people)],
        states=[("", "Any"), *((state.name, state.value.capitalize()) for state in MailOutcome)],
        colours=COLOURS,
        at=page_address(request, "/mails", **query),
        is_filtered=choice != MailFilter(),
    )


def _choice(form: Form, problems: Problems, today: date) -> MailFilter:
    person, state = form.secret("person").strip(), form.secret("state")
    day = problems.read("day", "The day", lambda: read_optional_date(form, "day", today=today))
    return MailFilter(
        # What cannot be seen is in no address, and some databases refuse it.
        person=person if person and person.isprintable() else None,
        outcome=MailOutcome[state] if state in MailOutcome.__members__ else None,
        day=day,
    )


def show_mail(request: Request) -> Response:
    """One mail."""
    shown = read_mail(request)
    return page(
        request,
        "mails/mail.html.j2",
        title=f"Mail to {shown.mail.line.to}",
        mail=shown.mail,
        actions=shown.actions,
        history=shown.history,
        is_whole=shown.is_whole,
        may_act=shown.may_act,
        colours=COLOURS,
        no_longer_kept=NO_LONGER_KEPT,
    )


def download(request: Request) -> Response:
    """The mail as a file, which is noted. Its links open nothing: they are its reader's alone.

    It is for the secretariat of each Board that the mail is about.
    """
    shown = read_mail(request)
    if not shown.may_act:
        raise ForbiddenError(
            "This mail is about another Board, too, that is not yours to change, so there is no "
            "file of it for you."
        )
    if shown.mail.content is None:
        raise NotFoundError(
            f"{NO_LONGER_KEPT} So there is no file of it."
            if shown.mail.is_thinned
            else "This mail has not been written yet, so there is no file of it."
        )
    with changing_board(request) as (connection, view):
        note_download(connection, view, shown.mail.line.id, who=user_of(request).email)
    name = f"mail-{shown.mail.line.id}-{shown.mail.line.day.isoformat()}.eml"
    return Response(
        shown.mail.content,
        media_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def read_mail(request: Request) -> ReadMail:
    """The mail that the address names. Raises NotFoundError."""
    number = request.path_params["id"]
    with reading_board(request) as (connection, view):
        mail = mail_details(connection, view, number)
        if mail is None:
            raise NotFoundError("There is no such mail. “Mails” lists them all.")
        lines = history(connection, view, [subject_of(number)])
    is_whole = _sees(request, mail.line)
    if not is_whole:
        items = tuple(item for item in mail.items if item.key.startswith(f"{view.id}/"))
        requests = tuple(asked_for for asked_for in mail.requests if asked_for.board == view.id)
        mail = replace(
            mail,
            line=_as_seen(mail.line, is_whole=False),
            headers=(),
            items=items,
            requests=requests,
            text=None,
            content=None,
        )
    may = all(user_of(request).may(Role.SECRETARIAT, board) for board in mail.line.boards)
    return ReadMail(
        mail=mail,
        actions=possible(mail.state) if may else (),
        history=lines,
        is_whole=is_whole,
        may_act=may,
    )


def _sees(request: Request, line: MailLine) -> bool:
    """Whether the account may see every Board that a mail speaks of."""
    return {board.id for board in context_of(request).boards}.issuperset(line.boards)


def _as_seen(line: MailLine, *, is_whole: bool) -> MailLine:
    """A line of the list, without the words of a Board that its reader may not see."""
    return line if is_whole else replace(line, subject=OF_SEVERAL)
