"""Every mail about a contribution: to whom, when, in which language, and what it may not say."""

import datetime

import pytest
from django.core import mail as django_mail
from django.template.loader import get_template
from django.utils import timezone, translation

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions import notices
from wagtail_borgerdialog.contributions.actions import (
    enter_support,
    moderate,
    recount,
    send_to_moderation,
    start_contribution,
    withdraw,
)
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    ModerationDecision,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.models import OutgoingMail, ParticipationSettings
from wagtail_borgerdialog.people.actions import enter_person
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.terms import ModerationMode
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
    default_site,
)

pytestmark = pytest.mark.django_db

OURS = [
    "confirm_contribution",
    "receipt",
    "published",
    "not_shown",
    "withdrawn",
    "confirm_support",
    "already_supported",
    "supported",
    "confirm_comment",
    "comment_not_shown",
]


@pytest.fixture
def at() -> datetime.datetime:
    return timezone.now()


@pytest.fixture
def asta():
    return ParticipantFactory(email="asta@example.dk", language="en")


@pytest.fixture
def idea(asta) -> Contribution:
    return ContributionFactory(participant=asta, title="En bænk <ved> havnen")


def sent() -> list[django_mail.EmailMultiAlternatives]:
    mail.send_due(at=timezone.now() + datetime.timedelta(minutes=1))
    return django_mail.outbox


def decision(idea: Contribution, action: str, at: datetime.datetime) -> ModerationDecision:
    return ModerationDecision.objects.create(
        contribution=idea,
        action=action,
        reason_code="individual_case",
        rule_cited="House rule 2",
        public_note="It is about one family.",
        decided_at=at,
    )


def queue_all(idea: Contribution, at: datetime.datetime) -> None:
    asta = idea.participant
    row = SupportFactory(contribution=idea, participant=asta)
    comment = CommentFactory(contribution=idea, participant=asta, body="Noget grimt")
    notices.confirm_contribution(idea, at=at)
    notices.receipt(idea, at=at, is_waiting=True)
    notices.published(idea, decision(idea, "restore", at), at=at)
    notices.not_shown(idea, decision(idea, "hide", at), at=at)
    notices.withdrawn(idea, at=at)
    notices.confirm_support(row, idea, at=at)
    notices.already_supported(row, idea, at=at)
    notices.supported(row, idea, at=at)
    notices.confirm_comment(comment, at=at)
    about_comment = ModerationDecision.objects.create(
        comment=comment, action="remove", reason_code="spam", decided_at=at
    )
    notices.comment_not_shown(comment, about_comment, at=at)


def test_every_mail_says_what_it_is_in_text_and_in_html(idea, at):
    queue_all(idea, at)
    assert sorted(OutgoingMail.objects.values_list("template", flat=True)) == sorted(OURS)
    for message in sent():
        html = message.alternatives[0][0]
        assert message.subject
        assert message.subject in html
        assert message.to == ["asta@example.dk"]
        assert "{" not in message.body
        assert "\n\n\n" not in message.body
        assert "&lt;" not in message.body
        assert "<ved>" not in html
        assert html.count("<h1>") == 1
    assert len(django_mail.outbox) == len(OURS)


@pytest.mark.parametrize("template", OURS)
def test_every_mail_has_both_forms(template):
    for ending in ("txt", "html"):
        get_template(f"wagtail_borgerdialog/mail/{template}.{ending}")


def test_links_lead_to_pages_in_the_readers_language(asta, at):
    with translation.override("da"):
        queue_all(ContributionFactory(participant=asta), at)
        languages = {
            value.split("/deltag/")[0].rpartition("/")[2]
            for context in OutgoingMail.objects.values_list("context", flat=True)
            for key, value in context.items()
            if key in {"link", "withdraw_url"} and value
        }
    assert languages == {"en"}


def test_what_a_stranger_typed_is_not_mailed_to_whoever_they_like(idea, at):
    """The owner of an address that anybody can type reads only our words, and public ones."""
    comment = CommentFactory(
        contribution=idea, participant=idea.participant, body="KØB PILLER", visibility="draft"
    )
    hidden = ContributionFactory(
        participant=idea.participant, title="KØB PILLER", visibility=Visibility.DRAFT
    )
    notices.confirm_comment(comment, at=at)
    notices.confirm_contribution(hidden, at=at)
    # Where the page demands nothing, the address is not proved, and the receipt goes out at once.
    Participant.objects.filter(pk=idea.participant_id).update(level="none")
    hidden.participant.refresh_from_db()
    notices.receipt(hidden, at=at, is_waiting=True)
    notices.not_shown(hidden, decision(hidden, "reject", at), at=at)
    comment.participant.refresh_from_db()
    about_comment = ModerationDecision.objects.create(
        comment=comment, action="reject", reason_code="spam", decided_at=at
    )
    notices.comment_not_shown(comment, about_comment, at=at)
    messages = sent()
    assert len(messages) == 5
    for message in messages:
        assert "PILLER" not in message.body + message.subject + message.alternatives[0][0]


