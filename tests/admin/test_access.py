"""Who gets through which door of the admin, and whose texts they see behind it."""

import pytest
from django.urls import reverse
from wagtail.models import Page

from tests.admin.conftest import (
    IdeaFactory,
    Town,
    comment_on,
    offer,
    pending,
    proposal_at,
)
from wagtail_borgerdialog.contributions.models import Comment, Visibility
from wagtail_borgerdialog.ideas.models import HelpOffer, Idea
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.proposals.models import Addendum, Proposal
from wagtail_borgerdialog.testing.factories import SupportFactory, default_site

SEES = "sees"
"""200, and the text of the other subtree is not on the page."""
NOT_HERE = "not here"
"""404: for this person there is no such thing."""
REFUSED = "refused"
"""Sent back to the admin's front page, as Wagtail does."""
LOGIN = "login"
"""Sent to the login page."""

EVERYBODY = ("anonymous", "plain", "editor", "outsider", "moderator", "caseworker", "superuser")
READERS = {"editor", "moderator", "caseworker", "superuser"}
TREATERS = {"moderator", "caseworker", "superuser"}
MODERATORS = {"moderator", "superuser"}
ANSWERERS = {"caseworker", "superuser"}


def make(town: Town) -> dict[str, object]:
    idea = pending(town.here, title="Bænke ved havnen")
    shown = IdeaFactory(activity=town.here, title="Et træ på torvet")
    SupportFactory(contribution=shown, entered_by=town.staff["superuser"], evidence="Liste 1")
    proposal = proposal_at(town.here)
    return {
        "idea": idea,
        "shown": shown,
        "comment": comment_on(idea, visibility=Visibility.PENDING),
        "offer": offer(shown),
        "proposal": proposal,
        "addendum": Addendum.objects.create(
            proposal=proposal, body="Et punkt mere.", language="da", created_at=proposal.updated_at
        ),
        "mail": OutgoingMail.objects.create(
            site=default_site(),
            recipient_key="k",
            event="e",
            template="receipt",
            to_email="asta@example.dk",
            language="da",
            created_at=idea.submitted_at,
            next_attempt_at=idea.submitted_at,
            last_error="SMTPServerDisconnected",
        ),
    }


LISTS = {
    "borgerdialog_ideas:list": READERS,
    "borgerdialog_ideas:list_results": READERS,
    "borgerdialog_ideas:enter": TREATERS,
    "borgerdialog_proposals:list": READERS,
    "borgerdialog_proposals:list_results": READERS,
    "borgerdialog_proposals:enter": TREATERS,
    "borgerdialog_comments:list": TREATERS,
    "borgerdialog_comments:list_results": TREATERS,
    "borgerdialog_help:list": TREATERS,
    "borgerdialog_help:list_results": TREATERS,
    "borgerdialog_addenda:list": MODERATORS,
    "borgerdialog_addenda:list_results": MODERATORS,
    "borgerdialog_mails:list": MODERATORS,
    "borgerdialog_mails:list_results": MODERATORS,
}
# The outsider holds all rights, elsewhere: lists open and are empty of what is here.
ITEMS = {
    ("borgerdialog_ideas:item", "idea"): READERS,
    ("borgerdialog_proposals:item", "proposal"): READERS,
    ("borgerdialog_comments:item", "comment"): TREATERS,
    ("borgerdialog_help:item", "offer"): TREATERS,
    ("borgerdialog_addenda:item", "addendum"): MODERATORS,
}
ACTIONS = {
    ("borgerdialog_ideas:action", "idea", "publish"): MODERATORS,
    ("borgerdialog_ideas:action", "idea", "reject"): MODERATORS,
    ("borgerdialog_ideas:action", "shown", "hide"): MODERATORS,
    ("borgerdialog_ideas:action", "idea", "remove"): MODERATORS,
    ("borgerdialog_ideas:action", "idea", "status"): ANSWERERS,
    ("borgerdialog_ideas:action", "idea", "place"): TREATERS,
    ("borgerdialog_ideas:action", "idea", "refine"): ANSWERERS,
    ("borgerdialog_ideas:action", "shown", "supports"): TREATERS,
    ("borgerdialog_ideas:action", "shown", "takeback"): TREATERS,
    ("borgerdialog_ideas:action", "shown", "paperlist"): TREATERS,
    ("borgerdialog_ideas:action", "shown", "merge"): ANSWERERS,
    ("borgerdialog_proposals:action", "proposal", "check"): ANSWERERS,
    ("borgerdialog_proposals:action", "proposal", "remove"): MODERATORS,
    ("borgerdialog_proposals:action", "proposal", "place"): TREATERS,
    ("borgerdialog_comments:action", "comment", "publish"): MODERATORS,
    ("borgerdialog_comments:action", "comment", "reject"): MODERATORS,
    ("borgerdialog_help:action", "offer", "publish"): MODERATORS,
    ("borgerdialog_addenda:action", "addendum", "show"): MODERATORS,
}
BULK = {
    ("borgerdialog_ideas", "idea", "borgerdialog_publish", "idea"): MODERATORS,
    ("borgerdialog_ideas", "idea", "borgerdialog_reject", "idea"): MODERATORS,
    ("borgerdialog_ideas", "idea", "borgerdialog_hide", "shown"): MODERATORS,
    ("borgerdialog_ideas", "idea", "borgerdialog_status", "idea"): ANSWERERS,
    ("borgerdialog_proposals", "proposal", "borgerdialog_hide", "proposal"): MODERATORS,
    ("borgerdialog_proposals", "proposal", "borgerdialog_status", "proposal"): ANSWERERS,
    ("borgerdialog_contributions", "comment", "borgerdialog_publish", "comment"): MODERATORS,
    ("borgerdialog_contributions", "comment", "borgerdialog_reject", "comment"): MODERATORS,
    ("borgerdialog_contributions", "comment", "borgerdialog_hide", "comment"): MODERATORS,
    ("borgerdialog_ideas", "helpoffer", "borgerdialog_publish", "offer"): MODERATORS,
    ("borgerdialog_ideas", "helpoffer", "borgerdialog_reject", "offer"): MODERATORS,
    ("borgerdialog_ideas", "helpoffer", "borgerdialog_hide", "offer"): MODERATORS,
    ("borgerdialog_proposals", "addendum", "borgerdialog_publish", "addendum"): MODERATORS,
    ("borgerdialog_proposals", "addendum", "borgerdialog_reject", "addendum"): MODERATORS,
}


