"""Who may do what with an idea, beside the rules that hold for every contribution."""

from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.people.eligibility import (
    ALLOWED,
    Decision,
    DeniedReason,
    Person,
    may_be_counted,
)
from wagtail_borgerdialog.terms import ModerationMode


def may_offer_help(person: Person, idea: Idea, *, declared: bool) -> Decision:
    """May ``person`` offer to help with ``idea``?

    It takes as much as a comment does. The page may have closed: help is needed most when an
    idea is carried out.
    """
    if not idea.is_public:
        return Decision(DeniedReason.HIDDEN)
    if idea.activity.is_paused:
        return Decision(DeniedReason.PAUSED)
    if idea.status.is_final:
        return Decision(DeniedReason.NOT_ACCEPTING)
    return may_be_counted(
        person,
        level=idea.activity.comment_level,
        minimum_age=idea.activity.minimum_age,
        residents_only=idea.activity.residents_only,
        declared=declared,
    )


def may_add_files(idea: Idea) -> Decision:
    """May the author add pictures and PDFs now?

    Until a moderator has read it; where texts are moderated afterwards, while it is public.
    """
    if idea.visibility in {Visibility.DRAFT, Visibility.PENDING}:
        return ALLOWED
    if idea.is_public and idea.activity.moderation == ModerationMode.AFTER:
        return ALLOWED
    return Decision(DeniedReason.CLOSED if idea.is_public else DeniedReason.HIDDEN)
