"""What happens to any contribution, and what it means for a proposal."""

import datetime

from wagtail_borgerdialog.contributions import events
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.people.eligibility import require
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals import rules
from wagtail_borgerdialog.proposals.actions import send_invitations, support_was_counted
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
    rows.filter(proposal__in=theirs).delete()
    rows.filter(proposal__in=own).delete()
    CoProposer.objects.filter(participant=absorbed).update(participant=kept)
    Addendum.objects.filter(participant=absorbed).update(participant=kept)


def _proposal(contribution: Contribution) -> Proposal:
    if isinstance(contribution, Proposal):
        return contribution
    return Proposal.objects.with_page_rows().get(pk=contribution.pk)
