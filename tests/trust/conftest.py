from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.trust.world import NOW, World


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One database for all tests of a module, which only read it; undone at its end."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(module_transaction: None) -> World:
    """Everything there is, public and not."""
    made = World()
    made.plant(is_visible=True)
    made.plant(is_visible=False)
    made.hide_something_on_public_cases()
    return made
