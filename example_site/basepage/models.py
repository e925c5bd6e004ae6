"""A site with a base page of its own, and the package's page types over it."""

from django.db import models
from wagtail.models import AbstractPage, DefaultBasePageMixin

from example_site.home.mixins import HomePageMixin
from wagtail_borgerdialog.followup.pages import PromisesPageMixin
from wagtail_borgerdialog.ideas.pages import IdeaPageMixin
from wagtail_borgerdialog.proposals.pages import ProposalPageMixin


class BasePage(AbstractPage, DefaultBasePageMixin):
    """As municipal sites have it: every page says which department answers for it."""

    department = models.CharField("forvaltning", max_length=100, blank=True)

    search_fields = AbstractPage.search_fields + DefaultBasePageMixin.search_fields
    promote_panels = [*DefaultBasePageMixin.promote_panels, "department"]


class HomePage(HomePageMixin, BasePage):
    template = "home/home_page.html"
    content_panels = [*BasePage.content_panels, *HomePageMixin.panels_of_home]


class IdeaPage(IdeaPageMixin, BasePage):
    content_panels = [*BasePage.content_panels, *IdeaPageMixin.idea_panels]


class ProposalPage(ProposalPageMixin, BasePage):
    content_panels = [*BasePage.content_panels, *ProposalPageMixin.proposal_panels]


class PromisesPage(PromisesPageMixin, BasePage):
    content_panels = [*BasePage.content_panels, *PromisesPageMixin.promises_panels]
