"""Promises: made, moved, reported on, kept, broken, dropped, handed over; never forgotten."""

import contextlib
import dataclasses
import datetime
import decimal
from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions.actions.lifecycle import move_status
from wagtail_borgerdialog.contributions.models import Contribution, Status, StatusKind
from wagtail_borgerdialog.contributions.rules import may_answer
from wagtail_borgerdialog.followup import events, promise_notices
from wagtail_borgerdialog.followup.models import (
    Promise,
    PromiseChange,
    PromiseState,
    PromiseStep,
    Unit,
)
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed, require
from wagtail_borgerdialog.signals import contribution_event

EVENTS = {
    PromiseStep.MADE: events.PROMISE_MADE,
    PromiseStep.OVERDUE: events.PROMISE_OVERDUE,
    PromiseStep.KEPT: events.PROMISE_KEPT,
    PromiseStep.BROKEN: events.PROMISE_BROKEN,
    PromiseStep.DROPPED: events.PROMISE_DROPPED,
}
"""What a step is told as; any other is a change."""

# Where a case must stand for a promise to move it.
DECIDED = frozenset({StatusKind.ANSWERED, StatusKind.ACCEPTED, StatusKind.PARTLY_ACCEPTED})
UNDER_WAY = frozenset({StatusKind.IN_PROGRESS, StatusKind.DELAYED})


@dataclasses.dataclass(frozen=True)
class Money:
    """Kroner; None where nothing is said."""

    budgeted: decimal.Decimal | None = None
    committed: decimal.Decimal | None = None
    spent: decimal.Decimal | None = None


NO_MONEY = Money()