def test_the_statement_of_reasons_says_what_why_and_where_to_object(idea, admin_user, at):
    settings = ParticipationSettings.for_site(default_site())
    settings.contact_email = "borgerdialog@vestersoe.example.dk"
    settings.save()
    moderate(
        idea,
        "hide",
        by=admin_user,
        at=at,
        reason_code="individual_case",
        rule_cited="House rule 2",
        public_note="It is about one family.",
        internal_note="Call them.",
    )
    (message,) = sent()
    for said in (
        "We have hidden it.",
        "Reason: An individual case that belongs elsewhere",
        "Rule: House rule 2",
        "Explanation: It is about one family.",
        "borgerdialog@vestersoe.example.dk",
        idea.reference,
    ):
        assert said in message.body
        assert said.partition(": ")[2] in message.alternatives[0][0]
    assert "Call them." not in message.body


def test_the_disclaimer_follows_an_idea_into_its_mails(idea, at, monkeypatch):
    said = {"disclaimer": "An idea is an idea."}
    monkeypatch.setattr(Contribution, "mail_context", lambda self: said)
    queue_all(idea, at)
    for message in sent():
        about_idea = message.subject.startswith(("Confirm what", "We have received", "Everybody"))
        assert ("An idea is an idea." in message.body) == about_idea


# -- What follows from what


def submitted(participant, at, **activity) -> Contribution:
    new = Contribution(title="En bænk", body="Ved havnen.", language="da", name_display="full")
    start_contribution(
        new,
        activity=ActivityFactory(**activity),
        participant=participant,
        status_kind="received",
        at=at,
    )
    send_to_moderation(new, at=at)
    return new


def test_a_receipt_says_whether_somebody_reads_it_first(asta, at):
    submitted(asta, at, moderation=ModerationMode.BEFORE)
    submitted(asta, at, moderation=ModerationMode.AFTER)
    waiting, public = sent()
    assert "We read it before everybody can see it." in waiting.body
    assert "Everybody can see it now." in public.body
    assert "/link/withdraw/" in waiting.body


def test_somebody_without_an_address_gets_no_mail_and_no_error(at):
    idea = submitted(None, at)
    assert idea.visibility == Visibility.VISIBLE
    assert sent() == []


def test_somebody_who_withdraws_is_told(idea, at):
    withdraw(idea, by=person_of(idea.participant), at=at)
    (message,) = sent()
    assert "Nobody can see it any more." in message.body


def test_a_moderators_yes_is_told_once(asta, admin_user, at):
    idea = submitted(asta, at, moderation=ModerationMode.BEFORE)
    assert moderate(idea, "publish", by=admin_user, at=at)
    assert not moderate(idea, "publish", by=admin_user, at=at)
    assert [m.subject for m in sent()][1:] == [
        f"Everybody can see what you wrote ({idea.reference})"
    ]


# -- People on paper


def test_a_signature_on_paper_counts_once_with_who_entered_it_and_from_what(idea, admin_user, at):
    person = {"name": "Åse Holm", "address": "Havnevej 1", "at": at, "language": "da"}
    entered = [
        enter_support(
            idea,
            participant=enter_person(**person),
            channel="paper",
            evidence="Case 26/1234, list 2, line 7",
            entered_by=admin_user,
            at=at,
            batch="Liste 2",
        )
        for _ in range(2)
    ]
    assert entered == [True, False]
    row = Support.objects.get()
    assert (row.entered_by, row.channel, row.batch) == (admin_user, "paper", "Liste 2")
    idea.refresh_from_db()
    assert idea.support_count == 1
    assert sent() == []


@pytest.mark.parametrize("has_account", [False, True])
@pytest.mark.parametrize("has_typed", [False, True])
def test_a_signature_with_an_address_is_told_so_and_keeps_who_entered_it(
    idea, admin_user, at, has_account, has_typed
):
    user = UserFactory(verified=True) if has_account else None
    person = ParticipantFactory(email="bo@example.dk", language="en", user=user)
    if has_typed:  # and never used the link
        SupportFactory(contribution=idea, participant=person, status=SupportStatus.PENDING)
    assert enter_support(
        idea,
        participant=person,
        channel="paper",
        evidence="Case 26/1234, list 2, line 7",
        entered_by=admin_user,
        at=at,
        batch="Liste 2",
    )
    row = Support.objects.get()
    assert (row.status, row.channel, row.entered_by) == ("confirmed", "paper", admin_user)
    assert (row.evidence, row.batch) == ("Case 26/1234, list 2, line 7", "Liste 2")
    assert recount(fix=False) == []
    (told,) = sent()
    assert told.to == ["bo@example.dk"]
    assert "/link/withdraw-support/" in told.body
