"""The page of all promises of a site, and of what became of what citizens sent."""

from typing import TYPE_CHECKING

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.followup import views
from wagtail_borgerdialog.pages_base import PLAIN_FEATURES

if TYPE_CHECKING:
    from wagtail.models import Page


class PromisesPageMixin(RoutablePageMixin, models.Model):
    """The public ledger. Behaviour only: ``pages.PromisesPage`` is the concrete class."""

    page_description = _(
        "Everything that the municipality has promised on this site, and what became of it. It "
        "fills itself."
    )

    introduction = RichTextField(
        _("introduction"),
        blank=True,
        features=PLAIN_FEATURES,
        help_text=_("Two or three sentences: what is a promise here, and who keeps it?"),
    )

    promises_panels = [FieldPanel("introduction")]

    class Meta:
        abstract = True

    @classmethod
    def can_create_at(cls, parent: "Page") -> bool:
        """Wagtail's rule, and the page type must not be switched off in the settings."""
        return cls.__name__ not in app_settings.DISABLED_PAGE_TYPES and super().can_create_at(
            parent
        )

    @path("", name="index_route")
    def index_route(self, request: HttpRequest) -> HttpResponse:
        """The promises."""
        return views.ledger(request, self)

    @path("effect/", name="effect")
    def effect_route(self, request: HttpRequest) -> HttpResponse:
        """What became of what citizens sent."""
        return views.effect(request, self)
