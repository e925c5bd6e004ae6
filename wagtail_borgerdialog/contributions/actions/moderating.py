"""A moderator decides; the author is told why."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.actions.commenting import publish_comment, unpublish_comment
from wagtail_borgerdialog.contributions.actions.lifecycle import publish, unpublish
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    ModerationDecision,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed, require
from wagtail_borgerdialog.signals import contribution_event

# What each decision needs to start from, and where it leads.
TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    ModerationAction.PUBLISH: (frozenset({Visibility.PENDING}), Visibility.VISIBLE),
    ModerationAction.REJECT: (frozenset({Visibility.PENDING}), Visibility.HIDDEN),
    ModerationAction.HIDE: (frozenset({Visibility.VISIBLE}), Visibility.HIDDEN),
    ModerationAction.REMOVE: (
        frozenset({Visibility.PENDING, Visibility.VISIBLE, Visibility.HIDDEN}),
        Visibility.REMOVED,
    ),
    ModerationAction.RESTORE: (frozenset({Visibility.HIDDEN}), Visibility.VISIBLE),
}


def moderate(
    contribution: Contribution,
    action: str,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    reason_code: str = "",
    rule_cited: str = "",
    public_note: str = "",
    internal_note: str = "",
) -> bool:
    """Decide what the public sees of ``contribution``; False when it stands there already.

    Anything but publishing needs a ``reason_code``. Raises ``NotAllowed``, and ``ValueError``
    when the reason is missing.
    """
    require(rules.may_moderate(by, contribution.activity))
    _need_reason(action, reason_code)
    start, end = TRANSITIONS[action]
    with transaction.atomic():
        current = Contribution.objects.select_for_update().get(pk=contribution.pk)
        contribution.visibility = current.visibility
        if current.visibility == end:
            return False
        if current.visibility not in start:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        decision = ModerationDecision.objects.create(
            contribution_id=contribution.pk,
            action=action,
            reason_code=reason_code,
            rule_cited=rule_cited,
            public_note=public_note,
            internal_note=internal_note,
            decided_by=by,
            decided_at=at,
        )
        if end == Visibility.VISIBLE:
            publish(contribution, at=at, by=by)
            notices.published(contribution, decision, at=at)
        else:
            unpublish(contribution, end, at=at)
            notices.not_shown(contribution, decision, at=at)
            contribution_event.send(
                Contribution,
                contribution=contribution,
                event=events.NOT_PUBLISHED if action == ModerationAction.REJECT else events.HIDDEN,
                at=at,
                by=by,
            )
        log(
            instance=contribution,
            title=contribution.reference,
            action="borgerdialog.moderate",
            user=by,
            data={"action": action, "reason": reason_code},
        )
    return True


def moderate_comment(
    comment: Comment,
    action: str,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    reason_code: str = "",
    rule_cited: str = "",
    public_note: str = "",
    internal_note: str = "",
) -> bool:
    """:func:`moderate`, for a comment."""
    require(rules.may_moderate(by, comment.contribution.activity))
    _need_reason(action, reason_code)
    start, end = TRANSITIONS[action]
    with transaction.atomic():
        current = Comment.objects.select_for_update().get(pk=comment.pk)
        comment.visibility = current.visibility
        if current.visibility == end:
            return False
        if current.visibility not in start:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        decision = ModerationDecision.objects.create(
            comment=comment,
            action=action,
            reason_code=reason_code,
            rule_cited=rule_cited,
            public_note=public_note,
            internal_note=internal_note,
            decided_by=by,
            decided_at=at,
        )
        if end == Visibility.VISIBLE:
            publish_comment(comment, at=at)
        else:
            unpublish_comment(comment, end)
            notices.comment_not_shown(comment, decision, at=at)
        log(
            instance=comment,
            title=comment.contribution.reference,
            action="borgerdialog.moderate",
            user=by,
            data={"action": action, "reason": reason_code},
        )
    return True


def _need_reason(action: str, reason_code: str) -> None:
    if action not in {ModerationAction.PUBLISH, ModerationAction.RESTORE} and not reason_code:
        raise ValueError("A decision not to show something needs a reason.")
