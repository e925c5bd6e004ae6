"""An author's one objection to a decision about a text of theirs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models.moderation import ModerationDecision
from wagtail_borgerdialog.people.models import Participant


class AppealOutcome(models.TextChoices):
    """What a second pair of eyes decided."""

    UPHELD = "upheld", _("The decision stands")
    REVERSED = "reversed", _("The decision is changed")


class AppealQuerySet(models.QuerySet):
    def open(self) -> "AppealQuerySet":
        """Those that nobody has decided yet."""
        return self.filter(decided_at=None)


class Appeal(models.Model):
    """At most one for each decision, decided by somebody who did not take it."""

    decision = models.OneToOneField(
        ModerationDecision, on_delete=models.CASCADE, related_name="appeal"
    )
    contribution = models.ForeignKey(
        "borgerdialog_contributions.Contribution",
        on_delete=models.CASCADE,
        related_name="appeals",
        help_text=_("What the decision is about, or what the comment is on."),
    )
    participant = models.ForeignKey(
        Participant, null=True, on_delete=models.SET_NULL, related_name="appeals"
    )
    words = models.TextField(_("why it should be shown"))
    language = models.CharField(_("language"), max_length=10)
    created_at = models.DateTimeField(_("received"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=AppealOutcome.choices, blank=True
    )
    answer = models.TextField(
        _("reasons"), blank=True, help_text=_("The author gets them by mail.")
    )
    internal_note = models.TextField(_("internal note"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, outcome="")
                | (Q(decided_at__isnull=False) & ~Q(outcome="")),
                name="borgerdialog_appeal_decided_somehow",
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=Q(decided_at__isnull=True),
                name="borgerdialog_appeal_queue",
            )
        ]

    def __str__(self) -> str:
        return str(self.decision.text)

    @property
    def text(self) -> models.Model:
        """The comment, or the contribution."""
        return self.decision.text
