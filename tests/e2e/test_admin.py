"""The staff screens in a browser: axe finds nothing of ours, and bulk decisions work."""

import pytest
from django.urls import reverse
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
    comment = comment_on(shown, visibility=Visibility.PENDING)
    proposal = proposal_at(here, remarks="Fordi der er varmt.")
    one = offer(shown)
    paths = [
        reverse("wagtailadmin_home"),
        reverse("borgerdialog_ideas:list"),
        reverse("borgerdialog_ideas:enter"),
        reverse("borgerdialog_ideas:item", args=[idea.pk]),
        reverse("borgerdialog_ideas:item", args=[shown.pk]),
        reverse("borgerdialog_ideas:action", args=[idea.pk, "reject"]),
        reverse("borgerdialog_ideas:action", args=[shown.pk, "supports"]),
        reverse("borgerdialog_ideas:action", args=[shown.pk, "refine"]),
        reverse("borgerdialog_comments:list"),
        reverse("borgerdialog_comments:item", args=[comment.pk]),
        reverse("borgerdialog_help:item", args=[one.pk]),
        reverse("borgerdialog_proposals:item", args=[proposal.pk]),
        reverse("borgerdialog_proposals:action", args=[proposal.pk, "check"]),
        reverse("borgerdialog_proposals:enter"),
        reverse("borgerdialog_mails:list"),
        reverse("wagtail_bulk_action", args=["borgerdialog_ideas", "idea", "borgerdialog_reject"])
        + f"?id={idea.pk}",
    ]
    for path in paths:
        admin.goto(live_server.url + path)
        axe_finds_nothing(admin, within=OURS)


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
