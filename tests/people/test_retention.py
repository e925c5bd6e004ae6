"""What is kept for how long, and that no table with people's data is forgotten."""

import datetime
import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from wagtail_borgerdialog.contributions.models import Comment, Contribution, Support, Visibility
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.ideas.models import HelpOffer
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.pages.models import ProposalPage
from wagtail_borgerdialog.people.erasing import erase, sources
from wagtail_borgerdialog.people.masking import own_models
from wagtail_borgerdialog.people.models import Erasure, Participant
from wagtail_borgerdialog.people.purging import purge
from wagtail_borgerdialog.proposals.models import CoProposer, CoProposerStatus
from wagtail_borgerdialog.terms import months_later
from wagtail_borgerdialog.testing.factories import (
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    default_site,
)
from wagtail_borgerdialog.testing.ideas import HelpOfferFactory, IdeaFactory
from wagtail_borgerdialog.testing.proposals import (
    CoProposerFactory,
    ProposalFactory,
    make_proposal_page,
)

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2031, 6, 1, 3, 0, tzinfo=datetime.UTC)
YESTERDAY = datetime.date(2031, 5, 31)

# What editors and code write: words about the municipality's own business, about no citizen.
NO_PERSONAL_DATA = {
    "borgerdialog.Activity": "what a page declares, written by editors",
    "borgerdialog.Area": "names of districts",
    "borgerdialog.Category": "names of subjects",
    "borgerdialog.GroupActivityAccess": "which staff group works where",
    "borgerdialog.ParticipationSettings": "the site's texts and contacts",
    "borgerdialog_people.EmailDomainRule": "mail domains, not addresses",
    "borgerdialog_contributions.Status": "names of statuses",
    "borgerdialog_ideas.Disclaimer": "wordings of the disclaimer",
    "borgerdialog_followup.AnswerTemplate": "words to begin an answer with",
    "borgerdialog_followup.Unit": "parts of the municipality, and their mailboxes",
    "borgerdialog_notifications.News": "which event befell which case",
    "borgerdialog_notifications.Webhook": "other systems",
    "borgerdialog_notifications.WebhookDelivery": "references and addresses of cases",
    "borgerdialog_proposals.RuleSet": "rules",
    "borgerdialog_proposals.FormalCriterion": "what is checked",
}


def holds_words_or_people(model: type[models.Model]) -> bool:
    """Whether a table has a text, an address, or a key to a participant or a user."""
    people = {Participant, get_user_model()}
    return any(
        field.related_model in people
        if field.is_relation
        else isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
        for field in model._meta.local_concrete_fields
    )


def test_every_table_with_words_or_people_is_somebodys_to_erase():
    answered = {label for source in sources() for label in source.models}
    holding = {model._meta.label for model in own_models() if holds_words_or_people(model)}
    assert holding - answered - set(NO_PERSONAL_DATA) == set()


def test_every_table_that_is_answered_for_exists():
    known = {model._meta.label for model in own_models()}
    assert {label for source in sources() for label in source.models} <= known
    assert set(NO_PERSONAL_DATA) <= known


def test_every_kind_of_data_has_a_name_of_its_own():
    names = [source.name for source in sources()]
    assert all(names)
    assert len(names) == len(set(names))


def test_after_its_day_a_case_knows_nobody_and_still_adds_up():
    idea = IdeaFactory(delete_after=YESTERDAY, public_name="Asta Prøve")
    SupportFactory(contribution=idea)
    comment = CommentFactory(contribution=idea, public_name="Bo Prøve")
    offer = HelpOfferFactory(idea=idea)
    purge(at=AT)
    idea.refresh_from_db()
    comment.refresh_from_db()
    offer.refresh_from_db()
    for row in (idea, comment, offer):
        assert (row.participant, row.public_name) == (None, "")
    assert (idea.support_count, idea.comment_count) == (1, 1)
    assert Support.objects.get(contribution=idea).participant is None
    assert not Participant.objects.filter(email__startswith="asta").exists()
    call_command("borgerdialog_recount")


def test_until_the_end_of_its_day_nothing_happens():
    person = ParticipantFactory()
    idea = ContributionFactory(participant=person, delete_after=timezone.localdate(AT))
    purge(at=AT)
    idea.refresh_from_db()
    assert idea.participant == person
    purge(at=AT + datetime.timedelta(days=1))
    idea.refresh_from_db()
    assert idea.participant is None


def test_somebody_who_takes_part_elsewhere_stays_known_there():
    person = ParticipantFactory(name="Asta Prøve")
    ContributionFactory(participant=person, delete_after=YESTERDAY)
    other = ContributionFactory(participant=person, public_name="Asta Prøve")
    purge(at=AT)
    other.refresh_from_db()
    assert (other.participant, other.public_name) == (person, "Asta Prøve")
    assert other.participant.name == "Asta Prøve"


