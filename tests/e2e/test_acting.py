"""Support and comment as people do it: on a small phone, without JavaScript, by keyboard."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import expect

from tests.citizens import address
from wagtail_borgerdialog.contributions.models import Comment, Support
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.spam import MIN_FILL_TIME
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.testing.factories import ActivityFactory, ContributionFactory


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def link_in_last_mail() -> str:
    return "/" + re.search(r"https?://[^/\s]+/(\S*link/\S+)", mail.outbox[-1].body)[1]


def press(page, name: str) -> None:
    """Reach the button with the Tab key alone, and press it."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"The Tab key does not reach {name!r}.")


def test_support_by_mail_and_take_it_back(live_server, browser):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}, locale="en-GB"
    )
    phone = context.new_page()
    idea = ContributionFactory()
    phone.goto(live_server.url + address("support", idea.reference))
    phone.get_by_label("Your e-mail address").fill("asta@example.dk")
    phone.get_by_role("button", name="Send me the link").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Look in your inbox")
    phone.goto(live_server.url + link_in_last_mail())
    phone.get_by_role("button", name="Support it").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your support is counted")
    idea.refresh_from_db()
    assert idea.support_count == 1
    phone.goto(live_server.url + link_in_last_mail())
    phone.get_by_role("button", name="Withdraw my support").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You have taken back your support")
    assert Support.objects.get().status == SupportStatus.WITHDRAWN
    context.close()


def test_a_comment_by_keyboard_alone(live_server, page):
    idea = ContributionFactory(activity=ActivityFactory(comment_level=VerificationLevel.NONE))
    page.goto(live_server.url + address("comment", idea.reference))
    press(page, "Send your comment")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.get_by_label("Your comment").focus()
    page.keyboard.type("Det er en god idé.")
    # Whoever is faster than a person waits for a moderator.
    page.wait_for_timeout(MIN_FILL_TIME.total_seconds() * 1000)
    press(page, "Send your comment")
    expect(page).to_have_url(re.compile("#comment-"), timeout=20_000)
    assert Comment.objects.get().body == "Det er en god idé."
