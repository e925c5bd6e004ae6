"""Support: one row a person by constraint, and a counter that moves in the same transaction."""

import datetime
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Support, Visibility
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.contributions.selectors import entered_rows
from wagtail_borgerdialog.people.actions import confirm_address
from wagtail_borgerdialog.people.eligibility import (
    Decision,
    DeniedReason,
    NotAllowed,
    Person,
    require,
)
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import Channel, VerificationLevel


def support(
    contribution: Contribution, *, by: Person, at: datetime.datetime, declared: bool = False
) -> bool:
    """Count ``by``'s support from now on; True if it is new.

    A second support by the same person changes nothing and is no error. Raises ``NotAllowed``.
    """
    require(rules.may_support(by, contribution, at=at, declared=declared, check_done=False))
    if by.participant is None:
        raise NotAllowed(Decision(DeniedReason.NOT_VERIFIED))
    return count_support(
        contribution,
        participant=by.participant,
        at=at,
        channel=Channel.WEB,
        level=by.level,
    )


def request_support(
    contribution: Contribution,
    *,
    participant: Participant,
    at: datetime.datetime,
    declared: bool = False,
) -> Support | None:
    """Store a support that waits for its owner to act on a mailed link, and queue that mail.

    Returns the waiting row, or None when this person's support is counted already (the owner of
    the address is told so by mail; whoever typed it learns nothing). Raises ``NotAllowed``.
    """
    # Without the owner's account: what it knows of their age is not for whoever types the address.
    claimed = Person(None, participant, VerificationLevel.EMAIL)
    require(rules.may_support(claimed, contribution, at=at, declared=declared, check_done=False))
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Support.objects.create(
                    contribution=contribution,
                    participant=participant,
                    person_key=participant.person_key,
                    channel=Channel.WEB,
                    verification_level=VerificationLevel.EMAIL,
                    created_at=at,
                )
        except IntegrityError:
            row = Support.objects.get(
                contribution=contribution,
                person_key=participant.person_key,
                status__in=[SupportStatus.PENDING, SupportStatus.CONFIRMED],
            )
        if row.status == SupportStatus.CONFIRMED:
            notices.already_supported(row, contribution, at=at)
            return None
        notices.confirm_support(row, contribution, at=at)
    return row


def confirm_support(row: Support, *, at: datetime.datetime) -> None:
    """The owner of the address says yes: count it. Raises ``NotAllowed`` when it is too late."""
    contribution = row.contribution
    participant = row.participant
    if participant is None:
        raise NotAllowed(Decision(DeniedReason.NOT_YOURS))
    claimed = Person(participant.user, participant, VerificationLevel.EMAIL)
    require(rules.may_support(claimed, contribution, at=at, declared=True, check_done=False))
    with transaction.atomic():
        counted = Support.objects.filter(pk=row.pk, status=SupportStatus.PENDING).update(
            status=SupportStatus.CONFIRMED,
            confirmed_at=at,
            verification_level=VerificationLevel.EMAIL,
        )
        if counted:
            confirm_address(participant)
            move_counter(contribution, +1)
            notices.supported(row, contribution, at=at)
            contribution_event.send(
                Contribution, contribution=contribution, event=events.SUPPORTED, at=at, by=None
            )


def enter_support(
    contribution: Contribution,
    *,
    participant: Participant,
    channel: str,
    evidence: str,
    entered_by: AbstractBaseUser,
    at: datetime.datetime,
    batch: str = "",
) -> bool:
    """A member of staff enters a support from paper, phone or a meeting; True if it is new.

    Raises ``NotAllowed`` without the right, or when the case takes no support.
    """
    require(rules.may_enter(entered_by, contribution.activity))
    for_person = Person(participant.user, participant, VerificationLevel.EID)
    require(rules.may_support(for_person, contribution, at=at, declared=True, check_done=False))
    return count_support(
        contribution,
        participant=participant,
        at=at,
        channel=channel,
        level=VerificationLevel(participant.level),
        entered_by=entered_by,
        evidence=evidence,
        batch=batch,
    )


def withdraw_support(
    contribution: Contribution, *, participant: Participant, at: datetime.datetime
) -> bool:
    """Stop counting the person's support; True if there was one."""
    with transaction.atomic():
        rows = Support.objects.filter(contribution=contribution, person_key=participant.person_key)
        ended = rows.filter(status=SupportStatus.CONFIRMED).update(
            status=SupportStatus.WITHDRAWN, ended_at=at
        )
        rows.filter(status=SupportStatus.PENDING).update(
            status=SupportStatus.WITHDRAWN, ended_at=at
        )
        if ended:
            move_counter(contribution, -ended)
            contribution_event.send(
                Contribution, contribution=contribution, event=events.SUPPORT_ENDED, at=at, by=None
            )
    return bool(ended)


