"""Errors that become a page, each with its status and its words."""

from __future__ import annotations

from ...core.errors import BoardcalError


class PageError(BoardcalError):
    """An answer that is not the page: `status` for the browser, `heading` for the person."""

    status = 400
    heading = "This could not be done"


class NotFoundError(PageError):
    """There is no such page, or nothing of that name."""

    status = 404
    heading = "Page not found"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or "Check the address, or start from the front page.")


class ForbiddenError(PageError):
    """The page is not for this account."""

    status = 403
    heading = "You may not do this"


class FormRefusedError(PageError):
    """A request that carries no form of these pages."""

    heading = "The form could not be read"


class FormTooLargeError(PageError):
    """A form larger than any of these pages sends."""

    status = 413
    heading = "The form is too large"

    def __init__(self) -> None:
        super().__init__("Nothing was saved. Go back and send less at once.")


class ConflictError(PageError):
    """A change that another one has overtaken."""

    status = 409
    heading = "Somebody else changed this meanwhile"


class RefusedError(Exception):
    """Something is wrong with a form: what was changed for it so far is undone."""
