"""Promises as citizens see them: on the timeline and in a box, from rows that are read anyway."""

import dataclasses
import datetime
import json
from decimal import Decimal

from django.db.models import F, QuerySet
from django.db.models.functions import JSONObject
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy

from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.contributions.timeline import (
    TimelineEntry,
    TimelineRow,
    TimelineSource,
    timeline_rows,
)
from wagtail_borgerdialog.followup.models import (
    Promise,
    PromiseChange,
    PromiseState,
    PromiseStep,
)
from wagtail_borgerdialog.templatetags.borgerdialog import bd_date, bd_day

SOURCE = "promise"
LATE = "late"
TONES = {
    PromiseState.OPEN: "info",
    LATE: "warn",
    PromiseState.KEPT: "good",
    PromiseState.BROKEN: "bad",
    PromiseState.DROPPED: "neutral",
}
STATE_WORDS = {
    PromiseState.OPEN: gettext_lazy("On its way"),
    LATE: gettext_lazy("Late"),
    PromiseState.KEPT: gettext_lazy("Kept"),
    PromiseState.BROKEN: gettext_lazy("Broken"),
    PromiseState.DROPPED: gettext_lazy("Dropped"),
}
"""What a state is called in public; an open one is late from the day after the promised one."""

# The colours of the timeline's dots go by kinds of statuses.
STEP_KINDS = {
    PromiseStep.MADE: "in_progress",
    PromiseStep.MOVED: "delayed",
    PromiseStep.REPORTED: "in_progress",
    PromiseStep.OVERDUE: "delayed",
    PromiseStep.KEPT: "done",
    PromiseStep.BROKEN: "rejected",
    PromiseStep.DROPPED: "cancelled",
    PromiseStep.HANDED_OVER: "in_operation",
    PromiseStep.REOPENED: "in_progress",
}


@dataclasses.dataclass(frozen=True)
class ShownPromise:
    """For ``elements/promise.html``. ``about`` and ``url`` only where it stands in a list."""

    what: str
    description: str
    promised_by: str
    unit: str
    due_on: datetime.date
    state: str
    label: str
    tone: str
    sentence: str
    reason: str
    budgeted: Decimal | None
    committed: Decimal | None
    spent: Decimal | None
    run_by: str
    about: str = ""
    about_language: str = ""
    url: str = ""
    area: str = ""


def promise_rows(contribution: Contribution) -> QuerySet:
    """The steps of the promises about ``contribution``, each with its promise as it stands."""
    promise = {
        name: F(f"promise__{name}")
        for name in (
            "id",
            "description",
            "promised_by",
            "due_on",
            "state",
            "settled_at",
            "reason",
            "budgeted",
            "committed",
            "spent",
            "handed_over_at",
        )
    }
    return timeline_rows(
        # Whoever cannot read the text does not read what is promised about it either.
        PromiseChange.objects.filter(
            promise__contribution=contribution.pk,
            promise__contribution__visibility=Visibility.VISIBLE,
        ),
        SOURCE,
        at="at",
        code="step",
        label="promise__what",
        text="note",
        role="by_role",
        detail=JSONObject(
            unit=F("promise__unit__name"),
            run_by=F("promise__handed_over_to__name"),
            due_after=F("due_after"),
            **promise,
        ),
    )


def promise_entry(row: TimelineRow) -> TimelineEntry:
    """A step of a promise, on the timeline."""
    detail = json.loads(row.detail)
    step = PromiseStep(row.code)
    said = gettext("%(step)s: %(what)s") % {"step": step.label, "what": row.label}
    lines = [row.text]
    if detail["due_after"]:
        day = datetime.date.fromisoformat(detail["due_after"])
        lines.insert(0, gettext("Promised for %(date)s.") % {"date": bd_day(day, row.at)})
    if step == PromiseStep.HANDED_OVER and detail["run_by"]:
        lines.insert(0, gettext("%(unit)s runs it from now on.") % {"unit": detail["run_by"]})
    return TimelineEntry(
        at=row.at,
        title=said,
        kind=STEP_KINDS[step],
        by=row.role,
        text="\n\n".join(line for line in lines if line),
    )