def count_support(
    contribution: Contribution,
    *,
    participant: Participant,
    at: datetime.datetime,
    channel: str,
    level: VerificationLevel,
    entered_by: AbstractBaseUser | None = None,
    evidence: str = "",
    batch: str = "",
) -> bool:
    """Count a support that the caller has checked; False where the person counts already."""
    row = Support(
        contribution=contribution,
        participant=participant,
        person_key=participant.person_key,
        status=SupportStatus.CONFIRMED,
        channel=channel,
        verification_level=level,
        entered_by=entered_by,
        evidence=evidence,
        batch=batch,
        created_at=at,
        confirmed_at=at,
    )
    is_new = False
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            is_new = True
            move_counter(contribution, +1)
            if participant.user_id is None or entered_by is not None:
                notices.supported(row, contribution, at=at)
            contribution_event.send(
                Contribution,
                contribution=contribution,
                event=events.SUPPORTED,
                at=at,
                by=entered_by,
            )
    except IntegrityError:
        if is_new:  # something else is wrong, and must not pass for a second support
            raise
        return _count_waiting(row, contribution, at=at)
    return True


def _count_waiting(given: Support, contribution: Contribution, *, at: datetime.datetime) -> bool:
    """The person of ``given`` has a row: count it, as given now, if it only waited for its link."""
    own = Support.objects.filter(contribution=contribution, person_key=given.person_key)
    with transaction.atomic():
        counted = own.filter(status=SupportStatus.PENDING).update(
            status=SupportStatus.CONFIRMED,
            confirmed_at=at,
            verification_level=given.verification_level,
            channel=given.channel,
            entered_by=given.entered_by,
            evidence=given.evidence,
            batch=given.batch,
        )
        if counted:
            move_counter(contribution, +1)
            if given.entered_by is not None:
                row = own.select_related("participant").get(status=SupportStatus.CONFIRMED)
                notices.supported(row, contribution, at=at)
            contribution_event.send(
                Contribution,
                contribution=contribution,
                event=events.SUPPORTED,
                at=at,
                by=given.entered_by,
            )
    return bool(counted)


def take_back_entered(
    contribution: Contribution,
    *,
    row_ids: Sequence[int],
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> int:
    """Stop counting supports that staff entered by mistake; returns how many counted until now.

    What citizens gave themselves is left alone, whatever ``row_ids`` say. Raises ``NotAllowed``.
    """
    require(rules.may_enter(by, contribution.activity))
    with transaction.atomic():
        ended = (
            entered_rows(contribution)
            .filter(pk__in=row_ids)
            .update(status=SupportStatus.INVALIDATED, ended_at=at)
        )
        if ended:
            move_counter(contribution, -ended)
            log(
                instance=contribution,
                title=contribution.reference,
                action="borgerdialog.uncount",
                user=by,
                data={"supports": ended},
            )
            contribution_event.send(
                Contribution, contribution=contribution, event=events.SUPPORT_ENDED, at=at, by=by
            )
    return ended


def move_counter(contribution: Contribution, by: int) -> None:
    """Change the stored number of supports by ``by``, in the caller's transaction."""
    Contribution.objects.filter(pk=contribution.pk).update(support_count=F("support_count") + by)


def recount(*, fix: bool) -> list[str]:
    """Compare the counters on contributions with the rows; returns one line a difference.

    Rows are the truth. With ``fix`` the counters are set to what the rows say.
    """
    supports = (
        Support.objects.filter(contribution=OuterRef("pk"), status=SupportStatus.CONFIRMED)
        .order_by()
        .values("contribution")
        .annotate(n=Count("pk"))
        .values("n")
    )
    comments = (
        Comment.objects.filter(contribution=OuterRef("pk"), visibility=Visibility.VISIBLE)
        .order_by()
        .values("contribution")
        .annotate(n=Count("pk"))
        .values("n")
    )
    wrong = (
        Contribution.objects.annotate(
            supports_found=Coalesce(Subquery(supports), 0),
            comments_found=Coalesce(Subquery(comments), 0),
        )
        .exclude(Q(support_count=F("supports_found")) & Q(comment_count=F("comments_found")))
        .order_by("pk")
    )
    lines = []
    for item in wrong.iterator():
        lines.append(
            f"{item.reference}: supports {item.support_count} (rows: {item.supports_found}), "
            f"comments {item.comment_count} (rows: {item.comments_found})"
        )
        if fix:
            with transaction.atomic():
                # The lock makes a support that is being counted wait, so it adds to the new value.
                Contribution.objects.select_for_update().get(pk=item.pk)
                Contribution.objects.filter(pk=item.pk).update(
                    support_count=Coalesce(Subquery(supports), 0),
                    comment_count=Coalesce(Subquery(comments), 0),
                )
    return lines
