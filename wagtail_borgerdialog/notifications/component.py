"""What the site asks the notifications room."""

import datetime
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from wagtail_borgerdialog.components import Component, RetainedData
from wagtail_borgerdialog.notifications.digests import tell_digests
from wagtail_borgerdialog.notifications.retained import Follows
from wagtail_borgerdialog.notifications.telling import tell_at_once


class Notifications(Component):
    key = "notifications"
    order = 90

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.notifications.viewsets import (
            FailedDeliveryViewSet,
            WebhookViewSet,
        )

        return (WebhookViewSet, FailedDeliveryViewSet)

    def mail_names(self) -> Mapping[str, str]:
        return {
            "confirm_follow": _("Link to confirm that one follows something"),
            "followed_news": _("News for a follower"),
            "followed_digest": _("Digest for a follower"),
        }

    def run_clock(self, *, at: datetime.datetime) -> int:
        return tell_at_once(at=at) + tell_digests(at=at)

    def retained(self) -> Sequence[RetainedData]:
        return (Follows(),)
