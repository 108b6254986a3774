"""Every page and its states, for a browser to look at. One line each, sorted by address."""

from __future__ import annotations

from boardcal.tests.web.browser.looking import Look

LOOKS = (
    Look("/account"),
    Look("/account", press="Change the password", status=422),
    Look("/actions/13.2-b"),
    Look("/actions/none", status=404),
    Look("/clashes", status=409),
    Look("/due/lscb/12.2/health/february-2018"),
    Look("/due/lscb/audits-july/pmqag/2018-07"),
    Look("/due/lscb/s11-march/pmqag/2018-03", who="secretariat"),
    Look("/due/lscb/s11-march/pmqag/2018-03", who="viewer"),
    Look("/due/lscb/subgroup-progress/education/2018-03", press="Record it", status=422),
    Look("/due/lscb/s11/pmqag/2018-03", office="unlive"),
    Look("/due/lscb/none/pmqag/2018-03", status=404),
    Look("/fails", status=500),
    Look("/nowhere", status=404),
    Look("/reports/indicators-annual", who="viewer"),
    Look("/reports/s11-march"),
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
