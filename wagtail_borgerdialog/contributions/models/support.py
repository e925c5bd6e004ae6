"""One person, one support."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import Channel, VerificationLevel


class SupportStatus(models.TextChoices):
    PENDING = "pending", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Counted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    INVALIDATED = "invalidated", _("Not counted")


# A person has at most one of these for a contribution.
COUNTING = (SupportStatus.PENDING, SupportStatus.CONFIRMED)


class Support(models.Model):
    """A person's support for one contribution; counted while ``confirmed``.

    The constraint on ``person_key`` (an HMAC of who the person is) is what makes one person count
    once, whatever requests race.
    """

    contribution = models.ForeignKey(
        "borgerdialog_contributions.Contribution", on_delete=models.PROTECT, related_name="supports"
    )
    participant = models.ForeignKey(
        Participant, null=True, on_delete=models.SET_NULL, related_name="supports"
    )
    person_key = models.CharField(max_length=64, editable=False)
    status = models.CharField(
        _("status"), max_length=12, choices=SupportStatus.choices, default=SupportStatus.PENDING
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel.choices, default=Channel.WEB
    )
    verification_level = models.CharField(
        _("verification"), max_length=10, choices=VerificationLevel.choices
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
        help_text=_("Where the signature or the request can be found, for example a case number."),
    )
    batch = models.CharField(_("paper list"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("given"))
    confirmed_at = models.DateTimeField(_("counted from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("supports")
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "person_key"],
                condition=Q(status__in=["pending", "confirmed"]),
                name="borgerdialog_support_once_per_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False),
                name="borgerdialog_support_confirmed_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"
