"""Who may write, approve and publish official answers, and when."""

from django.contrib.auth.models import AbstractBaseUser

from wagtail_borgerdialog.contributions import rules
from wagtail_borgerdialog.contributions.models import Contribution, StatusKind, Visibility
from wagtail_borgerdialog.followup.models import AnswerState, OfficialAnswer
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import ALLOWED, Decision, DeniedReason

UNANSWERABLE = frozenset({Visibility.DRAFT, Visibility.REMOVED, Visibility.WITHDRAWN})


def may_write(user: AbstractBaseUser, contribution: Contribution) -> Decision:
    """May this member of staff work on an answer to ``contribution``?"""
    decision = rules.may_answer(user, contribution.activity)
    return can_be_answered(contribution) if decision else decision


def may_approve(user: AbstractBaseUser, answer: OfficialAnswer) -> Decision:
    """May this member of staff say that ``answer`` can be published as it is?"""
    contribution = answer.contribution
    decision = may_write(user, contribution)
    if not decision:
        return decision
    if needs_two_people(contribution) and answer.written_by_id in {user.pk, None}:
        return Decision(DeniedReason.SECOND_PERSON)
    return ALLOWED


def may_publish(user: AbstractBaseUser, answer: OfficialAnswer) -> Decision:
    """May this member of staff let everybody read ``answer``?"""
    contribution = answer.contribution
    decision = may_write(user, contribution)
    if not decision:
        return decision
    if answer.state == AnswerState.DRAFT and needs_two_people(contribution):
        return Decision(DeniedReason.SECOND_PERSON)
    return can_be_told(contribution)


def may_change(user: AbstractBaseUser, answer: OfficialAnswer) -> Decision:
    """May this member of staff change what is public already?

    Where a second person has to read everything, a new answer takes its place instead.
    """
    contribution = answer.contribution
    decision = may_write(user, contribution)
    if not decision:
        return decision
    if needs_two_people(contribution):
        return Decision(DeniedReason.SECOND_PERSON)
    return can_be_told(contribution)


def needs_two_people(contribution: Contribution) -> bool:
    """Whether the site wants a second person to approve what is answered."""
    return ParticipationSettings.of(contribution.site).answers_need_two_people


def can_be_answered(contribution: Contribution) -> Decision:
    """Whether it makes sense to write an answer where ``contribution`` stands."""
    is_checked = not contribution.has_formal_check or contribution.published_at is not None
    if contribution.visibility in UNANSWERABLE or not is_checked:
        return Decision(DeniedReason.HIDDEN)
    return ALLOWED


def can_be_told(contribution: Contribution) -> Decision:
    """Whether an answer can be public: the text is, and citizens do not collect support for it."""
    if not contribution.is_public:
        return Decision(DeniedReason.HIDDEN)
    if contribution.status.kind == StatusKind.OPEN_FOR_SUPPORT:
        return Decision(DeniedReason.NOT_READY)
    return ALLOWED
