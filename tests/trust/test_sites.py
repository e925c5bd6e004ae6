"""What belongs to one site is nowhere on another, whatever address it is asked for under."""

import re

import pytest

from tests.trust.rows import ROWS
from tests.trust.world import HOST_A, HOST_B, World

pytestmark = pytest.mark.django_db

LISTS = {
    "ideas:index_route",
    "proposals:index_route",
    "ideas:similar",
    "ideas:new",
    "proposals:new",
}
# Both sites have these under the same path, each with its own: ``test_matrix`` reads them as
# a visitor next door and finds nobody else's texts.
OF_EVERY_SITE = {
    "borgerdialog:feed_site",
    "borgerdialog:report_sent",
    "borgerdialog:transparency",
    *(name for name in ROWS if name.startswith("borgerdialog:your_page")),
}
ABOUT_A_CASE = sorted(
    name for name, row in ROWS.items() if not row.is_staff and name not in LISTS | OF_EVERY_SITE
)


@pytest.mark.parametrize("name", ABOUT_A_CASE)
def test_a_case_of_one_site_is_not_found_on_another(world: World, name):
    row = ROWS[name]
    found, tried = [], 0
    for case in row.cases(world):
        if not case.is_visible or case.place not in {"open", "neighbour"}:
            continue
        other = HOST_A if case.host == HOST_B else HOST_B
        for user in (None, world.staff["superuser"], case.user):
            client = world.client(user, other)
            for address in row.address(world, case):
                path = re.sub(r"^https?://[^/]+", "", address)
                for method in sorted(row.methods):
                    tried += 1
                    status = client.generic(method, path).status_code
                    if status not in {404, 410}:
                        found.append(f"{method} {path} on {other}: {status}")
    assert found == []
    assert tried >= 6


def test_an_unknown_host_is_answered_by_the_default_site_and_shows_no_neighbours_case(world):
    client = world.client(None, "ukendt.example.dk")
    for case in world.only(place="neighbour", state="visible"):
        name = {"ideas": "ideas:idea", "proposals": "proposals:proposal"}[case.kind]
        (address,) = ROWS[name].address(world, case)
        assert client.get(re.sub(r"^https?://[^/]+", "", address)).status_code == 404
        assert case.word("title").encode() not in client.get("/sitemap.xml").content
