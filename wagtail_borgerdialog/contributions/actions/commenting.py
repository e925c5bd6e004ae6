"""Comments and replies."""

import datetime

from django.db import transaction
from django.db.models import F

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Visibility
from wagtail_borgerdialog.people.actions import confirm_address
from wagtail_borgerdialog.people.eligibility import Person, require
from wagtail_borgerdialog.people.models import Participant, shown_name
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import ModerationMode, NameDisplay, VerificationLevel


def comment_on(
    contribution: Contribution,
    *,
    by: Person,
    body: str,
    at: datetime.datetime,
    language: str,
    parent: Comment | None = None,
    name_display: str = NameDisplay.FIRST_AND_AREA,
    claimed: Participant | None = None,
    declared: bool = False,
    suspicious: bool = False,
) -> Comment:
    """Store a comment, or a reply to ``parent``.

    ``claimed`` is the owner of an address typed by somebody who is not signed in: the comment
    waits until they act on the mailed link, where the page demands a confirmed address. A
    signed-in member of staff answers with their role beside the text, and is not moderated.
    Raises ``NotAllowed``.
    """
    person = by
    must_confirm = False
    if by.participant is None and claimed is not None:
        person = Person(participant=claimed, level=VerificationLevel.EMAIL)
        must_confirm = contribution.activity.comment_level != VerificationLevel.NONE
    require(rules.may_comment(person, contribution, parent=parent, at=at, declared=declared))
    badge = get_adapter().role_badge(by.user) if by.user else ""
    author = person.participant
    with transaction.atomic():
        comment = Comment.objects.create(
            contribution_id=contribution.pk,
            parent=parent,
            participant=author,
            author=by.user if badge else None,
            name_display=name_display,
            public_name=""
            if author is None
            else shown_name(author.name, display=name_display, area=author.area),
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
    """The author has acted on the link in the mail; True if it was waiting for that."""
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
