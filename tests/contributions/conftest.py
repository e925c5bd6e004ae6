from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from wagtail.users.models import UserProfile

from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.component import People
from wagtail_borgerdialog.testing.factories import UserFactory, default_site


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """Limits, and the pause after a mail server failed, live in the cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _site_as_set_up(request: pytest.FixtureRequest) -> None:
    """What ``borgerdialog_setup`` has made on any site that people use."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        ParticipationSettings.for_site(default_site())
        People().setup()


def member_of_staff(name: str) -> object:
    """Somebody who may do everything, with the admin in English."""
    user = UserFactory(username=name, is_superuser=True, is_staff=True)
    UserProfile.objects.create(user=user, preferred_language="en")
    return user


@pytest.fixture
def staff_client(db: None) -> Client:
    """The browser of a member of staff."""
    client = Client()
    client.force_login(member_of_staff("staff"))
    return client
