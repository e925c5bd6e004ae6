"""A site whose pages have a base of their own (``WAGTAIL_PAGE_MODEL``, Wagtail 8).

Run with ``--ds=tests.settings_swapped``.
"""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from wagtail.models import Site

from tests.databases import empty_database, manage
from wagtail_borgerdialog.proposals.models import RuleSet


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


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["IdeaPage", "ProposalPage"])
def test_citizens_can_take_part_on_the_sites_own_pages(client, name):
    call_command("borgerdialog_setup", stdout=StringIO())
    fields = {
        "IdeaPage": {"purpose": "Grønnere gader.", "how_ideas_are_used": "Udvalget vælger."},
        "ProposalPage": {
            "how_proposals_are_treated": "Byrådet behandler dem.",
            "rule_set": RuleSet.objects.first(),
        },
    }
    page = apps.get_model("basepage", name)(
        title="Vær med",
        slug="vaer-med",
        live=False,
        what_is_open="Alt.",
        what_is_decided="Beløbet.",
        decided_by="Teknik- og Miljøudvalget",
        inclusion_measure="Vi besøger foreningerne.",
        **fields[name],
    )
    Site.objects.get().root_page.add_child(instance=page)
    page.save_revision().publish()
    for address in [page.url, page.url + page.reverse_subpage("new")]:
        response = client.get(address)
        assert response.status_code == 200, address
        assert "Vær med" in response.content.decode()
