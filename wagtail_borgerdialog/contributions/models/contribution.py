"""The one table behind ideas, proposals and whatever else citizens send."""

import dataclasses
import datetime
import random

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site
from wagtail.search import index

from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.models.status import Status, StatusKind
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.models.activity import end_of_minute, private_page
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.terms import Channel, NameDisplay, VerificationLevel

MODERATE = "borgerdialog_contributions.moderate_contribution"

# Where a case of a formal kind waits for its own people or its own check, not for a moderator.
CHECKED_ELSEWHERE = (
    StatusKind.AWAITING_COPROPOSERS,
    StatusKind.IN_REVIEW,
    StatusKind.RETURNED,
    StatusKind.REJECTED_FORMAL,
)


class Visibility(models.TextChoices):
    """Who may see it: the outcome of moderation, never of treatment."""

    DRAFT = "draft", _("Not confirmed yet")
    PENDING = "pending", _("Waiting for a moderator")
    VISIBLE = "visible", _("Public")
    HIDDEN = "hidden", _("Hidden")
    REMOVED = "removed", _("Removed")
    WITHDRAWN = "withdrawn", _("Withdrawn by the author")


class ContributionQuerySet(models.QuerySet):
    def in_activity(self, activity: Activity) -> "ContributionQuerySet":
        """Contributions made on one page, in whatever language."""
        return self.filter(activity=activity)

    def visible(self) -> "ContributionQuerySet":
        """Contributions that moderation lets everybody see."""
        return self.filter(visibility=Visibility.VISIBLE)

    def on_public_pages(self, site: Site) -> "ContributionQuerySet":
        """Contributions of ``site`` whose page anybody may read."""
        return self.filter(site=site, activity__page__live=True).exclude(
            private_page("activity__page")
        )

    def visible_to(
        self, user: AbstractBaseUser | AnonymousUser, site: Site
    ) -> "ContributionQuerySet":
        """The one gate: what ``user`` may read on ``site``, whatever the surface.

        Everybody sees visible contributions on public pages; authors also what they sent; staff
        with the right to moderate also what was sent on the pages they work with.
        """
        of_site = self.filter(site=site)
        seen = Q(visibility=Visibility.VISIBLE, activity__page__live=True) & ~Q(
            private_page("activity__page")
        )
        if user.is_authenticated:
            seen |= Q(participant__user=user)
            if user.has_perm(MODERATE):
                seen |= activity_scope(user, "activity__", perm=MODERATE)
        return of_site.filter(seen)

    def to_moderate(self) -> "ContributionQuerySet":
        """The moderators' queue, oldest first."""
        return (
            self.filter(visibility=Visibility.PENDING)
            .exclude(status__kind__in=CHECKED_ELSEWHERE)
            .order_by("submitted_at", "pk")
        )

    def newest(self) -> "ContributionQuerySet":
        """Latest published first."""
        return self.order_by("-published_at", "-pk")

    def most_supported(self) -> "ContributionQuerySet":
        """Most supports first."""
        return self.order_by("-support_count", "-pk")

    def most_discussed(self) -> "ContributionQuerySet":
        """Most comments first."""
        return self.order_by("-comment_count", "-pk")

    def with_card_rows(self) -> "ContributionQuerySet":
        """What a card in a list shows of the row itself, and its status."""
        return self.select_related("status").only(
            "activity_id",
            "reference",
            "title",
            "body",
            "public_name",
            "area_id",
            "category_id",
            "language",
            "visibility",
            "status__kind",
            "status__label",
            "status__accepts_support",
            "support_goal",
            "support_until",
            "support_count",
            "comment_count",
            "random_key",
            "published_at",
        )


def random_key() -> int:
    """A stored random number, so that a random order is stable and indexed."""
    return random.SystemRandom().randrange(2**31)


@dataclasses.dataclass(frozen=True)
class SupportTerms:
    """What somebody must be to support: how sure we are of them, how old, and from here."""

    level: str
    minimum_age: int | None
    residents_only: bool


