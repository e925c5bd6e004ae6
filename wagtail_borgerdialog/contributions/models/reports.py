"""What people report: one row for each text that waits for an answer, and their reports on it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models.moderation import ReasonCode
from wagtail_borgerdialog.people.models import Participant


class ReportOutcome(models.TextChoices):
    """What became of the reports on a text."""

    KEPT = "kept", _("It stays")
    TAKEN_AWAY = "taken_away", _("It is not shown any more")
    WITHDRAWN = "withdrawn", _("The author has withdrawn it")


class ReportedTextQuerySet(models.QuerySet):
    def open(self) -> "ReportedTextQuerySet":
        """Those that no moderator has decided about yet."""
        return self.filter(settled_at=None)


class ReportedText(models.Model):
    """A contribution, or a comment on it, with the reports that one decision answers.

    A text that is reported again after the decision gets a new row.
    """

    contribution = models.ForeignKey(
        "borgerdialog_contributions.Contribution",
        on_delete=models.CASCADE,
        related_name="reported",
    )
    comment = models.ForeignKey(
        "borgerdialog_contributions.Comment",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reported",
    )
    opened_at = models.DateTimeField(_("first reported"))
    report_count = models.PositiveIntegerField(_("reports"), default=0, editable=False)
    held_at = models.DateTimeField(
        _("out of sight since"),
        null=True,
        blank=True,
        help_text=_("When the number of reports took it out of sight, if it did."),
    )
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=ReportOutcome.choices, blank=True
    )
    internal_note = models.TextField(_("internal note"), blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = ReportedTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported text")
        verbose_name_plural = _("reported texts")
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution"],
                condition=Q(comment__isnull=True, settled_at__isnull=True),
                name="borgerdialog_reported_contribution_once",
            ),
            models.UniqueConstraint(
                fields=["comment"],
                condition=Q(settled_at__isnull=True),
                name="borgerdialog_reported_comment_once",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome="")
                | (Q(settled_at__isnull=False) & ~Q(outcome="")),
                name="borgerdialog_reported_settled_somehow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at", "id"],
                condition=Q(settled_at__isnull=True),
                name="borgerdialog_reported_queue",
            )
        ]

    def __str__(self) -> str:
        return str(self.text)

    @property
    def text(self) -> models.Model:
        """The comment, or the contribution."""
        return self.contribution if self.comment is None else self.comment

    @property
    def language(self) -> str:
        """The language of the text."""
        return self.text.language


class Report(models.Model):
    """One person's report. Whoever is signed in counts once, as does a network of strangers.

    ``person_key`` is set only where the person is proved. ``network`` is a keyed hash, kept no
    longer than ``forget_network_after`` and never after the decision.
    """

    reported = models.ForeignKey(ReportedText, on_delete=models.CASCADE, related_name="reports")
    reason_code = models.CharField(_("reason"), max_length=30, choices=ReasonCode.choices)
    words = models.TextField(_("explanation"), blank=True)
    participant = models.ForeignKey(
        Participant, null=True, on_delete=models.SET_NULL, related_name="reports"
    )
    person_key = models.CharField(max_length=64, blank=True, editable=False)
    network = models.CharField(max_length=64, blank=True, editable=False)
    forget_network_after = models.DateField(null=True, editable=False)
    created_at = models.DateTimeField(_("reported"))

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reported", "person_key"],
                condition=~Q(person_key=""),
                name="borgerdialog_report_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["reported", "network"],
                condition=Q(person_key="") & ~Q(network=""),
                name="borgerdialog_report_once_per_network",
            ),
            models.CheckConstraint(
                condition=Q(network="") | Q(forget_network_after__isnull=False),
                name="borgerdialog_report_forgets_network",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_reason_code_display())
