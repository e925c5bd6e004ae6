"""Who may do what with a contribution, and when."""

import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    Comment,
    Contribution,
    ModerationDecision,
    Report,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.models.merging import OPEN_MERGES, Merge, MergeStatus
from wagtail_borgerdialog.contributions.models.paper import PaperList, PaperListStatus
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.eligibility import (
    ALLOWED,
    Decision,
    DeniedReason,
    Person,
    is_open,
    may_be_counted,
    may_take_part,
)
from wagtail_borgerdialog.rules import works_with
from wagtail_borgerdialog.terms import VerificationLevel

ANSWER = "borgerdialog_contributions.answer_contribution"
ENTER = "borgerdialog_contributions.enter_contribution"


def may_submit(
    person: Person, activity: Activity, *, at: datetime.datetime, declared: bool
) -> Decision:
    """May ``person`` send something new?"""
    return may_take_part(person, activity, level=activity.submit_level, at=at, declared=declared)


def may_support(
    person: Person,
    contribution: Contribution,
    *,
    at: datetime.datetime,
    declared: bool,
    check_done: bool = True,
) -> Decision:
    """May ``person`` support ``contribution``?

    ``check_done=False`` leaves "you have already" to the database, which decides it anyway.
    """
    activity = contribution.activity
    if not activity.supports_enabled:
        return Decision(DeniedReason.SWITCHED_OFF)
    if not contribution.is_public:
        return Decision(DeniedReason.HIDDEN)
    if not contribution.accepts_support_at(at):
        return Decision(DeniedReason.NOT_ACCEPTING, when=contribution.support_until)
    if contribution.support_until is not None:
        # A published proposal keeps its own time and terms, whatever the page does later.
        if activity.is_paused:
            return Decision(DeniedReason.PAUSED)
        terms = contribution.support_terms
        decision = may_be_counted(
            person,
            level=terms.level,
            minimum_age=terms.minimum_age,
            residents_only=terms.residents_only,
            declared=declared,
        )
    else:
        decision = may_take_part(
            person, activity, level=activity.support_level, at=at, declared=declared
        )
    if not decision:
        return decision
    if check_done and person.participant and supports(person, contribution):
        return Decision(DeniedReason.ALREADY_DONE)
    return ALLOWED


def supports(person: Person, contribution: Contribution) -> bool:
    """Whether ``person``'s support is counted now. One query."""
    return (
        person.participant is not None
        and Support.objects.filter(
            contribution=contribution,
            person_key=person.participant.person_key,
            status=SupportStatus.CONFIRMED,
        ).exists()
    )


def may_comment(
    person: Person,
    contribution: Contribution,
    *,
    parent: Comment | None,
    at: datetime.datetime,
    declared: bool,
) -> Decision:
    """May ``person`` comment, or reply to ``parent``?

    Whoever speaks for the municipality needs neither a citizen's proof nor to live there.
    """
    activity = contribution.activity
    if not activity.comments_enabled:
        return Decision(DeniedReason.SWITCHED_OFF)
    if not contribution.is_public:
        return Decision(DeniedReason.HIDDEN)
    if parent is not None and (
        parent.contribution_id != contribution.pk
        or parent.parent_id is not None
        or parent.visibility != Visibility.VISIBLE
    ):
        return Decision(DeniedReason.HIDDEN)
    if person.user is not None and get_adapter().role_badge(person.user):
        return is_open(activity, at=at)
    return may_take_part(person, activity, level=activity.comment_level, at=at, declared=declared)


def may_report(person: Person, contribution: Contribution, *, comment: Comment | None) -> Decision:
    """May ``person``, who may be nobody, report ``contribution`` or ``comment`` on it?

    Anybody may report what everybody can read, also where the page has closed.
    """
    if not contribution.is_public:
        return Decision(DeniedReason.HIDDEN)
    if comment is not None and (
        comment.contribution_id != contribution.pk or comment.visibility != Visibility.VISIBLE
    ):
        return Decision(DeniedReason.HIDDEN)
    if person.user is None or person.participant is None:
        return ALLOWED
    done = Report.objects.filter(
        reported__contribution=contribution.pk,
        reported__comment=comment,
        reported__settled_at=None,
        person_key=person.participant.person_key,
    )
    return Decision(DeniedReason.ALREADY_DONE) if done.exists() else ALLOWED


