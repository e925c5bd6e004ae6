"""Pages for everybody can be kept by any proxy; pages for one person by none."""

import re

import pytest

from tests.trust.rows import ELSEWHERE, ROWS, Row
from tests.trust.world import HOST_A, Case, World

pytestmark = pytest.mark.django_db

SHARED = {
    "ideas:index_route",
    "ideas:similar",
    "ideas:idea",
    "proposals:index_route",
    "proposals:proposal",
    "borgerdialog:file",
}
# A form needs a token, and so a cookie; a page behind a link, and one that follows a form, are
# one person's.
PERSONAL = {name for name, row in ROWS.items() if not row.is_staff and name not in SHARED}


def path(row: Row, world: World, *, state: str = "visible") -> tuple[str, Case]:
    case = next(c for c in row.cases(world) if c.place == "open" and c.state == state)
    (address, *_rest) = row.address(world, case)
    return re.sub(r"^https?://[^/]+", "", address), case


def header(response, name: str) -> set[str]:
    return {part.strip().lower() for part in response.get(name, "").split(",") if part.strip()}


@pytest.mark.parametrize("name", sorted(SHARED))
def test_a_visitor_without_cookies_gets_none(world, name):
    address, _case = path(ROWS[name], world)
    response = world.client(None).get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert "Set-Cookie" not in response
    assert not response.wsgi_request.session.accessed
    assert not response.wsgi_request.session.modified
    assert header(response, "Cache-Control").isdisjoint({"private", "no-store"})


@pytest.mark.parametrize("name", sorted(SHARED - {"borgerdialog:file"}))
def test_a_proxy_is_told_that_a_cookie_makes_a_difference(world, name):
    address, case = path(ROWS[name], world)
    assert "cookie" in header(world.client(None).get(address), "Vary")
    for user in (world.citizen, case.user, world.staff["superuser"]):
        response = world.client(user).get(address)
        assert response.status_code == 200
        assert "cookie" in header(response, "Vary")
        assert header(response, "Cache-Control") & {"private", "no-store"}


def test_what_stands_in_the_place_of_a_hidden_text_sets_no_cookie_either(world):
    for name in ("ideas:idea", "proposals:proposal"):
        for state, status in (("hidden", 410), ("pending", 404), ("withdrawn", 410)):
            address, _case = path(ROWS[name], world, state=state)
            response = world.client(None).get(address)
            assert response.status_code == status
            assert not response.cookies
            assert not response.wsgi_request.session.accessed


@pytest.mark.parametrize("name", ["ideas:idea", "proposals:proposal", "borgerdialog:file"])
@pytest.mark.parametrize("state", ["pending", "hidden"])
def test_what_only_its_author_may_see_is_stored_by_nobody(world, name, state):
    address, case = path(ROWS[name], world, state=state)
    response = world.client(case.user, HOST_A).get(address)
    assert response.status_code == 200
    assert {"private", "no-store"} <= header(response, "Cache-Control")


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_what_is_for_one_person_is_kept_by_no_proxy(world, name):
    address, case = path(ROWS[name], world)
    for user in (None, case.user):
        response = world.client(user).get(address)
        kept = header(response, "Cache-Control")
        assert kept & {"private", "no-store", "no-cache"} or (
            # A page that is the same for everybody and holds no form.
            user is None and not response.cookies and b"<form" not in response.content
        ), (user, kept)


def test_the_sitemap_sets_no_cookie(world):
    response = world.client(None).get(ELSEWHERE["the sitemap"].address(world, world.cases[0])[0])
    assert response.status_code == 200
    assert not response.cookies
    assert not response.wsgi_request.session.accessed
