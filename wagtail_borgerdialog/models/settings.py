"""What editors decide for a whole site."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import Site


@register_setting(icon="group")
class ParticipationSettings(BaseSiteSetting):
    """The one row of participation texts, contacts and retention of a site."""

    select_related = ["site"]

    organisation_name = models.CharField(
        _("name of the municipality"),
        max_length=100,
        blank=True,
        help_text=_("Signs mails and receipts, for example “Vestersø Kommune”."),
    )
    disclaimer = models.TextField(
        _("disclaimer on ideas"),
        blank=True,
        help_text=_(
            "Citizens accept this text before they send an idea, and see it on the receipt, in "
            "the mail and on the idea. It can be reworded, never switched off. Leave empty to "
            "use the standard text."
        ),
    )
    privacy_text = RichTextField(
        _("how you handle personal data"),
        blank=True,
        features=["bold", "link", "ul", "ol"],
        help_text=_("Shown where citizens write: who is responsible, why, and for how long."),
    )
    contact_name = models.CharField(
        _("contact"), max_length=100, blank=True, help_text=_("A unit, not a person.")
    )
    contact_email = models.EmailField(
        _("contact e-mail"), blank=True, help_text=_("Citizens find it in every mail from you.")
    )
    contact_phone = models.CharField(
        _("contact phone"),
        max_length=30,
        blank=True,
        help_text=_("Citizens find it in every mail from you."),
    )
    contact_hours = models.CharField(
        _("telephone hours"), max_length=100, blank=True, help_text=_("For example “10–14”.")
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months to keep personal data"),
        default=24,
        help_text=_("Counted from the day a text is sent. Each page can set its own number."),
    )
    hide_after_reports = models.PositiveSmallIntegerField(
        _("reports that take a text out of sight"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2)],
        help_text=_(
            "When so many different people have reported a text, it waits out of sight until a "
            "moderator has looked. Leave empty to leave every decision to people. A text that a "
            "moderator has let stand is not taken out of sight again."
        ),
    )
    answers_need_two_people = models.BooleanField(
        _("a second person approves official answers"),
        default=False,
        help_text=_(
            "Whoever wrote an answer cannot publish it before a colleague has read and approved it."
        ),
    )
    answer_days = models.PositiveSmallIntegerField(
        _("working days to answer a proposal with enough support"),
        default=30,
        null=True,
        blank=True,
        help_text=_(
            "Counted from the day it has enough support. Citizens see the date. Leave empty to "
            "set no deadline."
        ),
    )
    answer_days_expired = models.PositiveSmallIntegerField(
        _("working days to answer a proposal without enough support"),
        default=20,
        null=True,
        blank=True,
        help_text=_(
            "Counted from the day its time is over: its author has worked for it, and deserves a "
            "word. Citizens see the date. Leave empty to set no deadline."
        ),
    )
    reminder_days = models.PositiveSmallIntegerField(
        _("remind the caseworker"),
        default=5,
        help_text=_("How many working days before an answer is due."),
    )
    accessibility_statement_url = models.URLField(
        _("accessibility statement"),
        blank=True,
        help_text=_("The address of your statement in WAS-Tool. It is shown in the footer."),
    )

    class Meta:
        verbose_name = _("participation settings")
        verbose_name_plural = _("participation settings")

    @classmethod
    def of(cls, site: Site) -> "ParticipationSettings":
        """The settings of ``site``; no query where they were fetched with it."""
        try:
            return site.participationsettings
        except cls.DoesNotExist:
            return cls.for_site(site)

    @property
    def disclaimer_text(self) -> str:
        """The site's wording, or the standard one."""
        return self.disclaimer.strip() or str(STANDARD_DISCLAIMER)


STANDARD_DISCLAIMER = _(
    "An idea is an idea. It is not carried out without more work. We read it, work it through "
    "and refine it together with others before anybody can decide whether to carry it out."
)
