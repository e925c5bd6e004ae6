"""The mail that asks the owner of an address, queued in the transaction that causes it."""

import datetime

from django.utils import translation

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus
from wagtail_borgerdialog.notifications.selectors import described
from wagtail_borgerdialog.people.links import link_url


def confirm_follow(row: Follow, *, at: datetime.datetime) -> None:
    """Ask the owner whether they want to follow it, or tell them that they do."""
    to = row.participant
    with translation.override(to.language):
        (what,) = described(Follow.objects.filter(pk=row.pk))
        often = row.get_frequency_display()
    is_following = row.status == FollowStatus.CONFIRMED
    purpose = "follows" if is_following else "follow"
    link = link_url(purpose, to if is_following else row, site=row.site)
    mail.queue(
        f"follow:{row.pk}:{row.status}:{at:%Y%m%d%H}",
        template="confirm_follow",
        to=to.email,
        recipient_key=to.person_key,
        site=row.site,
        language=to.language,
        at=at,
        context={
            "what": what.title,
            "what_language": what.language,
            "url": what.url,
            "often": often,
            "is_following": is_following,
            "link": link,
            "days": app_settings.CONFIRM_LINK_DAYS,
        },
    )
