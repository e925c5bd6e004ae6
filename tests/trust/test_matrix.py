"""Role × address × state × site: nothing shows to whom it is not for, and all to whom it is."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.trust.rows import (
    BEARERS,
    COVERED,
    ELSEWHERE,
    ENTER,
    KINDS,
    MODERATE,
    ROLES,
    ROWS,
    SEE,
    Role,
    Row,
    is_public,
    mounted,
)
from tests.trust.world import (
    CONTACT,
    HELD,
    HOST_A,
    INTERNAL,
    NEVER,
    OPEN,
    PRIVATE,
    REASON,
    REJECTED,
    Canary,
    Case,
    World,
)
from wagtail_borgerdialog.contributions.models import Visibility

pytestmark = pytest.mark.django_db

WORD = re.compile(rb"zyx[a-t]{4}wvu|[0-9a-f]{64}")


def test_every_address_of_ours_has_a_row():
    assert mounted() - set(ROWS) - set(COVERED) == set()


def test_every_row_has_an_address():
    assert (set(ROWS) | set(COVERED)) - mounted() == set()


def test_every_kind_of_contribution_has_cases(world):
    assert {case.kind for case in world.cases} == set(KINDS)


# -- who may read what --------------------------------------------------------------------


def may_read(role: Role, canary: Canary, *, row: Row) -> bool:
    """Whether the word may stand in an answer to ``role`` at an address of ``row``."""
    case = canary.case
    if canary.tier == NEVER:
        # Colleagues know each other, and people themselves.
        is_colleague = row.is_staff and role.is_staff
        return case is None and (is_colleague or canary.owner == role.name)
    if row.holder and _is_held(canary, row.holder):
        return True
    if row.is_staff and role.works_with(case, SEE):
        return _staff_may_read(role, canary)
    if row.is_staff and role.is_staff and canary.tier == OPEN and case.is_visible:
        # The preview of a page shows what the page shows.
        return True
    if role.name == "author":
        # Crawled as the author of the very case.
        return canary.tier in {OPEN, PRIVATE, REASON} or _is_contact_of_author(canary)
    if canary.tier == REASON:
        return role.host_for(case) == case.host
    if canary.tier != OPEN:
        return False
    if is_public(role, case):
        return True
    if case.place == "login" and role.is_signed_in and role.host == case.host and case.is_visible:
        return True
    return role.works_with(case, MODERATE)


def _is_held(canary: Canary, holder: str) -> bool:
    if holder == "author":
        theirs = {OPEN, PRIVATE, REASON}
        return canary.tier in theirs or canary.owner == holder or _is_contact_of_author(canary)
    if holder == "invited co-proposer" and canary.tier == OPEN:
        return True
    return canary.owner == holder


def _is_contact_of_author(canary: Canary) -> bool:
    # The author has typed the co-proposers' names and addresses.
    is_own = canary.owner == "" or canary.owner.endswith("co-proposer")
    return canary.tier == CONTACT and is_own


def _staff_may_read(role: Role, canary: Canary) -> bool:
    if canary.tier == CONTACT:
        return role.works_with(canary.case, MODERATE, "answer")
    return canary.tier in {OPEN, REASON, PRIVATE, HELD, INTERNAL}


# -- looking ----------------------------------------------------------------------------


def content(response: HttpResponse) -> bytes:
    """All that an answer says: headers, and the body unpacked."""
    body = b"".join(response) if response.streaming else response.content
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return headers.encode("utf-8", "replace") + b"\n\n" + body


class Crawl:
    """Everything one role gets, and every word in it."""

    def __init__(self, world: World, role: Role) -> None:
        self.world = world
        self.role = role
        self.problems: list[str] = []
        self.seen: dict[str, set[str]] = {}
        self.known = {canary.word: canary for canary in world.all_canaries()}
        self._clients: dict[object, Client] = {}

    def client(self, case: Case) -> Client:
        key = case if self.role.name == "author" else None
        if key not in self._clients:
            self._clients[key] = self.world.client(
                self.role.user(self.world, case), self.role.host_for(case)
            )
        return self._clients[key]

    def look(self, name: str, row: Row, case: Case) -> None:
        expected = row.expect(self.role, case)
        client = self.client(case)
        for address in row.address(self.world, case):
            path = re.sub(r"^https?://[^/]+", "", address)
            response = client.get(path)
            where = f"{self.role.name}: {name} {path} ({case})"
            if response.status_code not in expected:
                self.problems.append(f"{where}: {response.status_code}, not {sorted(expected)}")
            for found in set(WORD.findall(content(response))):
                self._found(found.decode(), row, where, case)

    def _found(self, word: str, row: Row, where: str, case: Case) -> None:
        canary = self.known.get(word)
        if canary is None:
            return
        self.seen.setdefault(word, set()).add("staff" if row.is_staff else "public")
        is_other = self.role.name == "author" and canary.case is not case
        reader = ROLES["citizen"] if is_other and canary.case is not None else self.role
        if not may_read(reader, canary, row=row):
            self.problems.append(f"{where}: shows {canary}")

    def missing(self, canaries: Iterator[Canary], surface: str) -> list[str]:
        """Which of ``canaries`` the role has never met on ``surface``."""
        return [str(one) for one in canaries if surface not in self.seen.get(one.word, ())]


@pytest.fixture(scope="module")
def crawls(world: World) -> dict[str, Crawl]:
    return {}


def crawl(world: World, crawls: dict[str, Crawl], name: str) -> Crawl:
    if name not in crawls:
        found = crawls[name] = Crawl(world, ROLES[name])
        for row_name, row in {**ROWS, **ELSEWHERE}.items():
            if name in row.roles:
                for case in row.cases(world):
                    found.look(row_name, row, case)
    return crawls[name]


@pytest.mark.parametrize("name", ROLES)
def test_nobody_reads_what_is_not_for_them(world, crawls, name):
    found = crawl(world, crawls, name)
    assert not found.problems, "\n".join([f"{len(found.problems)} problems", *found.problems])


@pytest.mark.parametrize("name", ["anonymous", "citizen", "author", "editor", "superuser"])
def test_everybody_reads_what_is_public(world, crawls, name):
    found = crawl(world, crawls, name)
    public = (
        canary
        for case in world.cases
        if is_public(ROLES[name], case)
        for canary in case.canaries
        if canary.tier == OPEN
    )
    assert found.missing(public, "public") == []


def test_the_neighbours_citizens_read_what_is_public_there(world, crawls):
    found = crawl(world, crawls, "visitor next door")
    (idea, proposal) = world.only(place="neighbour", state=Visibility.VISIBLE)
    public = [one for case in (idea, proposal) for one in case.canaries if one.tier == OPEN]
    assert public
    assert found.missing(iter(public), "public") == []


def test_a_reason_stands_where_something_was_taken_away(world, crawls):
    found = crawl(world, crawls, "anonymous")
    reasons = [
        one
        for case in world.only(place="open")
        for one in case.canaries
        if one.tier == REASON and case.state != REJECTED
    ]
    assert reasons
    assert found.missing(iter(reasons), "public") == []


@pytest.mark.parametrize("name", ["author", "moderator", "superuser"])
def test_authors_and_moderators_read_what_is_not_public(world, crawls, name):
    found = crawl(world, crawls, name)
    texts = (case.word(part) for case in world.only(place="open") for part in ("title", "text"))
    assert [word for word in texts if "public" not in found.seen.get(word, ())] == []


@pytest.mark.parametrize(
    ("name", "tiers"),
    [
        ("moderator", {OPEN, HELD, INTERNAL, PRIVATE}),
        ("caseworker", {OPEN, HELD, PRIVATE}),
        ("elsewhere", {OPEN, HELD, INTERNAL, PRIVATE}),
        ("neighbour", {OPEN, HELD, INTERNAL, PRIVATE}),
        ("superuser", {OPEN, HELD, INTERNAL, PRIVATE}),
    ],
)
def test_staff_read_what_they_work_with(world, crawls, name, tiers):
    found = crawl(world, crawls, name)
    role = ROLES[name]
    shown = {
        "title",
        "text",
        "name shown",
        "e-mail of the author",
        "name of the author",
        "private answer",
        "pending comment",
        "hidden comment",
        "remarks",
        "internal note",
        "pending offer",
    }
    if MODERATE in role.rights:
        shown |= {"pending addendum", "e-mail of the pending commenter"}
    expected = [
        canary
        for case in world.cases
        if case.place in role.places
        for canary in case.canaries
        if canary.what in shown
    ]
    assert ENTER in role.rights
    assert expected
    assert found.missing(iter(expected), "staff") == []


def test_bearers_of_a_key_read_what_it_is_about(world, crawls):
    found = crawl(world, crawls, "anonymous")
    for what in ("e-mail of the author", "draft comment", "draft offer"):
        words = [one for case in world.only(place="open") for one in case.canaries]
        theirs = [one.word for one in words if one.what == what]
        assert any("public" in found.seen.get(word, ()) for word in theirs), what


# -- methods ----------------------------------------------------------------------------


def test_no_address_takes_a_method_that_is_not_in_its_row(world):
    wrong = []
    client = world.client(world.staff["superuser"])
    for name, row in ROWS.items():
        if row.is_staff:
            continue
        case = next(c for c in row.cases(world) if c.place == "open")
        anonymous = world.client(None, HOST_A)
        browser = anonymous if BEARERS & row.roles else client
        (address, *_rest) = row.address(world, case) or [""]
        for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE"} - row.methods:
            status = browser.generic(method, re.sub(r"^https?://[^/]+", "", address)).status_code
            if status not in {405, 404, 410}:
                wrong.append(f"{method} {name}: {status}")
    assert wrong == []
