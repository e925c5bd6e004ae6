"""A public list of contributions: filter, sort, search and page, at a cost that does not grow.

Used by every page that lists ideas, proposals and their like. Only the base table is read: a
card needs nothing else.
"""

import dataclasses
import datetime
import functools
import uuid
from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.db import connection
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    F,
    Q,
    QuerySet,
    UUIDField,
    Value,
    Window,
)
from django.db.models.functions import Cast
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from wagtail.search.backends import get_search_backend

from wagtail_borgerdialog.contributions.models import Contribution, StatusKind
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.models.taxonomy import name_for_reader, reader_language
from wagtail_borgerdialog.paging import BadCursor, CountUpTo, KeysetPage, Order, keyset_page
from wagtail_borgerdialog.text import clean_query

PAGE_SIZE = 20
COUNT_CAP = 100
SEARCH_CAP = 120

NEWEST = "newest"
SUPPORTED = "supported"
DISCUSSED = "discussed"
RANDOM = "random"

Sorts = Mapping[str, tuple[str, Callable[[datetime.datetime], Order]]]
# A group is a set of status kinds, or where the clock has a say a condition on the rows.
Groups = Mapping[str, tuple[str, frozenset[str] | Callable[[datetime.datetime], Q]]]

SORTS: Sorts = {
    NEWEST: (_("Newest"), lambda at: Order("published_at")),
    SUPPORTED: (_("Most supported"), lambda at: Order("support_count")),
    DISCUSSED: (_("Most discussed"), lambda at: Order("comment_count")),
    RANDOM: (
        _("Random"),
        lambda at: Order("random_key", descending=False, starts_at=start_of_day(at)),
    ),
}

STATUS_GROUPS: Groups = {
    "open": (
        _("Open"),
        frozenset({StatusKind.RECEIVED, StatusKind.OPEN_FOR_SUPPORT, StatusKind.IN_REFINEMENT}),
    ),
    "considered": (
        _("Being considered"),
        frozenset(
            {
                StatusKind.THRESHOLD_REACHED,
                StatusKind.IN_PROCESS,
                StatusKind.AWAITING_FUNDS,
                StatusKind.REFERRED,
            }
        ),
    ),
    "carried_out": (
        _("Accepted and carried out"),
        frozenset(
            {
                StatusKind.ACCEPTED,
                StatusKind.PARTLY_ACCEPTED,
                StatusKind.IN_PROGRESS,
                StatusKind.DELAYED,
                StatusKind.DONE,
                StatusKind.IN_OPERATION,
            }
        ),
    ),
    "ended": (
        _("Ended without being carried out"),
        frozenset(
            {
                StatusKind.ANSWERED,
                StatusKind.EXPIRED,
                StatusKind.REJECTED,
                StatusKind.REJECTED_FORMAL,
                StatusKind.CANCELLED,
                StatusKind.MERGED,
            }
        ),
    ),
}


def start_of_day(at: datetime.datetime) -> int:
    """Where the random order starts on the local day of ``at``: same for all, new each day."""
    return (localdate(at).toordinal() * 2_654_435_761) % 2**31


@dataclasses.dataclass(frozen=True)
class Listing:
    """What a list page shows. ``count`` is None for no number; ``count_is_capped`` means "more"."""

    page: KeysetPage
    sort: str
    query: str
    area: Area | None
    category: Category | None
    status_group: str
    areas: list[Area]
    categories: list[Category]
    count: int
    count_is_capped: bool
    sorts: Sorts
    groups: Groups
    default_group: str

    @property
    def is_filtered(self) -> bool:
        """Whether the visitor has narrowed the list."""
        by_status = self.status_group != self.default_group
        return bool(self.query or self.area or self.category or by_status)


def list_contributions(
    activity: Activity,
    params: Mapping[str, str],
    *,
    at: datetime.datetime,
    default_sort: str = NEWEST,
    size: int = PAGE_SIZE,
    sorts: Sorts = SORTS,
    groups: Groups = STATUS_GROUPS,
    default_group: str = "",
) -> Listing:
    """The page of ``activity``'s public contributions that ``params`` (a GET query) asks for.

    ``default_group`` is shown where neither a status nor a search is asked for; an empty status
    asks for everything.

    Unknown filters, sorts and cursors are ignored: a stale link shows the plain list. Two queries:
    what to filter by, and the rows with a count up to ``COUNT_CAP``. (One more for a search by
    another engine than the database.)
    """
    areas, categories = filters_of(activity)
    area = next((a for a in areas if a.slug == params.get("area")), None)
    category = next((c for c in categories if c.slug == params.get("category")), None)
    query = clean_query(params.get("q", ""))
    group = params.get("status", "" if query else default_group)
    group = group if group in groups else ""
    sort = params.get("sort", "")
    sort = sort if sort in sorts else default_sort

    rows = Contribution.objects.in_activity(activity).visible().with_card_rows()
    if area:
        rows = rows.filter(area=area)
    if category:
        rows = rows.filter(category=category)
    if group:
        rows = rows.filter(_in_group(groups[group][1], at=at))
    if query:
        rows = rows.filter(pk__in=matching(activity, query))

    filtered = bool(area or category or group or query)
    order = sorts[sort][1](at)
    after, before = params.get("after", ""), params.get("before", "")
    if query and not (after or before) and order.starts_at is None:
        # The search has bounded the rows, and would be done once more to count them apart.
        rows = rows.annotate(found=Window(Count("pk")))
    elif filtered:
        counted = rows.order_by().values("pk")[: COUNT_CAP + 1]
        rows = rows.annotate(found=CountUpTo(counted))
    try:
        page = keyset_page(rows, order=order, size=size, after=after, before=before)
    except BadCursor:
        page = keyset_page(rows, order=order, size=size)
    _attach(page, areas, categories)
    count = activity.contribution_count
    if filtered:
        count = page.items[0].found if page.items else 0
    return Listing(
        page=page,
        sort=sort,
        query=query,
        area=area,
        category=category,
        status_group=group,
        areas=areas,
        categories=categories,
        count=min(count, COUNT_CAP) if filtered else count,
        count_is_capped=filtered and count > COUNT_CAP,
        sorts=sorts,
        groups=groups,
        default_group=default_group,
    )


