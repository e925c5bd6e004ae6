"""The outbox: a mail is a row in the transaction that caused it."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site


class OutgoingMailQuerySet(models.QuerySet):
    def unsent(self) -> "OutgoingMailQuerySet":
        """Mails that no server has taken, and that we have not given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self, at: datetime.datetime) -> "OutgoingMailQuerySet":
        """Unsent mails whose turn has come, oldest first."""
        return self.unsent().filter(next_attempt_at__lte=at).order_by("next_attempt_at", "pk")


class OutgoingMail(models.Model):
    """One mail to one recipient about one event, sent at least once and queued at most once.

    The text is rendered when it is sent; ``context`` holds JSON values only and is emptied
    afterwards, together with the address.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    recipient_key = models.CharField(max_length=64)
    event = models.CharField(max_length=120)
    template = models.CharField(max_length=100)
    context = models.JSONField(default=dict)
    to_email = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_key", "event"], name="borgerdialog_mail_once_per_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
                name="borgerdialog_mail_due",
            )
        ]

    def __str__(self) -> str:
        return self.event
