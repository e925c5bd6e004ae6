"""What other people's events mean for our rows."""

from django.db import models

from wagtail_borgerdialog.actions import follow_move, sync_activity
from wagtail_borgerdialog.pages_base import ParticipationPageMixin


def page_was_published(sender: type, instance: models.Model, **kwargs: object) -> None:
    """Publishing a participation page puts its rules into force."""
    if isinstance(instance, ParticipationPageMixin) and instance.get_site() is not None:
        sync_activity(instance)


def page_was_moved(sender: type, instance: models.Model, **kwargs: object) -> None:
    """What is asked on a page is asked on the site that the page is on."""
    follow_move(instance)