def may_appeal(person: Person, decision: ModerationDecision, *, at: datetime.datetime) -> Decision:
    """May ``person`` ask for a second look at ``decision``?

    Once, while it holds, and for six months (DSA, art. 20, is our model).
    """
    text = decision.text
    if person.participant is None or text.participant_id != person.participant.pk:
        return Decision(DeniedReason.NOT_YOURS)
    if Appeal.objects.filter(decision=decision).exists():
        return Decision(DeniedReason.ALREADY_DONE)
    if text.visibility not in {Visibility.HIDDEN, Visibility.REMOVED}:
        return Decision(DeniedReason.NOT_IN_FORCE)
    newer = ModerationDecision.objects.filter(
        contribution=decision.contribution, comment=decision.comment, pk__gt=decision.pk
    )
    if newer.exists():
        return Decision(DeniedReason.NOT_IN_FORCE)
    if not decision.can_be_appealed_at(at):
        return Decision(DeniedReason.CLOSED, when=decision.appeal_until)
    return ALLOWED


def may_decide_appeal(user: AbstractBaseUser | AnonymousUser, appeal: Appeal) -> Decision:
    """May this member of staff decide ``appeal``? Nobody judges a decision of their own."""
    allowed = may_moderate(user, appeal.contribution.activity)
    if allowed and appeal.decision.decided_by_id == user.pk:
        return Decision(DeniedReason.SAME_PERSON)
    return allowed


def may_confirm(activity: Activity) -> Decision:
    """May somebody send now, by the link in the mail, what they wrote while it was open?"""
    return Decision(DeniedReason.PAUSED) if activity.is_paused else ALLOWED


def may_withdraw(person: Person, contribution: Contribution | Comment) -> Decision:
    """May ``person`` take back what they sent?"""
    if person.participant is None or contribution.participant_id != person.participant.pk:
        return Decision(DeniedReason.NOT_YOURS)
    if contribution.visibility in {Visibility.REMOVED, Visibility.WITHDRAWN}:
        return Decision(DeniedReason.ALREADY_DONE)
    return ALLOWED


def may_moderate(user: AbstractBaseUser | AnonymousUser, activity: Activity) -> Decision:
    """May this member of staff decide what is public on ``activity``?"""
    return _staff(user, activity, MODERATE)


def may_answer(user: AbstractBaseUser | AnonymousUser, activity: Activity) -> Decision:
    """May this member of staff say where a case on ``activity`` stands?"""
    return _staff(user, activity, ANSWER)


def may_merge(duplicate: Contribution, original: Contribution) -> Decision:
    """May the author of ``duplicate`` be asked to merge it into ``original``? Two queries."""
    decision = may_still_merge(duplicate, original)
    if not decision:
        return decision
    own = Merge.objects.filter(duplicate=duplicate)
    if own.filter(original=original, status=MergeStatus.DECLINED).exists():
        return Decision(DeniedReason.SAID_NO)
    if own.filter(status__in=OPEN_MERGES).exists():
        return Decision(DeniedReason.ALREADY_DONE)
    return ALLOWED


def may_still_merge(duplicate: Contribution, original: Contribution) -> Decision:
    """Both on one page, public, not ended, and no link of a chain. One query."""
    both = (duplicate, original)
    if duplicate.pk == original.pk or duplicate.activity_id != original.activity_id:
        return Decision(DeniedReason.NOT_TOGETHER)
    if not all(one.is_public and not one.status.is_final for one in both):
        return Decision(DeniedReason.NOT_TOGETHER)
    chain = Merge.objects.filter(
        Q(duplicate=original) | Q(original=duplicate), status__in=OPEN_MERGES
    )
    return Decision(DeniedReason.NOT_TOGETHER) if chain.exists() else ALLOWED


def may_enter(user: AbstractBaseUser | AnonymousUser, activity: Activity) -> Decision:
    """May this member of staff enter on behalf of somebody else?"""
    return _staff(user, activity, ENTER)


def takes_paper(contribution: Contribution, *, at: datetime.datetime) -> Decision:
    """Does the case take support from a list now, if the people on it may give it?"""
    anybody = Person(level=VerificationLevel.EID)
    return may_support(anybody, contribution, at=at, declared=True, check_done=False)


def may_countersign(user: AbstractBaseUser | AnonymousUser, paper_list: PaperList) -> Decision:
    """May this member of staff see to it that ``paper_list`` counts? Not whoever entered it."""
    decision = may_enter(user, paper_list.contribution.activity)
    if not decision:
        return decision
    if paper_list.status != PaperListStatus.ENTERED:
        return Decision(DeniedReason.NOT_IN_FORCE)
    if paper_list.entered_by_id == user.pk:
        return Decision(DeniedReason.SECOND_PERSON)
    return ALLOWED


def _staff(user: AbstractBaseUser | AnonymousUser, activity: Activity, perm: str) -> Decision:
    if works_with(user, activity, perm):
        return ALLOWED
    return Decision(DeniedReason.NO_PERMISSION)
