"""Support and comment as people do it: on a small phone, without JavaScript, by keyboard."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import expect

from tests.citizens import address
from wagtail_borgerdialog.contributions.models import Comment, Support, Visibility
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
)


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def too_wide(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


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
    press(page, "Send your comment")
    expect(page).to_have_url(re.compile("#comment-"), timeout=20_000)
    assert Comment.objects.get().body == "Det er en god idé."


def pages_to_look_at() -> dict[str, str]:
    asta = ParticipantFactory(language="en")
    idea = ContributionFactory(participant=asta, title="En bænk ved havnen, så ældre kan hvile sig")
    strict = ActivityFactory(support_level=VerificationLevel.EID, is_paused=False)
    closed = ContributionFactory(activity=ActivityFactory(is_paused=True))
    declared = ContributionFactory(activity=ActivityFactory(minimum_age=15, residents_only=True))
    comment = CommentFactory(contribution=idea, participant=asta)
    draft = CommentFactory(contribution=idea, participant=asta, visibility=Visibility.DRAFT)
    site = idea.site
    counted = SupportFactory(contribution=idea, participant=asta)
    waiting = SupportFactory(
        contribution=idea,
        participant=ParticipantFactory(language="en"),
        status=SupportStatus.PENDING,
    )
    unsent = ContributionFactory(participant=asta, visibility=Visibility.DRAFT)
    links = {
        "confirm": unsent,
        "withdraw": idea,
        "support": waiting,
        "withdraw-support": counted,
        "comment": draft,
    }
    found = {
        "support": address("support", idea.reference),
        "support-declared": address("support", declared.reference),
        "support-sent": address("support_sent", idea.reference),
        "support-eid": address("support", ContributionFactory(activity=strict).reference),
        "support-paused": address("support", closed.reference),
        "comment": address("comment", idea.reference),
        "reply": f"{address('comment', idea.reference)}?parent={comment.pk}",
        "comment-sent": address("comment_sent", idea.reference),
        "comment-waiting": address("comment_waiting", idea.reference),
        "link-invalid": address("link", "support", "x"),
    }
    for purpose, obj in links.items():
        found[f"link-{purpose}"] = link_url(purpose, obj, site=site).removeprefix(site.root_url)
    found["link-comment-done"] = link_url("comment", comment, site=site).removeprefix(site.root_url)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_everything_fits(live_server, page, axe_finds_nothing, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 640})
    for path in pages_to_look_at().values():
        page.goto(live_server.url + path)
        assert not too_wide(page), path
        axe_finds_nothing(page)


def test_axe_finds_nothing_on_a_form_with_errors(live_server, page, axe_finds_nothing):
    idea = ContributionFactory(activity=ActivityFactory(minimum_age=15))
    for name in ("support", "comment"):
        page.goto(live_server.url + address(name, idea.reference))
        page.locator("form.bd-form button").last.click()
        expect(page).to_have_title(re.compile("^Error: "))
        axe_finds_nothing(page)
