"""Deadlines on the municipality's clock, presets, merged people, and what staff may enter."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from tests.proposals.conftest import staff
from wagtail_borgerdialog.contributions.actions import moderate, send_to_moderation
from wagtail_borgerdialog.contributions.models import StatusKind
from wagtail_borgerdialog.people.actions import participant_for_user
from wagtail_borgerdialog.people.eligibility import DeniedReason, NotAllowed
from wagtail_borgerdialog.proposals.actions import (
    CheckedCriterion,
    Invitation,
    add_addendum,
    decide_addendum,
    enter_for_somebody,
    record_formal_check,
)
from wagtail_borgerdialog.proposals.component import Proposals
from wagtail_borgerdialog.proposals.models import FormalCriterion, Proposal, RuleSet
from wagtail_borgerdialog.proposals.rules import end_of_day
from wagtail_borgerdialog.testing.factories import ParticipantFactory, UserFactory
from wagtail_borgerdialog.testing.proposals import (
    CoProposerFactory,
    ProposalFactory,
    RuleSetFactory,
)

pytestmark = pytest.mark.django_db
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MICROSECOND = datetime.timedelta(microseconds=1)


def local(*values: int) -> datetime.datetime:
    return datetime.datetime(*values, tzinfo=COPENHAGEN).astimezone(datetime.UTC)


# -- The clock


@pytest.mark.parametrize(
    ("published", "days", "last_minute"),
    [
        (local(2026, 9, 1, 10, 0), 90, local(2026, 11, 30, 23, 59)),
        (local(2026, 10, 24, 23, 59), 1, local(2026, 10, 25, 23, 59)),  # a day of 25 hours
        (local(2026, 10, 25, 0, 1), 0, local(2026, 10, 25, 23, 59)),
        (local(2026, 3, 28, 12, 0), 1, local(2026, 3, 29, 23, 59)),  # a day of 23 hours
        (local(2026, 6, 30, 0, 30), 1, local(2026, 7, 1, 23, 59)),  # still 29 June in UTC
    ],
)
def test_a_deadline_is_the_end_of_a_local_day(published, days, last_minute):
    assert end_of_day(published, days=days) == last_minute
    with timezone.override("America/New_York"):  # a colleague's own zone in the admin
        assert end_of_day(published, days=days) == last_minute


def test_a_proposal_is_open_to_the_end_of_the_minute_shown(scheme):
    published = local(2026, 9, 1, 10, 0)
    proposal = ProposalFactory(activity=scheme.activity, submitted_at=published)
    closes = local(2026, 12, 1, 0, 0)
    for at, kind in (
        (closes - MICROSECOND, StatusKind.OPEN_FOR_SUPPORT),
        (closes, StatusKind.EXPIRED),
        (closes + MICROSECOND, StatusKind.EXPIRED),
    ):
        assert proposal.kind_at(at) == kind
        is_open = kind == StatusKind.OPEN_FOR_SUPPORT
        assert proposal.accepts_support_at(at) is is_open
        assert Proposal.objects.open_at(at).exists() is is_open
        assert Proposal.objects.past_deadline(at).exists() is not is_open


def test_enough_support_when_time_runs_out_is_no_expiry(scheme):
    proposal = ProposalFactory(activity=scheme.activity, support_count=3)
    over = proposal.support_until + datetime.timedelta(minutes=1)
    assert proposal.kind_at(over) == StatusKind.THRESHOLD_REACHED
    assert Proposals().run_clock(at=over) == 1
    proposal.refresh_from_db()
    assert proposal.status.kind == StatusKind.THRESHOLD_REACHED


def test_what_is_withdrawn_does_not_expire(scheme):
    proposal = ProposalFactory(activity=scheme.activity, visibility="withdrawn")
    assert Proposals().run_clock(at=proposal.support_until + datetime.timedelta(days=9)) == 0


# -- Rule sets


def test_setup_makes_four_rule_sets_with_six_criteria_once():
    assert len(Proposals().setup()) == 4
    RuleSet.objects.filter(preset="small").update(name="Vores egne regler")
    with translation.override("da"):
        assert Proposals().setup() == []
    found = RuleSet.objects.values_list("threshold", "period_days", "min_coproposers")
    assert list(found) == [(450, 90, 0), (1500, 180, 0), (5000, 180, 0), (50_000, 180, 3)]
    assert FormalCriterion.objects.count() == 24
    assert RuleSet.objects.get(preset="small").name == "Vores egne regler"


def test_every_preset_holds_its_own_rules():
    Proposals().setup()
    for rule_set in RuleSet.objects.all():
        rule_set.full_clean()


@pytest.mark.parametrize(
    "values",
    [{"threshold": 0}, {"period_days": 0}, {"min_coproposers": 2, "max_coproposers": 1}],
)
def test_rules_that_contradict_themselves_are_refused(values):
    with pytest.raises(ValidationError):
        RuleSet(name="Umuligt", threshold=1, period_days=1).__class__(
            **{"name": "Umuligt", "threshold": 1, "period_days": 1, **values}
        ).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSetFactory(**values)


def test_the_page_takes_over_what_its_rule_set_demands(strict):
    assert (strict.minimum_age, strict.residents_only) == (15, True)
    assert strict.activity.minimum_age == 15
    assert strict.activity.submit_level == "email"


def test_a_rule_set_in_use_cannot_be_deleted(scheme):
    ProposalFactory(activity=scheme.activity)
    with pytest.raises(IntegrityError), transaction.atomic():
        scheme.rule_set.delete()


# -- The check


def results(proposal: Proposal, note: str = "") -> list[CheckedCriterion]:
    return [
        CheckedCriterion(criterion.title, not note, note)
        for criterion in proposal.rule_set.criteria.all()
    ]


def test_only_staff_with_the_right_make_the_check(scheme):
    proposal = ProposalFactory(activity=scheme.activity, kind=StatusKind.IN_REVIEW)
    for user in (UserFactory(), staff()):
        with pytest.raises(NotAllowed):
            record_formal_check(proposal, results=results(proposal), by=user, at=timezone.now())


def test_a_check_needs_every_criterion_and_a_note_for_each_no(scheme, checker):
    proposal = ProposalFactory(activity=scheme.activity, kind=StatusKind.IN_REVIEW)
    at = timezone.now()
    for bad, reject in (
        ([], False),
        ([CheckedCriterion("Noget andet", passed=True)], False),
        ([CheckedCriterion(scheme.rule_set.criteria.get().title, passed=False)], False),
        (results(proposal), True),
    ):
        with pytest.raises(ValueError, match="criteri"):
            record_formal_check(proposal, results=bad, by=checker, at=at, reject=reject)
    proposal.refresh_from_db()
    assert proposal.checks.count() == 0
    assert proposal.status.kind == StatusKind.IN_REVIEW


def test_a_text_that_changed_while_it_was_read_is_not_published(scheme, checker):
    proposal = ProposalFactory(activity=scheme.activity, kind=StatusKind.IN_REVIEW)
    read = proposal.text_changed_at
    Proposal.objects.filter(pk=proposal.pk).update(
        text_changed_at=read + datetime.timedelta(seconds=1)
    )
    with pytest.raises(NotAllowed) as denied:
        record_formal_check(
            proposal, results=results(proposal), by=checker, at=timezone.now(), text_of=read
        )
    assert denied.value.decision.reason == DeniedReason.TEXT_CHANGED


def test_a_check_is_made_once(scheme, checker):
    proposal = ProposalFactory(activity=scheme.activity, kind=StatusKind.IN_REVIEW)
    at = timezone.now()
    record_formal_check(proposal, results=results(proposal), by=checker, at=at)
    with pytest.raises(NotAllowed):
        record_formal_check(proposal, results=results(proposal), by=checker, at=at)
    assert proposal.checks.count() == 1


def test_a_proposal_that_waits_for_co_proposers_cannot_be_checked(scheme, checker):
    proposal = ProposalFactory(activity=scheme.activity, kind=StatusKind.AWAITING_COPROPOSERS)
    with pytest.raises(NotAllowed):
        record_formal_check(proposal, results=results(proposal), by=checker, at=timezone.now())


@pytest.mark.parametrize(
    "kind",
    [
        StatusKind.AWAITING_COPROPOSERS,
        StatusKind.IN_REVIEW,
        StatusKind.RETURNED,
        StatusKind.REJECTED_FORMAL,
    ],
)
def test_no_way_around_the_check_leads_to_the_public(scheme, checker, kind):
    """Neither a moderator's decision, nor handing it in on a page that publishes at once."""
    proposal = ProposalFactory(activity=scheme.activity, kind=kind)
    at = timezone.now()
    with pytest.raises(NotAllowed):
        moderate(proposal, "publish", by=checker, at=at)
    proposal.refresh_from_db()
    send_to_moderation(proposal, at=at)
    proposal.refresh_from_db()
    assert proposal.visibility == "pending"
    assert proposal.published_at is None


