"""The one public timeline of a case: what every room has to tell about it, in one query.

A room gives a :class:`TimelineSource` through its component: a queryset in the common columns,
and how a row of it reads.
"""

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.db.models import (
    Case,
    CharField,
    Expression,
    F,
    Model,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast

from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.models import Contribution, Status, StatusChange
from wagtail_borgerdialog.contributions.models.contribution import CHECKED_ELSEWHERE

STATUS = "status"


@dataclasses.dataclass(frozen=True)
class TimelineEntry:
    """For ``elements/timeline.html``. ``kind`` colours the dot: a status kind or an outcome."""

    at: datetime.datetime
    title: str
    kind: str = ""
    by: str = ""
    text: str = ""
    next: str = ""
    url: str = ""


class TimelineRow(NamedTuple):
    """One row of any source; every text is a string, empty where the source has none."""

    source: str
    at: datetime.datetime
    pk: int
    code: str
    label: str
    text: str
    role: str
    detail: str


@dataclasses.dataclass(frozen=True)
class TimelineSource:
    """What one room tells: its rows for a contribution (:func:`timeline_rows`), and their words."""

    name: str
    rows: Callable[[Contribution], QuerySet]
    entry: Callable[[TimelineRow], TimelineEntry]


def timeline_rows(
    queryset: QuerySet[Model],
    source: str,
    *,
    at: str,
    code: str | Expression = "",
    label: str | Expression = "",
    text: str | Expression = "",
    role: str | Expression = "",
    detail: str | Expression = "",
) -> QuerySet:
    """``queryset`` in the columns of :class:`TimelineRow`.

    Each argument names a field, or is an expression that gives a string; nothing stands for "".
    """
    words = {"code": code, "label": label, "text": text, "role": role, "detail": detail}
    columns = {
        "row_source": Value(source, output_field=CharField()),
        "row_at": F(at),
        "row_pk": F("pk"),
        **{f"row_{name}": _as_text(given) for name, given in words.items()},
    }
    return queryset.order_by().annotate(**columns).values_list(*columns)


def _as_text(given: str | Expression) -> Expression:
    if given == "":
        return Value("", output_field=TextField())
    return Cast(F(given) if isinstance(given, str) else given, TextField())


def rows_of(contribution: Contribution) -> list[TimelineRow]:
    """What every room has to tell about ``contribution``, newest first. One query."""
    first, *others = [source.rows(contribution) for source in _sources().values()]
    rows = first.union(*others, all=True) if others else first
    return [TimelineRow(*row) for row in rows.order_by("-row_at", "-row_pk")]


def timeline(
    contribution: Contribution, rows: list[TimelineRow] | None = None
) -> list[TimelineEntry]:
    """The steps of the case, newest first; the newest status says what comes, if anything.

    One query, or none where ``rows`` (of :func:`rows_of`) are read already.
    """
    sources = _sources()
    entries = []
    is_newest = True
    for row in rows_of(contribution) if rows is None else rows:
        entry = sources[row.source].entry(row)
        if row.source == STATUS:
            entry = entry if is_newest else dataclasses.replace(entry, next="")
            is_newest = False
        entries.append(entry)
    return entries


def _sources() -> Mapping[str, TimelineSource]:
    return {
        source.name: source for component in registry for source in component.timeline_sources()
    }


def _status_rows(contribution: Contribution) -> QuerySet:
    # A final status has nothing after it.
    explained = Case(
        When(to_status__is_final=True, then=Value("")),
        default=F("to_status__explanation"),
        output_field=TextField(),
    )
    return timeline_rows(
        StatusChange.objects.filter(contribution=contribution),
        STATUS,
        at="at",
        code="to_status__kind",
        label="to_status__label",
        text="note",
        role="by_role",
        detail=explained,
    )


def _status_entry(row: TimelineRow) -> TimelineEntry:
    return TimelineEntry(
        at=row.at,
        title=str(Status(kind=row.code, label=row.label)),
        kind=row.code,
        by=row.role,
        # What is said before publication is for the author.
        text="" if row.code in CHECKED_ELSEWHERE else row.text,
        next=row.detail,
    )


STATUS_CHANGES = TimelineSource(STATUS, _status_rows, _status_entry)
