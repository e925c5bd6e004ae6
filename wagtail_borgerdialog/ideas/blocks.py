"""The few extra questions that an editor can put to everybody who shares an idea."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

MAX_QUESTIONS = 5


class QuestionBlock(blocks.StructBlock):
    """What every question has."""

    label = blocks.CharBlock(label=_("Question"), max_length=150)
    help = blocks.CharBlock(
        label=_("Help"),
        max_length=250,
        required=False,
        help_text=_("One sentence that citizens see below the question."),
    )
    required = blocks.BooleanBlock(
        label=_("Must be answered"),
        required=False,
        help_text=_("Each question you demand an answer to keeps some people from taking part."),
    )
    private = blocks.BooleanBlock(
        label=_("Only for the municipality"),
        required=False,
        default=True,
        help_text=_(
            "Citizens see which questions are private. An answer that was given in private stays "
            "private, also if you change this later."
        ),
    )


class ChoiceQuestionBlock(QuestionBlock):
    options = blocks.ListBlock(
        blocks.CharBlock(label=_("Option"), max_length=100),
        label=_("Options"),
        min_num=2,
        default=["", ""],
        help_text=_("Citizens choose one of them."),
    )


class QuestionsBlock(blocks.StreamBlock):
    """Extra questions, in the order in which they are asked."""

    short_text = QuestionBlock(label=_("Short answer"), icon="pilcrow")
    long_text = QuestionBlock(label=_("Long answer"), icon="doc-full")
    choice = ChoiceQuestionBlock(label=_("Choice"), icon="list-ul")

    class Meta:
        max_num = MAX_QUESTIONS
        required = False
