from collections.abc import Iterator

import pytest
from django.core.cache import cache

from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.component import People
from wagtail_borgerdialog.testing.factories import default_site


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
