"""The personal data that following leaves: who follows what."""

import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus, News
from wagtail_borgerdialog.notifications.selectors import follows_of
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.models import Participant

# What has ended is kept for as long as mail from before it may lie in an inbox unread.
ENDED_FOR = datetime.timedelta(days=30)
# Far longer than the longest digest looks back.
NEWS_FOR = datetime.timedelta(days=90)
AT_A_TIME = 500


class Follows(RetainedData):
    """What somebody follows."""

    name = "follows"
    label = _("What you follow")
    models = ("borgerdialog_notifications.Follow",)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        return [
            {
                "title": what.title,
                "url": what.url,
                "at": what.follow.created_at.isoformat(),
                "status": what.follow.get_status_display(),
                "frequency": what.follow.get_frequency_display(),
                "undo_url": link_url("follows", participant, site=what.follow.site),
            }
            for what in follows_of(participant)
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        _number, of_each = Follow.objects.filter(participant=participant).delete()
        return of_each.get("borgerdialog_notifications.Follow", 0)

    def purge(self, *, at: datetime.datetime) -> int:
        """What was never confirmed, what has ended, and news that nobody is told any more."""
        unconfirmed = at - datetime.timedelta(days=app_settings.CONFIRM_LINK_DAYS)
        over = Follow.objects.filter(
            Q(status=FollowStatus.PENDING, changed_at__lt=unconfirmed)
            | Q(status=FollowStatus.ENDED, changed_at__lt=at - ENDED_FOR)
        )
        old = News.objects.filter(at__lt=at - NEWS_FOR)
        gone = 0
        for rows in (over, old):
            some = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_A_TIME])
            gone += rows.model.objects.filter(pk__in=some).delete()[0]
        return gone
