"""The anchor between a page that editors write and what citizens say on it."""

import datetime

import swapper
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import StrIndex
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.models import PageViewRestriction, Site

from wagtail_borgerdialog.terms import LadderLevel, ModerationMode, VerificationLevel

swapper.set_app_prefix("wagtailcore", "wagtail")

TEXT_NAMES = frozenset({"what_is_open", "what_is_decided", "decided_by", "inclusion_measure"})


class ActivityTerms(models.Model):
    """What an activity promises and demands.

    Editors write the terms on the page; publishing the owning page copies them to its
    :class:`Activity`, where every rule reads them. A draft of the page changes nothing.
    """

    level = models.CharField(
        _("level on the participation ladder"),
        max_length=20,
        choices=LadderLevel.choices,
        default=LadderLevel.DIALOGUE,
        help_text=_("How much say citizens get. It is shown at the top of the page as a promise."),
    )
    what_is_open = models.TextField(
        _("what is open"), help_text=_("What can citizens still change? Write it plainly.")
    )
    what_is_decided = models.TextField(
        _("what is already decided"),
        help_text=_("Money, law and earlier decisions that cannot be changed here."),
    )
    decided_by = models.CharField(
        _("who decides"),
        max_length=150,
        help_text=_("A role, not a person, for example “The committee for city and environment”."),
    )
    decision_date = models.DateField(
        _("when it is decided"), null=True, blank=True, help_text=_("Leave empty if not set yet.")
    )
    inclusion_measure = models.TextField(
        _("how we reach those who rarely take part"),
        blank=True,
        help_text=_("Required from dialogue and upwards, for example visits, phone or paper."),
    )
    opens_at = models.DateTimeField(
        _("opens"), null=True, blank=True, help_text=_("Leave empty to open when published.")
    )
    closes_at = models.DateTimeField(
        _("closes"),
        null=True,
        blank=True,
        help_text=_("Open to the end of the minute shown. Leave empty if it never closes."),
    )
    is_paused = models.BooleanField(
        _("paused"),
        default=False,
        help_text=_("Nobody can send, support or comment while the page is paused."),
    )
    moderation = models.CharField(
        _("moderation"),
        max_length=10,
        choices=ModerationMode.choices,
        default=ModerationMode.BEFORE,
        help_text=_("Whether a colleague reads texts before or after everybody can see them."),
    )
    submit_level = models.CharField(
        _("needed to send something"),
        max_length=10,
        choices=VerificationLevel.choices,
        default=VerificationLevel.EMAIL,
    )
    support_level = models.CharField(
        _("needed to support"),
        max_length=10,
        choices=[c for c in VerificationLevel.choices if c[0] != VerificationLevel.NONE],
        default=VerificationLevel.EMAIL,
        help_text=_("Support needs at least an e-mail address, so that each person counts once."),
    )
    comment_level = models.CharField(
        _("needed to comment"),
        max_length=10,
        choices=VerificationLevel.choices,
        default=VerificationLevel.EMAIL,
    )
    supports_enabled = models.BooleanField(_("citizens can support"), default=True)
    comments_enabled = models.BooleanField(_("citizens can comment"), default=True)
    minimum_age = models.PositiveSmallIntegerField(
        _("minimum age"), null=True, blank=True, help_text=_("Leave empty for no age limit.")
    )
    residents_only = models.BooleanField(
        _("only residents"), default=False, help_text=_("Only people who live in the municipality.")
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months to keep personal data"),
        null=True,
        blank=True,
        help_text=_("Leave empty to use the site's setting."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ``ValidationError`` where the terms contradict each other."""
        super().clean()
        errors = {}
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            errors["closes_at"] = _("Choose a closing time after the opening time.")
        needs_inclusion = LadderLevel(self.level).rank >= LadderLevel.DIALOGUE.rank
        if needs_inclusion and not self.inclusion_measure.strip():
            errors["inclusion_measure"] = _(
                "Write how you reach those who rarely take part. It is required from dialogue "
                "and upwards."
            )
        if errors:
            raise ValidationError(errors)

    @classmethod
    def term_names(cls) -> list[str]:
        """The names of the fields that are copied from page to activity."""
        return [field.name for field in ActivityTerms._meta.get_fields()]

    @classmethod
    def rule_names(cls) -> list[str]:
        """Those that hold on every translation; the others are texts, which each page words."""
        return [name for name in cls.term_names() if name not in TEXT_NAMES]


class ActivityQuerySet(models.QuerySet):
    def for_page(self, page: models.Model) -> "ActivityQuerySet":
        """The activity shared by ``page``, its translations and its aliases."""
        return self.filter(translation_key=page.activity_key)

    def on_site(self, site: Site) -> "ActivityQuerySet":
        """Activities of one site."""
        return self.filter(site=site)

    def public(self) -> "ActivityQuerySet":
        """Activities whose page anybody may read: live, and behind no view restriction."""
        return self.filter(page__live=True).exclude(private_page("page"))

    def with_reach(self) -> "ActivityQuerySet":
        """Each with ``reaches_all``: whether it is one of those; and with its ``locale_id``."""
        reaches_all = Q(page__live=True) & ~Q(private_page("page"))
        return self.annotate(
            reaches_all=ExpressionWrapper(reaches_all, output_field=models.BooleanField()),
            locale_id=F("page__locale"),
        )


def private_page(prefix: str) -> Exists:
    """A condition: the page at ``prefix`` or one of its ancestors is private."""
    return Exists(
        PageViewRestriction.objects.annotate(
            at_start=StrIndex(OuterRef(f"{prefix}__path"), "page__path")
        ).filter(at_start=1)
    )


class Activity(ActivityTerms):
    """One participation page in all its languages: the same ideas, supports and rules."""

    translation_key = models.UUIDField(unique=True, editable=False)
    kind = models.SlugField(max_length=40)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("The page that owns the rules; its translations follow it."),
    )
    contribution_count = models.PositiveIntegerField(default=0, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True)
                | Q(opens_at__isnull=True)
                | Q(closes_at__gt=F("opens_at")),
                name="borgerdialog_activity_closes_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return self.page.title

    @cached_property
    def locale_id(self) -> int:
        """The language of the page that owns it."""
        return self.page.locale_id

    def has_opened(self, at: datetime.datetime) -> bool:
        """Whether the opening instant has come by ``at``."""
        return self.opens_at is None or self.opens_at <= at

    def has_closed(self, at: datetime.datetime) -> bool:
        """Whether ``at`` lies after the closing minute, which belongs to the open time."""
        return self.closes_at is not None and at >= end_of_minute(self.closes_at)

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether people can take part at ``at``; computed from the clock, never stored."""
        return self.has_opened(at) and not self.has_closed(at) and not self.is_paused


def end_of_minute(instant: datetime.datetime) -> datetime.datetime:
    """The first instant after the minute that people are shown."""
    return instant.replace(second=0, microsecond=0) + datetime.timedelta(minutes=1)
