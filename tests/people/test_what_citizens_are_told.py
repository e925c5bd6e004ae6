"""What the municipality writes about personal data and accessibility is shown to citizens."""

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.testing.factories import default_site
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.proposals import make_proposal_page

PRIVACY = "Vi gemmer dit navn i 24 måneder."
STATEMENT = "https://was.digst.dk/vestersoe-dk"
# Without the theme of the example site.
BARE = [
    {**engine, "DIRS": [name for name in engine["DIRS"] if "allauth" in str(name)]}
    for engine in settings.TEMPLATES
]


@pytest.fixture(autouse=True)
def site_settings(db):
    return ParticipationSettings.objects.create(
        site=default_site(),
        privacy_text=f"<p>{PRIVACY}</p>",
        accessibility_statement_url=STATEMENT,
    )


def test_every_form_says_how_personal_data_are_handled(client):
    ideas, proposals = make_idea_page(IdeaPage), make_proposal_page(ProposalPage)
    idea = IdeaFactory(activity=ideas.activity)
    for address in [
        f"{ideas.url}new/",
        f"{ideas.url}{idea.reference}/help/",
        f"{proposals.url}new/",
        reverse("borgerdialog:support", args=[idea.reference]),
        reverse("borgerdialog:comment", args=[idea.reference]),
    ]:
        assert PRIVACY in client.get(address).content.decode(), address


def test_nothing_is_said_where_nothing_is_written(client, site_settings):
    site_settings.privacy_text = ""
    site_settings.save()
    page = make_idea_page(IdeaPage)
    assert "personoplysninger" not in client.get(f"{page.url}new/").content.decode()


@override_settings(TEMPLATES=BARE)
@pytest.mark.parametrize("address", ["idea page", "account_login"])
def test_the_footer_leads_to_the_accessibility_statement(client, address):
    url = make_idea_page(IdeaPage).url if address == "idea page" else reverse(address)
    assert f'href="{STATEMENT}"' in client.get(url).content.decode()
