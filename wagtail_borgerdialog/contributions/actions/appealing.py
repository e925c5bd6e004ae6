"""The author objects once; somebody else decides."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import notices, rules
from wagtail_borgerdialog.contributions.actions.moderating import (
    locked,
    moderate,
    moderate_comment,
)
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    AppealOutcome,
    Contribution,
    ModerationDecision,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.people.eligibility import (
    Decision,
    DeniedReason,
    NotAllowed,
    Person,
    require,
)


def appeal(
    decision: ModerationDecision,
    *,
    by: Person,
    words: str,
    language: str,
    at: datetime.datetime,
) -> Appeal:
    """Ask for a second look at ``decision``. Raises ``NotAllowed``."""
    require(rules.may_appeal(by, decision, at=at))
    contribution = contribution_of(decision)
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                decision=decision,
                contribution_id=contribution.pk,
                participant=by.participant,
                words=words,
                language=language,
                created_at=at,
            )
            notices.appeal_received(made, contribution, at=at)
    except IntegrityError:  # the same form in another request, a moment earlier
        raise NotAllowed(Decision(DeniedReason.ALREADY_DONE)) from None
    return made


def decide_appeal(
    row: Appeal,
    *,
    outcome: str,
    answer: str,
    by: AbstractBaseUser,
    at: datetime.datetime,
    internal_note: str = "",
) -> bool:
    """Let the decision stand, or undo it and show the text (again); False if it is decided.

    Raises ``NotAllowed`` for whoever took the decision, and ``ValueError`` without an ``answer``.
    """
    decision = row.decision
    contribution = contribution_of(decision)
    require(rules.may_decide_appeal(by, row))
    if not answer:
        raise ValueError("The author is owed reasons.")
    with transaction.atomic():
        locked(contribution)
        current = Appeal.objects.get(pk=row.pk)
        if current.decided_at is not None:
            return False
        row.outcome, row.answer, row.internal_note = outcome, answer, internal_note
        row.decided_by, row.decided_at = by, at
        row.save(update_fields=["outcome", "answer", "internal_note", "decided_by", "decided_at"])
        if outcome == AppealOutcome.REVERSED:
            _undo(decision, contribution, by=by, at=at)
        notices.appeal_decided(row, contribution, at=at)
        log(
            instance=row.text,
            title=contribution.reference,
            action="borgerdialog.appeal",
            user=by,
            data={"outcome": outcome},
        )
    return True


def contribution_of(decision: ModerationDecision) -> Contribution:
    """What the decision is about, or what the comment is on: as the kind it is."""
    if decision.comment is not None:
        return decision.comment.contribution
    return decision.contribution.specific


def _undo(
    decision: ModerationDecision,
    contribution: Contribution,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> None:
    text = decision.comment if decision.comment is not None else contribution
    text.refresh_from_db(fields=["visibility"])
    if text.visibility in {Visibility.WITHDRAWN, Visibility.VISIBLE}:
        return
    act = moderate if decision.comment is None else moderate_comment
    act(text, ModerationAction.RESTORE, by=by, at=at, on_appeal=True)
