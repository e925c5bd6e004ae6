"""Comments and replies."""

import datetime

from django.db import transaction
from django.db.models import F

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Visibility
from wagtail_borgerdialog.people.actions import confirm_address
from wagtail_borgerdialog.people.eligibility import (
    Decision,
    DeniedReason,
    NotAllowed,
    Person,
    require,
)
from wagtail_borgerdialog.people.models import shown_name
from wagtail_borgerdialog.personal_data import needs_a_person
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import ModerationMode, NameDisplay

TWICE = datetime.timedelta(minutes=10)


def comment_on(
    contribution: Contribution,
    *,
    by: Person,
    body: str,
    at: datetime.datetime,
    language: str,
    parent: Comment | None = None,
    name_display: str = NameDisplay.FIRST_AND_AREA,
    name: str | None = None,
    must_confirm: bool = False,
    declared: bool = False,
    suspicious: bool = False,
) -> Comment:
    """Store a comment, or a reply to ``parent``.

    ``by``, ``name`` and ``must_confirm`` are those of a ``Sender``: with ``must_confirm`` the
    comment waits until the owner of the typed address acts on the mailed link. A signed-in member
    of staff answers with their role beside the text, and is not moderated. The same words sent
    twice within ten minutes are one comment. Raises ``NotAllowed``.
    """
    require(rules.may_comment(by, contribution, parent=parent, at=at, declared=declared))
    badge = get_adapter().role_badge(by.user) if by.user else ""
    author = by.participant
    if name is None:
        name = author.name if author else ""
    # What we know behind an address stays unsaid until its owner has acted on the mailed link.
    area = author.area if author and (by.user is not None or must_confirm) else None
    public_name = shown_name(name, display=name_display, area=area)
    with transaction.atomic():
        # A double click sends two requests at once; the second waits here, and finds the first.
        Contribution.objects.select_for_update().get(pk=contribution.pk)
        twin = Comment.objects.filter(
            contribution=contribution.pk,
            parent=parent,
            participant=author,
            author=by.user if badge else None,
            public_name=public_name,
            body=body,
            created_at__gte=at - TWICE,
        ).first()
        if twin is not None:
            return twin
        comment = Comment.objects.create(
            contribution_id=contribution.pk,
            parent=parent,
            participant=author,
            author=by.user if badge else None,
            name_display=name_display,
            public_name=public_name,
            role_badge=badge,
            body=body,
            language=language,
            visibility=Visibility.DRAFT,
            created_at=at,
        )
        comment.contribution = contribution
        if must_confirm:
            notices.confirm_comment(comment, at=at)
        else:
            _hand_in(comment, at=at, suspicious=suspicious and not badge, is_staff=bool(badge))
    return comment


def confirm_comment(comment: Comment, *, at: datetime.datetime) -> bool:
    """The author has acted on the link in the mail; True if it was waiting for that.

    Raises ``NotAllowed`` when what it is about is not public any more, and while the page is
    paused.
    """
    contribution = comment.contribution
    require(rules.may_confirm(contribution.activity))
    is_gone = not contribution.is_public or (
        comment.parent is not None and comment.parent.visibility != Visibility.VISIBLE
    )
    if is_gone:
        raise NotAllowed(Decision(DeniedReason.HIDDEN))
    with transaction.atomic():
        waiting = Comment.objects.select_for_update().filter(
            pk=comment.pk, visibility=Visibility.DRAFT
        )
        if not waiting.exists():
            return False
        if comment.participant is not None:
            confirm_address(comment.participant)
        _hand_in(comment, at=at)
    return True


def _hand_in(
    comment: Comment, *, at: datetime.datetime, suspicious: bool = False, is_staff: bool = False
) -> None:
    suspicious = suspicious or get_adapter().looks_like_spam(comment.body, at=at)
    suspicious = suspicious or needs_a_person(f"{comment.body}\n{comment.public_name}")
    waits = suspicious or comment.contribution.activity.moderation == ModerationMode.BEFORE
    if waits and not is_staff:
        comment.visibility = Visibility.PENDING
        Comment.objects.filter(pk=comment.pk).update(visibility=Visibility.PENDING)
    else:
        publish_comment(comment, at=at)


def publish_comment(comment: Comment, *, at: datetime.datetime) -> None:
    """Let everybody see it, and count it. The caller has checked who may decide that."""
    comment.visibility = Visibility.VISIBLE
    comment.published_at = comment.published_at or at
    Comment.objects.filter(pk=comment.pk).update(
        visibility=comment.visibility, published_at=comment.published_at
    )
    Contribution.objects.filter(pk=comment.contribution_id).update(
        comment_count=F("comment_count") + 1
    )
    contribution_event.send(
        Contribution,
        contribution=comment.contribution,
        event=events.COMMENTED,
        at=at,
        by=comment.author,
    )


def unpublish_comment(comment: Comment, visibility: str) -> None:
    """Leave a placeholder in its place. The caller has checked, and tells why."""
    was_public = comment.visibility == Visibility.VISIBLE
    comment.visibility = visibility
    Comment.objects.filter(pk=comment.pk).update(visibility=visibility)
    if was_public:
        Contribution.objects.filter(pk=comment.contribution_id).update(
            comment_count=F("comment_count") - 1
        )
