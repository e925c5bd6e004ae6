"""The record of a case: what is in it, who can take it, and that it is filed."""

import datetime
import hashlib

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.admin.conftest import IdeaFactory, offer, proposal_at, scheme
from wagtail_borgerdialog.contributions.models import (
    ModerationDecision,
    StatusChange,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.status import Status
from wagtail_borgerdialog.followup.actions.journalling import journalise
from wagtail_borgerdialog.followup.journal import instant, journal_of
from wagtail_borgerdialog.followup.models import Case, InternalNote, OfficialAnswer
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.testing.factories import (
    AttachmentFactory,
    CommentFactory,
    ParticipantFactory,
)

pytestmark = pytest.mark.django_db

FORMATS = ["html", "json"]


def url(idea: object, kind: str) -> str:
    return reverse(f"borgerdialog_journal_{kind}", args=[idea.pk])


@pytest.fixture
def idea(town):
    """An idea about which everything has happened that a record holds."""
    at = timezone.now()
    author = ParticipantFactory(name="Asta Prøve", email="asta@example.dk")
    found = IdeaFactory(
        activity=town.here,
        participant=author,
        title="En bænk ved havnen",
        answers=[{"id": "1", "question": "Hvor?", "value": "Ved molen", "private": True}],
    )
    case = Case.objects.create(contribution_id=found.pk, case_number="24/1234")
    StatusChange.objects.create(
        contribution=found,
        to_status=Status.objects.of_kind(StatusKind.IN_PROCESS),
        by_role="Teknik og Miljø",
        note="Vi ser på det.",
        at=at,
    )
    ModerationDecision.objects.create(
        contribution=found, action="publish", internal_note="Ringet op", decided_at=at
    )
    OfficialAnswer.objects.create(
        contribution=found,
        outcome="adopted",
        body="Bænken kommer.",
        signed_as="Udvalget",
        written_at=at,
    )
    InternalNote.objects.create(case=case, text="Spørg driften.", at=at)
    CommentFactory(contribution=found, body="God idé.", visibility=Visibility.HIDDEN)
    offer(found)
    AttachmentFactory(contribution=found, name="bænk.jpg")
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_the_record_has_everything_about_the_case(town, idea, kind):
    response = town.client("caseworker").get(url(idea, kind))
    assert response.status_code == 200
    said = response.content.decode()
    file = idea.attachments.get()
    for words in (
        idea.reference,
        "24/1234",
        idea.title,
        idea.body,
        "Asta Prøve",
        "asta@example.dk",
        "Ved molen",
        "Vi ser på det.",
        "Teknik og Miljø",
        "Ringet op",
        "Bænken kommer.",
        "Spørg driften.",
        "God idé.",
        "Jeg kan låne jer en trailer.",
        "bænk.jpg",
        hashlib.sha256(file.file.open("rb").read()).hexdigest(),
        idea.submitted_at.astimezone(datetime.UTC).isoformat(),
    ):
        assert words in said, words


def test_the_record_of_a_proposal_has_its_own_parts(town):
    proposal = proposal_at(scheme("Borgerforslag"), remarks="Fordi der ingen skygge er.")
    found = journal_of(proposal, at=timezone.now())
    assert found["sections"][0]["name"] == "remarks"
    assert list(found["sections"][0]["rows"][0].values()) == ["Fordi der ingen skygge er."]


def test_instants_are_given_as_machines_and_as_people_read_them():
    summer = datetime.datetime(2026, 7, 1, 10, 0, tzinfo=datetime.UTC)
    winter = datetime.datetime(2026, 12, 1, 10, 0, tzinfo=datetime.UTC)
    assert instant(summer) == {
        "iso": "2026-07-01T10:00:00+00:00",
        "local": "2026-07-01 12:00:00 CEST",
    }
    assert instant(winter)["local"] == "2026-12-01 11:00:00 CET"


def test_a_file_that_is_gone_does_not_lose_the_record(town, idea):
    file = idea.attachments.get()
    file.file.storage.delete(file.file.name)
    assert town.client("caseworker").get(url(idea, "json")).status_code == 200


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("role", ["anonymous", "editor", "moderator", "outsider", "plain"])
def test_only_who_may_answer_there_takes_the_record(town, idea, kind, role):
    response = town.client(role).get(url(idea, kind))
    assert response.status_code in {302, 403, 404}
    assert b"asta@example.dk" not in response.content


def test_the_log_keeps_who_has_opened_it_and_none_of_its_words(town, idea):
    town.client("caseworker").get(url(idea, "json"))
    entry = ModelLogEntry.objects.get(action="borgerdialog.journal")
    assert entry.user == town.staff["caseworker"]
    assert entry.label == idea.reference
    assert entry.data == {"format": "json"}


@pytest.mark.parametrize("kind", FORMATS)
def test_the_record_is_kept_by_no_cache(town, idea, kind):
    assert "no-store" in town.client("caseworker").get(url(idea, kind))["Cache-Control"]


def test_a_caseworker_notes_where_the_case_is_filed(town):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    path = reverse("borgerdialog_ideas:action", args=[idea.pk, "journalise"])
    assert client.get(path).status_code == 200
    response = client.post(path, {"case_number": " 24/99 ", "is_filed": "on"}, follow=True)
    case = Case.objects.get(contribution=idea.pk)
    assert case.case_number == "24/99"
    assert case.journalised_at is not None
    assert "24/99" in response.content.decode()
    client.post(path, {"case_number": "24/99"})
    case.refresh_from_db()
    assert case.journalised_at is None
    assert ModelLogEntry.objects.filter(action="borgerdialog.journalise").count() == 2


def test_nobody_else_notes_it(town):
    idea = IdeaFactory(activity=town.here)
    path = reverse("borgerdialog_ideas:action", args=[idea.pk, "journalise"])
    for role in ("moderator", "outsider", "editor"):
        town.client(role).post(path, {"case_number": "1"})
        with pytest.raises(NotAllowed):
            journalise(
                idea,
                case_number="1",
                is_filed=True,
                by=town.staff[role],
                at=timezone.now(),
            )
    assert not Case.objects.exists()


def test_a_long_thread_costs_no_more_queries(town, django_assert_max_num_queries):
    at = timezone.now()
    idea = IdeaFactory(activity=town.here)
    CommentFactory(contribution=idea)
    with django_assert_max_num_queries(40) as few:
        journal_of(idea, at=at)
    for _ in range(20):
        CommentFactory(contribution=idea)
    with django_assert_max_num_queries(len(few)):
        journal_of(idea, at=at)
