"""The page on which citizens share ideas: what editors fill in, and its addresses."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from wagtail_borgerdialog.ideas.blocks import QuestionsBlock
from wagtail_borgerdialog.pages_base import ParticipationPageMixin


class IdeaPageMixin(ParticipationPageMixin):
    """An idea collection. Behaviour only: ``pages.IdeaPage`` is the concrete class."""

    activity_kind = "ideas"

    purpose = models.TextField(
        _("purpose"),
        help_text=_("Why do you ask for ideas? What do you want to become better, and for whom?"),
    )
    how_ideas_are_used = models.TextField(
        _("how the ideas will be used"),
        help_text=_(
            "Who reads the ideas, when, and what happens to those that are chosen and to those "
            "that are not?"
        ),
    )
    disclaimer = models.TextField(
        _("disclaimer"),
        blank=True,
        help_text=_(
            "Citizens accept this text before they send an idea, and see it on the receipt, in "
            "the mail and on the idea. Leave empty to use the site's text."
        ),
    )
    asks_for_place = models.BooleanField(
        _("ask where the idea belongs"),
        default=True,
        help_text=_("Citizens can choose a district and write an address. Both are optional."),
    )
    questions = StreamField(
        QuestionsBlock(),
        blank=True,
        verbose_name=_("extra questions"),
        help_text=_("Ask only what you will use."),
    )

    idea_panels = [
        *ParticipationPageMixin.intro_panels,
        MultiFieldPanel(
            [FieldPanel("purpose"), FieldPanel("how_ideas_are_used"), FieldPanel("disclaimer")],
            heading=_("What the ideas are for"),
        ),
        MultiFieldPanel(
            [FieldPanel("asks_for_place"), FieldPanel("questions")], heading=_("What you ask")
        ),
        *ParticipationPageMixin.terms_panels,
    ]

    class Meta:
        abstract = True
