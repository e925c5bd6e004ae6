"""The smallest Wagtail site, for every test, without running a migration.

Wagtail makes its root page, site and collection in data migrations. Tests skip those
(``--no-migrations``), and transactional tests empty every table, so the site is made
after each ``post_migrate``: once when the database is made and once after each flush.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate
from django.test import override_settings
from django.utils import translation


def pytest_configure(config: pytest.Config) -> None:
    import wagtail

    if wagtail.VERSION >= (8, 0):
        config.addinivalue_line(
            "filterwarnings", "error::wagtail.utils.deprecation.RemovedInWagtail90Warning"
        )


def make_site(**kwargs: object) -> None:
    from wagtail.models import Collection, Locale, Site
    from wagtail.models import Page as DefaultPage

    if Site.objects.exists():
        return
    locale, _ = Locale.objects.get_or_create(language_code="da")
    home_app = "home" if apps.is_installed("example_site.home") else "basepage"
    home_class = apps.get_model(home_app, "HomePage")
    base_class = DefaultPage if home_app == "home" else apps.get_model("basepage", "BasePage")
    root = base_class.add_root(title="Root", slug="root", locale=locale)
    home = root.add_child(instance=home_class(title="Hjem", slug="hjem", locale=locale))
    Site.objects.create(
        hostname="localhost", site_name="Vestersø", root_page_id=home.pk, is_default_site=True
    )
    Collection.add_root(name="Root")


def make_search_table(**kwargs: object) -> None:
    """On SQLite Wagtail's index is a virtual table, which only its migration makes."""
    from django.db import connection
    from django.db.migrations.operations import SeparateDatabaseAndState

    if connection.vendor != "sqlite":
        return
    migration = import_module("wagtail.search.migrations.0006_customise_indexentry").Migration
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'wagtailsearch_indexentry_fts'")
        if "VIRTUAL" in cursor.fetchone()[0]:
            return
        cursor.execute("DROP TABLE wagtailsearch_indexentry_fts")
        for operation in migration.operations:
            if isinstance(operation, SeparateDatabaseAndState):
                for step in operation.database_operations:
                    cursor.execute(step.sql)


@pytest.fixture(scope="session")
def _site_after_each_flush() -> Iterator[None]:
    sender = apps.get_app_config("wagtailcore")
    post_migrate.connect(make_search_table, sender=sender, dispatch_uid="tests.search_table")
    post_migrate.connect(make_site, sender=sender, dispatch_uid="tests.make_site")
    yield
    post_migrate.disconnect(sender=sender, dispatch_uid="tests.make_site")
    post_migrate.disconnect(sender=sender, dispatch_uid="tests.search_table")


@pytest.fixture(scope="session")
def django_db_setup(_site_after_each_flush: None, django_db_setup: None) -> None:
    """pytest-django's database, with a site in it."""


@pytest.fixture(scope="session", autouse=True)
def _files_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing that a test uploads ends up in the example site's own folder."""
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder):
        yield folder


@pytest.fixture(autouse=True)
def _no_language_left_over() -> None:
    """A request activates its language for the whole thread, and the next test would speak it."""
    translation.deactivate()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(skip)
