"""Nobody decides what is not theirs to decide, and looking decides nothing."""

import hashlib
import re

import pytest
from django.apps import apps
from django.test import Client

from tests.trust.browser import fill, forms
from tests.trust.rows import ROLES, ROWS, Row
from tests.trust.world import HOST_A, Case, World

pytestmark = pytest.mark.django_db

# Sessions move with every request; the others follow from what our rows say.
LEFT_OUT = {"sessions.Session"}


def everything() -> dict[str, str]:
    """A fingerprint of every row of every table, by table."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if label in LEFT_OUT or not model._meta.managed or model._meta.proxy:
            continue
        digest = hashlib.sha256()
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._base_manager.order_by("pk").values_list(*names):
            digest.update(repr(row).encode())
        found[label] = digest.hexdigest()
    return found


def changed(before: dict[str, str]) -> list[str]:
    after = everything()
    return [label for label in before if before[label] != after[label]]


def path_of(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


def addresses(world: World, row: Row) -> list[tuple[Case, str]]:
    cases = [case for case in row.cases(world) if case.place in {"open", "neighbour", "elsewhere"}]
    return [(case, path_of(url)) for case in cases for url in row.address(world, case)]


@pytest.mark.parametrize("is_staff", [False, True], ids=["citizens", "staff"])
def test_looking_twice_at_everything_changes_nothing(world, is_staff):
    """Mail scanners, previews of chats and browsers that fetch ahead use GET and HEAD."""
    clients: dict[object, Client] = {}

    def client(case: Case) -> Client:
        key = "staff" if is_staff else case
        if key not in clients:
            user = world.staff["superuser"] if is_staff else None
            clients[key] = world.client(user, HOST_A if is_staff else case.host)
            clients[key].get("/")
        return clients[key]

    looked = 0
    before = None
    for name, row in ROWS.items():
        # Who opens a whole case, with its notes and names, is written down: see test_journal.py.
        if row.is_staff != is_staff or "snippet" in name or "journal" in name:
            continue
        found = addresses(world, row)
        if is_staff:
            found = found[:2]
        for case, path in found:
            visitor = client(case)
            before = before or everything()
            for method in ("GET", "HEAD"):
                for _ in range(1 if is_staff else 2):
                    visitor.generic(method, path)
                    looked += 1
    assert looked > 80
    assert changed(before) == []


def strangers(row: Row, case: Case) -> list[str]:
    """The members of staff who may not do what the row is for with this case."""
    return [
        name
        for name in ("citizen", "viewer", "caseworker", "moderator", "elsewhere", "editor")
        if 200 not in row.expect(ROLES[name], case)
    ]


DECISIONS = sorted(name for name in ROWS if name.startswith(("action:", "bulk:borgerdialog_")))
DECISIONS = [name for name in DECISIONS if not name.endswith(":delete")]


def filled(world: World, path: str) -> dict[str, list[str]]:
    """What somebody who may would send."""
    page = world.client(world.staff["superuser"]).get(path)
    ours = [form for form in forms(page) if "csrfmiddlewaretoken" in form.values or form.typed]
    return fill(ours[-1], lambda name: "Fordi det er sådan.") if ours else {"step": ["send"]}


@pytest.mark.parametrize("name", DECISIONS)
def test_only_those_who_may_decide(world, name):
    row = ROWS[name]
    tries = [
        (world.client(ROLES[stranger].user(world, case)), stranger, path)
        for case, path in addresses(world, row)
        for stranger in strangers(row, case)
    ]
    data = filled(world, addresses(world, row)[0][1])
    before = everything()
    for client, stranger, path in tries:
        status = client.post(path, data).status_code
        assert status in {302, 403, 404}, f"{stranger} {path}: {status}"
    assert changed(before) == []
    assert len(tries) >= 3


@pytest.mark.parametrize("name", [one for one in DECISIONS if one.startswith("bulk:")])
def test_ids_from_elsewhere_are_as_if_they_did_not_exist(world, name):
    """Somebody with every right, but below another page, posts the ids of all there is."""
    row = ROWS[name]
    ((_case, path),) = addresses(world, row)
    mine = [case.obj.pk for case in world.cases if case.place != "elsewhere"]
    rows = {
        label: apps.get_model(label)
        for label in (
            "borgerdialog_contributions.Contribution",
            "borgerdialog_contributions.Comment",
        )
    }

    def state() -> dict[str, list[object]]:
        contribution, comment = rows.values()
        return {
            "contributions": list(contribution.objects.filter(pk__in=mine).order_by("pk").values()),
            "comments": list(comment.objects.filter(contribution__in=mine).order_by("pk").values()),
        }

    before = state()
    data = filled(world, path)
    response = world.client(world.staff["elsewhere"]).post(path, data)
    assert response.status_code in {200, 302}
    assert state() == before
