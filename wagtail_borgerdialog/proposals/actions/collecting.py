"""What the count and the clock decide while a proposal collects support."""

import datetime

from django.db import transaction

from wagtail_borgerdialog.contributions.actions.lifecycle import move_status
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Visibility
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed
from wagtail_borgerdialog.proposals import notices
from wagtail_borgerdialog.proposals.actions.coproposing import locked, settle
from wagtail_borgerdialog.proposals.models import (
    CoProposer,
    CoProposerStatus,
    Proposal,
    last_shown_minute,
)


def support_was_counted(pk: int, *, at: datetime.datetime) -> None:
    """A support for the proposal ``pk`` has just been counted, in the same transaction.

    The counter's row lock makes parallel supports take turns, so exactly one of them sees the
    case still open with enough support, and one that had to wait for the author's change of the
    text sees that it was for other words. One query, but for the first support and the one that
    reaches the goal. Raises ``NotAllowed`` when the proposal is not public any more.
    """
    row = (
        Proposal.objects.filter(pk=pk)
        .values_list("frozen_at", "support_count", "support_goal", "status__kind", "visibility")
        .first()
    )
    if row is None:
        return
    frozen_at, count, goal, kind, visibility = row
    if visibility != Visibility.VISIBLE:
        raise NotAllowed(Decision(DeniedReason.HIDDEN))
    if frozen_at is None:
        Proposal.objects.filter(pk=pk, frozen_at=None).update(frozen_at=at)
    if kind == StatusKind.OPEN_FOR_SUPPORT and goal is not None and count >= goal:
        _reach_threshold(Proposal.objects.with_page_rows().get(pk=pk), at=at)


def run_clock(*, at: datetime.datetime) -> int:
    """Write down what time has decided by ``at``; returns how many things changed.

    Each thing is a transaction of its own, written once: a second run, or one beside it, finds
    nothing to do.
    """
    changed = 0
    for pk in Proposal.objects.done_waiting(at).values_list("pk", flat=True):
        with transaction.atomic():
            changed += settle(locked(pk), at=at)
    changed += _expire_invitations(at=at)
    for pk in Proposal.objects.past_deadline(at).values_list("pk", flat=True):
        with transaction.atomic():
            changed += _close(locked(pk), at=at)
    return changed


def _expire_invitations(*, at: datetime.datetime) -> int:
    return CoProposer.objects.filter(
        status=CoProposerStatus.INVITED,
        due_at__lte=last_shown_minute(at),
        proposal__visibility=Visibility.PENDING,
    ).update(status=CoProposerStatus.EXPIRED)


def _close(proposal: Proposal, *, at: datetime.datetime) -> bool:
    """The time to collect support is over. The timeline shows when that was, not when we ran."""
    kind = proposal.kind_at(at)
    if proposal.status.kind != StatusKind.OPEN_FOR_SUPPORT or kind == proposal.status.kind:
        return False
    if kind == StatusKind.THRESHOLD_REACHED:
        return _reach_threshold(proposal, at=at)
    moved = move_status(proposal, Status.objects.of_kind(kind), at=proposal.support_until)
    if moved:
        notices.expired(proposal, at=at)
    return moved


def _reach_threshold(proposal: Proposal, *, at: datetime.datetime) -> bool:
    to = Status.objects.of_kind(StatusKind.THRESHOLD_REACHED)
    moved = move_status(proposal, to, at=at)
    if moved:
        notices.threshold_reached(proposal, at=at)
    return moved