PROMISES = TimelineSource(SOURCE, promise_rows, promise_entry)


def promises_of(rows: list[TimelineRow], *, at: datetime.datetime) -> list[ShownPromise]:
    """The promises in the rows of a timeline: what is open first, by date. No query."""
    found: dict[int, ShownPromise] = {}
    for row in rows:
        if row.source != SOURCE:
            continue
        detail = json.loads(row.detail)
        if detail["id"] not in found:
            found[detail["id"]] = _shown(
                at=at,
                what=row.label,
                due_on=datetime.date.fromisoformat(detail["due_on"]),
                settled_at=_instant(detail["settled_at"]),
                unit=detail["unit"] or "",
                run_by=detail["run_by"] or "",
                **{name: detail[name] for name in ("description", "promised_by", "state")},
                **{name: detail[name] for name in ("reason", "handed_over_at")},
                **{name: _amount(detail[name]) for name in ("budgeted", "committed", "spent")},
            )
    first = {PromiseState.OPEN, LATE}
    return sorted(found.values(), key=lambda shown: (shown.state not in first, shown.due_on))


def shown_promise(promise: Promise, *, at: datetime.datetime, **where: str) -> ShownPromise:
    """A promise in a list. No query where its units are read."""
    return _shown(
        at=at,
        what=promise.what,
        description=promise.description,
        promised_by=promise.promised_by,
        due_on=promise.due_on,
        state=promise.state,
        settled_at=promise.settled_at,
        reason=promise.reason,
        handed_over_at=promise.handed_over_at,
        budgeted=promise.budgeted,
        committed=promise.committed,
        spent=promise.spent,
        unit=promise.unit.name if promise.unit else "",
        run_by=promise.handed_over_to.name if promise.handed_over_to else "",
        **where,
    )


def _shown(
    *,
    at: datetime.datetime,
    state: str,
    due_on: datetime.date,
    settled_at: datetime.datetime | None,
    handed_over_at: object,
    **values: object,
) -> ShownPromise:
    if state == PromiseState.OPEN and due_on < localdate(at):
        state = LATE
    return ShownPromise(
        state=state,
        due_on=due_on,
        label=str(STATE_WORDS[state]),
        tone=TONES[state],
        sentence=_sentence(state, due_on, settled_at, at=at),
        **{**values, "run_by": values["run_by"] if handed_over_at else ""},
    )


def _sentence(
    state: str,
    due_on: datetime.date,
    settled_at: datetime.datetime | None,
    *,
    at: datetime.datetime,
) -> str:
    """By when, and what became of it."""
    due = {"date": bd_day(due_on, at)}
    if state == PromiseState.OPEN:
        return gettext("We do it no later than %(date)s.") % due
    if state == LATE:
        days = (localdate(at) - due_on).days
        late = gettext("It was promised for %(date)s. It is late.") % due
        return late if days < 2 else f"{late} {_days_late(days)}"
    settled = {"date": bd_date(settled_at, at)}
    if state == PromiseState.KEPT:
        if settled_at is not None and localdate(settled_at) > due_on:
            return gettext("Done %(date)s, after the day it was promised for.") % settled
        return gettext("Done %(date)s.") % settled
    if state == PromiseState.BROKEN:
        return gettext("Promised for %(date)s, and not done.") % due
    return gettext("We gave it up %(date)s.") % settled


def _days_late(days: int) -> str:
    return gettext("%(days)s days have gone since.") % {"days": days}


def _instant(text: str | None) -> datetime.datetime | None:
    """A time as JSON has it; SQLite's says no time zone, and is in UTC."""
    if not text:
        return None
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
