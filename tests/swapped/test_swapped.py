"""A site whose pages have a base of their own (``WAGTAIL_PAGE_MODEL``, Wagtail 8).

Run with ``--ds=tests.settings_swapped``.
"""

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.databases import empty_database, manage


def test_the_system_checks_find_nothing():
    call_command("check", fail_level="WARNING")


@pytest.mark.django_db
def test_the_front_page_answers(client):
    assert "Hjem</h1>" in client.get("/").content.decode()


@pytest.mark.parametrize("name", ["IdeaPage", "ProposalPage"])
def test_the_sites_own_page_types_stand_on_its_base_page(name):
    page_class = apps.get_model("basepage", name)
    assert issubclass(page_class, apps.get_model("basepage", "BasePage"))


@pytest.mark.django_db(transaction=True)
def test_the_packages_migrations_follow_the_swapped_page(tmp_path):
    with empty_database(tmp_path, name="borgerdialog_swapped") as environment:
        environment["DJANGO_SETTINGS_MODULE"] = "example_site.settings_swapped"
        manage(environment, "migrate", "-v0")
        assert manage(environment, "makemigrations", "--check", "--dry-run").strip() == (
            "No changes detected"
        )
