"""Factories for the notifications room."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from wagtail_borgerdialog.contributions.events import STATUS_CHANGED
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus, Frequency, News
from wagtail_borgerdialog.testing.factories import (
    ContributionFactory,
    ParticipantFactory,
    default_site,
)


class FollowFactory(DjangoModelFactory):
    """Somebody is told; pass what they follow: ``contribution``, ``activity``, …"""

    class Meta:
        model = Follow

    class Params:
        days_old = 30

    participant = factory.SubFactory(ParticipantFactory)
    site = factory.LazyFunction(default_site)
    frequency = Frequency.AT_ONCE
    status = FollowStatus.CONFIRMED
    created_at = factory.LazyAttribute(
        lambda f: timezone.now() - datetime.timedelta(days=f.days_old)
    )
    changed_at = factory.SelfAttribute("created_at")
    told_until = factory.LazyAttribute(
        lambda f: f.created_at if f.status == FollowStatus.CONFIRMED else None
    )


class NewsFactory(DjangoModelFactory):
    """A piece of news that nobody has been told yet."""

    class Meta:
        model = News

    contribution = factory.SubFactory(ContributionFactory)
    event = STATUS_CHANGED
    at = factory.LazyFunction(timezone.now)
