"""A moderator decides; the author is told why."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.actions.commenting import publish_comment, unpublish_comment
from wagtail_borgerdialog.contributions.actions.lifecycle import publish, unpublish
from wagtail_borgerdialog.contributions.actions.settling import settle_appeals, settle_reports
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    ModerationDecision,
    ReportOutcome,
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

# What can be decided about a text that was public, and that reports took out of sight.
OF_HELD = frozenset({ModerationAction.RESTORE, ModerationAction.HIDE, ModerationAction.REMOVE})


def can_start(action: str, item: Model) -> bool:
    """Whether ``action`` can be decided where ``item`` stands."""
    if getattr(item, "is_held", False):
        return action in OF_HELD
    return item.visibility in TRANSITIONS[action][0]


def locked(contribution: Contribution) -> Contribution:
    """Its row as it stands, for this transaction alone: whoever decides anything on it waits."""
    # Locked alone: PostgreSQL finds nothing where a row joined to it changed while we waited.
    return Contribution.objects.select_for_update().get(pk=contribution.pk)


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
    on_appeal: bool = False,
) -> bool:
    """Decide what the public sees of ``contribution``; False when it stands there already.

    Anything but publishing needs a ``reason_code``. ``on_appeal`` brings back what was removed,
    and leaves the mail to the caller. Answers the reports on it. Raises ``NotAllowed``, and
    ``ValueError`` when the reason is missing.
    """
    require(rules.may_moderate(by, contribution.activity))
    _need_reason(action, reason_code)
    end = TRANSITIONS[action][1]
    with transaction.atomic():
        current = locked(contribution)
        contribution.visibility = current.visibility
        if current.visibility == end:
            return False
        if not (can_start(action, current) or _is_brought_back(action, current, on_appeal)):
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
            if not on_appeal:
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
        _answer(contribution, None, end, by=by, at=at)
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
    on_appeal: bool = False,
) -> bool:
    """:func:`moderate`, for a comment."""
    require(rules.may_moderate(by, comment.contribution.activity))
    _need_reason(action, reason_code)
    end = TRANSITIONS[action][1]
    with transaction.atomic():
        locked(comment.contribution)
        current = Comment.objects.select_for_update().get(pk=comment.pk)
        comment.visibility = current.visibility
        if current.visibility == end:
            return False
        if not (can_start(action, current) or _is_brought_back(action, current, on_appeal)):
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
        _answer(comment.contribution, comment, end, by=by, at=at)
        log(
            instance=comment,
            title=comment.contribution.reference,
            action="borgerdialog.moderate",
            user=by,
            data={"action": action, "reason": reason_code},
        )
    return True


def _is_brought_back(action: str, current: Contribution | Comment, on_appeal: bool) -> bool:
    is_removed = current.visibility == Visibility.REMOVED
    return on_appeal and is_removed and action == ModerationAction.RESTORE


def _answer(
    contribution: Contribution,
    comment: Comment | None,
    end: str,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> None:
    is_shown = end == Visibility.VISIBLE
    outcome = ReportOutcome.KEPT if is_shown else ReportOutcome.TAKEN_AWAY
    settle_reports(contribution, comment=comment, outcome=outcome, by=by, at=at)
    if is_shown:
        settle_appeals(contribution, comment=comment, by=by, at=at)


def _need_reason(action: str, reason_code: str) -> None:
    if action not in {ModerationAction.PUBLISH, ModerationAction.RESTORE} and not reason_code:
        raise ValueError("A decision not to show something needs a reason.")