def test_moderators_do_not_find_proposals_in_their_queue(scheme):
    ProposalFactory(activity=scheme.activity, kind=StatusKind.IN_REVIEW)
    assert not Proposal.objects.to_moderate().exists()


# -- On paper


def test_staff_enter_a_proposal_whose_co_proposers_have_signed(strict, checker):
    proposal = enter_for_somebody(
        Proposal(
            title="Vestersø Kommune skal plante hundrede træer",
            body="Langs havnen.",
            language="da",
            rule_set=strict.rule_set,
        ),
        activity=strict.activity,
        participant=ParticipantFactory(),
        invitations=[
            Invitation("Bo Prøve", "bo@example.dk", has_signed=True),
            Invitation("Clara Prøve", "clara@example.dk", has_signed=True),
        ],
        channel="paper",
        evidence="Sag 26-1234",
        entered_by=checker,
        at=timezone.now(),
    )
    proposal.refresh_from_db()
    assert (proposal.visibility, proposal.status.kind) == ("pending", StatusKind.IN_REVIEW)
    assert (proposal.entered_by, proposal.evidence) == (checker, "Sag 26-1234")


def test_the_action_refuses_too_few_and_too_many_co_proposers(strict, checker):
    people = [Invitation(f"Nr. {n}", f"nr{n}@example.dk") for n in range(5)]
    for invitations in (people[:1], people, [people[0], people[0]]):
        with pytest.raises(ValueError, match=r"co-proposers|twice"):
            enter_for_somebody(
                Proposal(title="T", body="B", language="da", rule_set=strict.rule_set),
                activity=strict.activity,
                participant=ParticipantFactory(),
                invitations=invitations,
                channel="paper",
                evidence="",
                entered_by=checker,
                at=timezone.now(),
            )
    assert Proposal.objects.count() == 0