def outcome(response: object) -> str:
    if response.status_code == 200:
        return SEES
    if response.status_code == 404:
        return NOT_HERE
    assert response.status_code == 302
    return LOGIN if "login" in response["Location"] else REFUSED


@pytest.mark.parametrize("role", EVERYBODY)
def test_lists_open_for_those_with_the_right_and_show_only_their_part_of_the_tree(town, role):
    made = make(town)
    client = town.client(role)
    for name, allowed in LISTS.items():
        response = client.get(reverse(name))
        expected = LOGIN if role == "anonymous" else REFUSED
        if role in allowed or role == "outsider":
            expected = SEES
        assert outcome(response) == expected, name
        if role == "outsider" and "enter" not in name and "mails" not in name:
            for text in ("Bænke ved havnen", "Et træ på torvet", made["comment"].body, "trailer"):
                assert text not in response.content.decode(), name


@pytest.mark.parametrize("role", EVERYBODY)
def test_cases_open_only_within_reach(town, role):
    made = make(town)
    client = town.client(role)
    for (name, key), allowed in ITEMS.items():
        expected = {"anonymous": LOGIN, "outsider": NOT_HERE}.get(role, REFUSED)
        if role in allowed:
            expected = SEES
        assert outcome(client.get(reverse(name, args=[made[key].pk]))) == expected, name


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_acts_without_the_right_or_out_of_reach(town, role, method):
    made = make(town)
    client = town.client(role)
    for (name, key, action), allowed in ACTIONS.items():
        response = getattr(client, method)(reverse(name, args=[made[key].pk, action]))
        expected = {"anonymous": LOGIN, "outsider": NOT_HERE}.get(role, REFUSED)
        if role in allowed and method == "get":
            expected = SEES
        if role not in allowed:
            assert outcome(response) == expected, (name, action)
        elif method == "get":
            assert outcome(response) == SEES, (name, action)
    if role not in MODERATORS:
        assert Idea.objects.get(pk=made["idea"].pk).visibility == Visibility.PENDING
        assert Comment.objects.get().visibility == Visibility.PENDING
        assert HelpOffer.objects.get().visibility == Visibility.PENDING
        assert Addendum.objects.get().visibility == Visibility.PENDING
    assert Proposal.objects.get().status.kind == "in_review"


