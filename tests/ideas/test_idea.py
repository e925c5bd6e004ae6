"""One idea: what everybody reads, what stands in its place, and what it costs."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from wagtail_borgerdialog.actions import sync_activity
from wagtail_borgerdialog.contributions import actions as contribution_actions
from wagtail_borgerdialog.contributions.models import Contribution, Status, Visibility
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.models import GroupActivityAccess
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.setup import set_up
from wagtail_borgerdialog.terms import Channel, VerificationLevel
from wagtail_borgerdialog.testing.factories import (
    AreaFactory,
    AttachmentFactory,
    CommentFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.ideas import HelpOfferFactory, IdeaFactory, make_idea_page

pytestmark = pytest.mark.django_db


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def idea(collection: IdeaPage):
    return IdeaFactory(activity=collection.activity, area=AreaFactory(name="Klitborg"))


@pytest.fixture
def address(url, idea) -> str:
    return url("idea", idea.reference)


def moderate(idea, action: str, *, at=None, **values: str) -> None:
    moderator = UserFactory(is_superuser=True, is_staff=True)
    contribution_actions.moderate(idea, action, by=moderator, at=at or timezone.now(), **values)


def test_an_idea_shows_its_text_place_author_and_disclaimer(client, idea, address):
    html = client.get(address).content.decode()
    for text in (idea.title, idea.body, idea.reference, "Klitborg", idea.disclaimer.text):
        assert escape(text) in html


@pytest.mark.usefixtures("our_layout")
def test_an_idea_costs_the_same_at_0_20_and_200_comments(client, idea, address):
    AttachmentFactory(contribution=idea)
    HelpOfferFactory(idea=idea)
    SupportFactory(contribution=idea)
    contribution_actions.lifecycle.move_status(
        idea, Status.objects.of_kind("in_process"), at=timezone.now()
    )
    client.get(address)
    counts = [queries(client, address)]
    for number in (20, 180):
        thread = CommentFactory.create_batch(number - 1, contribution=idea)
        CommentFactory(contribution=idea, parent=thread[0])
        counts.append(queries(client, address))
    assert max(counts) <= 15
    assert counts[1] == counts[2]


@pytest.mark.usefixtures("our_layout")
@pytest.mark.parametrize("action", ["hide", "remove"])
def test_where_a_comment_was_hidden_everybody_reads_why(client, idea, address, action):
    AttachmentFactory(contribution=idea)
    SupportFactory(contribution=idea)
    first = CommentFactory(contribution=idea)
    reply = CommentFactory(contribution=idea, parent=first, body="Noget grimt")
    for comment in (first, reply):
        contribution_actions.moderate_comment(
            comment,
            action,
            by=UserFactory(is_superuser=True),
            at=timezone.now(),
            reason_code="offensive",
            rule_cited=f"Husregel {comment.pk}",
            public_note=f"Du kalder nogen ved navn i nummer {comment.pk}.",
            internal_note="Kun for kolleger",
        )
    client.get(address)
    assert queries(client, address) <= 15
    html = client.get(address).content.decode()
    for comment in (first, reply):
        assert f"(Husregel {comment.pk})" in html
        assert f"Du kalder nogen ved navn i nummer {comment.pk}." in html
        assert comment.body not in html
        assert comment.public_name not in html
    assert "Kun for kolleger" not in html


def test_every_comment_can_be_reached_page_by_page(client, idea, address):
    comments = CommentFactory.create_batch(45, contribution=idea)
    anchors: list[str] = []
    following = address
    while following:
        response = client.get(following)
        thread = response.context["thread"]
        anchors += [comment.anchor for comment in thread.comments]
        following = f"{address}{thread.next_url}".partition("#")[0] if thread.next_url else ""
    assert anchors == [f"comment-{comment.pk}" for comment in comments]


def test_the_refined_version_stands_beside_the_original(client, idea, address):
    idea.refined_body, idea.refined_at = "Tre bænke med ryglæn.", timezone.now()
    idea.refined_by_role = "Vej og Park"
    idea.save()
    html = client.get(address).content.decode()
    for text in (idea.body, "Tre bænke med ryglæn.", "Vej og Park"):
        assert text in html


def test_supports_are_told_by_how_sure_we_are(client, idea, address):
    SupportFactory(contribution=idea, verification_level=VerificationLevel.EID)
    SupportFactory(contribution=idea, verification_level=VerificationLevel.EMAIL)
    SupportFactory(contribution=idea, channel=Channel.PAPER)
    counts = client.get(address).context["counts"]
    assert (counts.total, counts.eid, counts.email, counts.paper) == (3, 1, 1, 1)


def test_the_timeline_tells_where_the_case_stands_and_why(client, idea, address):
    contribution_actions.lifecycle.move_status(
        idea,
        Status.objects.of_kind("in_process"),
        at=timezone.now(),
        by_role="Vej og Park",
        note="Vi måler op i uge 12.",
    )
    html = client.get(address).content.decode()
    assert "Vi måler op i uge 12." in html
    assert "Vej og Park" in html


@pytest.mark.parametrize("visibility", [Visibility.DRAFT, Visibility.PENDING])
def test_what_is_not_published_exists_only_for_its_author_and_moderators(
    client, collection, idea, url, visibility
):
    Contribution.objects.filter(pk=idea.pk).update(visibility=visibility, published_at=None)
    address = url("idea", idea.reference)
    assert client.get(address).status_code == 404
    stranger = Client()
    stranger.force_login(UserFactory())
    assert stranger.get(address).status_code == 404
    author = UserFactory()
    type(idea.participant).objects.filter(pk=idea.participant.pk).update(user=author)
    client.force_login(author)
    response = client.get(address)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    set_up()
    moderator = UserFactory()
    group = GroupActivityAccess.objects.get(group__name="Participation moderators").group
    moderator.groups.add(group)
    staff = Client()
    staff.force_login(moderator)
    assert staff.get(address).status_code == 200


@pytest.mark.parametrize("action", [ModerationAction.HIDE, ModerationAction.REMOVE])
def test_what_was_hidden_leaves_a_placeholder_with_the_reason(client, idea, address, action):
    moderate(idea, action, reason_code="personal_data", public_note="Teksten nævner en nabo.")
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 410
    assert "noindex" in response["X-Robots-Tag"]
    assert "Teksten nævner en nabo." in html
    assert idea.title not in html
    assert idea.body not in html


def test_what_a_moderator_never_published_leaves_no_placeholder(client, collection, url):
    idea = IdeaFactory(activity=collection.activity, visibility=Visibility.PENDING)
    moderate(idea, ModerationAction.REJECT, reason_code="spam")
    assert client.get(url("idea", idea.reference)).status_code == 404


def test_the_author_withdraws_the_idea_when_signed_in(client, idea, address, url):
    user = UserFactory(verified=True)
    type(idea.participant).objects.filter(pk=idea.participant.pk).update(user=user)
    withdraw = url("withdraw", idea.reference)
    assert client.get(withdraw).status_code == 404
    client.force_login(user)
    assert withdraw in client.get(address).content.decode()
    assert client.get(withdraw).status_code == 200
    idea.refresh_from_db()
    assert idea.is_public
    assert client.post(withdraw).status_code == 303
    idea.refresh_from_db()
    assert idea.visibility == Visibility.WITHDRAWN
    response = Client().get(address)
    assert response.status_code == 410
    assert idea.title not in response.content.decode()


def test_nobody_withdraws_the_idea_of_somebody_else(client, idea, url):
    client.force_login(UserFactory(verified=True))
    assert client.post(url("withdraw", idea.reference)).status_code == 404
    idea.refresh_from_db()
    assert idea.is_public


def test_an_idea_of_another_page_is_not_shown_here(client, collection, url):
    other = make_idea_page(IdeaPage, title="En anden", slug="en-anden")
    idea = IdeaFactory(activity=other.activity)
    assert client.get(url("idea", idea.reference)).status_code == 404


def test_a_translation_shows_the_same_ideas_with_its_own_words(client, collection, idea):
    from wagtail.models import Locale

    english = Locale.objects.create(language_code="en")
    collection.get_parent().specific.copy_for_translation(english).save_revision().publish()
    translated = collection.copy_for_translation(english)
    translated.purpose = "Better places to meet."
    translated.save_revision().publish()
    sync_activity(translated)
    page = IdeaPage.objects.get(pk=translated.pk)
    response = client.get(f"{page.get_url()}{idea.reference}/")
    assert response.status_code == 200
    assert idea.title in response.content.decode()
    assert "Better places to meet." in client.get(page.get_url()).content.decode()


def test_links_to_act_are_there_while_one_may_and_not_after(client, idea, address, url):
    html = client.get(address).content.decode()
    help_url = url("help", idea.reference)
    for link in (f"support/{idea.reference}/", f"comment/{idea.reference}/", help_url):
        assert link in html
    activity = idea.activity
    activity.closes_at = timezone.now() - datetime.timedelta(days=1)
    activity.save()
    html = client.get(address).content.decode()
    assert f"support/{idea.reference}/" not in html
    assert f"comment/{idea.reference}/" not in html


def test_a_visitor_without_a_session_gets_no_cookie(client, address):
    response = client.get(address)
    assert not response.cookies
    assert "Cookie" in response["Vary"]
    assert "private" not in response.get("Cache-Control", "")


def test_whoever_supports_it_is_told(client, idea, address):
    user = UserFactory(verified=True)
    person = ParticipantFactory(user=user)
    SupportFactory(contribution=idea, participant=person)
    client.force_login(user)
    response = client.get(address)
    assert response.context["is_supporting"]
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "2026-" + "9" * 30 + "/",
        "2026-00001%00/",
        "2026-%ED%A0%80/",
        "../../etc/passwd/",
        "2026-00001/help/help/",
        "x" * 3000 + "/",
        "2026-99999/withdraw/",
        "%E2%80%AE/help/",
    ],
)
def test_a_hostile_path_is_a_clear_answer(client, url, path):
    assert client.get(f"{url()}{path}").status_code in {301, 400, 404}


@pytest.mark.parametrize("cursor", ["n1-1", "t" + "9" * 18 + "-1", "x", "t1-" + "9" * 40])
def test_a_false_cursor_shows_the_first_comments(client, idea, address, cursor):
    CommentFactory(contribution=idea)
    assert client.get(f"{address}?comments_after={cursor}").status_code == 200
