"""What holds when requests arrive at the same moment: real threads, real connections."""

import threading

import pytest
from django.test import Client
from django.utils import timezone

from tests.citizens import address
from tests.contributions.test_races import AT_ONCE, burst
from wagtail_borgerdialog.contributions.models import StatusChange, StatusKind, Support
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.pages.models import ProposalPage
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.proposals.actions import accept_invitation, change_text, run_clock
from wagtail_borgerdialog.proposals.models import CoProposer, Proposal
from wagtail_borgerdialog.testing.factories import ParticipantFactory, UserFactory
from wagtail_borgerdialog.testing.proposals import (
    CoProposerFactory,
    ProposalFactory,
    RuleSetFactory,
    make_proposal_page,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("goal", [2, AT_ONCE - 1, AT_ONCE])
def test_supports_that_reach_the_goal_together_reach_it_once(goal):
    scheme = make_proposal_page(ProposalPage, rule_set=RuleSetFactory(threshold=goal))
    proposal = ProposalFactory(activity=scheme.activity)
    CoProposerFactory(proposal=proposal)
    people = iter(UserFactory.create_batch(AT_ONCE, verified=True))
    lock = threading.Lock()
    url = address("support", proposal.reference)

    def support(browser: Client) -> int:
        with lock:
            user = next(people)
        browser.force_login(user)
        return browser.post(url).status_code

    answers = burst(support)
    # Who comes after the goal is reached is told so.
    assert set(answers) <= {303, 409}
    proposal.refresh_from_db()
    assert proposal.status.kind == StatusKind.THRESHOLD_REACHED
    assert proposal.support_count == answers.count(303) >= goal
    changes = StatusChange.objects.filter(to_status__kind=StatusKind.THRESHOLD_REACHED)
    assert changes.count() == 1
    mails = OutgoingMail.objects.filter(template="proposal_threshold_reached")
    assert sorted(mails.values_list("recipient_key", flat=True)) == sorted(
        {proposal.participant.person_key, proposal.coproposers.get().person_key}
    )


def test_clocks_that_run_together_write_it_once():
    scheme = make_proposal_page(ProposalPage)
    proposals = ProposalFactory.create_batch(3, activity=scheme.activity, days_old=100)
    at = timezone.now()
    changed = burst(lambda browser: run_clock(at=at))
    assert sum(changed) == 3
    assert StatusChange.objects.filter(to_status__kind=StatusKind.EXPIRED).count() == 3
    assert OutgoingMail.objects.filter(template="proposal_expired").count() == len(proposals)


def test_a_change_and_a_first_support_do_not_both_win():
    """Either the supporter supports the text that was read, or the support is refused."""
    scheme = make_proposal_page(ProposalPage)
    for _ in range(5):
        author = ParticipantFactory()
        proposal = ProposalFactory(activity=scheme.activity, participant=author)
        people = iter(UserFactory.create_batch(AT_ONCE, verified=True))
        lock = threading.Lock()
        url = address("support", proposal.reference)
        is_author = iter([True, *[False] * (AT_ONCE - 1)])

        def act(browser, *, proposal=proposal, author=author, people=people, lock=lock, url=url):
            with lock:
                changes, user = next(is_author), next(people)  # noqa: B023
            if not changes:
                browser.force_login(user)
                return browser.post(url).status_code
            try:
                change_text(
                    Proposal.objects.with_page_rows().get(pk=proposal.pk),
                    by=author,
                    title=proposal.title,
                    body="Noget helt andet.",
                    remarks="",
                    area=None,
                    category=None,
                    at=timezone.now(),
                )
            except NotAllowed:
                return "refused"
            return "changed"

        answers = burst(act)
        proposal.refresh_from_db()
        if "changed" in answers:
            assert proposal.body == "Noget helt andet."
            assert proposal.visibility == "pending"
            assert (proposal.support_count, proposal.frozen_at) == (0, None)
            assert not Support.objects.filter(contribution=proposal.pk).exists()
        else:
            assert proposal.body != "Noget helt andet."
            assert proposal.frozen_at is not None
        assert not (proposal.visibility == "visible" and proposal.body == "Noget helt andet.")


def test_an_invitation_accepted_twelve_times_at_once_is_one_yes():
    rules = RuleSetFactory(min_coproposers=1, max_coproposers=3)
    scheme = make_proposal_page(ProposalPage, rule_set=rules)
    proposal = ProposalFactory(activity=scheme.activity, kind=StatusKind.AWAITING_COPROPOSERS)
    row = CoProposerFactory(
        proposal=proposal, participant=None, name="Bo", email="bo@example.dk", status="invited"
    )

    def accept(browser: Client) -> str:
        try:
            accept_invitation(CoProposer.objects.get(pk=row.pk), at=timezone.now())
        except NotAllowed:
            return "already"
        return "now"

    assert sorted(burst(accept)) == ["already"] * (AT_ONCE - 1) + ["now"]
    proposal.refresh_from_db()
    assert proposal.status.kind == StatusKind.IN_REVIEW
    assert StatusChange.objects.filter(to_status__kind=StatusKind.IN_REVIEW).count() == 1