@pytest.mark.parametrize("role", EVERYBODY)
def test_bulk_decisions_do_not_reach_what_is_out_of_reach(town, role):
    made = make(town)
    client = town.client(role)
    for (app, model, action, key), allowed in BULK.items():
        url = reverse("wagtail_bulk_action", args=[app, model, action]) + f"?id={made[key].pk}"
        response = client.get(url)
        if role == "outsider":
            assert outcome(response) == SEES
            assert made[key].pk not in [one["item"].pk for one in response.context["items"]]
            assert str(made[key]) not in response.content.decode()
            client.post(url, {"reason_code": "spam"})
        elif role in allowed:
            assert outcome(response) == SEES, action
        else:
            assert outcome(response) == (LOGIN if role == "anonymous" else REFUSED), action
            client.post(url, {"reason_code": "spam"})
    if role not in MODERATORS:
        assert Idea.objects.get(pk=made["idea"].pk).visibility == Visibility.PENDING
        assert Idea.objects.get(pk=made["shown"].pk).visibility == Visibility.VISIBLE
        assert Comment.objects.get().visibility == Visibility.PENDING
        assert HelpOffer.objects.get().visibility == Visibility.PENDING
        assert Addendum.objects.get().visibility == Visibility.PENDING


@pytest.mark.parametrize("model", [Idea, Proposal, Comment, HelpOffer, Addendum])
def test_what_citizens_wrote_has_no_snippet_screens_chooser_or_bulk_delete(town, model):
    made = make(town)
    label, name = model._meta.app_label, model._meta.model_name
    client = town.client("superuser")
    pk = next(one.pk for one in made.values() if isinstance(one, model))
    for path in (
        f"/admin/snippets/{label}/{name}/",
        f"/admin/snippets/{label}/{name}/delete/{pk}/",
        f"/admin/snippets/choose/{label}/{name}/",
        f"/admin/bulk/{label}/{name}/delete/?id={pk}",
        f"/admin/participation/ideas/{pk}/delete/",
        f"/admin/participation/ideas/copy/{pk}/",
    ):
        assert client.get(path).status_code == 404, path


def test_absurd_numbers_and_characters_are_no_server_error(town):
    client = town.client("moderator")
    huge = "9" * 5000
    base = reverse("borgerdialog_ideas:list")
    for path in (
        f"/admin/participation/ideas/{'9' * 30}/",
        f"/admin/participation/ideas/{'9' * 30}/publish/",
        f"{base}?activity={huge}&status=%00&category={'9' * 30}",
        f"{base}?q={'ord+' * 300}",
        f"{base}?q=%00%ED%A0%80&ordering=password&p={huge}",
        f"{base}?submitted_at_from=0000-99-99",
        f"/admin/bulk/borgerdialog_ideas/idea/borgerdialog_publish/?id={huge}&id=all&id=%00",
    ):
        assert client.get(path).status_code in {200, 400, 404}, path[:80]


def test_no_filter_tells_the_name_of_what_is_out_of_reach(town):
    made = make(town)
    client = town.client("outsider")
    comments = reverse("borgerdialog_comments:list")
    for path in (
        f"{comments}?contribution={made['shown'].pk}",
        f"{comments}?reference={made['shown'].reference}",
        f"{comments}?activity={town.here.pk}",
        f"{reverse('borgerdialog_ideas:list')}?activity={town.here.pk}",
    ):
        html = client.get(path).content.decode()
        assert made["shown"].title not in html, path
        assert town.here.page.title not in html, path


def test_editors_and_strangers_learn_no_address(town):
    idea = pending(town.here)
    url = reverse("borgerdialog_ideas:item", args=[idea.pk])
    assert idea.participant.email not in town.client("editor").get(url).content.decode()
    assert idea.participant.email in town.client("moderator").get(url).content.decode()


def test_the_menu_holds_what_one_may_open_and_nothing_else(town):
    def menu(role: str) -> str:
        return town.client(role).get(reverse("wagtailadmin_home")).content.decode()

    assert "/admin/participation/ideas/" in menu("editor")
    assert "/admin/participation/comments/" not in menu("editor")
    assert "/admin/participation/addenda/" in menu("moderator")
    assert "/admin/participation/mails/" not in menu("caseworker")
    assert "/admin/participation/" not in menu("plain")
    assert "/admin/snippets/borgerdialog/area/" in menu("superuser")
    assert Page.objects.count() > 2
