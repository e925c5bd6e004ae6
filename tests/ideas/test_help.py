"""Offers of help: moderated like comments, and nobody's address is given away."""

import datetime
import re
import uuid

import pytest
from django.core import mail
from django.utils import timezone

from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.ideas import actions
from wagtail_borgerdialog.ideas.models import HelpOffer
from wagtail_borgerdialog.mail import build
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.people.signals import participants_merged
from wagtail_borgerdialog.terms import ModerationMode, VerificationLevel
from wagtail_borgerdialog.testing.factories import ParticipantFactory, UserFactory
from wagtail_borgerdialog.testing.ideas import HelpOfferFactory, IdeaFactory

pytestmark = pytest.mark.django_db

OFFER = {
    "text": "Jeg har en trailer.",
    "name": "Bo Prøve",
    "email": "bo@example.dk",
    "name_display": "first_area",
    "homepage": "",
}


@pytest.fixture
def idea(collection):
    return IdeaFactory(activity=collection.activity)


@pytest.fixture
def address(url, idea) -> str:
    return url("help", idea.reference)


def offer(client, address: str, **changes: str):
    started = re.search(r'name="started" value="([^"]+)"', client.get(address).content.decode())[1]
    data = {**OFFER, "started": started, "form_key": str(uuid.uuid4()), **changes}
    return client.post(address, data)


def test_an_offer_counts_when_its_address_is_confirmed_and_the_author_is_told(
    client, idea, address, url, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = offer(client, address)
    assert "bo@example.dk" in mail.outbox[0].to
    assert client.get(response["Location"]).status_code == 200
    assert HelpOffer.objects.get().visibility == Visibility.DRAFT
    link = re.search(r"http://localhost(/\S+link/help-offer/\S+)", mail.outbox[0].body)[1]
    assert "Jeg har en trailer." in client.get(link).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(link, {"choice": "confirm"})
    assert HelpOffer.objects.get().visibility == Visibility.VISIBLE
    html = client.get(url("idea", idea.reference)).content.decode()
    assert "Jeg har en trailer." in html
    assert "bo@example.dk" not in html
    to_author = mail.outbox[-1]
    assert to_author.to == [idea.participant.email]
    assert "Jeg har en trailer." in to_author.body
    assert "bo@example.dk" not in to_author.body
    assert idea.disclaimer.text in to_author.body


def test_an_offer_waits_for_a_moderator_where_the_page_says_so(client, idea, address, url):
    activity = idea.activity
    activity.moderation = ModerationMode.BEFORE
    activity.comment_level = VerificationLevel.NONE
    activity.save()
    offer(client, address, email="")
    stored = HelpOffer.objects.get()
    assert stored.visibility == Visibility.PENDING
    assert "trailer" not in client.get(url("idea", idea.reference)).content.decode()
    moderator = UserFactory(is_superuser=True)
    assert actions.moderate_offer(stored, ModerationAction.PUBLISH, by=moderator, at=timezone.now())
    assert "trailer" in client.get(url("idea", idea.reference)).content.decode()
    assert not actions.moderate_offer(
        stored, ModerationAction.PUBLISH, by=moderator, at=timezone.now()
    )


def test_a_double_click_makes_one_offer(client, idea, address):
    key = str(uuid.uuid4())
    offer(client, address, form_key=key)
    offer(client, address, form_key=key)
    assert HelpOffer.objects.count() == 1


def test_help_is_welcome_after_the_collection_has_closed(client, idea, address):
    activity = idea.activity
    activity.closes_at = timezone.now()
    activity.opens_at = activity.closes_at - datetime.timedelta(days=3)
    activity.save()
    assert 'name="text"' in client.get(address).content.decode()


def test_help_is_not_offered_where_the_case_has_ended(client, idea, address):
    idea.status.is_final = True
    idea.status.save()
    response = client.post(address, OFFER)
    assert response.status_code == 409
    assert "Jeg har en trailer." in response.content.decode()
    assert not HelpOffer.objects.exists()


def test_an_offer_that_is_not_shown_comes_with_a_reason(idea):
    shown = HelpOfferFactory(idea=idea)
    moderator = UserFactory(is_superuser=True)
    with pytest.raises(ValueError, match="reason"):
        actions.moderate_offer(shown, ModerationAction.HIDE, by=moderator, at=timezone.now())
    actions.moderate_offer(
        shown, ModerationAction.HIDE, by=moderator, at=timezone.now(), reason_code="spam"
    )
    letter = build(OutgoingMail.objects.get(template="help_offer_not_shown"))
    assert letter.to == [shown.participant.email]
    assert "Jeg har en trailer." in letter.body
    assert "Spam" in letter.body
    with pytest.raises(NotAllowed):
        actions.moderate_offer(
            shown, ModerationAction.HIDE, by=UserFactory(), at=timezone.now(), reason_code="spam"
        )


def test_offers_follow_a_person_who_turns_out_to_be_known(idea):
    theirs = HelpOfferFactory(idea=idea)
    kept = ParticipantFactory()
    participants_merged.send(type(kept), kept=kept, absorbed=theirs.participant)
    theirs.refresh_from_db()
    assert theirs.participant == kept


@pytest.mark.parametrize("visibility", sorted(set(Visibility) - {Visibility.VISIBLE}))
def test_nobody_offers_help_with_what_is_not_public(client, collection, url, visibility):
    hidden = IdeaFactory(activity=collection.activity, visibility=visibility)
    assert client.get(url("help", hidden.reference)).status_code == 404
    assert client.post(url("help", hidden.reference), OFFER).status_code == 404


@pytest.mark.parametrize("text", ["\x00", "x" * 3_000_000, "\u202e", ""])
def test_hostile_offers_are_a_clear_answer(client, address, text):
    response = client.post(address, {**OFFER, "text": text})
    assert response.status_code in {200, 400, 413}
    assert not HelpOffer.objects.exists()
