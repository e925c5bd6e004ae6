"""What the municipality answers, signed as a role."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models import Contribution


class Outcome(models.TextChoices):
    """What the answer comes to."""

    ADOPTED = "adopted", _("Adopted")
    PARTLY_ADOPTED = "partly_adopted", _("Partly adopted")
    REFERRED = "referred", _("Passed on")
    UNDER_REVIEW = "under_review", _("Still being considered")
    AWAITING_FUNDS = "awaiting_funds", _("Waiting for money")
    REJECTED = "rejected", _("Not adopted")
    NOT_MUNICIPAL = "not_municipal", _("Not for the municipality to decide")


NEEDS_REASON = (Outcome.REJECTED, Outcome.NOT_MUNICIPAL)
CLOSING = (Outcome.ADOPTED, Outcome.PARTLY_ADOPTED, Outcome.REFERRED, *NEEDS_REASON)
"""Outcomes that leave nothing owed; with the others, more is to come."""


class AnswerState(models.TextChoices):
    """How far an answer has come; only a published one is public."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")


class AnswerText(models.Model):
    """What an answer and a template for answers have in common."""

    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    body = models.TextField(
        _("answer"), help_text=_("Begin with the decision. Write to the citizen, in plain words.")
    )
    signed_as = models.CharField(
        _("signed as"),
        max_length=100,
        help_text=_("A role, not a person, for example “The committee for city and environment”."),
    )
    binding_rule = models.CharField(
        _("the rule that binds"),
        max_length=300,
        blank=True,
        help_text=_("For a no: the law or plan that stands in the way."),
    )
    is_priority_choice = models.BooleanField(
        _("a priority choice"),
        default=False,
        help_text=_("For a no: no rule stands in the way, other things come first."),
    )

    class Meta:
        abstract = True

    @property
    def reason(self) -> str:
        """For a no: the rule that binds, or that it is a priority choice; else empty."""
        if self.outcome not in NEEDS_REASON:
            return ""
        if self.binding_rule:
            return self.binding_rule
        return gettext("A priority choice: no rule stands in the way, but other things come first.")


class OfficialAnswerQuerySet(models.QuerySet):
    def published(self) -> "OfficialAnswerQuerySet":
        """What the public may read, if it may read the contribution."""
        return self.filter(state=AnswerState.PUBLISHED)

    def in_hand(self) -> "OfficialAnswerQuerySet":
        """What colleagues still work on: at most one for each contribution."""
        return self.exclude(state=AnswerState.PUBLISHED)


class OfficialAnswer(AnswerText):
    """One answer to one contribution; several over time, of which the case holds the current one.

    A no names the rule that binds or says that it is a priority choice. ``version`` counts the
    times that a published answer was changed.
    """

    contribution = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, related_name="official_answers"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=AnswerState.choices, default=AnswerState.DRAFT
    )
    cost_estimate = models.DecimalField(
        _("cost estimate in kroner"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
    )
    decided_in = models.URLField(
        _("link to the decision"), blank=True, help_text=_("The agenda, the minutes or the case.")
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    version = models.PositiveSmallIntegerField(default=1)

    objects = OfficialAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("official answer")
        verbose_name_plural = _("official answers")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution"],
                condition=Q(state__in=["draft", "approved"]),
                name="borgerdialog_one_answer_in_hand",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="borgerdialog_answer_published_when",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["rejected", "not_municipal"])
                | ~Q(binding_rule="")
                | Q(is_priority_choice=True),
                name="borgerdialog_a_no_gives_its_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["contribution", "-published_at", "-id"], name="borgerdialog_answers_newest"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_outcome_display())

    @property
    def mark(self) -> str:
        """What a form calls the words that it shows: another one as soon as they are changed."""
        return f"{self.pk}-{self.version}-{self.written_at.timestamp():.6f}"


class AnswerTemplate(AnswerText):
    """Words to begin an answer with."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("answer template")
        verbose_name_plural = _("answer templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
