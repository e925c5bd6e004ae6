"""The case that a contribution is to the municipality: who has it, and what is owed when."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models import Contribution


class Unit(models.Model):
    """A part of the municipality that answers or carries out."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("A mailbox of the unit, not of a person.")
    )
    manager_email = models.EmailField(
        _("manager's e-mail"),
        blank=True,
        help_text=_("Is told when an answer is late. Best a mailbox of the role."),
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CaseQuerySet(models.QuerySet):
    def owed(self) -> "CaseQuerySet":
        """Cases that an answer is owed in, paused or not."""
        return self.filter(due_at__isnull=False, answered_at__isnull=True)

    def running(self) -> "CaseQuerySet":
        """Those whose clock runs."""
        return self.owed().filter(paused_at__isnull=True)

    def overdue(self, at: datetime.datetime) -> "CaseQuerySet":
        """Those whose time has run out by ``at``."""
        return self.running().filter(due_at__lt=at)

    def oldest_first(self) -> "CaseQuerySet":
        """In the order in which answers are owed."""
        return self.order_by(F("due_at").asc(nulls_last=True), "pk")


class Case(models.Model):
    """One row per contribution that follow-up has touched; made when first needed.

    ``due_at`` is the instant before which an answer is owed (the end of a local day), or None
    where nothing has set a deadline. ``answer`` is the current official answer.
    """

    contribution = models.OneToOneField(Contribution, on_delete=models.CASCADE, related_name="case")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("unit")
    )
    caseworker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("caseworker"),
    )
    answer = models.ForeignKey(
        "borgerdialog_followup.OfficialAnswer",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    due_kind = models.SlugField(max_length=40, blank=True)
    due_set_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    pause_reason = models.TextField(_("why it waits"), blank=True)
    next_decision_on = models.DateField(_("next decision"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    case_number = models.CharField(
        _("case number"),
        max_length=60,
        blank=True,
        help_text=_("The number in your records system."),
    )
    journalised_at = models.DateTimeField(_("journalised"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(due_at__isnull=False, answered_at__isnull=True),
                name="borgerdialog_answers_owed",
            ),
        ]

    def __str__(self) -> str:
        return self.contribution.reference

    def is_overdue(self, at: datetime.datetime) -> bool:
        """Whether an answer was owed before ``at``, and no pause stops the clock."""
        is_running = self.due_at is not None and self.answered_at is None and not self.paused_at
        return is_running and self.due_at < at


class Handover(models.Model):
    """A case went from one unit or person to another."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="handovers")
    from_unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    to_unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    from_caseworker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    to_caseworker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.from_unit or ''} → {self.to_unit or ''}"


class InternalNote(models.Model):
    """What colleagues tell each other about a case; never public, but subject to access to files.

    (Offentlighedsloven and databeskyttelsesforordningen art. 15: the person it is about can ask.)
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("note"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]
