"""Decisions about what the public may see, with the reasons the author is given."""

import calendar
import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext_lazy as _

APPEAL_MONTHS = 6


class ReasonCode(models.TextChoices):
    """Why a text is not shown."""

    SPAM = "spam", _("Spam or advertising")
    OFFENSIVE = "offensive", _("Offensive language")
    PERSONAL_DATA = "personal_data", _("Personal data about somebody")
    THREAT = "discrimination_or_threat", _("Discrimination or threats")
    OFF_TOPIC = "off_topic", _("Not about the subject of the page")
    INDIVIDUAL_CASE = "individual_case", _("An individual case that belongs elsewhere")
    DUPLICATE = "duplicate", _("The same text again")
    COPYRIGHT = "copyright", _("Somebody else's work")
    OTHER = "other", _("Another reason")


class ModerationAction(models.TextChoices):
    """What a moderator decided."""

    PUBLISH = "publish", _("Publish")
    REJECT = "reject", _("Do not publish")
    HIDE = "hide", _("Hide")
    REMOVE = "remove", _("Remove")
    RESTORE = "restore", _("Show again")


class ModerationDecision(models.Model):
    """One decision about one contribution or one comment."""

    contribution = models.ForeignKey(
        "borgerdialog_contributions.Contribution",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="decisions",
    )
    comment = models.ForeignKey(
        "borgerdialog_contributions.Comment",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="decisions",
    )
    action = models.CharField(_("decision"), max_length=10, choices=ModerationAction.choices)
    reason_code = models.CharField(
        _("reason"), max_length=30, choices=ReasonCode.choices, blank=True
    )
    rule_cited = models.CharField(
        _("rule"),
        max_length=200,
        blank=True,
        help_text=_("The rule of the page or the law that it breaks."),
    )
    public_note = models.TextField(
        _("statement of reasons"),
        blank=True,
        help_text=_("The author gets it by mail, and it is shown in place of the text."),
    )
    internal_note = models.TextField(_("internal note"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("moderation decision")
        verbose_name_plural = _("moderation decisions")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contribution__isnull=False, comment__isnull=True)
                | Q(contribution__isnull=True, comment__isnull=False),
                name="borgerdialog_decision_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(action__in=["publish", "restore"]) | ~Q(reason_code=""),
                name="borgerdialog_decision_gives_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_action_display())

    @property
    def appeal_until(self) -> datetime.datetime:
        """The last instant of the last day on which the author may object."""
        day = localdate(self.decided_at)
        month = day.month + APPEAL_MONTHS
        year, month = day.year + (month - 1) // 12, (month - 1) % 12 + 1
        last = min(day.day, calendar.monthrange(year, month)[1])
        end = datetime.datetime.combine(datetime.date(year, month, last), datetime.time.max)
        return make_aware(end)

    def can_be_appealed_at(self, at: datetime.datetime) -> bool:
        """Whether the time to object is not over."""
        return at <= self.appeal_until

    @property
    def text(self) -> models.Model:
        """The comment, or the contribution."""
        return self.contribution if self.comment is None else self.comment
