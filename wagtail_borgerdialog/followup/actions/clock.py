"""The answer clock: what sets a deadline, stops it, moves it, and finds that it is over."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from wagtail.log_actions import log
from wagtail.models import Site

from wagtail_borgerdialog.contributions import rules
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup import clock_notices, deadlines, events
from wagtail_borgerdialog.followup.models import Case, DeadlineChange, DeadlineStep
from wagtail_borgerdialog.followup.models.answers import CLOSING
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed, require
from wagtail_borgerdialog.signals import contribution_event

NOT_PAUSED: dict[str, object] = {"paused_at": None, "pause_reason": "", "next_decision_on": None}
ON_TIME: dict[str, object] = {"reminded_at": None, "escalated_at": None}
WITH_ALL = (
    "contribution__activity__page",
    "contribution__site",
    "contribution__status",
    "contribution__participant",
    "unit",
    "caseworker",
)


def locked_case(contribution: Contribution) -> Case:
    """The case of ``contribution``, made if there is none, held until the transaction ends."""
    cases = Case.objects.select_for_update().filter(contribution=contribution.pk)
    case = cases.first()
    if case is None:
        Case.objects.bulk_create([Case(contribution_id=contribution.pk)], ignore_conflicts=True)
        case = cases.get()
    return case


@transaction.atomic
def owe_answer(contribution: Contribution, *, kind: str, days: int, at: datetime.datetime) -> bool:
    """An answer is owed ``days`` working days after ``at``; False where an earlier one stands.

    A case has one deadline: of two events the one that asks for the earlier answer counts, and
    one that waits for a decision goes on waiting.
    """
    case = locked_case(contribution)
    due_at = deadlines.due(at, days=days)
    if case.is_owed and (case.paused_at is not None or case.due_at <= due_at):
        return False
    _change(case, due_kind=kind, due_set_at=at, due_at=due_at, answered_at=None, **ON_TIME)
    _write(case, DeadlineStep.SET, at=at)
    _tell(contribution, events.ANSWER_DUE, at=at)
    return True


@transaction.atomic
def owe_nothing(contribution: Contribution, *, at: datetime.datetime) -> bool:
    """The contribution is withdrawn, removed or merged: whatever was owed is owed no more."""
    case = Case.objects.select_for_update().filter(contribution=contribution.pk).first()
    if case is None or not case.is_owed:
        return False
    _change(case, due_kind="", due_set_at=None, due_at=None, **NOT_PAUSED, **ON_TIME)
    _write(case, DeadlineStep.LIFTED, at=at)
    return True


@transaction.atomic
def answer_was_given(contribution: Contribution, *, at: datetime.datetime) -> None:
    """The current answer decides what is owed: one that closes the case ends the clock.

    With any other the clock goes on. An answer that is changed so that it does not close the case
    any more starts it again, with the deadline that it had.
    """
    case = Case.objects.select_for_update().filter(contribution=contribution.pk).first()
    if case is None or case.answer_id is None:
        return
    if case.answer.outcome not in CLOSING:
        if case.answered_at is not None and case.answered_at == case.answer.published_at:
            _change(case, answered_at=None)
    elif case.answered_at is None:
        _change(case, answered_at=at, **NOT_PAUSED)


@transaction.atomic
def answered_in_status(contribution: Contribution, *, at: datetime.datetime) -> None:
    """A colleague has moved the case to "answered", signed and in public: the clock ends."""
    case = Case.objects.select_for_update().filter(contribution=contribution.pk).first()
    if case is not None and case.is_owed:
        _change(case, answered_at=at, **NOT_PAUSED)


@transaction.atomic
def pause_clock(
    contribution: Contribution,
    *,
    reason: str,
    next_decision_on: datetime.date,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> Case:
    """The answer has to wait for a decision; everybody is told why, and when that comes.

    The working days that were left are left after the decision. A case that waits can be made to
    wait longer. Raises ``NotAllowed``, and ``ValueError`` without a reason or with a day gone by.
    """
    require(rules.may_answer(by, contribution.activity))
    if not reason.strip():
        raise ValueError("A pause needs a reason.")
    if next_decision_on < deadlines.local_day(at):
        raise ValueError("A decision that is to come lies not in the past.")
    case = _owed(contribution)
    left = _days_left(case, at=at)
    _change(
        case,
        due_at=deadlines.end_of(deadlines.add_working_days(next_decision_on, left)),
        paused_at=case.paused_at or at,
        pause_reason=reason,
        next_decision_on=next_decision_on,
        **ON_TIME,
    )
    step = _write(case, DeadlineStep.PAUSED, at=at, by=by)
    _log(contribution, "borgerdialog.pause", by=by, until=next_decision_on.isoformat())
    clock_notices.to_author(contribution, step, at=at)
    _tell(contribution, events.ANSWER_PAUSED, at=at, by=by)
    return case


@transaction.atomic
def resume_clock(
    contribution: Contribution, *, by: AbstractBaseUser, at: datetime.datetime
) -> Case:
    """The decision is there, or nobody has to wait for it: the days that were left run now.

    Raises ``NotAllowed``.
    """
    require(rules.may_answer(by, contribution.activity))
    case = _owed(contribution)
    if case.paused_at is None:
        raise NotAllowed(Decision(DeniedReason.NOT_READY))
    today = deadlines.local_day(at)
    due_on = deadlines.add_working_days(today, _days_left(case, at=at))
    _change(case, due_at=deadlines.end_of(due_on), **NOT_PAUSED, **ON_TIME)
    step = _write(case, DeadlineStep.RESUMED, at=at, by=by)
    _log(contribution, "borgerdialog.resume", by=by, due=due_on.isoformat())
    clock_notices.to_author(contribution, step, at=at)
    _tell(contribution, events.ANSWER_DUE, at=at, by=by)
    return case


def run_clock(*, at: datetime.datetime) -> int:
    """Write down what time has decided by ``at``, and send the reminders; returns how many.

    Each is a transaction of its own, done once: the update that claims it finds nothing in a
    second run, or in one beside it.
    """
    today = deadlines.local_day(at)
    owed = Case.objects.owed()
    changed = 0
    for pk in _keys(owed.filter(next_decision_on__lt=today)):
        changed += _end_pause(pk, today=today, at=at)
    for pk in _keys(owed.overdue(at).filter(escalated_at=None)):
        changed += _find_late(pk, at=at)
    for site in Site.objects.all():
        days = ParticipationSettings.for_site(site).reminder_days
        until = deadlines.end_of(deadlines.add_working_days(today, days)) if days else at
        soon = owed.filter(
            contribution__site=site, due_at__range=(at, until), reminded_at=None, paused_at=None
        )
        for pk in _keys(soon):
            changed += _remind(pk, until=until, at=at)
    return changed


@transaction.atomic
def _end_pause(pk: int, *, today: datetime.date, at: datetime.datetime) -> bool:
    """The day of the decision is over, and nobody has said anything: the clock runs again."""
    ended = Case.objects.owed().filter(pk=pk, next_decision_on__lt=today)
    if not ended.update(**NOT_PAUSED, **ON_TIME):
        return False
    case = _with_all(pk)
    step = _write(case, DeadlineStep.RESUMED, at=at)
    clock_notices.pause_is_over(case, at=at)
    clock_notices.to_author(case.contribution, step, at=at)
    _tell(case.contribution, events.ANSWER_DUE, at=at)
    return True


@transaction.atomic
def _find_late(pk: int, *, at: datetime.datetime) -> bool:
    if not Case.objects.overdue(at).filter(pk=pk, escalated_at=None).update(escalated_at=at):
        return False
    case = _with_all(pk)
    # The timeline shows when it became late, not when we ran.
    step = _write(case, DeadlineStep.LATE, at=case.due_at)
    clock_notices.is_late(case, at=at)
    clock_notices.to_author(case.contribution, step, at=at)
    _tell(case.contribution, events.ANSWER_OVERDUE, at=at)
    return True


@transaction.atomic
def _remind(pk: int, *, until: datetime.datetime, at: datetime.datetime) -> bool:
    soon = Case.objects.owed().filter(pk=pk, due_at__range=(at, until), paused_at=None)
    if not soon.filter(reminded_at=None).update(reminded_at=at):
        return False
    clock_notices.is_due_soon(_with_all(pk), at=at)
    return True


def _keys(cases: QuerySet[Case]) -> list[int]:
    return list(cases.order_by("due_at", "pk").values_list("pk", flat=True))


def _with_all(pk: int) -> Case:
    return Case.objects.select_related(*WITH_ALL).get(pk=pk)


def _owed(contribution: Contribution) -> Case:
    case = locked_case(contribution)
    if not case.is_owed:
        raise NotAllowed(Decision(DeniedReason.NOT_READY))
    return case


def _days_left(case: Case, *, at: datetime.datetime) -> int:
    """Working days until it is due; while it waits, those that are left after the decision."""
    since = deadlines.local_day(at)
    if case.is_waiting(at):
        since = case.next_decision_on
    return deadlines.working_days_between(since, deadlines.local_day(case.due_at))


def _change(case: Case, **values: object) -> None:
    for name, value in values.items():
        setattr(case, name, value)
    case.save(update_fields=list(values))


def _write(
    case: Case, step: str, *, at: datetime.datetime, by: AbstractBaseUser | None = None
) -> DeadlineChange:
    return DeadlineChange.objects.create(
        case=case,
        step=step,
        due_on=deadlines.local_day(case.due_at) if case.due_at else None,
        reason=case.pause_reason,
        next_decision_on=case.next_decision_on,
        by=by,
        at=at,
    )


def _log(contribution: Contribution, action: str, *, by: AbstractBaseUser, **data: str) -> None:
    log(instance=contribution, title=contribution.reference, action=action, user=by, data=data)


def _tell(
    contribution: Contribution,
    event: str,
    *,
    at: datetime.datetime,
    by: AbstractBaseUser | None = None,
) -> None:
    contribution_event.send(Contribution, contribution=contribution, event=event, at=at, by=by)
