"""The author of a comment takes it back."""

import datetime

from django.db import transaction

from wagtail_borgerdialog.contributions import rules
from wagtail_borgerdialog.contributions.actions.commenting import unpublish_comment
from wagtail_borgerdialog.contributions.models import Comment, Visibility
from wagtail_borgerdialog.people.eligibility import Person, require


def withdraw_comment(comment: Comment, *, by: Person, at: datetime.datetime) -> None:
    """Leave a placeholder where others have replied. Raises ``NotAllowed``."""
    with transaction.atomic():
        current = Comment.objects.select_for_update().get(pk=comment.pk)
        require(rules.may_withdraw(by, current))
        unpublish_comment(current, Visibility.WITHDRAWN)
    comment.visibility = Visibility.WITHDRAWN
