"""Supports that came on a signed list: one colleague enters it, another sees that it is right."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models.contribution import Contribution
from wagtail_borgerdialog.contributions.models.support import Support
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import Channel


class PaperListStatus(models.TextChoices):
    ENTERED = "entered", _("Waits for a colleague")
    COUNTED = "counted", _("Counted")
    VOIDED = "voided", _("Does not count")


class PaperList(models.Model):
    """A list of people who support something; it counts when a second colleague has signed it."""

    contribution = models.ForeignKey(
        Contribution, on_delete=models.PROTECT, related_name="paper_lists"
    )
    name = models.CharField(_("paper list"), max_length=60)
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel.choices, default=Channel.PAPER
    )
    evidence = models.CharField(_("evidence"), max_length=200)
    line_count = models.PositiveIntegerField(_("lines"))
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PaperListStatus.choices,
        default=PaperListStatus.ENTERED,
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    entered_at = models.DateTimeField(_("entered"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    signed_at = models.DateTimeField(_("countersigned"), null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    void_reason = models.CharField(_("why it does not count"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("paper list")
        verbose_name_plural = _("paper lists")
        ordering = ["-entered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "name"],
                condition=~Q(status="voided"),
                name="borgerdialog_paper_list_name",
            ),
            models.CheckConstraint(
                condition=~Q(signed_by=F("entered_by")), name="borgerdialog_paper_list_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status="counted") | Q(signed_at__isnull=False),
                name="borgerdialog_paper_list_signed_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LineOutcome(models.TextChoices):
    ENTERED = "entered", _("Waits")
    COUNTED = "counted", _("Counted")
    REPEATED = "repeated", _("Had supported already")
    REFUSED = "refused", _("May not support this")


class PaperLine(models.Model):
    """One signature."""

    paper_list = models.ForeignKey(PaperList, on_delete=models.CASCADE, related_name="lines")
    participant = models.ForeignKey(Participant, null=True, on_delete=models.SET_NULL)
    support = models.OneToOneField(
        Support, null=True, on_delete=models.SET_NULL, related_name="paper_line"
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=LineOutcome.choices, default=LineOutcome.ENTERED
    )

    class Meta:
        verbose_name = _("line of a paper list")
        verbose_name_plural = _("lines of paper lists")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.paper_list_id} {self.outcome}"