def make_promise(
    *,
    activity: Activity,
    contribution: Contribution | None = None,
    what: str,
    promised_by: str,
    due_on: datetime.date,
    by: AbstractBaseUser,
    at: datetime.datetime,
    description: str = "",
    unit: Unit | None = None,
    money: Money = NO_MONEY,
) -> tuple[Promise, bool]:
    """Promise something, about ``contribution`` or about the page as a whole.

    The same words about the same thing are one promise as long as it is open: the second value
    says whether it is new. Raises ``NotAllowed``.
    """
    if contribution is not None:
        activity = contribution.activity
    require(may_answer(by, activity))
    if contribution is not None and not contribution.is_public:
        raise NotAllowed(Decision(DeniedReason.HIDDEN))
    promise = Promise(
        site_id=activity.site_id,
        activity=activity,
        contribution_id=contribution.pk if contribution is not None else None,
        what=what,
        description=description,
        promised_by=promised_by,
        unit=unit,
        due_on=due_on,
        made_at=at,
        made_by=by,
        **dataclasses.asdict(money),
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                promise.save(force_insert=True)
        except IntegrityError:
            same = Promise.objects.open().filter(
                activity=activity, contribution=promise.contribution_id, what=what
            )
            if (known := same.first()) is None:
                raise
            return known, False
        step = _step(promise, PromiseStep.MADE, due_after=due_on, by=by, by_role=promised_by, at=at)
        _follow(promise, step, at=at, by=by, start=DECIDED, to=StatusKind.IN_PROGRESS)
    return promise, True


def move_promise(
    promise: Promise,
    *,
    due_on: datetime.date,
    note: str,
    by: AbstractBaseUser,
    by_role: str,
    at: datetime.datetime,
) -> bool:
    """Set another date; False when it is that already. Raises ``NotAllowed``."""
    with _changing(promise, by=by, expects=PromiseState.OPEN) as row:
        before = row.due_on
        if before == due_on:
            return False
        row.due_on, row.overdue_told_at = due_on, None
        row.save(update_fields=["due_on", "overdue_told_at"])
        step = _step(
            row,
            PromiseStep.MOVED,
            due_before=before,
            due_after=due_on,
            note=note,
            by=by,
            by_role=by_role,
            at=at,
        )
        is_later = due_on > before
        _follow(
            row,
            step,
            at=at,
            by=by,
            start={StatusKind.IN_PROGRESS} if is_later else frozenset(),
            to=StatusKind.DELAYED,
        )
    return True


def report_progress(
    promise: Promise,
    *,
    money: Money,
    note: str,
    by: AbstractBaseUser,
    by_role: str,
    at: datetime.datetime,
) -> bool:
    """Tell how it is going, and what it costs; False when nothing is new. Raises ``NotAllowed``."""
    with _changing(promise, by=by) as row:
        amounts = dataclasses.asdict(money)
        is_told = row.changes.filter(step=PromiseStep.REPORTED, note=note).exists()
        if all(getattr(row, name) == value for name, value in amounts.items()) and (
            is_told or not note
        ):
            return False
        for name, value in amounts.items():
            setattr(row, name, value)
        row.save(update_fields=list(amounts))
        step = _step(row, PromiseStep.REPORTED, note=note, by=by, by_role=by_role, at=at)
        _follow(row, step, at=at, by=by)
    return True


def keep_promise(
    promise: Promise, *, note: str, by: AbstractBaseUser, by_role: str, at: datetime.datetime
) -> bool:
    """It is done; False when it is kept already. Raises ``NotAllowed``."""
    with _changing(promise, by=by) as row:
        if row.state == PromiseState.KEPT:
            return False
        step = _settle(row, PromiseState.KEPT, PromiseStep.KEPT, note, by, by_role, at)
        _follow(
            row,
            step,
            at=at,
            by=by,
            start=frozenset() if _has_more(row) else DECIDED | UNDER_WAY,
            to=StatusKind.DONE,
        )
    return True


def break_promise(
    promise: Promise, *, reason: str, by: AbstractBaseUser, by_role: str, at: datetime.datetime
) -> bool:
    """It was not kept, and is not going to be; False when that is said already.

    Raises ``NotAllowed``, and ``ValueError`` when the reason is missing.
    """
    return _end(promise, PromiseState.BROKEN, PromiseStep.BROKEN, reason, by, by_role, at)


def drop_promise(
    promise: Promise, *, reason: str, by: AbstractBaseUser, by_role: str, at: datetime.datetime
) -> bool:
    """It is not needed or wanted any more; False when that is said already.

    Raises ``NotAllowed``, and ``ValueError`` when the reason is missing.
    """
    return _end(promise, PromiseState.DROPPED, PromiseStep.DROPPED, reason, by, by_role, at)


def hand_over(
    promise: Promise,
    *,
    to: Unit,
    note: str,
    by: AbstractBaseUser,
    by_role: str,
    at: datetime.datetime,
) -> bool:
    """What was promised is there, and ``to`` runs it from now on; an open promise is kept by it.

    False when that unit has it already. Raises ``NotAllowed``.
    """
    with _changing(promise, by=by) as row:
        if row.state not in {PromiseState.OPEN, PromiseState.KEPT}:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        if row.handed_over_at is not None and row.handed_over_to_id == to.pk:
            return False
        row.handed_over_to, row.handed_over_at = to, at
        row.save(update_fields=["handed_over_to", "handed_over_at"])
        step = _settle(row, PromiseState.KEPT, PromiseStep.HANDED_OVER, note, by, by_role, at)
        _follow(
            row,
            step,
            at=at,
            by=by,
            start=frozenset() if _has_more(row) else DECIDED | UNDER_WAY | {StatusKind.DONE},
            to=StatusKind.IN_OPERATION,
        )
    return True


def reopen_promise(
    promise: Promise, *, note: str, by: AbstractBaseUser, by_role: str, at: datetime.datetime
) -> bool:
    """It was settled by mistake, or is taken up again; False when it is open.

    Raises ``NotAllowed``, also where the same was promised anew in the meantime.
    """
    with _changing(promise, by=by) as row:
        if row.is_open:
            return False
        before = row.state
        row.state, row.reason, row.settled_at, row.overdue_told_at = (
            PromiseState.OPEN,
            "",
            None,
            None,
        )
        row.handed_over_to, row.handed_over_at = None, None
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE)) from None
        step = _step(
            row, PromiseStep.REOPENED, from_state=before, note=note, by=by, by_role=by_role, at=at
        )
        _follow(
            row,
            step,
            at=at,
            by=by,
            start={StatusKind.DONE, StatusKind.IN_OPERATION},
            to=StatusKind.IN_PROGRESS,
        )
    return True


