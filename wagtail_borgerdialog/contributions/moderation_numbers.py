"""What a site tells everybody about its moderation, year by year, counted from the rows.

The model is the transparency report of the Digital Services Act, art. 15. Numbers only: no text,
no person and no page can be read from them.
"""

import dataclasses
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, ExtractYear
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import (
    Appeal,
    AppealOutcome,
    Comment,
    Contribution,
    ModerationDecision,
    ReasonCode,
    ReportedText,
    ReportOutcome,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction

YEARS_SHOWN = 5
AWAY = (ModerationAction.REJECT, ModerationAction.HIDE, ModerationAction.REMOVE)
READ_FIRST = (ModerationAction.PUBLISH, ModerationAction.REJECT)

Numbers = dict[int, dict[str, int | float]]


@dataclasses.dataclass(frozen=True)
class NumberRow:
    """One line of the table: a number for each year, None where there is nothing to measure."""

    label: str
    values: Sequence[int | float | None]
    is_hours: bool = False
    is_part: bool = False
    """Part of the line above it that is not one."""


@dataclasses.dataclass(frozen=True)
class ModerationNumbers:
    """The table. ``years`` are newest first, and the same for all rows."""

    years: Sequence[int]
    rows: Sequence[NumberRow]


def moderation_numbers(site: Site) -> ModerationNumbers:
    """The numbers of ``site``, by the year in which each thing began. Seven queries."""
    found: Numbers = defaultdict(dict)
    _add(found, _texts(Contribution.objects.filter(site=site), "submitted_at"), "texts")
    comments = Comment.objects.filter(contribution__site=site, role_badge="")
    _add(found, _texts(comments, "created_at"), "comments")
    decisions = ModerationDecision.objects.filter(
        Q(contribution__site=site) | Q(comment__contribution__site=site)
    )
    for row in _by_year(decisions.filter(action__in=AWAY), "decided_at", "reason_code").annotate(
        n=Count("pk")
    ):
        of_year = found[row["year"]]
        of_year[f"away_{row['reason_code']}"] = row["n"]
        of_year["away"] = of_year.get("away", 0) + row["n"]
    reported = ReportedText.objects.filter(contribution__site=site)
    _add(
        found,
        _by_year(reported, "opened_at").annotate(
            reports=Sum("report_count"),
            texts=Count("pk"),
            held=Count("held_at"),
            settled=Count("settled_at"),
            kept=Count("pk", filter=Q(outcome=ReportOutcome.KEPT)),
            taken=Count("pk", filter=Q(outcome=ReportOutcome.TAKEN_AWAY)),
        ),
        "reported",
    )
    _add_median(found, reported, "opened_at", "settled_at", "hours_to_answer")
    first = decisions.filter(action__in=READ_FIRST).annotate(
        sent=Coalesce("contribution__submitted_at", "comment__created_at")
    )
    _add_median(found, first, "sent", "decided_at", "hours_to_read")
    appeals = Appeal.objects.filter(contribution__site=site)
    _add(
        found,
        _by_year(appeals, "created_at").annotate(
            received=Count("pk"),
            decided=Count("decided_at"),
            changed=Count("pk", filter=Q(outcome=AppealOutcome.REVERSED)),
        ),
        "appeals",
    )
    years = sorted(found, reverse=True)[:YEARS_SHOWN]
    return ModerationNumbers(years, _rows(found, years))


def _by_year(rows: QuerySet, field: str, *more: str) -> QuerySet:
    year = ExtractYear(field, tzinfo=timezone.get_default_timezone())
    return rows.order_by().annotate(year=year).values("year", *more)


def _texts(rows: QuerySet, sent: str) -> QuerySet:
    return _by_year(rows.exclude(visibility=Visibility.DRAFT), sent).annotate(
        received=Count("pk"), published=Count("published_at")
    )


def _add(found: Numbers, rows: Iterable[dict[str, int]], name: str) -> None:
    for row in rows:
        found[row["year"]] |= {f"{name}_{key}": n for key, n in row.items() if key != "year"}


def _add_median(found: Numbers, rows: QuerySet, start: str, end: str, name: str) -> None:
    took: dict[int, list[float]] = defaultdict(list)
    ended = rows.filter(**{f"{end}__isnull": False})
    for row in _by_year(ended, start).annotate(took=F(end) - F(start)).iterator():
        took[row["year"]].append(row["took"].total_seconds())
    for year, times in took.items():
        found[year][name] = round(statistics.median(times) / 3600, 1)


def _rows(found: Numbers, years: Sequence[int]) -> list[NumberRow]:
    def row(label: str, name: str, *, is_part: bool = False) -> NumberRow:
        return NumberRow(label, [found[year].get(name, 0) for year in years], is_part=is_part)

    def hours(label: str, name: str) -> NumberRow:
        return NumberRow(label, [found[year].get(name) for year in years], is_hours=True)

    reasons = [
        row(str(reason.label), f"away_{reason}", is_part=True)
        for reason in ReasonCode
        if any(f"away_{reason}" in found[year] for year in years)
    ]
    return [
        row(_("Texts received"), "texts_received"),
        row(_("Published"), "texts_published", is_part=True),
        row(_("Comments received"), "comments_received"),
        row(_("Published"), "comments_published", is_part=True),
        hours(_("Half were read within"), "hours_to_read"),
        row(_("Decisions not to show a text or a comment"), "away"),
        *reasons,
        row(_("Reports received"), "reported_reports"),
        row(_("Reported texts and comments"), "reported_texts"),
        row(
            _("Taken out of sight automatically, until a moderator looked"),
            "reported_held",
            is_part=True,
        ),
        row(_("Settled"), "reported_settled", is_part=True),
        row(_("Stayed"), "reported_kept", is_part=True),
        row(_("Hidden or removed"), "reported_taken", is_part=True),
        hours(_("Half of the reports were answered within"), "hours_to_answer"),
        row(_("Objections received"), "appeals_received"),
        row(_("Decided"), "appeals_decided", is_part=True),
        row(_("Changed the decision"), "appeals_changed", is_part=True),
    ]
