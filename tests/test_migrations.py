"""The only tests that run migrations; all others start from the models."""

import pytest
from django.apps import apps

from tests.databases import empty_database, manage

# In one process, because starting Wagtail takes longer than most of these steps.
THERE_AND_BACK = """
from django.core.management import call_command

call_command("migrate", verbosity=0)
call_command("makemigrations", check_changes=True, dry_run=True)
call_command("migrate", "borgerdialog", "zero", verbosity=0)
print("AT ZERO")
call_command("showmigrations", *{labels})
call_command("migrate", verbosity=0)
print("AND BACK")
call_command("showmigrations", *{labels})
"""


@pytest.mark.django_db(transaction=True)
def test_migrate_to_zero_and_back(tmp_path):
    """Every room stands on the root's tables, so taking those away takes all."""
    labels = [
        config.label
        for config in apps.get_app_configs()
        if config.name.startswith("wagtail_borgerdialog")
    ]
    with empty_database(tmp_path, name="borgerdialog_migrations") as environment:
        code = THERE_AND_BACK.format(labels=labels)
        printed = manage(environment, "shell", "--no-imports", "-c", code)
    before, _, rest = printed.partition("AT ZERO")
    at_zero, _, back = rest.partition("AND BACK")
    assert "No changes detected" in before
    assert at_zero.count("[ ]") >= len(labels)
    assert "[X]" not in at_zero
    assert back.count("[X]") == at_zero.count("[ ]")
    assert "[ ]" not in back
