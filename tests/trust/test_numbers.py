"""What is not public changes nothing that the public sees: no list, no number, no search.

The same pages are fetched before and after everything that is not public is put beside what is.
They have to be equal to the last letter.
"""

import re

import pytest

from tests.trust.rows import ELSEWHERE, ROWS
from tests.trust.world import HELD, HOST_A, HOST_B, OPEN, World
from wagtail_borgerdialog.contributions.actions import recount

pytestmark = pytest.mark.django_db

LOOKED_AT = (
    "ideas:index_route",
    "ideas:similar",
    "ideas:idea",
    "proposals:index_route",
    "proposals:proposal",
)


def pages(world: World) -> dict[str, bytes]:
    """What anybody gets of lists in every order, of public cases, and of the sitemap."""
    found = {}
    for host in (HOST_A, HOST_B):
        client = world.client(None, host)
        found[f"{host}/sitemap.xml"] = client.get("/sitemap.xml").content
        rows = {name: ROWS[name] for name in LOOKED_AT}
        rows["sorted"] = ELSEWHERE["sorted and filtered"]
        for row in rows.values():
            for case in row.cases(world):
                if case.is_visible and case.host == host and case.place in {"open", "neighbour"}:
                    for address in row.address(world, case):
                        path = re.sub(r"^https?://[^/]+", "", address)
                        found[f"{host}{path}"] = client.get(path).content
    return found


@pytest.fixture(scope="module")
def before_and_after(module_transaction: None) -> tuple[World, dict[str, bytes]]:
    world = World()
    world.plant(is_visible=True)
    before = pages(world)
    world.plant(is_visible=False)
    return world, before


def test_what_is_hidden_changes_no_public_page(before_and_after):
    world, before = before_and_after
    after = pages(world)
    assert after.keys() == before.keys()
    assert len(after) > 30
    # A case that was public once leaves its number free, and nothing else.
    changed = [address for address in before if after[address] != before[address]]
    assert changed == []


def test_what_is_hidden_on_a_public_case_shows_as_a_placeholder_at_most(before_and_after):
    world, before = before_and_after
    world.hide_something_on_public_cases()
    after = pages(world)
    placeholder = re.compile(
        rb'\s*<li>\s*<article class="bd-comment" id="comment-\d+">\s*'
        rb'(?:<p class="bd-comment__placeholder">[^<]*</p>\s*){1,2}'
        rb'(?:<div class="bd-prose bd-comment__placeholder">\s*<p[^>]*>[^<]*</p>\s*</div>\s*)?'
        rb"</article>\s*</li>\s*"
    )

    def without(page: bytes) -> str:
        return "".join(placeholder.sub(b"", page).decode().split())

    changed = [address for address in before if without(after[address]) != without(before[address])]
    assert changed == []
    # One that was hidden and one that was removed; what waits or was refused leaves nothing.
    for row in (ROWS["ideas:idea"], ROWS["proposals:proposal"]):
        case = next(case for case in row.cases(world) if case.is_visible and case.place == "open")
        (address,) = row.address(world, case)
        assert len(placeholder.findall(after[address.removeprefix("http://")])) == 2
    words = [
        canary.word.encode()
        for case in world.cases
        for canary in case.canaries
        if canary.tier == HELD
    ]
    assert words
    assert [word for word in words if any(word in page for page in after.values())] == []


def test_counters_count_what_is_public(before_and_after):
    assert recount(fix=False) == []


@pytest.mark.parametrize("name", ["ideas:index_route", "ideas:similar", "proposals:index_route"])
def test_a_search_for_hidden_words_finds_what_a_search_for_nonsense_finds(before_and_after, name):
    world, _before = before_and_after
    row, nonsense = ROWS[name], "zyxoooowvu"
    compared = 0
    for page_case in row.cases(world):
        if page_case.place not in {"open", "neighbour"}:
            continue
        client = world.client(None, page_case.host)
        (address, *_rest) = row.address(world, page_case)
        path = re.sub(r"^https?://[^/]+", "", address).partition("?")[0]
        expected = client.get(f"{path}?q={nonsense}&status=all").content
        assert client.get(f"{path}?q=havnen&status=all").content != expected
        for case in world.cases:
            if case.is_visible and case.page == page_case.page:
                continue
            if case.page != page_case.page and page_case.place != "open":
                continue
            if case.is_visible and name == "ideas:similar" and case.host == page_case.host:
                # Other public collections of the site are looked through as well.
                continue
            for canary in case.canaries:
                if canary.tier == OPEN and canary.what in {"title", "text"}:
                    compared += 1
                    found = client.get(f"{path}?q={canary.word}&status=all").content
                    assert found.replace(canary.word.encode(), nonsense.encode()) == expected, (
                        f"{path} tells that {canary} exists"
                    )
            reference = client.get(f"{path}?q={case.obj.reference}&status=all").content
            assert reference.replace(case.obj.reference.encode(), nonsense.encode()) == expected
    assert compared > 10
