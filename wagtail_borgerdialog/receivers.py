"""What other people's events mean for our rows."""

from django.db import models

from wagtail_borgerdialog.actions import sync_activity
from wagtail_borgerdialog.pages_base import ParticipationPageMixin


def page_was_published(sender: type, instance: models.Model, **kwargs: object) -> None:
    """Publishing a participation page puts its rules into force."""
    if isinstance(instance, ParticipationPageMixin) and instance.get_site() is not None:
        sync_activity(instance)
