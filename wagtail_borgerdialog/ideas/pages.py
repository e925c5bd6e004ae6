"""The page on which citizens share ideas: what editors fill in, and its addresses."""

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import path, re_path
from wagtail.fields import StreamField

from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.ideas import views
from wagtail_borgerdialog.ideas.blocks import QuestionsBlock
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.pages_base import ParticipationPageMixin

# A page of a sitemap may hold 50,000 addresses; the newest ideas are the ones to find.
IDEAS_IN_SITEMAP = 5_000
REFERENCE = r"(?P<reference>[0-9]{4}-[0-9]{5,12})/"


class IdeaPageMixin(ParticipationPageMixin):
    """An idea collection. Behaviour only: ``pages.IdeaPage`` is the concrete class."""

    activity_kind = "ideas"
    page_description = _(
        "Citizens share ideas, support those of others and comment on them. It can stay open "
        "always or close on a day."
    )

    purpose = models.TextField(
        _("purpose"),
        help_text=_("Why do you ask for ideas? What do you want to become better, and for whom?"),
    )
    how_ideas_are_used = models.TextField(
        _("how the ideas will be used"),
        help_text=_(
            "Who reads the ideas, when, and what happens to those that are chosen and to those "
            "that are not?"
        ),
    )
    disclaimer = models.TextField(
        _("disclaimer"),
        blank=True,
        help_text=_(
            "Citizens accept this text before they send an idea, and see it on the receipt, in "
            "the mail and on the idea. Leave empty to use the site's text."
        ),
    )
    asks_for_place = models.BooleanField(
        _("ask where the idea belongs"),
        default=True,
        help_text=_("Citizens can choose a district and write an address. Both are optional."),
    )
    questions = StreamField(
        QuestionsBlock(),
        blank=True,
        verbose_name=_("extra questions"),
        help_text=_("Ask only what you will use."),
    )

    idea_panels = [
        *ParticipationPageMixin.intro_panels,
        MultiFieldPanel(
            [FieldPanel("purpose"), FieldPanel("how_ideas_are_used"), FieldPanel("disclaimer")],
            heading=_("What the ideas are for"),
            help_text=_("Citizens read it on the page, before they write."),
        ),
        MultiFieldPanel(
            [FieldPanel("asks_for_place"), FieldPanel("questions")], heading=_("What you ask")
        ),
        *ParticipationPageMixin.terms_panels,
    ]

    class Meta:
        abstract = True

    # Not translated: an address that one reader shares must lead the next one there, whatever
    # language their browser asks for.

    @path("", name="index_route")
    def index_route(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return views.idea_list(request, self)

    @path("new/", name="new")
    def new_route(self, request: HttpRequest) -> HttpResponse:
        """Write and send an idea."""
        return views.new(request, self)

    @path("thanks/<str:token>/", name="thanks")
    def thanks_route(self, request: HttpRequest, token: str) -> HttpResponse:
        """The receipt."""
        return views.thanks(request, self, token)

    @path("similar/", name="similar")
    def similar_route(self, request: HttpRequest) -> HttpResponse:
        """Ideas like what is typed."""
        return views.similar(request, self)

    @re_path(f"^{REFERENCE}$", name="idea")
    def idea_route(self, request: HttpRequest, reference: str) -> HttpResponse:
        """One idea."""
        return views.idea(request, self, reference)

    @path("<str:reference>/help/", name="help")
    def help_route(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Offer to help."""
        return views.offer_help(request, self, reference)

    @path("<str:reference>/withdraw/", name="withdraw")
    def withdraw_route(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Take an idea back."""
        return views.withdraw(request, self, reference)

    @property
    def private_questions(self) -> set[str]:
        """The ids of the questions that are private on this page or a translation. One query."""
        translations = type(self).objects.filter(translation_key=self.translation_key)
        return {
            question.id
            for page in [self, *translations.exclude(pk=self.pk)]
            for question in page.questions
            if question.value["private"]
        }

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, object]]:
        """The page itself, and its newest public ideas. Two queries."""
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
        """References of the newest public ideas, and when they changed. One query."""
        if self.stored_activity is None or not self.is_in_sight:
            return Idea.objects.none().values_list("reference", "updated_at")
        public = Idea.objects.in_activity(self.stored_activity).visible().newest()
        return public.values_list("reference", "updated_at")[:IDEAS_IN_SITEMAP]
