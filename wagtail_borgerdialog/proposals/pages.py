"""The page on which citizens make and support proposals: its fields, and its addresses."""

import itertools
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import path, re_path

from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.pages_base import ParticipationPageMixin, activities_to_serve
from wagtail_borgerdialog.proposals import views
from wagtail_borgerdialog.proposals.models import Proposal, RuleSet

# A page of a sitemap may hold 50,000 addresses; the newest proposals are the ones to find.
PROPOSALS_IN_SITEMAP = 5_000
REFERENCE = r"(?P<reference>[0-9]{4}-[0-9]{5,12})/"
# The rule set decides these; the page keeps a copy for whatever reads the activity.
FROM_RULE_SET = {
    "submit_level": "propose_level",
    "support_level": "support_level",
    "minimum_age": "minimum_age",
    "residents_only": "residents_only",
}


def path_to_owner(page_class: type[models.Model]) -> str:
    """How a query gets from an activity to its page as a ``page_class``: "page__proposalpage"."""
    steps, base = ["page"], Activity._meta.get_field("page").related_model
    chain = [page_class, *page_class._meta.get_base_chain(base)]
    for parent, child in itertools.pairwise(reversed(chain)):
        steps.append(child._meta.get_ancestor_link(parent).related_query_name())
    return "__".join(steps)


class ProposalPageMixin(ParticipationPageMixin):
    """A proposal scheme. Behaviour only: ``pages.ProposalPage`` is the concrete class."""

    activity_kind = "proposals"
    owner_decides = ("rule_set",)
    page_description = _(
        "Citizens make formal proposals. You check each of them; those that get enough support in "
        "time are dealt with by the council."
    )

    rule_set = models.ForeignKey(
        RuleSet,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("rule set"),
        help_text=_(
            "How much support a proposal needs, for how long it can be supported, and by whom."
        ),
    )
    how_proposals_are_treated = models.TextField(
        _("how proposals are treated"),
        help_text=_(
            "Who deals with a proposal that has enough support, when, and how will people learn "
            "what was decided?"
        ),
    )

    proposal_panels = [
        *ParticipationPageMixin.intro_panels,
        MultiFieldPanel(
            [FieldPanel("rule_set"), FieldPanel("how_proposals_are_treated")],
            heading=_("The scheme"),
        ),
        *ParticipationPageMixin.terms_panels[:2],
        MultiFieldPanel(
            [ParticipationPageMixin.comments_panel],
            heading=_("Comments"),
            help_text=_("Who can propose and support is part of the rule set."),
        ),
        MultiFieldPanel(
            [FieldPanel("moderation"), FieldPanel("retention_months")],
            heading=_("Moderation and personal data"),
            help_text=_(
                "A proposal always waits for the formal check. The choice here is about comments "
                "and addenda."
            ),
        ),
    ]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Take over what the rule set demands. Raises ``ValidationError``."""
        super().clean()
        if self.rule_set_id is None:
            raise ValidationError({"rule_set": _("Choose a rule set.")})
        for own, theirs in FROM_RULE_SET.items():
            setattr(self, own, getattr(self.rule_set, theirs))
        self.supports_enabled = True

    @cached_property
    def stored_activity(self) -> Activity | None:
        """The activity of this page and its translations, with the owning page's rule set."""
        related = ("page__locale", f"{path_to_owner(type(self))}__rule_set")
        return next(iter(activities_to_serve().for_page(self).select_related(*related)), None)

    @property
    def rules_in_force(self) -> RuleSet:
        """The rule set of the owning page, which also holds for its translations. No query.

        One in a preview of the owning page with another rule set.
        """
        owner = self.stored_activity
        for step in path_to_owner(type(self)).split("__") if owner else ():
            owner = getattr(owner, step)
        is_preview = owner is None or (
            owner.pk == self.pk and owner.rule_set_id != self.rule_set_id
        )
        return self.rule_set if is_preview else owner.rule_set

    @path("", name="index_route")
    def index_route(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return views.proposal_list(request, self)

    @path("new/", name="new")
    def new_route(self, request: HttpRequest) -> HttpResponse:
        """Write and send a proposal."""
        return views.new(request, self)

    @path("thanks/<str:token>/", name="thanks")
    def thanks_route(self, request: HttpRequest, token: str) -> HttpResponse:
        """The receipt."""
        return views.thanks(request, self, token)

    @re_path(f"^{REFERENCE}$", name="proposal")
    def proposal_route(self, request: HttpRequest, reference: str) -> HttpResponse:
        """One proposal."""
        return views.proposal(request, self, reference)

    @re_path(f"^{REFERENCE}edit/$", name="manage")
    def manage_route(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The author's own page."""
        return views.manage(request, self, reference)

    @re_path(f"^{REFERENCE}addendum/$", name="add")
    def add_route(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Add a dated remark."""
        return views.add(request, self, reference)

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, object]]:
        """The page itself, and its newest public proposals. Two queries."""
        page_url = self.get_full_url(request) or ""
        return super().get_sitemap_urls(request) + [
            {"location": path_on(page_url, reference), "lastmod": changed}
            for reference, changed in self._newest()
        ]

    def get_route_paths(self) -> list[str]:
        """What ``wagtail.contrib.redirects`` leads on from when the page gets another address."""
        return [
            *super().get_route_paths(),
            *(path_on("", reference) for reference, _at in self._newest()),
        ]

    def _newest(self) -> QuerySet:
        """References of the newest public proposals, and when they changed. One query."""
        if self.stored_activity is None or not self.is_in_sight:
            return Proposal.objects.none().values_list("reference", "updated_at")
        public = Proposal.objects.in_activity(self.stored_activity).visible().newest()
        return public.values_list("reference", "updated_at")[:PROPOSALS_IN_SITEMAP]
