"""The only tests that run migrations; all others start from the models."""

import pytest
from django.apps import apps

from tests.databases import empty_database, manage


def our_labels() -> list[str]:
    return [
        config.label
        for config in apps.get_app_configs()
        if config.name.startswith("wagtail_borgerdialog")
    ]


@pytest.mark.django_db(transaction=True)
def test_migrate_to_zero_and_back(tmp_path):
    with empty_database(tmp_path, name="borgerdialog_migrations") as environment:
        manage(environment, "migrate", "-v0")
        assert manage(environment, "makemigrations", "--check", "--dry-run").strip() == (
            "No changes detected"
        )
        for label in reversed(our_labels()):
            manage(environment, "migrate", label, "zero", "-v0")
        plan = manage(environment, "showmigrations", *our_labels())
        assert "[X]" not in plan
        assert "[ ]" in plan
        manage(environment, "migrate", "-v0")
        assert "[ ]" not in manage(environment, "showmigrations", *our_labels())
