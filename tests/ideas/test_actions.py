"""What only staff do with ideas, and what a page may not lose."""

import pytest
from django.db.models import ProtectedError
from django.utils import timezone
from wagtail.models import ModelLogEntry

from wagtail_borgerdialog.contributions.models import StatusChange, Visibility
from wagtail_borgerdialog.ideas import actions
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.mail import build
from wagtail_borgerdialog.models import GroupActivityAccess, OutgoingMail
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.setup import set_up
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import Channel, ModerationMode
from wagtail_borgerdialog.testing.factories import ParticipantFactory, UserFactory
from wagtail_borgerdialog.testing.ideas import DISCLAIMER, IdeaFactory

pytestmark = pytest.mark.django_db


def member_of(group: str):
    set_up()
    user = UserFactory()
    user.groups.add(GroupActivityAccess.objects.get(group__name=group).group)
    return user


def draft() -> Idea:
    return Idea(title="Bænk ved havnen", body="Så kan man hvile sig.", language="da")


def enter(collection, user, **changes: object) -> Idea:
    values = {
        "activity": collection.activity,
        "participant": ParticipantFactory(),
        "channel": Channel.PAPER,
        "evidence": "Brev 12",
        "disclaimer": DISCLAIMER,
        "entered_by": user,
        "at": timezone.now(),
    }
    return actions.enter_for_somebody(draft(), **{**values, **changes})


def test_a_moderator_enters_an_idea_from_a_letter_and_it_is_public_at_once(collection):
    activity = collection.activity
    activity.moderation = ModerationMode.BEFORE
    activity.save()
    user = member_of("Participation moderators")
    idea = enter(collection, user)
    assert idea.visibility == Visibility.VISIBLE
    assert (idea.entered_by, idea.evidence, idea.channel) == (user, "Brev 12", Channel.PAPER)
    assert ModelLogEntry.objects.filter(action="borgerdialog.enter", user=user).exists()
    assert OutgoingMail.objects.filter(template="receipt").exists()


def test_a_caseworker_enters_an_idea_and_a_moderator_reads_it(collection):
    idea = enter(collection, member_of("Caseworkers"))
    assert idea.visibility == Visibility.PENDING


def test_a_letter_may_be_opened_after_the_deadline(collection):
    activity = collection.activity
    activity.closes_at = timezone.now()
    activity.save()
    assert enter(collection, member_of("Caseworkers")).pk


def test_nobody_else_enters_ideas(collection):
    with pytest.raises(NotAllowed):
        enter(collection, UserFactory())
    assert not Idea.objects.exists()


def test_a_caseworker_refines_an_idea_and_its_author_is_told(collection):
    idea = IdeaFactory(activity=collection.activity)
    user = member_of("Caseworkers")
    heard = []

    def listen(sender, event, **kwargs):
        heard.append(event)

    contribution_event.connect(listen)
    try:
        actions.refine(
            idea,
            title="Tre bænke",
            body="Tre bænke med ryglæn.",
            by=user,
            by_role="Vej og Park",
            at=timezone.now(),
        )
    finally:
        contribution_event.disconnect(listen)
    stored = Idea.objects.get()
    assert (stored.refined_body, stored.body) == ("Tre bænke med ryglæn.", idea.body)
    assert stored.is_refined
    assert heard == ["refined"]
    letter = build(OutgoingMail.objects.get(template="idea_refined"))
    assert letter.to == [idea.participant.email]
    for text in ("Tre bænke med ryglæn.", "Vej og Park", idea.disclaimer.text):
        assert text in letter.body
    assert ModelLogEntry.objects.filter(action="borgerdialog.refine", user=user).exists()


def test_a_refined_version_needs_a_text_and_the_right_to_write_it(collection):
    idea = IdeaFactory(activity=collection.activity)
    values = {"title": "", "by_role": "Vej og Park", "at": timezone.now()}
    with pytest.raises(NotAllowed):
        actions.refine(idea, body="Nyt", by=UserFactory(), **values)
    with pytest.raises(ValueError, match="text"):
        actions.refine(idea, body="  ", by=UserFactory(is_superuser=True), **values)
    assert not Idea.objects.get().is_refined


def test_what_fails_on_the_way_leaves_nothing_behind(collection, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("on the way")

    monkeypatch.setattr(actions, "store_terms", fail)
    with pytest.raises(RuntimeError):
        enter(collection, UserFactory(is_superuser=True))
    assert not Idea.objects.exists()
    assert not StatusChange.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_page_with_ideas_cannot_be_deleted(collection):
    IdeaFactory(activity=collection.activity)
    with pytest.raises(ProtectedError):
        collection.delete()


def test_no_picture_joins_a_text_that_a_moderator_has_read_meanwhile(collection):
    idea = IdeaFactory(activity=collection.activity, visibility=Visibility.PENDING)
    idea.activity.moderation = ModerationMode.BEFORE
    Idea.objects.filter(pk=idea.pk).update(
        visibility=Visibility.VISIBLE, published_at=timezone.now()
    )
    with pytest.raises(NotAllowed):
        actions.add_files(idea, [], at=timezone.now())