def filters_of(activity: Activity) -> tuple[list[Area], list[Category]]:
    """The districts and the categories to filter by, without their other columns. One query.

    The categories are those of the activity's own page, so that all its translations filter by
    the same; each is named in the reader's language, if it has a name there.
    """
    names = [_Name(*row) for row in _names().all()]
    language = reader_language()
    own = {row.key: row for row in names if row.locale == activity.locale_id}
    translated = {row.key for row in names if row.key and row.language == language}
    shown = [
        row
        for row in names
        if row.key in own
        and (row.language == language if row.key in translated else row is own[row.key])
    ]
    # Sorting is stable: within one number, names stay in the database's order.
    areas = sorted((row for row in names if not row.key), key=lambda row: row.order)
    shown.sort(key=lambda row: own[row.key].order)
    return (
        [Area(pk=row.pk, slug=row.slug, name=row.name) for row in areas],
        [Category(pk=own[row.key].pk, slug=own[row.key].slug, name=row.name) for row in shown],
    )


class _Name(NamedTuple):
    """A district, or a category in one language (``key`` is what its translations share)."""

    pk: int
    slug: str
    name: str
    order: int
    key: uuid.UUID | None
    locale: int | None
    language: str | None


@functools.cache
def _names() -> QuerySet:
    # Plain columns, chosen from afterwards: conditions would cost more than all the rows, and
    # writing the query more than running it.
    nothing = {
        "key": Value(None, output_field=UUIDField()),
        "locale": Value(None, output_field=BigIntegerField()),
        "language": Value(None, output_field=CharField()),
    }
    plain = ("pk", "slug", "name", "order")
    areas = Area.objects.order_by().annotate(**nothing).values_list(*plain, *nothing)
    columns = (*plain, "translation_key", "locale_id", "locale__language_code")
    categories = Category.objects.order_by().values_list(*columns)
    return areas.union(categories, all=True).order_by("name")


def categories_in(activity: Activity) -> list[Category]:
    """The categories to choose from, each named in the reader's language. One query."""
    return filters_of(activity)[1]


def _attach(page: KeysetPage, areas: list[Area], categories: list[Category]) -> None:
    """Give the rows the districts and categories that are read already; borders are large."""
    area_of: dict[int | None, Area | None] = {None: None, **{row.pk: row for row in areas}}
    category_of: dict[int | None, Category | None] = {None: None}
    category_of |= {row.pk: row for row in categories}
    # Staff can choose a category in another language.
    if others := {row.category_id for row in page} - category_of.keys():
        named = Category.objects.filter(pk__in=others).values_list("pk", name_for_reader())
        category_of |= {pk: Category(pk=pk, name=name) for pk, name in named}
    for row in page:
        row.area = area_of[row.area_id]
        row.category = category_of[row.category_id]


def _in_group(
    group: frozenset[str] | Callable[[datetime.datetime], Q], *, at: datetime.datetime
) -> Q:
    return group(at) if callable(group) else Q(status__kind__in=group)


def matching(activity: Activity, query: str) -> QuerySet[Contribution] | list[int]:
    """Primary keys of the public contributions that match ``query``: the newest 120.

    Through Wagtail's search backend; on PostgreSQL ``SEARCH_CONFIG = "danish"`` makes it know
    inflections. No query of its own where the database searches: the result is a part of the next.
    """
    public = Contribution.objects.in_activity(activity).visible().only("pk")
    newest = public.order_by("-published_at", "-id")
    found = get_search_backend().search(query, newest, operator="and", order_by_relevance=False)
    if hasattr(found, "get_queryset") and connection.features.allow_sliced_subqueries_with_in:
        # Wagtail joins by the key as text. As a number too, a rare word need not read every row.
        key = Cast("index_entries__object_id", BigIntegerField())
        rows = found.get_queryset().annotate(key=key).filter(pk=F("key"))
        return rows[:SEARCH_CAP].values("pk")
    found = found[:SEARCH_CAP]
    return [item.pk for item in found]
