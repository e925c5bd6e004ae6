from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from wagtail_borgerdialog.followup.pages import PromisesPageMixin
from wagtail_borgerdialog.ideas.pages import IdeaPageMixin
from wagtail_borgerdialog.proposals.pages import ProposalPageMixin


class IdeaPage(IdeaPageMixin, Page):
    """An idea collection on a site with Wagtail's own base page."""

    content_panels = [*Page.content_panels, *IdeaPageMixin.idea_panels]

    class Meta:
        verbose_name = _("idea collection")
        verbose_name_plural = _("idea collections")


class ProposalPage(ProposalPageMixin, Page):
    """A proposal scheme on a site with Wagtail's own base page."""

    content_panels = [*Page.content_panels, *ProposalPageMixin.proposal_panels]

    class Meta:
        verbose_name = _("proposal scheme")
        verbose_name_plural = _("proposal schemes")


class PromisesPage(PromisesPageMixin, Page):
    """The ledger of promises on a site with Wagtail's own base page."""

    content_panels = [*Page.content_panels, *PromisesPageMixin.promises_panels]

    class Meta:
        verbose_name = _("page of promises")
        verbose_name_plural = _("pages of promises")