class Contribution(index.Indexed, models.Model):
    """Something a citizen sent on a participation page; kinds of it add their own table."""

    # A kind with a formal check of its own is never published by being sent or moderated.
    has_formal_check = False

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="contributions")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(_("reference"), max_length=20)
    title = models.CharField(_("title"), max_length=140)
    body = models.TextField(_("text"))
    participant = models.ForeignKey(
        Participant,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contributions",
        verbose_name=_("author"),
    )
    name_display = models.CharField(
        _("name to show"),
        max_length=10,
        choices=NameDisplay.choices,
        default=NameDisplay.FIRST_AND_AREA,
    )
    public_name = models.CharField(
        _("name shown"), max_length=200, blank=True, help_text=_("Empty means “a citizen”.")
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel.choices, default=Channel.WEB
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("entered by"),
    )
    evidence = models.CharField(
        _("evidence"),
        max_length=200,
        blank=True,
        help_text=_("Where the original can be found, for example a letter or a case number."),
    )
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("district")
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("category")
    )
    address = models.CharField(_("place"), max_length=200, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.DRAFT
    )
    status = models.ForeignKey(
        Status, on_delete=models.PROTECT, related_name="+", verbose_name=_("status")
    )
    support_goal = models.PositiveIntegerField(_("supports needed"), null=True, blank=True)
    support_until = models.DateTimeField(_("supports until"), null=True, blank=True)
    # Terms of its own that a case has kept (see support_terms); empty where the activity's hold.
    support_level = models.CharField(
        _("needed to support"), max_length=10, choices=VerificationLevel.choices, blank=True
    )
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True)
    residents_only = models.BooleanField(_("only residents"), default=False)
    support_count = models.PositiveIntegerField(_("supports"), default=0, editable=False)
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)
    random_key = models.PositiveIntegerField(default=random_key, editable=False)
    submitted_at = models.DateTimeField(_("sent"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed"))
    delete_after = models.DateField(_("delete personal data after"), null=True, blank=True)

    objects = ContributionQuerySet.as_manager()

    search_fields = [
        index.SearchField("title", boost=2),
        index.SearchField("body"),
        index.SearchField("reference"),
        index.AutocompleteField("title"),
        index.FilterField("id"),
        index.FilterField("activity"),
        index.FilterField("site"),
        index.FilterField("visibility"),
        index.FilterField("status"),
        index.FilterField("area"),
        index.FilterField("category"),
        index.FilterField("channel"),
        index.FilterField("published_at"),
        index.FilterField("submitted_at"),
        index.FilterField("support_count"),
        index.FilterField("comment_count"),
        index.FilterField("random_key"),
    ]

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        default_permissions = ("add", "change", "delete", "view")
        permissions = [
            ("moderate_contribution", _("Can decide what is published")),
            ("answer_contribution", _("Can change where a case stands")),
            ("enter_contribution", _("Can enter for somebody else")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "reference"], name="borgerdialog_contribution_reference"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="borgerdialog_contribution_point",
            ),
            models.CheckConstraint(
                condition=~Q(visibility="visible") | Q(published_at__isnull=False),
                name="borgerdialog_contribution_published_when",
            ),
        ]
        indexes = [
            models.Index(
                "activity",
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(visibility="visible"),
                name="borgerdialog_newest",
            ),
            models.Index(
                "activity",
                F("support_count").desc(),
                F("id").desc(),
                condition=Q(visibility="visible"),
                name="borgerdialog_most_supported",
            ),
            models.Index(
                "activity",
                F("comment_count").desc(),
                F("id").desc(),
                condition=Q(visibility="visible"),
                name="borgerdialog_most_discussed",
            ),
            models.Index(
                "activity",
                "random_key",
                "id",
                condition=Q(visibility="visible"),
                name="borgerdialog_random",
            ),
            models.Index(
                "activity",
                "area",
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(visibility="visible"),
                name="borgerdialog_area_newest",
            ),
            models.Index(
                "activity",
                "category",
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(visibility="visible"),
                name="borgerdialog_category_newest",
            ),
            models.Index(
                "activity",
                "support_until",
                "id",
                condition=Q(visibility="visible", support_until__isnull=False),
                name="borgerdialog_closing_soon",
            ),
            models.Index(fields=["visibility", "submitted_at", "id"], name="borgerdialog_queue"),
            # Thousands that hold a common word are looked up without reading their rows.
            models.Index(
                fields=["id"],
                include=["activity", "published_at"],
                condition=Q(visibility="visible"),
                name="borgerdialog_found",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def specific(self) -> "Contribution":
        """The idea, proposal or other kind that this row is the base of. One query, or none."""
        if type(self) is not Contribution:
            return self
        for component in registry:
            model = component.contribution_model
            if component.key == self.activity.kind and model is not None:
                return model.objects.select_related(
                    "activity__page", "site", "status", "area", "participant__user"
                ).get(pk=self.pk)
        return self

    @property
    def public_text(self) -> str:
        """All the words of the author that everybody reads when it is public."""
        return f"{self.title}\n{self.body}\n{self.address}\n{self.public_name}"

    def mail_context(self) -> dict[str, object]:
        """What mails about this kind say beside the common things; JSON values only."""
        return {}

    def author_mail_context(self) -> dict[str, object]:
        """What only the author's mails say, such as links that let the reader change the text."""
        return {}

    @property
    def support_terms(self) -> SupportTerms:
        """Who may support it: the terms it was published with, or else the activity's."""
        terms = self if self.support_level else self.activity
        return SupportTerms(
            level=terms.support_level,
            minimum_age=terms.minimum_age,
            residents_only=terms.residents_only,
        )

    @property
    def is_public(self) -> bool:
        """Whether moderation lets everybody see it."""
        return self.visibility == Visibility.VISIBLE

    @property
    def is_held(self) -> bool:
        """Whether reports took it out of sight until a moderator has looked."""
        return (
            self.visibility == Visibility.PENDING
            and self.published_at is not None
            and self.status.kind not in CHECKED_ELSEWHERE
        )

    def accepts_support_at(self, at: datetime.datetime) -> bool:
        """Whether its status and its own clock allow support; the activity's clock is apart."""
        in_time = self.support_until is None or at < end_of_minute(self.support_until)
        return self.is_public and self.status.accepts_support and in_time


class ReferenceSequence(models.Model):
    """The last number given out on a site in a year; numbers are never reused."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "year"], name="borgerdialog_reference_sequence")
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.last:05d}"
