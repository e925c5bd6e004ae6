"""What happens to any contribution, and what it means for a proposal."""

import datetime

from django.db.models import Q
from django.utils import timezone

from wagtail_borgerdialog.contributions import events
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup.events import ANSWER_CHANGED, ANSWERED
from wagtail_borgerdialog.people.eligibility import require
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals import notices, rules
from wagtail_borgerdialog.proposals.actions import (
    locked,
    send_invitations,
    settle,
    support_was_counted,
)
from wagtail_borgerdialog.proposals.models import Addendum, CoProposer, Proposal

KIND = "proposals"


def something_happened(
    sender: type, contribution: Contribution, event: str, at: datetime.datetime, **kwargs: object
) -> None:
    """Follow up in the transaction of the event; whatever is no proposal costs nothing."""
    if contribution.activity.kind != KIND:
        return
    if event == events.SUPPORTED:
        support_was_counted(contribution.pk, at=at)
    elif event == events.SUBMITTED:
        send_invitations(_proposal(contribution), at=at)
    elif event in {ANSWERED, ANSWER_CHANGED}:
        notices.answered(_proposal(contribution), at=at)
    elif event == events.PUBLISHED:
        # However it came about: nothing is public before its formal check.
        kind = Contribution.objects.values_list("status__kind", flat=True).get(pk=contribution.pk)
        require(rules.may_be_public(kind))


def participants_were_merged(
    sender: type, kept: Participant, absorbed: Participant, **kwargs: object
) -> None:
    """What ``absorbed`` stands behind belongs to ``kept``; nobody stands behind it twice."""
    theirs = CoProposer.objects.filter(participant=kept).values("proposal")
    own = Proposal.objects.filter(participant=kept).values("pk")
    rows = CoProposer.objects.filter(participant=absorbed)
    spare = list(rows.filter(Q(proposal__in=theirs) | Q(proposal__in=own)))
    rows.filter(pk__in=[row.pk for row in spare]).delete()
    rows.update(participant=kept)
    for proposal in {row.proposal_id for row in spare}:
        settle(locked(proposal), at=timezone.now())
    Addendum.objects.filter(participant=absorbed).update(participant=kept)


def _proposal(contribution: Contribution) -> Proposal:
    if isinstance(contribution, Proposal):
        return contribution
    return Proposal.objects.with_page_rows().get(pk=contribution.pk)
