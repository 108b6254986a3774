"""Every page and its states, for a browser to look at. One line each, sorted by address."""

from __future__ import annotations

from boardcal.tests.web.browser.looking import Look

LOOKS = (
    Look("/account"),
    Look("/account", press="Change the password", status=422),
    Look("/clashes", status=409),
    Look("/fails", status=500),
    Look("/nowhere", status=404),
    Look("/sign-in", who=""),
    Look("/sign-in", who="", fill={"email": "nobody@example.org"}, press="Sign in", status=422),
    Look("/sign-in?out=1", who=""),
    Look("/upcoming"),
    Look("/upcoming", who="viewer"),
    Look("/upcoming", office="bare"),
    Look("/upcoming", office="unlive"),
    Look("/boards/ctb/upcoming", office="two"),
    Look("/users"),
    Look("/users", press="Add", status=422),
    Look("/users", who="viewer", status=403),
    Look("/users/1/disable"),
)
