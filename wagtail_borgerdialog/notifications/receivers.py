"""What events elsewhere mean for those who follow."""

import datetime

from wagtail_borgerdialog.contributions import events
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.notifications.actions import remember
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus
from wagtail_borgerdialog.notifications.outbox import forget_unsent
from wagtail_borgerdialog.people.models import Participant

OUT_OF_SIGHT = frozenset({events.HIDDEN, events.WITHDRAWN})


def something_has_happened(
    sender: type,
    contribution: Contribution,
    event: str,
    at: datetime.datetime,
    **kwargs: object,
) -> None:
    """Keep what followers want to hear; take back what they must not read any more."""
    if event in OUT_OF_SIGHT:
        forget_unsent(contribution)
    else:
        remember(contribution, event, at=at)


def participants_were_merged(
    sender: type, kept: Participant, absorbed: Participant, **kwargs: object
) -> None:
    """Two participants turn out to be one person: what both follow is followed once."""
    own = {_thing(row): row for row in Follow.objects.filter(participant=kept)}
    for row in Follow.objects.filter(participant=absorbed):
        other = own.get(_thing(row))
        if other is not None and other.status == FollowStatus.CONFIRMED:
            row.delete()
            continue
        if other is not None:
            other.delete()
        Follow.objects.filter(pk=row.pk).update(participant=kept)


def _thing(row: Follow) -> tuple[int, str, int]:
    return row.site_id, row.target_name, row.target_id