# -- People


def test_two_co_proposers_who_turn_out_to_be_one_person_count_once(scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    user = UserFactory(verified=True, email="bo@example.dk")
    kept = participant_for_user(user, at=timezone.now(), language="da")
    CoProposerFactory(proposal=proposal, participant=kept, email="bo@example.dk", name="Bo Prøve")
    other = ParticipantFactory(email="bo.privat@example.dk")
    CoProposerFactory(proposal=proposal, participant=other)
    from allauth.account.models import EmailAddress

    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=other.email, verified=True, primary=True)
    participant_for_user(user, at=timezone.now(), language="da")
    assert proposal.coproposers.count() == 1


def test_a_proposal_that_is_left_with_too_few_co_proposers_goes_back(strict):
    proposal = ProposalFactory(activity=strict.activity, kind=StatusKind.IN_REVIEW)
    user = UserFactory(verified=True, email="bo@example.dk")
    kept = participant_for_user(user, at=timezone.now(), language="da")
    CoProposerFactory(proposal=proposal, participant=kept, email="bo@example.dk", name="Bo Prøve")
    other = ParticipantFactory(email="bo.privat@example.dk")
    CoProposerFactory(proposal=proposal, participant=other)
    from allauth.account.models import EmailAddress

    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=other.email, verified=True, primary=True)
    participant_for_user(user, at=timezone.now(), language="da")
    proposal.refresh_from_db()
    assert proposal.coproposers.count() == 1
    assert proposal.status.kind == StatusKind.RETURNED


def test_an_author_who_turns_out_to_be_a_co_proposer_is_only_the_author(scheme):
    user = UserFactory(verified=True, email="asta@example.dk")
    author = participant_for_user(user, at=timezone.now(), language="da")
    proposal = ProposalFactory(activity=scheme.activity, participant=author)
    other = ParticipantFactory(email="asta.privat@example.dk")
    CoProposerFactory(proposal=proposal, participant=other)
    from allauth.account.models import EmailAddress

    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=other.email, verified=True, primary=True)
    participant_for_user(user, at=timezone.now(), language="da")
    assert proposal.coproposers.count() == 0


# -- Addenda


def test_addenda_wait_for_a_moderator_where_the_page_says_so(scheme, checker, client):
    type(scheme.activity).objects.filter(pk=scheme.activity.pk).update(moderation="before")
    proposal = ProposalFactory(activity=type(scheme.activity).objects.get(pk=scheme.activity.pk))
    at = timezone.now()
    addendum = add_addendum(
        proposal, by=proposal.participant, body="Vi har talt med havnen.", at=at, language="da"
    )
    assert addendum.visibility == "pending"
    with pytest.raises(ValueError, match="reason"):
        decide_addendum(addendum, show=False, by=checker, at=at)
    assert decide_addendum(addendum, show=True, by=checker, at=at)
    assert not decide_addendum(addendum, show=True, by=checker, at=at)
    assert decide_addendum(addendum, show=False, by=checker, at=at, public_note="Navngiver en nabo")
    logged = [entry.data for entry in ModelLogEntry.objects.filter(user=checker)]
    assert [data["action"] for data in logged] == ["hide", "publish"]
    assert "nabo" not in str(logged)
    assert not proposal.addenda.visible().exists()


def test_strangers_and_those_who_said_no_add_nothing(scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    no = CoProposerFactory(proposal=proposal, status="declined")
    for person in (None, ParticipantFactory(), no.participant):
        with pytest.raises(NotAllowed):
            add_addendum(proposal, by=person, body="Hør nu", at=timezone.now(), language="da")
