"""The public ledger: every promise of a site, what is open first, at a cost that does not grow."""

import dataclasses
import datetime
from collections.abc import Mapping

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
)
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.followup.models import Promise, PromiseState
from wagtail_borgerdialog.followup.promises_shown import LATE, ShownPromise, shown_promise
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.paging import BadCursor, KeysetPage, Order, keyset_page

PAGE_SIZE = 20
ALL = "all"
GROUPS = {
    PromiseState.OPEN: _("Not done yet"),
    LATE: _("Late"),
    PromiseState.KEPT: _("Kept"),
    PromiseState.BROKEN: _("Broken"),
    PromiseState.DROPPED: _("Dropped"),
    ALL: _("All"),
}
"""What one can ask for. What is late is not done yet either."""

SOONEST = Order("due_on", descending=False)
LATEST = Order("due_on")


Choices = list[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Ledger:
    """What the ledger shows. ``counts`` are by group, of what the other filters leave.

    ``area`` is a slug and ``activity`` a primary key, both empty for all.
    """

    page: KeysetPage
    group: str
    area: str
    activity: str
    areas: Choices
    activities: Choices
    counts: Mapping[str, int]

    @property
    def is_filtered(self) -> bool:
        """Whether the visitor has narrowed the list."""
        return bool(self.area or self.activity or self.group != PromiseState.OPEN)

    def url(self, **changes: str) -> str:
        """The query of the same list with ``changes``, without what is empty or the default."""
        values = {"state": self.group, "area": self.area, "page": self.activity, **changes}
        if values["state"] == PromiseState.OPEN:
            values["state"] = ""
        return f"?{urlencode({name: value for name, value in values.items() if value})}"


def public_activities(site: Site, rows: QuerySet) -> list[Activity]:
    """The activities of ``site`` on public pages that ``rows`` belong to, by title. One query."""
    found = Activity.objects.on_site(site).public()
    found = found.filter(Exists(rows.filter(activity=OuterRef("pk"))))
    return list(found.select_related("page").order_by("page__title", "pk"))


def list_promises(site: Site, params: Mapping[str, str], *, at: datetime.datetime) -> Ledger:
    """The page of the ledger that ``params`` (a GET query) asks for. Two queries.

    Unknown filters and cursors are ignored: a stale link shows the plain list.
    """
    rows = Promise.objects.on_site(site).public()
    kinds = _kinds(rows, at=at)
    activities = sorted({(k["activity__page__title"], str(k["activity"])) for k in kinds})
    activity = next((pk for _title, pk in activities if pk == params.get("page")), "")
    areas = sorted(
        {
            (k["contribution__area__order"], k["contribution__area__name"], slug)
            for k in kinds
            if (slug := k["contribution__area__slug"]) is not None
        }
    )
    area = next((slug for _order, _name, slug in areas if slug == params.get("area")), "")
    group = params.get("state", "")
    group = str(group if group in GROUPS else PromiseState.OPEN)
    counts = dict.fromkeys(map(str, GROUPS), 0)
    for kind in kinds:
        if activity in {"", str(kind["activity"])} and area in {
            "",
            kind["contribution__area__slug"],
        }:
            counts[ALL] += kind["number"]
            counts[kind["state"]] += kind["number"]
            counts[LATE] += kind["number"] if kind["is_late"] else 0
    if activity:
        rows = rows.filter(activity=int(activity))
    if area:
        rows = rows.filter(contribution__area__slug=area)
    rows = _as_shown(_in_group(rows, group, at=at))
    order = _order(group)
    after, before = params.get("after", ""), params.get("before", "")
    try:
        page = keyset_page(rows, order=order, size=PAGE_SIZE, after=after, before=before)
    except BadCursor:
        page = keyset_page(rows, order=order, size=PAGE_SIZE)
    return Ledger(
        page=page,
        group=group,
        area=area,
        activity=activity,
        areas=[(slug, name) for _order, name, slug in areas],
        activities=[(pk, title) for title, pk in activities],
        counts=counts,
    )


def _kinds(rows: QuerySet[Promise], *, at: datetime.datetime) -> list[dict[str, object]]:
    """How many there are of each kind that one can ask for. One query."""
    is_late = Q(state=PromiseState.OPEN, due_on__lt=localdate(at))
    return list(
        rows.order_by()
        .annotate(is_late=ExpressionWrapper(is_late, output_field=BooleanField()))
        .values(
            "activity",
            "activity__page__title",
            "contribution__area__slug",
            "contribution__area__name",
            "contribution__area__order",
            "state",
            "is_late",
        )
        .annotate(number=Count("pk"))
    )


def _in_group(rows: QuerySet[Promise], group: str, *, at: datetime.datetime) -> QuerySet[Promise]:
    if group == LATE:
        return rows.overdue(at)
    return rows if group == ALL else rows.filter(state=group)


def _as_shown(rows: QuerySet[Promise]) -> QuerySet[Promise]:
    """With all that a list shows, and without what is long and not shown."""
    rows = rows.select_related("activity__page", "contribution__area", "unit", "handed_over_to")
    return rows.defer("contribution__area__boundary", "contribution__body")


def _order(group: str) -> Order:
    return SOONEST if group in {PromiseState.OPEN, LATE} else LATEST


def first_promises(site: Site, *, at: datetime.datetime, group: str, size: int) -> list[Promise]:
    """The first ``size`` promises of a group, for a block on any page. One query."""
    rows = _as_shown(_in_group(Promise.objects.on_site(site).public(), group, at=at))
    return list(rows.order_by(*_order(group).columns(backwards=False))[:size])


def in_list(promise: Promise, *, page_url: str, at: datetime.datetime) -> ShownPromise:
    """A promise with a link to what it is about. No query where its rows are read."""
    contribution = promise.contribution
    if contribution is None:
        return shown_promise(promise, at=at, about=promise.activity.page.title, url=page_url)
    return shown_promise(
        promise,
        at=at,
        about=contribution.title,
        about_language=contribution.language,
        url=path_on(page_url, contribution.reference),
        area=contribution.area.name if contribution.area else "",
    )
