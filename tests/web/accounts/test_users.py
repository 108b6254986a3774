"""/users: letting somebody in, and the one-time link that is shown once."""

from __future__ import annotations

import re

from boardcal.storage.schema.accounts import setup_link
from boardcal.tests.web.reader import ADMIN, VIEWER, Place, Reader

NEW = "new@example.org"
NEW_PASSWORD = "a long enough passphrase"


def _link(reader: Reader) -> str:
    """The path of the one-time link that is shown."""
    assert reader.shown is not None
    link = re.search(
        r"<code>http://127\.0\.0\.1:8000(/password/[\w-]{43})</code>", reader.shown.text
    )
    assert link is not None, reader.text
    return link[1]


def test_a_new_accounts_link_is_shown_once_and_lets_its_owner_in(place: Place) -> None:
    admin, newcomer = place.reader(ADMIN), place.reader()
    admin.opens("/users")
    answer = admin.sends("/users", email=NEW, role="viewer", board="lscb")
    assert answer.status_code == 303
    admin.follows(answer)
    assert f"A link to send to {NEW}" in admin.text
    link = _link(admin)
    newcomer.opens(link)
    newcomer.sends(link, password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert place.reader().signs_in(NEW, NEW_PASSWORD).status_code == 303


def test_reloading_shows_no_link_and_makes_none(place: Place) -> None:
    admin = place.reader(ADMIN)
    admin.opens("/users")
    answer = admin.sends("/users", email=NEW, role="viewer", board="lscb")
    admin.follows(answer)
    link, stored = _link(admin), place.table(setup_link)
    admin.follows(answer)
    assert link not in str(admin.shown and admin.shown.text)
    assert "The link was shown once, when it was made, and is kept nowhere." in admin.text
    assert place.table(setup_link) == stored
    assert place.reader().opens(link).status_code == 200


def test_a_new_link_can_be_made_on_the_page_where_the_old_one_was_and_stops_it(
    place: Place,
) -> None:
    admin = place.reader(ADMIN)
    admin.opens("/users")
    answer = admin.sends("/users", email=NEW, role="viewer", board="lscb")
    admin.follows(answer)
    old = _link(admin)
    admin.follows(answer)
    admin.follows(admin.sends(answer.headers["location"]))
    fresh = _link(admin)
    assert place.reader().opens(fresh).status_code == 200
    assert place.reader().opens(old).status_code == 404


def test_the_page_of_a_link_is_for_administrators_and_for_accounts_that_may_sign_in(
    place: Place,
) -> None:
    account = place.lets_in(NEW, "viewer")
    admin = place.reader(ADMIN)
    admin.opens("/users")
    admin.sends(f"/users/{account}/disable")
    assert admin.opens(f"/users/{account}/link").status_code == 404
    assert f"{NEW} is disabled; add the address again to let it in." in admin.text
    assert admin.opens("/users/99/link").status_code == 404
    assert place.reader(VIEWER).opens(f"/users/{account}/link").status_code == 403
