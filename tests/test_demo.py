"""The demo: what its texts promise is what the site shows."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.test import Client, override_settings
from django.utils import timezone

from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    StatusChange,
    Support,
    Visibility,
)
from wagtail_borgerdialog.followup.models import Case, Outcome
from wagtail_borgerdialog.models import Activity, OutgoingMail

pytest.importorskip("wagtail_borgerdialog.pages")
content = pytest.importorskip("example_site.demo.content")
municipality = pytest.importorskip("example_site.demo.municipality")

ITEMS = [*content.ideas(), *content.proposals()]
BY_TITLE = {item["title"]: item for item in ITEMS}
E_MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")


def load() -> str:
    out = StringIO()
    with override_settings(DEBUG=True):
        call_command("load_demo", address="127.0.0.1:8123", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def _demo(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The demo, loaded once for all tests here and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        load()
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_demo")]


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def texts() -> Iterator[tuple[str, str]]:
    """Every stored text of every table, with where it stands."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                for value in model._base_manager.values_list(field.attname, flat=True):
                    yield field, str(value)


def test_each_case_stands_where_its_text_says():
    cases = {case.title: case for case in Contribution.objects.select_related("status")}
    assert cases.keys() == BY_TITLE.keys()
    for title, item in BY_TITLE.items():
        case = cases[title]
        assert (case.visibility, case.status.kind) == (item["visibility"], item["status"]), title
        assert case.support_count == sum(item["supports"].values()), title


def test_the_log_of_each_case_is_the_one_in_the_file():
    log: dict[str, list[tuple[str, str, str]]] = {}
    for step in StatusChange.objects.order_by("at", "pk").select_related(
        "contribution", "to_status"
    ):
        entry = (step.to_status.kind, step.note, step.by_role)
        log.setdefault(step.contribution.title, []).append(entry)
    for title, item in BY_TITLE.items():
        wanted = [(e["kind"], e["note"], e["by_role"] or "") for e in item["status_log"]]
        assert log[title] == wanted


def test_supports_rest_on_what_the_file_says():
    kinds = {("paper", "none"): "paper"}
    found: dict[str, Counter[str]] = {}
    for title, channel, level in Support.objects.values_list(
        "contribution__title", "channel", "verification_level"
    ):
        found.setdefault(title, Counter())[kinds.get((channel, level), level)] += 1
    for title, item in BY_TITLE.items():
        wanted = {kind: number for kind, number in item["supports"].items() if number}
        assert dict(found.get(title, {})) == wanted


def test_counters_agree_with_rows():
    out = StringIO()
    call_command("borgerdialog_recount", stdout=out)
    assert out.getvalue().strip() == "All counters agree"


def test_nothing_happened_in_the_future_or_before_it_could():
    now = timezone.now()
    for case in Contribution.objects.all():
        begun = case.published_at or case.submitted_at
        assert case.submitted_at <= begun <= now
        for at in case.supports.values_list("created_at", flat=True):
            assert begun <= at <= now, case.title
        for at in case.comments.values_list("created_at", flat=True):
            assert begun <= at <= now, case.title
        steps = list(case.status_changes.order_by("pk").values_list("at", flat=True))
        assert steps == sorted(steps), case.title
        assert steps[-1] <= now


def test_moderators_have_something_to_do():
    assert Comment.objects.filter(visibility=Visibility.PENDING).count() == 3
    assert Contribution.objects.to_moderate().count() == 3


def test_every_page_answers(client):
    paths = ["/", "/en/", "/en/ideas-bank/", "/spilleregler/"]
    paths += [f"/{key}/" for key in content.activities()]
    for path in paths:
        assert client.get(path).status_code == 200, path


def test_every_case_has_a_page_and_only_public_ones_show_their_text(client):
    for case in Contribution.objects.select_related("activity__page"):
        response = client.get(f"/{case.activity.page.slug}/{case.reference}/")
        if case.visibility == Visibility.VISIBLE:
            assert response.status_code == 200, case.title
        else:
            assert response.status_code in {404, 410}, case.title
            assert case.title not in response.content.decode()


def test_danish_and_english_pages_share_one_activity(client):
    assert Activity.objects.count() == 3
    danish = client.get("/idebanken/").content.decode()
    english = client.get("/en/ideas-bank/").content.decode()
    case = Contribution.objects.visible().filter(activity__page__slug="idebanken").newest().first()
    assert case.title in danish
    assert case.title in english


def test_the_front_page_says_what_one_can_take_part_in(client):
    page = client.get("/").content.decode()
    for item in content.activities().values():
        assert f'href="/{item["slug_key"]}/">{item["title"]}</a>' in page
    visible = [item for item in content.read("ideas_idebanken") if item["visibility"] == "visible"]
    supports = sum(sum(item["supports"].values()) for item in visible)
    assert f"<strong>{len(visible)}</strong> idéer" in page
    assert f"<strong>{supports:,}</strong> støtter".replace(",", ".") in page


def test_the_frame_opens_no_session_for_visitors(client):
    response = client.get("/")
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "Log ind" in response.content.decode()


@pytest.mark.parametrize("name", ["redaktoer", "moderator", "sagsbehandler", "borger", "admin"])
def test_the_printed_logins_work(name):
    client = Client()
    login = {"login": f"{name}@example.dk", "password": municipality.PASSWORD}
    assert client.post("/konto/login/", login).status_code == 302
    assert "Log ud" in client.get("/").content.decode()
    assert client.get("/admin/").status_code == (302 if name == "borger" else 200)


def test_an_editor_can_change_the_pages():
    client = Client()
    client.post(
        "/konto/login/", {"login": "redaktoer@example.dk", "password": municipality.PASSWORD}
    )
    page = Activity.objects.first().page
    assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200


def test_history_leaves_no_mail_to_send_but_the_newest_of_each_kind():
    unsent = OutgoingMail.objects.unsent()
    assert 5 <= unsent.count() <= 25
    assert unsent.count() == unsent.values("template").distinct().count()
    sent = OutgoingMail.objects.exclude(sent_at=None)
    assert sent.count() > 200
    assert not sent.exclude(to_email="", context={}).exists()


def test_a_second_run_changes_nothing():
    before = rows()
    assert "already" in load()
    assert rows() == before


def test_links_in_mails_lead_to_where_the_demo_answers():
    links = [
        value
        for context in OutgoingMail.objects.unsent().values_list("context", flat=True)
        for name, value in context.items()
        # A decision stands on another site.
        if name != "decided_in" and isinstance(value, str) and value.startswith("http")
    ]
    assert links
    assert [link for link in links if not link.startswith("http://127.0.0.1:8123/")] == []


def test_no_address_in_any_table_belongs_to_anybody_real():
    found = {
        (str(field), domain)
        for field, text in texts()
        for domain in E_MAIL.findall(text)
        if domain != "example.dk"
    }
    assert found == set()


def test_known_passwords_go_nowhere_but_where_debug_is_on():
    with pytest.raises(CommandError, match="EXAMPLE_SITE_DEBUG"):
        call_command("load_demo")


def test_every_outcome_of_an_answer_can_be_seen_and_stands_on_its_page(client):
    shown = Case.objects.exclude(answer=None).select_related("answer", "contribution__activity")
    wanted = content.answers()["answers"]
    assert {case.answer.outcome for case in shown} == set(Outcome)
    assert sorted(case.answer.body for case in shown) == sorted(a["body"] for a in wanted.values())
    for case in shown:
        page = client.get(
            f"/{case.contribution.activity.page.slug}/{case.contribution.reference}/"
        ).content.decode()
        assert case.answer.body.splitlines()[0] in html.unescape(page)
