"""Merge a duplicate into the original: its author says yes, and each supporter decides alone."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.actions.lifecycle import move_status
from wagtail_borgerdialog.contributions.actions.supporting import count_support, move_counter
from wagtail_borgerdialog.contributions.models import Contribution, Status, StatusKind, Support
from wagtail_borgerdialog.contributions.models.merging import (
    WAITING,
    Merge,
    MergedSupport,
    MergeStatus,
    MoveAnswer,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.people.eligibility import (
    Decision,
    DeniedReason,
    NotAllowed,
    Person,
    require,
)
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import VerificationLevel

# Each mail is a row and a signature; the clock asks those who are left.
ASKED_AT_ONCE = 500


def propose_merge(
    duplicate: Contribution,
    original: Contribution,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    note: str = "",
) -> Merge:
    """Ask the author of ``duplicate`` whether it may become a part of ``original``.

    Where no mail reaches the author it is merged at once. Raises ``NotAllowed``.
    """
    require(rules.may_answer(by, duplicate.activity))
    with transaction.atomic():
        duplicate, original = _locked(duplicate.pk, original.pk)
        require(rules.may_merge(duplicate, original))
        try:
            with transaction.atomic():
                merge = Merge.objects.create(
                    duplicate=duplicate,
                    original=original,
                    note=note,
                    proposed_by=by,
                    proposed_at=at,
                )
        except IntegrityError as error:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE)) from error
        log(
            instance=duplicate,
            title=duplicate.reference,
            action="borgerdialog.merge",
            user=by,
            data={"into": original.reference},
        )
        if merge.participant is not None and merge.participant.email:
            notices.merge_proposed(merge, at=at)
        else:
            _carry_out(merge, at=at)
    return merge


def accept_merge(merge: Merge, *, at: datetime.datetime) -> None:
    """The author of the duplicate says yes. Raises ``NotAllowed`` when it is too late."""
    with transaction.atomic():
        current = _current(merge, MergeStatus.PROPOSED)
        _locked(current.duplicate_id, current.original_id)
        require(rules.may_still_merge(current.duplicate, current.original))
        _carry_out(current, at=at)


def decline_merge(merge: Merge, *, at: datetime.datetime) -> None:
    """The author of the duplicate says no: it stays on its own. Raises ``NotAllowed``."""
    with transaction.atomic():
        current = _current(merge, MergeStatus.PROPOSED)
        Merge.objects.filter(pk=current.pk).update(status=MergeStatus.DECLINED, answered_at=at)


def undo_merge(
    merge: Merge, *, by: AbstractBaseUser, at: datetime.datetime, by_role: str = ""
) -> None:
    """Take the question back, or the merging while no supporter has answered.

    Raises ``NotAllowed``.
    """
    require(rules.may_answer(by, merge.duplicate.activity))
    with transaction.atomic():
        current = _current(merge, MergeStatus.PROPOSED, MergeStatus.MERGED)
        answered = MergedSupport.objects.filter(merge=current).exclude(answer=MoveAnswer.WAITING)
        if answered.exists():
            raise NotAllowed(Decision(DeniedReason.SOMEBODY_ANSWERED))
        Merge.objects.filter(pk=current.pk).update(
            status=MergeStatus.UNDONE, undone_by=by, undone_at=at
        )
        if current.status == MergeStatus.MERGED and current.status_before is not None:
            move_status(current.duplicate, current.status_before, at=at, by=by, by_role=by_role)
        log(
            instance=current.duplicate,
            title=current.duplicate.reference,
            action="borgerdialog.unmerge",
            user=by,
            data={"from": current.original.reference},
        )


def answer_move(row: MergedSupport, *, move: bool, at: datetime.datetime) -> None:
    """A supporter of the duplicate moves the support to the original, or keeps it where it is.

    Who supports the original already counts once there. Raises ``NotAllowed``.
    """
    with transaction.atomic():
        merge = _current(row.merge, MergeStatus.MERGED)
        current = (
            MergedSupport.objects.select_for_update(of=("self",))
            .select_related("support__participant__user")
            .get(pk=row.pk)
        )
        support = current.support
        if current.answer != MoveAnswer.WAITING or support.participant is None:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        MergedSupport.objects.filter(pk=current.pk).update(
            answer=MoveAnswer.MOVED if move else MoveAnswer.KEPT, answered_at=at
        )
        if move:
            _move(support, merge, at=at)


def _move(support: Support, merge: Merge, *, at: datetime.datetime) -> None:
    person = Person(
        support.participant.user,
        support.participant,
        VerificationLevel(support.verification_level),
    )
    require(rules.may_support(person, merge.original, at=at, declared=True, check_done=False))
    ended = Support.objects.filter(pk=support.pk, status=SupportStatus.CONFIRMED).update(
        status=SupportStatus.WITHDRAWN, ended_at=at
    )
    if not ended:
        raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
    # The row first and the counters after it, as everybody else who supports the original.
    count_support(
        merge.original,
        participant=support.participant,
        at=at,
        channel=support.channel,
        level=VerificationLevel(support.verification_level),
        entered_by=support.entered_by,
        evidence=support.evidence,
        batch=support.batch,
    )
    move_counter(merge.duplicate, -1)
    contribution_event.send(
        Contribution, contribution=merge.duplicate, event=events.SUPPORT_ENDED, at=at, by=None
    )


def ask_supporters(*, at: datetime.datetime, limit: int = ASKED_AT_ONCE) -> int:
    """Mail the next ``limit`` supporters who have not been asked; returns how many were.

    Each is asked once: whoever runs beside this skips the rows that are held.
    """
    with transaction.atomic():
        rows = list(
            MergedSupport.objects.filter(WAITING, asked_at=None, merge__status=MergeStatus.MERGED)
            .exclude(support__participant=None)
            .exclude(support__participant__email="")
            .order_by("pk")
            .select_related(
                "support__participant",
                "merge__duplicate__activity__page",
                "merge__duplicate__site",
                "merge__original__activity__page",
            )
            .select_for_update(of=("self",), skip_locked=True)[:limit]
        )
        for row in rows:
            notices.merge_supporter_asked(row, at=at)
        MergedSupport.objects.filter(pk__in=[row.pk for row in rows]).update(asked_at=at)
    return len(rows)


def _carry_out(merge: Merge, *, at: datetime.datetime) -> None:
    duplicate = merge.duplicate
    merge.status, merge.answered_at, merge.status_before = MergeStatus.MERGED, at, duplicate.status
    merge.save(update_fields=["status", "answered_at", "status_before"])
    move_status(duplicate, Status.objects.of_kind(StatusKind.MERGED), at=at)
    counted = Support.objects.filter(contribution=duplicate, status=SupportStatus.CONFIRMED)
    MergedSupport.objects.bulk_create(
        (
            MergedSupport(merge=merge, support_id=pk)
            for pk in counted.order_by("pk").values_list("pk", flat=True)
        ),
        batch_size=1000,
    )
    contribution_event.send(
        Contribution, contribution=duplicate, event=events.MERGED, at=at, by=None
    )
    ask_supporters(at=at)


def _current(merge: Merge, *statuses: MergeStatus) -> Merge:
    """The row as it stands, held until the transaction ends. Raises ``NotAllowed``.

    Whatever is done about a merging holds its row first.
    """
    current = (
        Merge.objects.select_for_update(of=("self",))
        .select_related(
            "status_before",
            "duplicate__activity__page",
            "duplicate__site",
            "duplicate__status",
            "duplicate__participant",
            "original__activity__page",
            "original__site",
            "original__status",
        )
        .get(pk=merge.pk)
    )
    if current.status not in statuses:
        raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
    return current


def _locked(duplicate: int, original: int) -> tuple[Contribution, Contribution]:
    """Both texts, held in the order of their keys: a chain would need one of them in between."""
    texts = Contribution.objects.filter(pk__in=[duplicate, original]).order_by("pk")
    # Locked alone: PostgreSQL finds nothing where a row joined to them changed while we waited.
    list(texts.select_for_update())
    rows = texts.select_related("activity__page", "site", "status", "participant")
    found = {row.pk: row for row in rows}
    return found[duplicate], found[original]