def test_while_a_case_takes_support_each_counts_once_even_after_its_day():
    open_one = ContributionFactory(delete_after=YESTERDAY)
    key = SupportFactory(contribution=open_one).person_key
    ended = ContributionFactory(delete_after=YESTERDAY, visibility=Visibility.HIDDEN)
    SupportFactory(contribution=ended)
    purge(at=AT)
    assert Support.objects.get(contribution=open_one).person_key == key
    assert Support.objects.get(contribution=ended).person_key.startswith("x")


def test_what_nobody_confirmed_is_deleted():
    old = AT - datetime.timedelta(days=60)
    idea = IdeaFactory(visibility=Visibility.DRAFT, submitted_at=old)
    public = ContributionFactory()
    SupportFactory(contribution=public, status=SupportStatus.PENDING, created_at=old)
    CommentFactory(contribution=public, visibility=Visibility.DRAFT, created_at=old)
    HelpOfferFactory(visibility=Visibility.DRAFT, created_at=old)
    fresh = ContributionFactory(visibility=Visibility.DRAFT, submitted_at=AT)
    purge(at=AT)
    assert not Contribution.objects.filter(pk=idea.pk).exists()
    assert not Support.objects.exists()
    assert not Comment.objects.exists()
    assert not HelpOffer.objects.exists()
    assert Contribution.objects.filter(pk=fresh.pk).exists()


def test_who_said_no_to_an_invitation_is_forgotten_after_a_month():
    proposal = ProposalFactory(activity=make_proposal_page(ProposalPage).stored_activity)
    long_ago = AT - datetime.timedelta(days=31)
    said = {"participant": ParticipantFactory(), "proposal": proposal, "invited_at": long_ago}
    no = CoProposerFactory(**said, status=CoProposerStatus.DECLINED)
    yes = CoProposerFactory(proposal=proposal, invited_at=long_ago)
    purge(at=AT)
    assert CoProposer.objects.get(pk=no.pk).email == ""
    assert CoProposer.objects.get(pk=yes.pk).email == yes.email


def test_old_mails_and_the_ledger_go():
    row = {"site": default_site(), "template": "receipt", "language": "da"}
    long_ago = AT - datetime.timedelta(days=100)
    for event, sent_at in (("old", long_ago), ("new", AT), ("waiting", None)):
        OutgoingMail.objects.create(
            **row,
            recipient_key="k",
            event=event,
            created_at=long_ago,
            next_attempt_at=long_ago,
            sent_at=sent_at,
        )
    Erasure.objects.create(key="a", pseudonym="xa", erased_at=AT - datetime.timedelta(days=401))
    Erasure.objects.create(key="b", pseudonym="xb", erased_at=long_ago)
    purge(at=AT)
    assert set(OutgoingMail.objects.values_list("event", flat=True)) == {"new", "waiting"}
    assert list(Erasure.objects.values_list("key", flat=True)) == ["b"]


def test_purging_twice_is_purging_once():
    ContributionFactory(delete_after=YESTERDAY)
    assert sum(purge(at=AT).values()) > 0
    assert sum(purge(at=AT).values()) == 0


def test_more_than_one_batch_is_purged(monkeypatch):
    monkeypatch.setattr("wagtail_borgerdialog.contributions.retained.AT_A_TIME", 2)
    idea = ContributionFactory(delete_after=YESTERDAY)
    for _ in range(5):
        SupportFactory(contribution=idea)
    purge(at=AT)
    assert not Support.objects.filter(participant__isnull=False).exists()


def test_a_dry_run_counts_and_changes_nothing():
    ContributionFactory(delete_after=datetime.date(2020, 1, 1))
    said = io.StringIO()
    call_command("borgerdialog_purge", dry_run=True, stdout=said)
    assert "contributions: 1" in said.getvalue()
    assert "would be erased" in said.getvalue()
    assert Contribution.objects.filter(participant__isnull=False).exists()
    call_command("borgerdialog_purge", stdout=said)
    assert not Contribution.objects.filter(participant__isnull=False).exists()


def test_somebody_erased_leaves_no_row_when_nothing_hangs_on_it_any_more():
    person = ParticipantFactory(created_at=AT - datetime.timedelta(days=90))
    erase(person, at=AT)
    purge(at=AT)
    assert not Participant.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (datetime.date(2026, 1, 31), 1, datetime.date(2026, 2, 28)),
        (datetime.date(2028, 1, 31), 1, datetime.date(2028, 2, 29)),
        (datetime.date(2026, 12, 1), 24, datetime.date(2028, 12, 1)),
        (datetime.date(2026, 5, 15), 0, datetime.date(2026, 5, 15)),
    ],
)
def test_months_end_on_the_last_day_that_there_is(day, months, then):
    assert months_later(day, months) == then
