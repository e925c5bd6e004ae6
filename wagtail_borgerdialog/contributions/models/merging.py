"""Two texts about the same thing become one, if their people agree."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models.contribution import Contribution
from wagtail_borgerdialog.contributions.models.status import Status
from wagtail_borgerdialog.contributions.models.support import Support, SupportStatus
from wagtail_borgerdialog.people.models import Participant


class MergeStatus(models.TextChoices):
    PROPOSED = "proposed", _("The author has been asked")
    MERGED = "merged", _("Merged")
    DECLINED = "declined", _("The author has said no")
    UNDONE = "undone", _("Taken back")


# A text has at most one of these as the duplicate.
OPEN_MERGES = (MergeStatus.PROPOSED, MergeStatus.MERGED)


class Merge(models.Model):
    """``duplicate`` points on to ``original``, from the day on which its author said yes.

    The duplicate stays as it is, with its comments; only its supporters can move.
    """

    duplicate = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, related_name="merges", verbose_name=_("duplicate")
    )
    original = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, related_name="merged_from", verbose_name=_("into")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=MergeStatus.choices, default=MergeStatus.PROPOSED
    )
    note = models.TextField(_("words to the author"), blank=True)
    status_before = models.ForeignKey(
        Status,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Where the duplicate stood, for as long as the merging can be taken back."),
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("merging")
        verbose_name_plural = _("mergings")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(duplicate=models.F("original")), name="borgerdialog_merge_of_two"
            ),
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(status__in=["proposed", "merged"]),
                name="borgerdialog_merge_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["merged", "declined"]) | Q(answered_at__isnull=False),
                name="borgerdialog_merge_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.original_id}"

    @property
    def participant(self) -> Participant | None:
        """Who is asked: the author of the duplicate."""
        return self.duplicate.participant


class MoveAnswer(models.TextChoices):
    WAITING = "waiting", _("Has not answered yet")
    MOVED = "moved", _("Has moved")
    KEPT = "kept", _("Stays")


class MergedSupport(models.Model):
    """A support of the duplicate, and whether its person has moved it to the original."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="supports")
    support = models.ForeignKey(Support, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(
        _("answer"), max_length=10, choices=MoveAnswer.choices, default=MoveAnswer.WAITING
    )
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("support to move")
        verbose_name_plural = _("supports to move")
        constraints = [
            models.UniqueConstraint(
                fields=["merge", "support"], name="borgerdialog_merged_support_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_at__isnull=True)
                | Q(~Q(answer="waiting"), answered_at__isnull=False),
                name="borgerdialog_merged_support_answered_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(asked_at__isnull=True),
                name="borgerdialog_merge_to_ask",
            )
        ]

    def __str__(self) -> str:
        return f"{self.support_id} {self.answer}"

    @property
    def participant(self) -> Participant | None:
        """Whose support it is."""
        return self.support.participant


# What has neither moved nor been kept nor been taken back.
WAITING = Q(answer=MoveAnswer.WAITING, support__status=SupportStatus.CONFIRMED)
