"""Errors of the database drivers as sentences: those that last, and those that may pass."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from ...core.errors import BoardcalError

# Long enough for another command's write, short enough that a person does not give up.
BUSY_TIMEOUT_SECONDS = 10


class DatabaseError(BoardcalError):
    """The database cannot be used as it is."""


class DatabaseAwayError(DatabaseError):
    """The database does not answer at present, or is locked; it may answer later, unaided."""


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Raises DatabaseError with a plain sentence for any error of the driver of `name`."""
    try:
        yield
    except NoneFreeError as error:
        raise DatabaseAwayError(
            f"Every connection to the database {name} is in use; nothing was changed. Try "
            "again in a minute."
        ) from error
    except DBAPIError as error:
        message = str(error.orig).lower()
        # The lasting first: of several addresses one may refuse, and the next say what is wrong.
        for kind, sentences in ((DatabaseError, LASTING), (DatabaseAwayError, PASSING)):
            for sign, sentence in sentences.items():
                if sign in message:
                    raise kind(sentence.format(name=name)) from error
        if isinstance(error, OperationalError | InterfaceError):
            first_line = str(error.orig).splitlines()[0]
            # A file is there or not; only a server comes back.
            kind = DatabaseError if isinstance(error.orig, sqlite3.Error) else DatabaseAwayError
            raise kind(
                f"The database {name} did not answer ({first_line}); nothing was changed. "
                "See that it runs and that database.url is right."
            ) from error
        raise


# By what the drivers say, in lower case.
PASSING = {
    **dict.fromkeys(
        ("database is locked", "lock timeout"),
        "The database {name} has been in use by another program for more than "
        f"{BUSY_TIMEOUT_SECONDS} seconds; nothing was changed. Stop that program, or wait for it.",
    ),
    "terminating connection": "The database {name} ended the connection; nothing was changed.",
    "connection refused": "The database {name} does not answer; see that it runs and that "
    "database.url is right.",
    "starting up": "The database {name} is starting up; nothing was changed.",
}
LASTING = {
    "readonly": "The database {name} can be read but not written; nothing was changed. Give "
    "boardcal the right to write to the file, to those beside it whose names begin like its own, "
    "and to the folder.",
    "unable to open": "The database {name} cannot be opened; see that it is a file and that "
    "boardcal may read and write it and its folder.",
    "disk is full": "The disk that holds the database {name} is full; nothing was changed. Make "
    "room and try again.",
    "disk i/o error": "The disk that holds the database {name} cannot be written (it may be "
    "full, or failing); nothing was changed.",
    **dict.fromkeys(
        ("no such table", "no such column", "undefinedtable", "undefinedcolumn"),
        "The database {name} lacks a part of what boardcal keeps there; `boardcal check` names it "
        "and says what to do.",
    ),
    "not a database": "The file {name} is not a boardcal database; give another one as "
    "database.url.",
    "malformed": "The database {name} is damaged; stop boardcal and bring back the last backup "
    "with `boardcal restore FILE`.",
    **dict.fromkeys(
        ("permission denied", "read-only transaction"),
        "The database {name} does not let the account in database.url write; nothing was "
        "changed. Give that account all rights to this database.",
    ),
    "authentication failed": "The database {name} refused the user name or password in "
    "database.url.",
    "no password supplied": "The database {name} wants a password, and there is none in "
    "database.url.",
    "is not permitted to log in": "The server of {name} lets that account own things but not sign "
    "in; give it the right to (ALTER ROLE … LOGIN), or another one in database.url.",
    "not currently accepting connections": "The server of {name} lets nobody into that database; "
    "ask whoever looks after the server.",
    'fatal:  database "': "The server of {name} has no database of that name; make it there, or "
    "give another one as database.url.",
    'fatal:  role "': "The server of {name} knows no account of that name; make it there, or give "
    "another one in database.url.",
    "pg_hba.conf": "The server of {name} does not let this machine or account in; ask whoever "
    "looks after the server, or give another account in database.url.",
    "server does not support ssl": "The server of {name} does not encrypt, which database.url "
    "asks for; change sslmode there, or the server.",
    **dict.fromkeys(
        ("invalid response to ssl negotiation", "expected authentication request"),
        "What answers at {name} is no PostgreSQL; see that host and port in database.url are "
        "right.",
    ),
    **dict.fromkeys(
        ("invalid connection option", "invalid uri query parameter"),
        "The address {name} holds a setting that PostgreSQL does not know; correct what stands "
        "after the ? in database.url.",
    ),
}
