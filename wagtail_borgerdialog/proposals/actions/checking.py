"""The formal check: a list of criteria, each passed or not, and what follows."""

import dataclasses
import datetime
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import notices as common_notices
from wagtail_borgerdialog.contributions.actions.lifecycle import move_status, publish
from wagtail_borgerdialog.contributions.models import ModerationDecision, Status, StatusKind
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed, require
from wagtail_borgerdialog.proposals import notices, rules
from wagtail_borgerdialog.proposals.actions.coproposing import locked, send_back
from wagtail_borgerdialog.proposals.actions.submitting import PUBLISHED_FIELDS
from wagtail_borgerdialog.proposals.models import (
    CoProposer,
    CoProposerStatus,
    FormalCheck,
    Proposal,
    ReturnReason,
)


@dataclasses.dataclass(frozen=True)
class CheckedCriterion:
    """One criterion as it is worded now, whether it is met, and for a no what is wrong."""

    criterion: str
    passed: bool
    note: str = ""


def record_formal_check(
    proposal: Proposal,
    *,
    results: Sequence[CheckedCriterion],
    by: AbstractBaseUser,
    at: datetime.datetime,
    reject: bool = False,
    text_of: datetime.datetime | None = None,
) -> str:
    """Write down the check and act on it; returns the status kind it led to.

    Every criterion met: the proposal is published and collects support from now on. Otherwise it
    goes back to its author, who can change it, or with ``reject`` it ends as outside the rules.
    ``text_of`` is the ``text_changed_at`` of the text that was read. Raises ``NotAllowed``, and
    ``ValueError`` when a criterion of the rule set has no answer, when a no has no note, or when
    ``reject`` is asked for although every criterion is met.
    """
    require(rules.may_check(by, proposal.activity))
    failed = [result for result in results if not result.passed]
    if any(not result.note.strip() for result in failed):
        raise ValueError("A criterion that is not met needs a note.")
    if reject and not failed:
        raise ValueError("A proposal that meets every criterion cannot be rejected.")
    with transaction.atomic():
        current = locked(proposal.pk)
        require(rules.may_be_checked(current))
        if text_of is not None and current.text_changed_at != text_of:
            raise NotAllowed(Decision(DeniedReason.TEXT_CHANGED))
        asked = set(current.rule_set.criteria.values_list("title", flat=True))
        if not asked <= {result.criterion for result in results}:
            raise ValueError("A criterion of the rule set has no answer.")
        rows = FormalCheck.objects.bulk_create(
            FormalCheck(
                proposal=current,
                criterion=result.criterion,
                passed=result.passed,
                note=result.note,
                by=by,
                at=at,
            )
            for result in results
        )
        failed_rows = [row for row in rows if not row.passed]
        if not failed_rows:
            _publish(current, by=by, at=at)
        elif reject:
            to = Status.objects.of_kind(StatusKind.REJECTED_FORMAL)
            move_status(current, to, at=at, by=by)
            notices.rejected_formal(current, failed=failed_rows, at=at)
        else:
            send_back(current, ReturnReason.CHECK, at=at, failed=failed_rows, by=by)
        log(
            instance=current,
            title=current.reference,
            action="borgerdialog.formal_check",
            user=by,
            data={"led_to": current.status.kind},
        )
    return current.status.kind


def _publish(proposal: Proposal, *, by: AbstractBaseUser, at: datetime.datetime) -> None:
    """Fix the rules for this proposal, and let everybody see it."""
    rule_set = proposal.rule_set
    proposal.support_goal = rule_set.threshold
    proposal.support_until = rules.end_of_day(at, days=rule_set.period_days)
    proposal.period_days = rule_set.period_days
    proposal.minimum_age = rule_set.minimum_age
    proposal.residents_only = rule_set.residents_only
    proposal.support_level = rule_set.support_level
    proposal.published_at = at
    proposal.save(update_fields=PUBLISHED_FIELDS)
    CoProposer.objects.filter(proposal=proposal, status=CoProposerStatus.INVITED).update(
        status=CoProposerStatus.EXPIRED
    )
    move_status(proposal, Status.objects.of_kind(StatusKind.OPEN_FOR_SUPPORT), at=at, by=by)
    decision = ModerationDecision.objects.create(
        contribution_id=proposal.pk,
        action=ModerationAction.PUBLISH,
        decided_by=by,
        decided_at=at,
    )
    publish(proposal, at=at, by=by)
    common_notices.published(proposal, decision, at=at)