def run_clock(*, at: datetime.datetime) -> int:
    """Tell once of each promise whose time is over; returns how many."""
    told = 0
    late = Promise.objects.overdue(at).filter(overdue_told_at=None)
    for pk in late.order_by("due_on", "pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = late.select_for_update(of=("self",)).filter(pk=pk).first()
            if row is None:
                continue
            row.overdue_told_at = at
            row.save(update_fields=["overdue_told_at"])
            step = _step(row, PromiseStep.OVERDUE, by=None, by_role="", at=at)
            _follow(
                row, step, at=at, by=None, start={StatusKind.IN_PROGRESS}, to=StatusKind.DELAYED
            )
            promise_notices.late(row, at=at)
        told += 1
    return told


@contextlib.contextmanager
def _changing(promise: Promise, *, by: AbstractBaseUser, expects: str = "") -> Iterator[Promise]:
    """The promise as it stands, locked for the transaction; what is changed shows on ``promise``.

    Raises ``NotAllowed`` for staff without the right, and where its state is not ``expects``.
    """
    require(may_answer(by, promise.activity))
    with transaction.atomic():
        row = Promise.objects.select_for_update().get(pk=promise.pk)
        if expects and row.state != expects:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        row.activity = promise.activity
        yield row
    for field in Promise._meta.concrete_fields:
        setattr(promise, field.attname, getattr(row, field.attname))


def _end(
    promise: Promise,
    state: PromiseState,
    step: PromiseStep,
    reason: str,
    by: AbstractBaseUser,
    by_role: str,
    at: datetime.datetime,
) -> bool:
    if not reason.strip():
        raise ValueError("A promise that is not kept needs a reason.")
    with _changing(promise, by=by) as row:
        if row.state == state:
            return False
        if not row.is_open:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        row.reason = reason
        made = _settle(row, state, step, reason, by, by_role, at)
        _follow(row, made, at=at, by=by)
    return True


def _settle(
    row: Promise,
    state: PromiseState,
    step: PromiseStep,
    note: str,
    by: AbstractBaseUser,
    by_role: str,
    at: datetime.datetime,
) -> PromiseChange:
    if row.state not in {PromiseState.OPEN, state}:
        raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
    before = row.state
    row.state = state
    row.settled_at = row.settled_at or at
    row.save(update_fields=["state", "reason", "settled_at"])
    return _step(row, step, from_state=before, note=note, by=by, by_role=by_role, at=at)


def _step(
    row: Promise,
    step: PromiseStep,
    *,
    by: AbstractBaseUser | None,
    by_role: str,
    at: datetime.datetime,
    from_state: str | None = None,
    **values: object,
) -> PromiseChange:
    if from_state is None:
        from_state = "" if step == PromiseStep.MADE else row.state
    return PromiseChange.objects.create(
        promise=row,
        step=step,
        from_state=from_state,
        to_state=row.state,
        by=by,
        by_role=by_role,
        at=at,
        **values,
    )


def _has_more(row: Promise) -> bool:
    """Whether something else is still promised about the same contribution."""
    if row.contribution_id is None:
        return False
    others = Promise.objects.open().filter(contribution=row.contribution_id)
    return others.filter(~Q(pk=row.pk)).exists()


def _follow(
    row: Promise,
    step: PromiseChange,
    *,
    at: datetime.datetime,
    by: AbstractBaseUser | None,
    start: frozenset[str] | set[str] = frozenset(),
    to: str = "",
) -> None:
    """The log, the case's own status, the author's mail, and the rooms above."""
    contribution = None
    if row.contribution_id is not None:
        contribution = Contribution.objects.select_related(
            "activity__page", "site", "status", "participant"
        ).get(pk=row.contribution_id)
    if by is not None:
        # The log is read outside the subtree: it names the case, and not what was promised.
        log(
            instance=row,
            title=contribution.reference if contribution else str(row.activity),
            action="borgerdialog.promise",
            user=by,
            data={"step": step.step},
        )
    if contribution is None or not contribution.is_public:
        return
    if contribution.status.kind in start:
        move_status(contribution, Status.objects.of_kind(to), at=at, by=by, by_role=step.by_role)
    promise_notices.to_author(row, step, contribution, at=at)
    contribution_event.send(
        Contribution,
        contribution=contribution,
        event=EVENTS.get(PromiseStep(step.step), events.PROMISE_CHANGED),
        at=at,
        by=by,
    )
