"""Who may propose, change, co-propose and check, and when."""

import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from wagtail_borgerdialog.contributions.models import StatusKind, Visibility
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.eligibility import (
    ALLOWED,
    Decision,
    DeniedReason,
    Person,
    is_open,
    may_be_counted,
)
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals.models import (
    BEFORE_PUBLICATION,
    CoProposer,
    CoProposerStatus,
    Proposal,
    RuleSet,
)
from wagtail_borgerdialog.rules import works_with

LAST_MINUTE = datetime.time(23, 59)
CHECK = "borgerdialog_proposals.check_proposal"
EDITABLE_KINDS = frozenset(
    {
        StatusKind.AWAITING_COPROPOSERS,
        StatusKind.IN_REVIEW,
        StatusKind.RETURNED,
        StatusKind.OPEN_FOR_SUPPORT,
    }
)
# An invitation can be answered until the proposal is published or refused.
ANSWERABLE_KINDS = EDITABLE_KINDS - {StatusKind.OPEN_FOR_SUPPORT}
ADDENDUM_KINDS = frozenset(
    {
        StatusKind.OPEN_FOR_SUPPORT,
        StatusKind.IN_REFINEMENT,
        StatusKind.THRESHOLD_REACHED,
        StatusKind.IN_PROCESS,
        StatusKind.AWAITING_FUNDS,
        StatusKind.REFERRED,
    }
)


def end_of_day(at: datetime.datetime, *, days: int) -> datetime.datetime:
    """The last minute of the local day ``days`` after ``at``, in UTC.

    Local is ``TIME_ZONE`` (Europe/Copenhagen), not the zone that a colleague has chosen for the
    admin, and a day is a day on the calendar: the nights on which the clocks change make no
    difference. Deadlines are open to the end of the minute shown.
    """
    zone = timezone.get_default_timezone()
    day = timezone.localdate(at, zone) + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, LAST_MINUTE, tzinfo=zone).astimezone(datetime.UTC)


def may_propose(
    person: Person,
    activity: Activity,
    *,
    rule_set: RuleSet,
    at: datetime.datetime,
    declared: bool,
) -> Decision:
    """May ``person`` send a new proposal?"""
    now = is_open(activity, at=at)
    if not now:
        return now
    return may_be_counted(
        person,
        level=rule_set.propose_level,
        minimum_age=rule_set.minimum_age,
        residents_only=rule_set.residents_only,
        declared=declared,
    )


def may_change(
    participant: Participant | None, proposal: Proposal, *, at: datetime.datetime
) -> Decision:
    """May ``participant`` change the text? Never after the first support, withdrawn or not."""
    if participant is None or proposal.participant_id != participant.pk:
        return Decision(DeniedReason.NOT_YOURS)
    if proposal.is_frozen:
        return Decision(DeniedReason.FROZEN)
    if proposal.visibility not in {Visibility.PENDING, Visibility.VISIBLE}:
        return Decision(DeniedReason.HIDDEN)
    if proposal.activity.is_paused:
        return Decision(DeniedReason.PAUSED)
    if proposal.kind_at(at) not in EDITABLE_KINDS:
        return Decision(DeniedReason.CLOSED, when=proposal.support_until)
    return ALLOWED


def may_add(
    participant: Participant | None, proposal: Proposal, *, at: datetime.datetime
) -> Decision:
    """May ``participant`` add a dated remark? The author and the accepted co-proposers may."""
    if participant is None or not stands_behind(participant, proposal):
        return Decision(DeniedReason.NOT_YOURS)
    if not proposal.is_public:
        return Decision(DeniedReason.HIDDEN)
    if proposal.activity.is_paused:
        return Decision(DeniedReason.PAUSED)
    if proposal.kind_at(at) not in ADDENDUM_KINDS:
        return Decision(DeniedReason.CLOSED, when=proposal.support_until)
    return ALLOWED


def stands_behind(participant: Participant, proposal: Proposal) -> bool:
    """Whether ``participant`` is the author or a co-proposer who has said yes."""
    return (
        proposal.participant_id == participant.pk
        or proposal.coproposers.filter(
            participant=participant, status=CoProposerStatus.ACCEPTED
        ).exists()
    )


def may_accept(row: CoProposer, proposal: Proposal, *, at: datetime.datetime) -> Decision:
    """Can this invitation still be answered with yes?"""
    if proposal.visibility != Visibility.PENDING or proposal.status.kind not in ANSWERABLE_KINDS:
        return Decision(DeniedReason.HIDDEN if is_gone(proposal) else DeniedReason.CLOSED)
    if row.status != CoProposerStatus.INVITED:
        return Decision(DeniedReason.ALREADY_DONE)
    if not row.can_answer_at(at):
        return Decision(DeniedReason.CLOSED, when=row.due_at)
    return ALLOWED


def may_decline(row: CoProposer, proposal: Proposal, *, at: datetime.datetime) -> Decision:
    """Can they say no, or step back after a yes? Until the proposal is published."""
    if row.status == CoProposerStatus.ACCEPTED:
        if proposal.visibility == Visibility.PENDING and proposal.status.kind in ANSWERABLE_KINDS:
            return ALLOWED
        return Decision(DeniedReason.HIDDEN if is_gone(proposal) else DeniedReason.CLOSED)
    return may_accept(row, proposal, at=at)


def is_gone(proposal: Proposal) -> bool:
    """Whether its text may no longer be shown to those who were invited."""
    return proposal.visibility not in {Visibility.PENDING, Visibility.VISIBLE}


def may_stand_behind(participant: Participant, person: Person, proposal: Proposal) -> Decision:
    """Does somebody who says yes meet the demands on proposers?

    Saying yes declares what nobody can look up: the page behind the link says so.
    """
    if proposal.participant_id == participant.pk:
        return Decision(DeniedReason.ALREADY_DONE)
    return may_be_counted(
        person,
        level=proposal.rule_set.propose_level,
        minimum_age=proposal.rule_set.minimum_age,
        residents_only=proposal.rule_set.residents_only,
        declared=True,
    )


def may_be_checked(proposal: Proposal) -> Decision:
    """Is it this proposal's turn to be checked?"""
    if proposal.visibility != Visibility.PENDING:
        return Decision(DeniedReason.ALREADY_DONE)
    if proposal.status.kind == StatusKind.AWAITING_COPROPOSERS:
        return Decision(DeniedReason.NOT_READY)
    if proposal.status.kind != StatusKind.IN_REVIEW:
        return Decision(DeniedReason.ALREADY_DONE)
    return ALLOWED


def may_be_public(kind: str) -> Decision:
    """May a proposal that stands at ``kind`` be shown to everybody?"""
    return Decision(DeniedReason.NOT_READY) if kind in BEFORE_PUBLICATION else ALLOWED


def may_check(user: AbstractBaseUser | AnonymousUser, activity: Activity) -> Decision:
    """May this member of staff make the formal check on ``activity``?"""
    if works_with(user, activity, CHECK):
        return ALLOWED
    return Decision(DeniedReason.NO_PERMISSION)
