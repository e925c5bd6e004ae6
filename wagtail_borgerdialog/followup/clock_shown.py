"""When an answer is owed and by whom, as citizens and staff read it."""

import dataclasses
import datetime

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext

from wagtail_borgerdialog.contributions.models import Contribution, StatusKind
from wagtail_borgerdialog.contributions.timeline import (
    TimelineEntry,
    TimelineRow,
    TimelineSource,
    timeline_rows,
)
from wagtail_borgerdialog.followup.deadlines import local_day
from wagtail_borgerdialog.followup.models import Case, DeadlineChange, DeadlineStep
from wagtail_borgerdialog.templatetags.borgerdialog import bd_day

CLOCK = "clock"
DUE, LATE, WAITING = "due", "late", "waiting"

# The colour of the dot on the timeline, by the kind of a status that has the same tone.
DOTS = {
    DeadlineStep.SET: StatusKind.IN_PROCESS,
    DeadlineStep.PAUSED: StatusKind.AWAITING_FUNDS,
    DeadlineStep.RESUMED: StatusKind.IN_PROCESS,
    DeadlineStep.LATE: StatusKind.DELAYED,
}


@dataclasses.dataclass(frozen=True)
class OwedAnswer:
    """For ``elements/answer_due.html``. ``state`` is ``due``, ``late`` or ``waiting``."""

    state: str
    due_on: datetime.date
    unit: str = ""
    reason: str = ""
    next_decision_on: datetime.date | None = None


def owed_answer(contribution: Contribution, *, at: datetime.datetime) -> OwedAnswer | None:
    """What is owed at ``at``, if anything.

    No query where the contribution was fetched with its ``case__unit``.
    """
    case = getattr(contribution, "case", None)
    if case is None or not case.is_owed:
        return None
    return OwedAnswer(
        state=state_of(case, at=at),
        due_on=local_day(case.due_at),
        unit=case.unit.name if case.unit else "",
        reason=case.pause_reason,
        next_decision_on=case.next_decision_on,
    )


def state_of(case: Case, *, at: datetime.datetime) -> str:
    """Where the clock of a case that is owed an answer stands at ``at``."""
    if case.is_overdue(at):
        return LATE
    return WAITING if case.is_waiting(at) else DUE


def _rows(contribution: Contribution) -> QuerySet:
    steps = DeadlineChange.objects.filter(case__contribution=contribution.pk, step__in=DOTS)
    return timeline_rows(
        steps,
        CLOCK,
        at="at",
        code="step",
        label=_written("next_decision_on"),
        text="reason",
        detail=_written("due_on"),
    )


def _written(field: str) -> Coalesce:
    return Coalesce(Cast(field, CharField()), Value(""))


def _entry(row: TimelineRow) -> TimelineEntry:
    text = row.text
    if row.code == DeadlineStep.LATE:
        text = gettext("It was due %(date)s.") % {"date": _day(row.detail)}
    elif row.code != DeadlineStep.PAUSED:
        text = gettext("We answer no later than %(date)s.") % {"date": _day(row.detail)}
    return TimelineEntry(
        at=row.at,
        title=str(DeadlineStep(row.code).label),
        kind=DOTS[row.code],
        text=text,
        next=gettext("A decision comes %(date)s.") % {"date": _day(row.label)} if row.label else "",
    )


def _day(written: str) -> str:
    return bd_day(datetime.date.fromisoformat(written))


CLOCK_STEPS = TimelineSource(CLOCK, _rows, _entry)
