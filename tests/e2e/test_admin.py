"""The staff screens in a browser: axe finds nothing of ours, and bulk decisions work."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.admin.conftest import (
    RIGHTS,
    IdeaFactory,
    collection,
    comment_on,
    member,
    offer,
    pending,
    proposal_at,
)
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.proposals.models import Addendum
from wagtail_borgerdialog.testing.factories import SupportFactory

# Wagtail's own frame around our content is Wagtail's to mend.
OURS = "#main"


@pytest.fixture
def here(transactional_db):
    here = collection("Idébanken")
    rights = {right for role in RIGHTS.values() for right in role}
    member("signe", sorted(rights), here.page)
    return here


@pytest.fixture
def admin(page: Page, live_server, here) -> Page:
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(live_server.url + reverse("wagtailadmin_login"))
    page.fill("#id_username", "signe")
    page.fill("#id_password", "password")
    page.click("button[type=submit]")
    expect(page).to_have_url(live_server.url + reverse("wagtailadmin_home"))
    return page


def test_axe_finds_nothing_of_ours_on_the_staff_screens(
    admin, live_server, here, axe_finds_nothing
):
    idea = pending(here, title="Bænke ved havnen")
    shown = IdeaFactory(activity=here)
    entered_by = get_user_model().objects.get(username="signe")
    SupportFactory(contribution=shown, entered_by=entered_by, evidence="Liste 1")
    waiting = comment_on(shown, visibility=Visibility.PENDING)
    proposal = proposal_at(here, remarks="Fordi der er varmt.")
    addendum = Addendum.objects.create(
        proposal=proposal,
        participant=proposal.participant,
        body="Det bliver billigere nu.",
        language="da",
        created_at=timezone.now(),
    )
    cases = {"ideas": idea, "proposals": proposal}
    texts = {"comments": waiting, "help": offer(shown), "addenda": addendum}
    actions = {
        "ideas": ["publish", "reject", "status", "place"],
        "proposals": ["check", "place"],
        "comments": ["reject"],
        "addenda": ["hide"],
    }
    paths = [reverse("wagtailadmin_home"), reverse("borgerdialog_mails:list")]
    for name, obj in {**cases, **texts}.items():
        paths.append(reverse(f"borgerdialog_{name}:list"))
        paths.append(reverse(f"borgerdialog_{name}:item", args=[obj.pk]))
        for action in actions.get(name, ()):
            paths.append(reverse(f"borgerdialog_{name}:action", args=[obj.pk, action]))
    paths += [
        reverse("borgerdialog_ideas:item", args=[shown.pk]),
        reverse("borgerdialog_ideas:action", args=[shown.pk, "supports"]),
        reverse("borgerdialog_ideas:action", args=[shown.pk, "takeback"]),
        reverse("borgerdialog_ideas:action", args=[shown.pk, "refine"]),
        f"{reverse('borgerdialog_ideas:list')}?q=findesikke",
        reverse("wagtail_bulk_action", args=["borgerdialog_ideas", "idea", "borgerdialog_reject"])
        + f"?id={idea.pk}",
    ]
    for path in paths:
        admin.goto(live_server.url + path)
        axe_finds_nothing(admin, within=OURS)
    for path in [
        reverse("borgerdialog_ideas:enter"),
        reverse("borgerdialog_proposals:enter"),
        reverse("borgerdialog_ideas:action", args=[idea.pk, "reject"]),
    ]:
        admin.goto(live_server.url + path)
        axe_finds_nothing(admin, within=OURS)
        admin.locator("#main form button[type=submit]").last.click()
        expect(admin.locator("#main [aria-invalid=true]").first).to_be_visible()
        axe_finds_nothing(admin, within=OURS)


def test_axe_finds_nothing_of_ours_where_only_few_may_go(
    admin, live_server, here, axe_finds_nothing
):
    get_user_model().objects.update(is_superuser=True)
    at = timezone.now()
    failed = OutgoingMail.objects.create(
        site=here.site,
        template="receipt",
        to_email="asta@example.dk",
        language="da",
        created_at=at,
        next_attempt_at=at,
        failed_at=at,
        last_error="SMTPServerDisconnected",
    )
    group = get_user_model().objects.get(username="signe").groups.get()
    mail = reverse("borgerdialog_mails:mail", args=[failed.pk])
    rules = reverse("wagtailsnippets_borgerdialog_proposals_ruleset:add")
    for path, ours in {
        reverse(
            "wagtailusers_groups:edit", args=[group.pk]
        ): "section:has([data-w-formset-target])",
        mail: OURS,
        rules: "#main form",
    }.items():
        admin.goto(live_server.url + path)
        axe_finds_nothing(admin, within=ours)


def test_two_ideas_are_ticked_and_published(admin, live_server, here):
    ideas = [pending(here), pending(here)]
    admin.goto(live_server.url + reverse("borgerdialog_ideas:list"))
    boxes = admin.locator("[data-bulk-action-checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    admin.get_by_role("link", name="Publish those selected", exact=True).click()
    expect(admin.get_by_text("You are about to publish 2 texts.")).to_be_visible()
    admin.get_by_role("button", name="Publish", exact=True).click()
    expect(admin.get_by_text("2 are changed.")).to_be_visible()
    for idea in ideas:
        idea.refresh_from_db()
        assert idea.visibility == Visibility.VISIBLE


@pytest.mark.parametrize("width", [320, 1280])
def test_the_titles_in_a_list_can_be_read_and_every_column_be_reached(
    admin, live_server, here, width
):
    pending(here, title="Højbede ved plejehjemmet, som beboerne kan nå")
    admin.set_viewport_size({"width": width, "height": 800})
    admin.goto(live_server.url + reverse("borgerdialog_ideas:list"))
    title = admin.locator("td.title")
    assert title.bounding_box()["width"] >= 200
    last = admin.locator("table.listing th").last
    last.scroll_into_view_if_needed()
    assert last.bounding_box()["x"] + last.bounding_box()["width"] <= width + 1


def test_no_field_is_wider_than_a_phone(admin, live_server, here):
    idea = IdeaFactory(activity=here)
    here.page.title = "Borgermillionen: gør bydelene smukkere og grønnere for alle"
    here.page.save()
    admin.set_viewport_size({"width": 320, "height": 800})
    bulk = reverse("wagtail_bulk_action", args=["borgerdialog_ideas", "idea", "borgerdialog_hide"])
    for path in [
        reverse("borgerdialog_ideas:action", args=[idea.pk, "hide"]),
        reverse("borgerdialog_ideas:action", args=[idea.pk, "status"]),
        reverse("borgerdialog_ideas:enter"),
        f"{bulk}?id={idea.pk}",
    ]:
        admin.goto(live_server.url + path)
        fields = admin.locator("#main .w-field select, #main .w-field textarea").all()
        assert fields, path
        for field in fields:
            box = field.bounding_box()
            assert box["x"] + box["width"] <= 320, path
