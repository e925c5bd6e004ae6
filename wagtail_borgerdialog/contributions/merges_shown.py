"""What a timeline and a page tell of mergings."""

import dataclasses
from collections.abc import Sequence

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext

from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.contributions.models.merging import (
    WAITING,
    Merge,
    MergedSupport,
    MergeStatus,
)
from wagtail_borgerdialog.contributions.timeline import (
    TimelineEntry,
    TimelineRow,
    TimelineSource,
    timeline_rows,
)

INTO = "merged_into"
FROM = "merged_from"
IN_FORCE = Q(status=MergeStatus.MERGED)


@dataclasses.dataclass(frozen=True)
class ShownMerge:
    """The other text of a merging. ``waiting``: its supporters who have not answered yet."""

    title: str
    language: str
    url: str
    waiting: int = 0

    @property
    def waiting_in_words(self) -> str:
        """How many supports are counted apart; empty when there are none."""
        if not self.waiting:
            return ""
        return ngettext(
            "%(n)s more person supports a text that was merged into this one, and has not "
            "answered yet.",
            "%(n)s more people support a text that was merged into this one, and have not "
            "answered yet.",
            self.waiting,
        ) % {"n": self.waiting}


@dataclasses.dataclass(frozen=True)
class ShownMerges:
    """For ``contributions/merges.html``: what a text points on to, and what points to it."""

    into: Sequence[ShownMerge]
    parts: Sequence[ShownMerge]


def merges_of(rows: Sequence[TimelineRow]) -> ShownMerges:
    """The mergings among ``rows`` (of ``timeline.rows_of``). No query."""
    return ShownMerges(
        into=[_shown(row) for row in rows if row.source == INTO],
        parts=[_shown(row) for row in rows if row.source == FROM],
    )


def _shown(row: TimelineRow) -> ShownMerge:
    return ShownMerge(
        title=row.label, language=row.role, url=_beside(row.text), waiting=int(row.detail or 0)
    )


def _beside(reference: str) -> str:
    # Both stand on one page: the address holds in each of its languages.
    return f"../{reference}/"


def _into_rows(contribution: Contribution) -> QuerySet:
    return timeline_rows(
        Merge.objects.filter(
            IN_FORCE, duplicate=contribution, original__visibility=Visibility.VISIBLE
        ),
        INTO,
        at="answered_at",
        label="original__title",
        text="original__reference",
        role="original__language",
    )


def _from_rows(contribution: Contribution) -> QuerySet:
    waiting = (
        MergedSupport.objects.filter(WAITING, merge=OuterRef("pk"))
        .order_by()
        .values("merge")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return timeline_rows(
        Merge.objects.filter(
            IN_FORCE, original=contribution, duplicate__visibility=Visibility.VISIBLE
        ),
        FROM,
        at="answered_at",
        label="duplicate__title",
        text="duplicate__reference",
        role="duplicate__language",
        detail=Coalesce(Subquery(waiting), Value(0)),
    )


def _into_entry(row: TimelineRow) -> TimelineEntry:
    title = gettext("Became a part of “%(title)s”") % {"title": row.label}
    return TimelineEntry(at=row.at, title=title, kind="merged", url=_beside(row.text))


def _from_entry(row: TimelineRow) -> TimelineEntry:
    title = gettext("“%(title)s” became a part of it") % {"title": row.label}
    return TimelineEntry(at=row.at, title=title, kind="merged", url=_beside(row.text))


MERGED_INTO = TimelineSource(INTO, _into_rows, _into_entry)
MERGED_FROM = TimelineSource(FROM, _from_rows, _from_entry)
