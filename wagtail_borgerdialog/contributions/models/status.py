"""Where a case stands, and the log of how it got there."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StatusKind(models.TextChoices):
    """The meanings that code relies on; editors label them as they like."""

    RECEIVED = "received", _("Received")
    AWAITING_COPROPOSERS = "awaiting_coproposers", _("Waiting for co-proposers")
    IN_REVIEW = "in_review", _("Being checked")
    RETURNED = "returned", _("Returned to the proposer")
    REJECTED_FORMAL = "rejected_formal", _("Outside the rules")
    OPEN_FOR_SUPPORT = "open_for_support", _("Collecting support")
    IN_REFINEMENT = "in_refinement", _("Being refined")
    THRESHOLD_REACHED = "threshold_reached", _("Enough support")
    EXPIRED = "expired", _("Not enough support in time")
    IN_PROCESS = "in_process", _("Being considered")
    AWAITING_FUNDS = "awaiting_funds", _("Waiting for money")
    ANSWERED = "answered", _("Answered")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY_ACCEPTED = "partly_accepted", _("Partly accepted")
    REFERRED = "referred", _("Passed on")
    REJECTED = "rejected", _("Not accepted")
    IN_PROGRESS = "in_progress", _("Under way")
    DELAYED = "delayed", _("Delayed")
    DONE = "done", _("Done")
    IN_OPERATION = "in_operation", _("Taken over by operations")
    CANCELLED = "cancelled", _("Cancelled")
    MERGED = "merged", _("Merged with another")


FINAL_KINDS = {
    StatusKind.REJECTED_FORMAL,
    StatusKind.EXPIRED,
    StatusKind.REJECTED,
    StatusKind.DONE,
    StatusKind.IN_OPERATION,
    StatusKind.CANCELLED,
    StatusKind.MERGED,
}
SUPPORTABLE_KINDS = {
    StatusKind.RECEIVED,
    StatusKind.OPEN_FOR_SUPPORT,
    StatusKind.IN_REFINEMENT,
}


class StatusManager(models.Manager):
    def of_kind(self, kind: str) -> "Status":
        """The first status of ``kind``; made with the standard words where a site has none."""
        status = self.filter(kind=kind).first()
        if status is None:
            status, _created = self.get_or_create(
                kind=kind,
                label="",
                defaults={
                    "order": StatusKind.values.index(kind),
                    "is_final": kind in FINAL_KINDS,
                    "accepts_support": kind in SUPPORTABLE_KINDS,
                },
            )
        return status


class Status(models.Model):
    """One place where a case can stand. Several rows may share a kind."""

    kind = models.CharField(_("kind"), max_length=30, choices=StatusKind.choices)
    label = models.CharField(
        _("label"),
        max_length=60,
        blank=True,
        help_text=_("The words citizens see. Leave empty to use the standard words."),
    )
    explanation = models.TextField(
        _("explanation"), blank=True, help_text=_("One plain sentence: what happens now?")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_final = models.BooleanField(
        _("the case ends here"), default=False, help_text=_("Nothing more happens after this.")
    )
    accepts_support = models.BooleanField(_("citizens can support"), default=False)

    objects = StatusManager()

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "label"], name="borgerdialog_status_label")
        ]

    def __str__(self) -> str:
        # get_kind_display() translates the labels of all kinds each time.
        return self.label or str(StatusKind(self.kind).label)


class StatusChange(models.Model):
    """One step of a case, on the public timeline."""

    contribution = models.ForeignKey(
        "borgerdialog_contributions.Contribution",
        on_delete=models.CASCADE,
        related_name="status_changes",
    )
    from_status = models.ForeignKey(Status, null=True, on_delete=models.PROTECT, related_name="+")
    to_status = models.ForeignKey(Status, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_role = models.CharField(
        _("signed as"), max_length=100, blank=True, help_text=_("A role, not a person.")
    )
    note = models.TextField(_("note to the public"), blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return str(self.to_status)
