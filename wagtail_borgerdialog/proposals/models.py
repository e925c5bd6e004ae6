"""Rule sets, the proposals made under them, and who stands behind a proposal."""

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable
from wagtail.search import index

from wagtail_borgerdialog.contributions.models import Contribution, StatusKind, Visibility
from wagtail_borgerdialog.contributions.models.contribution import ContributionQuerySet
from wagtail_borgerdialog.models.activity import end_of_minute
from wagtail_borgerdialog.models.taxonomy import name_for_reader
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import VerificationLevel

TITLE_LIMIT = 140
LEVELS_WITH_ADDRESS = [c for c in VerificationLevel.choices if c[0] != VerificationLevel.NONE]


class RuleSet(ClusterableModel):
    """The rules of a proposal scheme. A proposal copies them when it is published."""

    name = models.CharField(_("name"), max_length=100)
    preset = models.SlugField(
        blank=True,
        editable=False,
        help_text=_("Which of the package's own rule sets it began as; empty for your own."),
    )
    threshold = models.PositiveIntegerField(
        _("supports needed"), validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )
    period_days = models.PositiveSmallIntegerField(
        _("days to collect support"),
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Counted from publication, open to the end of the last day."),
    )
    min_coproposers = models.PositiveSmallIntegerField(
        _("co-proposers, at least"), default=0, validators=[MaxValueValidator(20)]
    )
    max_coproposers = models.PositiveSmallIntegerField(
        _("co-proposers, at most"), default=0, validators=[MaxValueValidator(20)]
    )
    coproposer_days = models.PositiveSmallIntegerField(
        _("days for co-proposers to answer"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    title_max = models.PositiveSmallIntegerField(
        _("longest title"),
        default=TITLE_LIMIT,
        validators=[MinValueValidator(20), MaxValueValidator(TITLE_LIMIT)],
        help_text=_("Characters, at most 140."),
    )
    text_max = models.PositiveIntegerField(
        _("longest text"),
        default=2000,
        validators=[MinValueValidator(200), MaxValueValidator(50_000)],
        help_text=_("Characters."),
    )
    remarks_max = models.PositiveIntegerField(
        _("longest remarks"),
        default=6000,
        validators=[MaxValueValidator(50_000)],
        help_text=_("Characters. 0 leaves out the remarks."),
    )
    minimum_age = models.PositiveSmallIntegerField(
        _("minimum age"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(120)],
        help_text=_("To propose, co-propose and support. Leave empty for no age limit."),
    )
    residents_only = models.BooleanField(
        _("only residents"), default=True, help_text=_("Only people who live in the municipality.")
    )
    propose_level = models.CharField(
        _("needed to propose"),
        max_length=10,
        choices=LEVELS_WITH_ADDRESS,
        default=VerificationLevel.EMAIL,
    )
    support_level = models.CharField(
        _("needed to support"),
        max_length=10,
        choices=LEVELS_WITH_ADDRESS,
        default=VerificationLevel.EMAIL,
    )
    full_names = models.BooleanField(
        _("proposers show their full name"),
        default=True,
        help_text=_("Otherwise each chooses what others may see."),
    )

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering = ["threshold", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["preset"], condition=~Q(preset=""), name="borgerdialog_rule_set_preset"
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=1, period_days__gte=1, coproposer_days__gte=1),
                name="borgerdialog_rule_set_positive",
            ),
            models.CheckConstraint(
                condition=Q(min_coproposers__lte=F("max_coproposers")),
                name="borgerdialog_rule_set_coproposers",
            ),
            models.CheckConstraint(
                condition=Q(title_max__lte=TITLE_LIMIT), name="borgerdialog_rule_set_title"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ``ValidationError`` where the rules contradict each other."""
        super().clean()
        least, most = self.min_coproposers, self.max_coproposers
        if least is not None and most is not None and least > most:
            raise ValidationError(
                {"max_coproposers": _("Write a number that is not below the least.")}
            )


class FormalCriterion(Orderable):
    """One thing that a colleague checks before a proposal may collect support."""

    rule_set = ParentalKey(RuleSet, on_delete=models.CASCADE, related_name="criteria")
    title = models.CharField(
        _("criterion"), max_length=200, help_text=_("For example “One concrete proposal”.")
    )
    explanation = models.TextField(
        _("explanation"), blank=True, help_text=_("Shown to citizens before they write.")
    )

    class Meta(Orderable.Meta):
        verbose_name = _("formal criterion")
        verbose_name_plural = _("formal criteria")

    def __str__(self) -> str:
        return self.title


class ReturnReason(models.TextChoices):
    """Why a proposal went back to its author."""

    COPROPOSERS = "coproposers", _("Too few co-proposers said yes in time.")
    CHECK = "check", _("Something has to be changed before it can collect support.")


# Where the case stands before it has been published; nobody but its people sees it then.
BEFORE_PUBLICATION = frozenset(
    {
        StatusKind.AWAITING_COPROPOSERS,
        StatusKind.IN_REVIEW,
        StatusKind.RETURNED,
        StatusKind.REJECTED_FORMAL,
    }
)


class ProposalQuerySet(ContributionQuerySet):
    def with_case_rows(self) -> "ProposalQuerySet":
        """What a proposal's own page shows of the row itself, in one query."""
        rows = self.select_related(
            "status",
            "area",
            "category",
            "participant__user",
            "rule_set",
            "case__answer",
            "case__unit",
        )
        named = rows.annotate(category_name=name_for_reader("category__"))
        return named.defer("area__boundary")

    def with_page_rows(self) -> "ProposalQuerySet":
        """The same, and the page and site it belongs to."""
        return self.with_case_rows().select_related("activity__page", "site")

    def open_at(self, at: datetime.datetime) -> "ProposalQuerySet":
        """Proposals that collect support at ``at``."""
        return self.filter(
            status__kind=StatusKind.OPEN_FOR_SUPPORT, support_until__gt=last_shown_minute(at)
        )

    def past_deadline(self, at: datetime.datetime) -> "ProposalQuerySet":
        """Proposals whose time to collect support has run out, and where nobody has written so."""
        return self.filter(
            status__kind=StatusKind.OPEN_FOR_SUPPORT,
            support_until__lte=last_shown_minute(at),
            # Pending: one that reports took out of sight after its formal check.
            visibility__in=[Visibility.VISIBLE, Visibility.HIDDEN, Visibility.PENDING],
        )

    def done_waiting(self, at: datetime.datetime) -> "ProposalQuerySet":
        """Sent proposals that wait for co-proposers in vain, or although enough have said yes."""
        can_answer = Q(
            coproposers__status=CoProposerStatus.INVITED,
            coproposers__due_at__gt=last_shown_minute(at),
        )
        accepted = Q(coproposers__status=CoProposerStatus.ACCEPTED)
        counted = self.annotate(
            accepted=models.Count("coproposers", filter=accepted),
            possible=models.Count("coproposers", filter=accepted | can_answer),
        )
        least = F("rule_set__min_coproposers")
        return counted.filter(
            Q(accepted__gte=least) | Q(possible__lt=least),
            status__kind=StatusKind.AWAITING_COPROPOSERS,
            visibility=Visibility.PENDING,
        )


def last_shown_minute(at: datetime.datetime) -> datetime.datetime:
    """Deadlines up to this instant have passed at ``at``: each is open to the end of its minute."""
    return at.replace(second=0, microsecond=0) - datetime.timedelta(minutes=1)


class Proposal(Contribution):
    """A citizens' proposal (borgerforslag): formal, with a threshold and a deadline."""

    rule_set = models.ForeignKey(
        RuleSet, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("rule set")
    )
    remarks = models.TextField(
        _("remarks"), blank=True, help_text=_("Background and reasons behind the proposal.")
    )
    declared = models.BooleanField(
        _("declared age and residence"),
        default=False,
        help_text=_("The author has declared to meet the demands that nobody could look up."),
    )
    submission_key = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text=_("Made from the form and what was typed: the same form sent twice is one."),
    )
    text_changed_at = models.DateTimeField(_("text last changed"))
    frozen_at = models.DateTimeField(
        _("frozen"),
        null=True,
        blank=True,
        help_text=_("When the first support was counted; the text cannot change after that."),
    )
    return_reason = models.CharField(
        _("why it went back"), max_length=20, choices=ReturnReason.choices, blank=True
    )
    # Copied from the rule set at publication, beside what the base row keeps of the terms.
    period_days = models.PositiveSmallIntegerField(_("days to collect support"), null=True)

    has_formal_check = True

    objects = ProposalQuerySet.as_manager()

    search_fields = [*Contribution.search_fields, index.SearchField("remarks")]

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        permissions = [("check_proposal", _("Can make the formal check"))]

    @property
    def public_text(self) -> str:
        """With the remarks, which stand below the proposal."""
        return f"{super().public_text}\n{self.remarks}"

    def author_mail_context(self) -> dict[str, object]:
        """The author's own page: where it stands, and the text to change while that is possible."""
        return {"manage_url": link_url("proposal", self, site=self.site)}

    @property
    def is_frozen(self) -> bool:
        """Whether the text can only be added to."""
        return self.frozen_at is not None

    def kind_at(self, at: datetime.datetime) -> str:
        """Where the case stands at ``at``: what the clock has decided counts at once.

        Reads the co-proposers while the proposal waits for them.
        """
        kind = self.status.kind
        if kind == StatusKind.OPEN_FOR_SUPPORT and self.has_run_out(at):
            reached = self.support_goal is not None and self.support_count >= self.support_goal
            return StatusKind.THRESHOLD_REACHED if reached else StatusKind.EXPIRED
        if kind == StatusKind.AWAITING_COPROPOSERS and self.visibility == Visibility.PENDING:
            return self.answers_lead_to(at)
        return kind

    def answers_lead_to(self, at: datetime.datetime) -> str:
        """Where a sent proposal stands by its co-proposers' answers alone. One query."""
        rows = list(self.coproposers.all())
        accepted = sum(row.has_accepted for row in rows)
        possible = accepted + sum(row.can_answer_at(at) for row in rows)
        least = self.rule_set.min_coproposers
        if accepted >= least:
            return StatusKind.IN_REVIEW
        return StatusKind.AWAITING_COPROPOSERS if possible >= least else StatusKind.RETURNED

    def has_run_out(self, at: datetime.datetime) -> bool:
        """Whether the time to collect support is over at ``at``."""
        return self.support_until is not None and at >= end_of_minute(self.support_until)


class CoProposerStatus(models.TextChoices):
    INVITED = "invited", _("Has not answered yet")
    ACCEPTED = "accepted", _("Has said yes")
    DECLINED = "declined", _("Has said no")
    EXPIRED = "expired", _("Did not answer in time")


class CoProposer(models.Model):
    """Somebody whom the author asks to stand behind the proposal.

    Their address is used for this alone. ``person_key`` keeps two spellings of one mailbox from
    counting twice; a participant exists once they have said yes.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="coproposers")
    name = models.CharField(_("name"), max_length=100)
    public_name = models.CharField(
        _("name shown"), max_length=100, blank=True, help_text=_("As it was agreed to with a yes.")
    )
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    person_key = models.CharField(max_length=64, editable=False)
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.SET_NULL, related_name="coproposals"
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=CoProposerStatus.choices,
        default=CoProposerStatus.INVITED,
    )
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True)
    due_at = models.DateTimeField(_("answers no later than"), null=True, blank=True)
    responded_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("co-proposer")
        verbose_name_plural = _("co-proposers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "person_key"], name="borgerdialog_coproposer_once"
            ),
            models.UniqueConstraint(
                fields=["proposal", "participant"], name="borgerdialog_coproposer_one_person"
            ),
            models.CheckConstraint(
                condition=Q(status="invited", responded_at__isnull=True)
                | Q(status="expired", responded_at__isnull=True)
                | Q(status__in=["accepted", "declined"], responded_at__isnull=False),
                name="borgerdialog_coproposer_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def name_under(self, rule_set: RuleSet) -> str:
        """What the public reads: the full name, or the first where the rules ask for no more."""
        return self.name if rule_set.full_names else self.name.partition(" ")[0]

    @property
    def has_accepted(self) -> bool:
        """Whether they stand behind the proposal."""
        return self.status == CoProposerStatus.ACCEPTED

    def can_answer_at(self, at: datetime.datetime) -> bool:
        """Whether an invitation is out and its deadline has not passed."""
        in_time = self.due_at is not None and at < end_of_minute(self.due_at)
        return self.status == CoProposerStatus.INVITED and in_time

    def status_at(self, at: datetime.datetime) -> str:
        """The status, with a deadline that has passed counted at once."""
        overdue = self.status == CoProposerStatus.INVITED and self.due_at is not None
        if overdue and not self.can_answer_at(at):
            return CoProposerStatus.EXPIRED
        return self.status


class FormalCheck(models.Model):
    """The answer to one criterion; the rows of one check share ``at``."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="checks")
    criterion = models.CharField(
        _("criterion"), max_length=200, help_text=_("As it was worded when it was checked.")
    )
    passed = models.BooleanField(_("passed"))
    note = models.TextField(_("what is wrong"), blank=True, help_text=_("The author reads this."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("formal check")
        verbose_name_plural = _("formal checks")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(note=""), name="borgerdialog_check_says_why"
            )
        ]

    def __str__(self) -> str:
        return self.criterion


class AddendumQuerySet(models.QuerySet):
    def visible(self) -> "AddendumQuerySet":
        """Addenda that moderation lets everybody see."""
        return self.filter(visibility=Visibility.VISIBLE)

    def to_moderate(self) -> "AddendumQuerySet":
        """What waits for a moderator, oldest first."""
        return self.filter(visibility=Visibility.PENDING).order_by("created_at", "pk")


class Addendum(models.Model):
    """A dated remark below a proposal whose own text is frozen."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="addenda")
    participant = models.ForeignKey(
        Participant, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    public_name = models.CharField(_("name shown"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=10)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PENDING
    )
    submission_key = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    public_note = models.TextField(
        _("statement of reasons"), blank=True, help_text=_("The author gets it by mail.")
    )

    objects = AddendumQuerySet.as_manager()

    class Meta:
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.body[:60]
