"""The demo's mail: what history sent long ago is gone, the newest of each kind is in the folder."""

import datetime

from django.db.models import F, Max

from wagtail_borgerdialog.models import OutgoingMail


def post_history(*, at: datetime.datetime, keep_days: int = 30) -> int:
    """Mark mails as sent when they were written; returns how many stay to be sent now.

    Those are the newest of each kind, if they are not older than ``keep_days``: links in older
    ones have run out.
    """
    recent = OutgoingMail.objects.filter(created_at__gte=at - datetime.timedelta(days=keep_days))
    newest = recent.order_by().values("template").annotate(newest=Max("pk"))
    kept = list(newest.values_list("newest", flat=True))
    OutgoingMail.objects.exclude(pk__in=kept).update(
        sent_at=F("created_at"), attempts=1, to_email="", context={}
    )
    return len(kept)
