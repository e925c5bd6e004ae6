"""What the municipality has promised: who, what, by when, and what became of it."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.followup.models.cases import Unit
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.models.activity import private_page


class PromiseState(models.TextChoices):
    """What became of it. Whether an open one is late is computed from the clock."""

    OPEN = "open", _("Not done yet")
    KEPT = "kept", _("Kept")
    BROKEN = "broken", _("Broken")
    DROPPED = "dropped", _("Dropped")


class PromiseStep(models.TextChoices):
    """What can happen to a promise, in the words of the public timeline."""

    MADE = "made", _("We made a promise")
    MOVED = "moved", _("We moved the date of a promise")
    REPORTED = "reported", _("We told how a promise is going")
    OVERDUE = "overdue", _("We did not keep a promise in time")
    KEPT = "kept", _("We kept a promise")
    BROKEN = "broken", _("We broke a promise")
    DROPPED = "dropped", _("We dropped a promise")
    HANDED_OVER = "handed_over", _("We handed it over to those who run it")
    REOPENED = "reopened", _("We took a promise up again")


class PromiseQuerySet(models.QuerySet):
    def on_site(self, site: Site) -> "PromiseQuerySet":
        """Promises made on one site."""
        return self.filter(site=site)

    def open(self) -> "PromiseQuerySet":
        """Those that nothing has become of yet."""
        return self.filter(state=PromiseState.OPEN)

    def overdue(self, at: datetime.datetime) -> "PromiseQuerySet":
        """Open ones whose last day was over by ``at``."""
        return self.open().filter(due_on__lt=localdate(at))

    def about_public(self) -> "PromiseQuerySet":
        """Those about a page as a whole, or about a contribution that everybody may see."""
        return self.filter(Q(contribution=None) | Q(contribution__visibility=Visibility.VISIBLE))

    def public(self) -> "PromiseQuerySet":
        """What everybody may read: about something public, on a page that is."""
        return (
            self.about_public()
            .filter(activity__page__live=True)
            .exclude(private_page("activity__page"))
        )


class Promise(models.Model):
    """One promise, about one contribution or about an activity as a whole.

    ``due_on`` is the last local day on which it is kept in time. ``activity`` is the
    contribution's where there is one. ``handed_over_at`` says that what was promised is in
    operation, run by ``handed_over_to``.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="promises")
    contribution = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.CASCADE, related_name="promises"
    )
    what = models.CharField(_("what we promise"), max_length=140)
    description = models.TextField(_("more about it"), blank=True)
    promised_by = models.CharField(_("who promises"), max_length=100)
    unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="promises",
        verbose_name=_("unit"),
    )
    due_on = models.DateField(_("promised for"))
    state = models.CharField(
        _("state"), max_length=10, choices=PromiseState.choices, default=PromiseState.OPEN
    )
    reason = models.TextField(_("why not"), blank=True)
    budgeted = models.DecimalField(
        _("set aside"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    committed = models.DecimalField(
        _("ordered"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    spent = models.DecimalField(_("spent"), max_digits=14, decimal_places=2, null=True, blank=True)
    handed_over_to = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("run by"),
    )
    handed_over_at = models.DateTimeField(_("in operation since"), null=True, blank=True)
    made_at = models.DateTimeField(_("promised on"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["broken", "dropped"]) | ~Q(reason=""),
                name="borgerdialog_promise_not_kept_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="borgerdialog_promise_settled_when",
            ),
            models.CheckConstraint(
                condition=(Q(budgeted__isnull=True) | Q(budgeted__gte=0))
                & (Q(committed__isnull=True) | Q(committed__gte=0))
                & (Q(spent__isnull=True) | Q(spent__gte=0)),
                name="borgerdialog_promise_money",
            ),
            # A form sent twice makes one promise.
            models.UniqueConstraint(
                fields=["contribution", "what"],
                condition=Q(state="open", contribution__isnull=False),
                name="borgerdialog_promise_once",
            ),
            models.UniqueConstraint(
                fields=["activity", "what"],
                condition=Q(state="open", contribution__isnull=True),
                name="borgerdialog_promise_once_of_page",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="borgerdialog_promises_due"),
            models.Index(
                fields=["activity", "state", "due_on", "id"], name="borgerdialog_promises_of_page"
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        """Whether it is neither kept, broken nor dropped."""
        return self.state == PromiseState.OPEN

    def is_overdue(self, at: datetime.datetime) -> bool:
        """Whether it is open though its last day was over by ``at``."""
        return self.is_open and self.due_on < localdate(at)


class PromiseChange(models.Model):
    """One step of a promise, on the public timeline and in its history."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="changes")
    step = models.CharField(_("step"), max_length=12, choices=PromiseStep.choices)
    from_state = models.CharField(max_length=10, choices=PromiseState.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=PromiseState.choices)
    due_before = models.DateField(null=True, blank=True)
    due_after = models.DateField(null=True, blank=True)
    note = models.TextField(_("note to the public"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_role = models.CharField(
        _("signed as"), max_length=100, blank=True, help_text=_("A role, not a person.")
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a promise")
        verbose_name_plural = _("steps of promises")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return str(PromiseStep(self.step).label)
