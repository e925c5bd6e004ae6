"""What all participation pages share; each room's page mixin builds on it."""

import datetime
import functools
import uuid
from functools import cached_property

import swapper
from django import forms
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.fields import RichTextField

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.models import Activity, ActivityTerms
from wagtail_borgerdialog.terms import LadderLevel

LEVEL_HELP = _("What people have to show first. The more you ask for, the fewer take part.")
SUPPORTS_HELP = _("Citizens get a button to support what others have sent.")
COMMENTS_HELP = _("Citizens can write below what others have sent, and answer each other.")
PLAIN_FEATURES = ["h2", "h3", "bold", "italic", "link", "ol", "ul", "document-link"]


class ParticipationPageForm(WagtailAdminPageForm):
    """Shows the owning page's rules read-only on its translations; texts are theirs to translate.

    A draft may be incomplete: what only a published page needs is asked for when it is published.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if "level" in self.fields:
            self.fields["level"].choices = [
                (level.value, f"{level.label}: {level.meaning}") for level in LadderLevel
            ]
        activity = self.instance.stored_activity
        if activity is None or activity.page_id == self.instance.pk:
            return
        owner = self.instance.owning_page
        rules = {name: getattr(activity, name) for name in ActivityTerms.rule_names()}
        for name in self.instance.owner_decides:
            rules[name] = owner._meta.get_field(name).value_from_object(owner)
        decided = gettext("This is decided on the page “%(title)s”.") % {"title": owner.title}
        for name in rules.keys() & self.fields.keys():
            self.fields[name].disabled = True
            self.fields[name].help_text = decided
            self.initial[name] = rules[name]

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.is_deferred_validation:
            self.errors.pop("inclusion_measure", None)


class ParticipationPageMixin(RoutablePageMixin, ActivityTerms):
    """A page on which citizens take part. Behaviour only: concrete classes add a base page."""

    activity_kind = ""
    # What translations share beside the terms: names of fields.
    owner_decides: tuple[str, ...] = ()
    base_form_class = ParticipationPageForm

    introduction = RichTextField(
        _("introduction"),
        blank=True,
        features=PLAIN_FEATURES,
        help_text=_("Two or three sentences: what is this page for, and what can citizens do?"),
    )

    intro_panels = [FieldPanel("introduction")]
    comments_panel = FieldRowPanel(
        [
            FieldPanel("comments_enabled", help_text=COMMENTS_HELP),
            FieldPanel("comment_level", help_text=LEVEL_HELP),
        ]
    )
    terms_panels = [
        MultiFieldPanel(
            [
                FieldPanel("level", widget=forms.RadioSelect),
                FieldPanel("what_is_open"),
                FieldPanel("what_is_decided"),
                FieldRowPanel([FieldPanel("decided_by"), FieldPanel("decision_date")]),
                FieldPanel("inclusion_measure"),
            ],
            heading=_("What citizens get a say in"),
            help_text=_("Citizens read all of it at the top of the page, before they write."),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                FieldPanel("is_paused"),
            ],
            heading=_("When it is open"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("submit_level", help_text=LEVEL_HELP),
                FieldRowPanel(
                    [
                        FieldPanel("supports_enabled", help_text=SUPPORTS_HELP),
                        FieldPanel("support_level"),
                    ]
                ),
                comments_panel,
                FieldRowPanel([FieldPanel("minimum_age"), FieldPanel("residents_only")]),
            ],
            heading=_("Who can take part"),
        ),
        MultiFieldPanel(
            [FieldPanel("moderation"), FieldPanel("retention_months")],
            heading=_("Moderation and personal data"),
        ),
    ]

    class Meta:
        abstract = True

    @property
    def activity_key(self) -> uuid.UUID:
        """What its activity is known by. An alias shows what its source does, on the same site."""
        source = self
        while source.alias_of_id:
            source = source.alias_of
        is_elsewhere = source is not self and source.get_site() != self.get_site()
        return self.translation_key if is_elsewhere else source.translation_key

    @property
    def reaches_all(self) -> bool:
        """Whether everybody may read it, and so support and comment on what is here. No query."""
        return self.stored_activity is not None and self.stored_activity.reaches_all

    @property
    def is_in_sight(self) -> bool:
        """Whether what citizens wrote may show here: with the page that owns the activity.

        Its translations go out of sight with it, and are as private. No query as a rule.
        """
        activity = self.stored_activity
        if activity is None or activity.page_id == self.pk or activity.reaches_all:
            return True
        return activity.page.live and self.get_view_restrictions().exists()

    @cached_property
    def stored_activity(self) -> Activity | None:
        """The activity of this page and its translations, or None before first publication."""
        # Not first(): there is at most one, and sorting it costs as much as reading it.
        activity = next(iter(activities_to_serve().for_page(self)), None)
        if activity is not None and activity.page_id == self.pk:
            activity.page = self
        return activity

    @property
    def activity(self) -> Activity:
        """The stored activity, or an unsaved one with this page's terms for a preview."""
        return self.stored_activity or Activity(
            translation_key=self.translation_key,
            kind=self.activity_kind,
            page_id=self.pk,
            **{name: getattr(self, name) for name in ActivityTerms.term_names()},
        )

    @property
    def owning_page(self) -> models.Model:
        """The page whose rules are in force: this one, or the one it translates."""
        activity = self.stored_activity
        if activity is None or activity.page_id == self.pk:
            return self
        return activity.page.specific

    def is_open(self, at: datetime.datetime | None = None) -> bool:
        """Whether citizens can take part, now or at ``at``."""
        return self.activity.is_open(at or timezone.now())

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """One of the page's routes. Raises ``Http404`` while it is not ``is_in_sight``."""
        if not self.is_in_sight:
            raise Http404("The page that this one follows is not public.")
        return super().serve(request, *args, **kwargs)

    @classmethod
    def can_create_at(cls, parent: models.Model) -> bool:
        """Wagtail's rule, and the page type must not be switched off in the settings."""
        return cls.__name__ not in app_settings.DISABLED_PAGE_TYPES and super().can_create_at(
            parent
        )


@functools.cache
def activities_to_serve() -> QuerySet[Activity]:
    """Activities with all that a page needs to know of its own; built once, which is half its cost.

    Filter it: a queryset that is kept must not keep its rows.
    """
    return Activity.objects.with_reach().select_related("site__participationsettings")


def base_page_model() -> type[models.Model]:
    """The site's base page class: Wagtail's ``Page``, or the one swapped in (Wagtail 8)."""
    return swapper.load_model("wagtailcore", "Page")
