"""Ideas, what they were told about themselves, and the offers to help with them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.contributions.models.contribution import ContributionQuerySet
from wagtail_borgerdialog.ideas.similarity import MAX_TERM_LENGTH
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.models.taxonomy import name_for_reader
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import NameDisplay


class Disclaimer(models.Model):
    """One wording that citizens have accepted. Rows are kept, so that each idea shows its own."""

    text = models.TextField(_("text"))
    version = models.CharField(
        _("version"), max_length=12, unique=True, help_text=_("The start of the text's SHA-256.")
    )
    created_at = models.DateTimeField(_("first used"))

    class Meta:
        verbose_name = _("disclaimer")
        verbose_name_plural = _("disclaimers")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.version


class IdeaQuerySet(ContributionQuerySet):
    def with_case_rows(self) -> "IdeaQuerySet":
        """What an idea's own page shows of the row itself, in one query."""
        rows = self.select_related(
            "status", "area", "category", "disclaimer", "participant", "case__answer", "case__unit"
        )
        named = rows.annotate(category_name=name_for_reader("category__"))
        return named.defer("area__boundary")

    def with_page_rows(self) -> "IdeaQuerySet":
        """The same, and the page and site it belongs to."""
        return self.with_case_rows().select_related("activity__page", "site")


class Idea(Contribution):
    """An idea: easy to share, and honest about not being a promise."""

    disclaimer = models.ForeignKey(
        Disclaimer, on_delete=models.PROTECT, related_name="+", verbose_name=_("disclaimer")
    )
    submission_key = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text=_("Made from the form and what was typed: the same form sent twice is one idea."),
    )
    answers = models.JSONField(
        _("answers to the page's questions"),
        default=list,
        blank=True,
        help_text=_("What was asked and answered, and whether it was promised to stay private."),
    )
    refined_title = models.CharField(_("refined title"), max_length=140, blank=True)
    refined_body = models.TextField(_("refined text"), blank=True)
    refined_at = models.DateTimeField(_("refined"), null=True, blank=True)
    refined_by_role = models.CharField(
        _("refined by"), max_length=100, blank=True, help_text=_("A role, not a person.")
    )

    objects = IdeaQuerySet.as_manager()

    class Meta:
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        constraints = [
            models.CheckConstraint(
                condition=Q(refined_at__isnull=True, refined_body="")
                | (Q(refined_at__isnull=False) & ~Q(refined_body="")),
                name="borgerdialog_idea_refined_when",
            )
        ]

    @property
    def is_refined(self) -> bool:
        """Whether a worked-through version stands beside the original."""
        return self.refined_at is not None

    @property
    def public_text(self) -> str:
        """With the answers that nobody was promised to keep private."""
        said = [str(row["value"]) for row in self.answers if not row["private"]]
        return "\n".join([super().public_text, *said])

    def mail_context(self) -> dict[str, object]:
        """The disclaimer, which every mail about an idea repeats."""
        return {"disclaimer": self.disclaimer.text}


class IdeaTerm(models.Model):
    """One term of an idea, for finding similar ones; see ``ideas/similarity.py``."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="terms")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=MAX_TERM_LENGTH)
    weight = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["term", "activity", "idea"], name="borgerdialog_idea_term_once"
            )
        ]

    def __str__(self) -> str:
        return self.term


class HelpOfferQuerySet(models.QuerySet):
    def visible(self) -> "HelpOfferQuerySet":
        """Offers that moderation lets everybody see."""
        return self.filter(visibility=Visibility.VISIBLE)

    def to_moderate(self) -> "HelpOfferQuerySet":
        """What waits for a moderator, oldest first."""
        return self.filter(visibility=Visibility.PENDING).order_by("created_at", "pk")


class HelpOffer(models.Model):
    """Something a citizen will do for an idea: "I can bring a trailer".

    It goes through the same moderation as a comment. The author and the helper meet through the
    municipality: neither sees the other's address.
    """

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="help_offers")
    participant = models.ForeignKey(
        Participant, null=True, on_delete=models.SET_NULL, related_name="help_offers"
    )
    name_display = models.CharField(
        max_length=10, choices=NameDisplay.choices, default=NameDisplay.FIRST_AND_AREA
    )
    public_name = models.CharField(_("name shown"), max_length=200, blank=True)
    text = models.TextField(_("offer"))
    language = models.CharField(_("language"), max_length=10)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.DRAFT
    )
    submission_key = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = HelpOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of help")
        verbose_name_plural = _("offers of help")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["idea", "visibility", "created_at", "id"], name="borgerdialog_offers"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
