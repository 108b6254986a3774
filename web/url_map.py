"""The URL map: every address of the pages, who may use it, and the handler that answers."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..storage.accounts.accounts import Role
from . import health, security_txt
from .accounts import access_record, account, setup, sign_in, user, users
from .calendar import actions, item, raise_item, record, report, upcoming, year
from .changes import changes
from .feeds import subscribe
from .feeds.endpoint import robots
from .mails import mail_actions, mails
from .meetings import change, meetings, outcomes, papers
from .page.page import page
from .people import go_live, pauses, people, roles
from .planner import entry, events, overview
from .replies import reply
from .request.context import context_of, link
from .routing import Endpoint, get, post
from .to_decide import requests, to_decide, unsettled

USER = "/users/{id:number}"
ANYBODY, VIEWER, SECRETARIAT, ADMIN = None, Role.VIEWER, Role.SECRETARIAT, Role.ADMIN


def home(request: Request) -> Response:
    """Lead from the front page to what is coming, or ask of which Board."""
    boards = context_of(request).boards
    if len(boards) > 1:
        return page(request, "page/which_board.html.j2", title="Choose a Board", boards=boards)
    return RedirectResponse(link(request, "/upcoming"), status_code=302)


# A form that only the secretariat can send is not shown to others either.
URL_MAP: Sequence[Endpoint] = (
    get("/", VIEWER, home, of_board=False),
    # The calendar
    get("/upcoming", VIEWER, upcoming.show),
    get("/year", VIEWER, year.show),
    get("/actions", VIEWER, actions.show),
    get("/due/{key:path}", VIEWER, item.show),
    get("/reports/{ref}", VIEWER, report.show_report),
    get("/actions/{ref}", VIEWER, report.show_action),
    get("/reports/{ref}/raise", SECRETARIAT, raise_item.RAISE.ask),
    post("/reports/{ref}/raise", SECRETARIAT, raise_item.RAISE.answer),
    get("/actions/{ref}/raise", SECRETARIAT, raise_item.RAISE.ask),
    post("/actions/{ref}/raise", SECRETARIAT, raise_item.RAISE.answer),
    post("/record/{key:path}", SECRETARIAT, record.record_it, form_on="/due/{key:path}"),
    post("/extend/{key:path}", SECRETARIAT, record.extend_it, form_on="/due/{key:path}"),
    post("/put-off/{key:path}", SECRETARIAT, record.put_it_off, form_on="/due/{key:path}"),
    # Meetings
    get("/meetings", VIEWER, meetings.show),
    get("/meetings/{body}/add", SECRETARIAT, change.ADD.ask),
    post("/meetings/{body}/add", SECRETARIAT, change.ADD.answer),
    get("/meetings/{body}/{day}", VIEWER, meetings.leading_on(papers.show)),
    get("/meetings/{body}/{day}/move", SECRETARIAT, meetings.leading_on(change.MOVE.ask)),
    post("/meetings/{body}/{day}/move", SECRETARIAT, change.MOVE.answer),
    get("/meetings/{body}/{day}/cancel", SECRETARIAT, meetings.leading_on(change.CANCEL.ask)),
    post("/meetings/{body}/{day}/cancel", SECRETARIAT, change.CANCEL.answer),
    get("/meetings/{body}/{day}/record", SECRETARIAT, meetings.leading_on(outcomes.show)),
    post("/meetings/{body}/{day}/record", SECRETARIAT, outcomes.record_all),
    # Groups and people
    get("/people", VIEWER, people.show),
    get("/bodies/{body}", VIEWER, people.show_body),
    get("/bodies/{body}/appoint", SECRETARIAT, roles.APPOINT.ask),
    post("/bodies/{body}/appoint", SECRETARIAT, roles.APPOINT.answer),
    get("/bodies/{body}/take-back", SECRETARIAT, roles.TAKE_BACK.ask),
    post("/bodies/{body}/take-back", SECRETARIAT, roles.TAKE_BACK.answer),
    get("/bodies/{body}/end", SECRETARIAT, roles.END.ask),
    post("/bodies/{body}/end", SECRETARIAT, roles.END.answer),
    get("/pauses", VIEWER, pauses.show),
    get("/pauses/pause", SECRETARIAT, pauses.PAUSE.ask),
    post("/pauses/pause", SECRETARIAT, pauses.PAUSE.answer),
    get("/pauses/resume", SECRETARIAT, pauses.RESUME.ask),
    post("/pauses/resume", SECRETARIAT, pauses.RESUME.answer),
    get("/go-live", ADMIN, go_live.GO_LIVE.ask),
    post("/go-live", ADMIN, go_live.GO_LIVE.answer),
    # What waits for the secretariat
    get("/to-decide", VIEWER, to_decide.show),
    post("/to-decide/confirm", SECRETARIAT, to_decide.confirm, form_on="/to-decide"),
    get("/to-decide/unsettled", SECRETARIAT, unsettled.show),
    post("/to-decide/unsettled", SECRETARIAT, unsettled.settle_many),
    get("/requests/{id:identity}", VIEWER, requests.show),
    post("/requests/{id:identity}", SECRETARIAT, requests.decide),
    # Emails and changes
    get("/mails", VIEWER, mails.show),
    get("/mails/{id:number}", VIEWER, mails.show_mail),
    post("/mails/{id:number}/file", SECRETARIAT, mails.download, form_on="/mails/{id:number}"),
    get("/mails/{id:number}/{action}", SECRETARIAT, mail_actions.ask),
    post("/mails/{id:number}/{action}", SECRETARIAT, mail_actions.answer),
    get("/changes", VIEWER, changes.show),
    # The planner
    get("/planner", VIEWER, overview.show),
    get("/planner/file", VIEWER, overview.download),
    get("/planner/events", VIEWER, events.show),
    post("/planner/events", SECRETARIAT, events.record),
    get("/planner/{name:alone}", VIEWER, entry.show),
    get("/planner/{name:many}", VIEWER, overview.lead_back),
    get("/planner/{name:many}/{id}", VIEWER, entry.show),
    get("/planner/{name:alone}/{section}", SECRETARIAT, entry.ask),
    post("/planner/{name:alone}/{section}", SECRETARIAT, entry.answer),
    get("/planner/{name:many}/{id}/{section}", SECRETARIAT, entry.ask),
    post("/planner/{name:many}/{id}/{section}", SECRETARIAT, entry.answer),
    # Calendar feeds; the feeds themselves are answered by web/feeds/endpoint.py
    get("/subscribe", VIEWER, subscribe.show),
    post("/subscribe", VIEWER, subscribe.make),
    get("/subscribe/{id:number}/address", VIEWER, subscribe.show_address),
    get("/subscribe/{id:number}/renew", VIEWER, subscribe.ask_to_renew),
    post("/subscribe/{id:number}/renew", VIEWER, subscribe.renew),
    get("/subscribe/{id:number}/stop", VIEWER, subscribe.ask_to_stop),
    post("/subscribe/{id:number}/stop", VIEWER, subscribe.stop),
    # Where the links in emails lead
    get("/answer/{token}", ANYBODY, reply.show, of_board=False, signed=True),
    post("/answer/{token}", ANYBODY, reply.answer, of_board=False, signed=True),
    # Accounts
    get("/sign-in", ANYBODY, sign_in.show, of_board=False),
    post("/sign-in", ANYBODY, sign_in.sign_in, of_board=False, hashes=True),
    post("/sign-out", VIEWER, sign_in.sign_out, of_board=False, form_on="/account"),
    get("/set-up/{token}", ANYBODY, setup.show, of_board=False),
    post("/set-up/{token}", ANYBODY, setup.choose, of_board=False, hashes=True),
    get("/password/{token}", ANYBODY, setup.show, of_board=False),
    post("/password/{token}", ANYBODY, setup.choose, of_board=False, hashes=True),
    get("/account", VIEWER, account.show, of_board=False),
    post("/account", VIEWER, account.change_password, of_board=False, hashes=True),
    post("/account/sessions", VIEWER, account.end_sessions, of_board=False, form_on="/account"),
    get("/users", ADMIN, users.show, of_board=False),
    post("/users", ADMIN, users.add, of_board=False),
    get("/users/access", ADMIN, access_record.show, of_board=False),
    get(USER, ADMIN, user.show, of_board=False),
    post("/users/{id:number}/remove-role", ADMIN, user.remove_role, of_board=False, form_on=USER),
    post("/users/{id:number}/sessions", ADMIN, user.end_sessions, of_board=False, form_on=USER),
    get("/users/{id:number}/link", ADMIN, users.show_link, of_board=False),
    post("/users/{id:number}/link", ADMIN, users.renew_link, of_board=False),
    get("/users/{id:number}/disable", ADMIN, users.ask_to_disable, of_board=False),
    post("/users/{id:number}/disable", ADMIN, users.disable_account, of_board=False),
)

# For programs: answered without a session or a page around the answer.
PLAIN_ROUTES: Sequence[Route] = (
    Route("/robots.txt", robots),
    Route(security_txt.PATH, security_txt.security_txt),
    Route("/healthz", health.alive),
    Route("/readyz", health.ready),
)
