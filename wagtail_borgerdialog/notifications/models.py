"""Who follows what, and what there is to tell them."""

import dataclasses
import datetime
import uuid

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.events import COMMENTED
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.people.models import Participant

TARGETS = ("contribution", "activity", "category", "area")
# Told to those who follow the text itself: on a whole page it would drown the rest.
NARROW_EVENTS = frozenset({COMMENTED})


class Frequency(models.TextChoices):
    """How often a follower gets mail."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")

    @property
    def rank(self) -> int:
        """The smaller, the sooner a follower is told."""
        return list(Frequency).index(self)


class FollowStatus(models.TextChoices):
    PENDING = "pending", _("Not confirmed yet")
    CONFIRMED = "confirmed", _("Followed")
    ENDED = "ended", _("Ended")


def _only(name: str) -> Q:
    return Q(**{f"{other}__isnull": other != name for other in TARGETS})


@dataclasses.dataclass(frozen=True)
class Target:
    """One thing that can be followed on one site: ``name`` says which of the four it is."""

    site: Site
    name: str
    pk: int

    @property
    def fields(self) -> dict[str, object]:
        """What a row of it is found by, and made with."""
        return {"site_id": self.site.pk, f"{self.name}_id": self.pk}


class FollowQuerySet(models.QuerySet):
    def confirmed(self) -> "FollowQuerySet":
        """Those that are told: the owner of the address has said yes, and can get mail."""
        return self.filter(status=FollowStatus.CONFIRMED).exclude(participant__email="")

    def going_on(self) -> "FollowQuerySet":
        """Those that have not ended."""
        return self.exclude(status=FollowStatus.ENDED)

    def about(self, contribution: Contribution, *, only_itself: bool) -> "FollowQuerySet":
        """Those of the text, or also of its page, its category in any language and its district."""
        reached = Q(contribution=contribution.pk)
        if not only_itself:
            reached |= Q(activity=contribution.activity_id)
            if contribution.area_id:
                reached |= Q(area=contribution.area_id)
            if contribution.category_id:
                own = Category.objects.filter(pk=contribution.category_id)
                shared = own.values("translation_key")
                translations = Category.objects.filter(translation_key__in=shared)
                reached |= Q(category__in=translations.values("pk"))
        return self.filter(reached, site=contribution.site_id)


class Follow(models.Model):
    """Somebody wants to be told what happens to one text, page, category or district of a site."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="follows")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    contribution = models.ForeignKey(
        Contribution, null=True, on_delete=models.CASCADE, related_name="follows"
    )
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.CASCADE, related_name="follows"
    )
    category = models.ForeignKey(
        Category, null=True, on_delete=models.CASCADE, related_name="follows"
    )
    area = models.ForeignKey(Area, null=True, on_delete=models.CASCADE, related_name="follows")
    frequency = models.CharField(max_length=10, choices=Frequency.choices)
    status = models.CharField(
        max_length=10, choices=FollowStatus.choices, default=FollowStatus.PENDING
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # What happened later is news; a digest moves it on.
    told_until = models.DateTimeField(null=True)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.CheckConstraint(
                condition=Q(*[_only(name) for name in TARGETS], _connector=Q.OR),
                name="borgerdialog_follow_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(told_until__isnull=False),
                name="borgerdialog_follow_told_until",
            ),
            *[
                models.UniqueConstraint(
                    fields=["participant", "site", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"borgerdialog_follow_{name}",
                )
                for name in TARGETS
            ],
        ]
        indexes = [
            models.Index(
                fields=["frequency", "told_until"],
                condition=Q(status="confirmed"),
                name="borgerdialog_follow_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_name} {self.target_id}"

    @property
    def target_name(self) -> str:
        """Which of the four it follows."""
        return next(name for name in TARGETS if getattr(self, f"{name}_id") is not None)

    @property
    def target_id(self) -> int:
        """The primary key of what it follows."""
        return getattr(self, f"{self.target_name}_id")


class NewsQuerySet(models.QuerySet):
    def untold(self) -> "NewsQuerySet":
        """What those who want to know at once have not all been told, oldest first."""
        return self.filter(told_at__isnull=True).order_by("pk")

    def between(self, since: datetime.datetime, until: datetime.datetime) -> "NewsQuerySet":
        """What happened after ``since``, and not after ``until``."""
        return self.filter(at__gt=since, at__lte=until).order_by("at", "pk")


class News(models.Model):
    """Something happened to a public text that its followers can be told of."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="news")
    event = models.CharField(max_length=40)
    at = models.DateTimeField()
    # How far telling those who want to know at once has come: the last participant, then when.
    told_to = models.PositiveBigIntegerField(default=0)
    told_at = models.DateTimeField(null=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece of news")
        verbose_name_plural = _("news")
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "event", "at"], name="borgerdialog_news_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(told_at__isnull=True),
                name="borgerdialog_news_untold",
            ),
            models.Index(fields=["at", "id"], name="borgerdialog_news_at"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_narrow(self) -> bool:
        """Whether only those who follow the text itself are told."""
        return self.event in NARROW_EVENTS


class WebhookQuerySet(models.QuerySet):
    def active(self) -> "WebhookQuerySet":
        """Those that are told."""
        return self.filter(is_active=True)


class Webhook(models.Model):
    """Another system that is told what happens to what everybody may read on a site.

    ``nonce`` makes its secret out of Django's ``SECRET_KEY``: the database alone tells it nobody.
    """

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="+", verbose_name=_("site")
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("Which system it is, for example “Data warehouse”.")
    )
    url = models.URLField(
        _("address"),
        max_length=500,
        validators=[URLValidator(schemes=["https"])],
        help_text=_("Where we send to. It must begin with https://."),
    )
    events = models.JSONField(_("what it is told"), default=list)
    is_active = models.BooleanField(_("is told"), default=True)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    # While it fails, only the command tries it: nobody's request waits for it.
    failing_since = models.DateTimeField(null=True, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class WebhookDeliveryQuerySet(models.QuerySet):
    def undelivered(self) -> "WebhookDeliveryQuerySet":
        """What no receiver has taken, and we have not given up."""
        return self.filter(delivered_at=None, failed_at=None, webhook__is_active=True)

    def due(self, at: datetime.datetime) -> "WebhookDeliveryQuerySet":
        """Those whose turn has come, oldest first."""
        return self.undelivered().filter(next_attempt_at__lte=at).order_by("next_attempt_at", "pk")

    def failing(self) -> "WebhookDeliveryQuerySet":
        """Those that the receiver has refused at least once."""
        return self.filter(delivered_at=None).exclude(last_error="")


class WebhookDelivery(models.Model):
    """One event on its way to one webhook, delivered at least once and queued at most once."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.CharField(max_length=80)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "event_id"], name="borgerdialog_webhook_once_per_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(delivered_at__isnull=True, failed_at__isnull=True),
                name="borgerdialog_webhook_due",
            )
        ]

    def __str__(self) -> str:
        return self.event_id
