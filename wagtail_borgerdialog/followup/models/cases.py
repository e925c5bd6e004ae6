"""The case that a contribution is to the municipality: who has it, and what is owed when."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.followup.deadlines import local_day


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


NOTHING_TO_DO = (Visibility.DRAFT, Visibility.REMOVED, Visibility.WITHDRAWN)


class CaseQuerySet(models.QuerySet):
    def owed(self) -> "CaseQuerySet":
        """Cases that an answer is owed in, paused or not."""
        return self.filter(due_at__isnull=False, answered_at__isnull=True)

    def to_do(self) -> "CaseQuerySet":
        """Those that an answer is owed in, and those that somebody has and nobody has answered."""
        is_given = Q(unit__isnull=False) | Q(caseworker__isnull=False)
        rows = self.filter(Q(due_at__isnull=False) | is_given, answered_at__isnull=True)
        return rows.exclude(contribution__visibility__in=NOTHING_TO_DO)

    def waiting(self, at: datetime.datetime) -> "CaseQuerySet":
        """Those that wait for a decision at ``at``; a pause ends with the day of the decision."""
        return self.owed().filter(next_decision_on__gte=local_day(at))

    def overdue(self, at: datetime.datetime) -> "CaseQuerySet":
        """Those whose time has run out by ``at``."""
        return self.owed().filter(due_at__lt=at)

    def oldest_first(self) -> "CaseQuerySet":
        """In the order in which answers are owed."""
        return self.order_by(F("due_at").asc(nulls_last=True), "pk")


class Case(models.Model):
    """One row per contribution that follow-up has touched; made when first needed.

    ``due_at`` is the last instant at which an answer is on time (the end of a local day), or None
    where nothing has set a deadline. A pause has moved it behind ``next_decision_on`` already, so
    that it alone says what is late. ``answer`` is the current official answer.
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
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, next_decision_on__isnull=True)
                | Q(paused_at__isnull=False, next_decision_on__isnull=False),
                name="borgerdialog_a_pause_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(due_at__isnull=False, answered_at__isnull=True),
                name="borgerdialog_answers_owed",
            ),
        ]

    def __str__(self) -> str:
        return self.contribution.reference

    @property
    def is_owed(self) -> bool:
        """Whether an answer is owed, at once or later."""
        return self.due_at is not None and self.answered_at is None

    def is_overdue(self, at: datetime.datetime) -> bool:
        """Whether an answer was owed before ``at``."""
        return self.is_owed and self.due_at < at

    def is_waiting(self, at: datetime.datetime) -> bool:
        """Whether it waits for a decision at ``at``."""
        waits = self.is_owed and self.next_decision_on is not None
        return waits and local_day(at) <= self.next_decision_on


class DeadlineStep(models.TextChoices):
    """What can happen to a deadline, in the words of the public timeline."""

    SET = "set", _("We owe an answer")
    PAUSED = "paused", _("The answer has to wait")
    RESUMED = "resumed", _("The answer waits no longer")
    LATE = "late", _("The answer is late")
    LIFTED = "lifted", _("No answer is owed any more")


class DeadlineChange(models.Model):
    """One step of the clock, kept: what was told to the public when, and why."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="deadline_changes")
    step = models.CharField(_("step"), max_length=10, choices=DeadlineStep.choices)
    due_on = models.DateField(_("answer due"), null=True)
    reason = models.TextField(_("why it waits"), blank=True)
    next_decision_on = models.DateField(_("next decision"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a deadline")
        verbose_name_plural = _("steps of deadlines")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return str(self.get_step_display())


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
