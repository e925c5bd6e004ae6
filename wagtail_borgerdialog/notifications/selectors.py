"""The reads that pages, mails and the person's own page share."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Site

from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.models.taxonomy import name_for_reader
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus, Target
from wagtail_borgerdialog.pages_base import base_page_model
from wagtail_borgerdialog.people.models import Participant

LONGEST_LIST = 100
PUBLISHED = ("contribution", "activity")


@dataclasses.dataclass(frozen=True)
class Offer:
    """Something that a form offers to follow."""

    value: str
    label: str
    target: Target


def offers_about(contribution: Contribution, *, page_title: str) -> list[Offer]:
    """What somebody can follow who reads ``contribution``: it, its page, district and subject."""
    offers = [
        _offer(contribution.site, "contribution", contribution.pk, _("Only this, and its comments"))
    ]
    offers += _offers_of_page(contribution.activity, page_title=page_title)
    if contribution.area_id:
        area = Area.objects.only("name").get(pk=contribution.area_id)
        offers.append(_offer_of_area(contribution.site, area))
    if contribution.category_id:
        category = _first_of(Category.objects.filter(pk=contribution.category_id))
        offers.append(_offer_of_category(contribution.site, category))
    return offers


def offers_on(
    activity: Activity,
    *,
    page_title: str,
    areas: Sequence[Area],
    categories: Sequence[Category],
) -> list[Offer]:
    """What somebody can follow who reads a list: the page, a district or a subject."""
    offers = _offers_of_page(activity, page_title=page_title)
    offers += [_offer_of_area(activity.site, area) for area in areas]
    chosen = _first_of_each(category.pk for category in categories)
    return offers + [
        _offer(activity.site, "category", chosen[category.pk], _about(category.name))
        for category in categories
    ]


def _offer(site: Site, name: str, pk: int, label: str) -> Offer:
    return Offer(f"{name}:{pk}", label, Target(site, name, pk))


def _offers_of_page(activity: Activity, *, page_title: str) -> list[Offer]:
    label = _("Everything on the page “%(page)s”") % {"page": page_title}
    return [_offer(activity.site, "activity", activity.pk, label)]


def _offer_of_area(site: Site, area: Area) -> Offer:
    label = _("Everything in the district %(area)s") % {"area": area.name}
    return _offer(site, "area", area.pk, label)


def _offer_of_category(site: Site, category: Category) -> Offer:
    return _offer(site, "category", category.pk, _about(category.name_here))


def _about(name: str) -> str:
    return _("Everything about %(category)s") % {"category": name}


def _first_of(categories: QuerySet[Category]) -> Category:
    """The one of all the translations that is followed, named for the reader."""
    shared = Category.objects.filter(translation_key__in=categories.values("translation_key"))
    return shared.annotate(name_here=name_for_reader()).order_by("pk")[0]


def _first_of_each(pks: Iterable[int]) -> dict[int, int]:
    """For each category the one of its translations that is followed. One query."""
    wanted = Category.objects.filter(pk__in=list(pks))
    rows = Category.objects.filter(translation_key__in=wanted.values("translation_key"))
    first: dict[object, int] = {}
    found = list(rows.order_by("pk").values_list("pk", "translation_key"))
    for pk, key in found:
        first.setdefault(key, pk)
    return {pk: first[key] for pk, key in found}


def following(participant: Participant, targets: Iterable[Target]) -> set[Target]:
    """Those of ``targets`` that the person is told of now. One query."""
    rows = Follow.objects.filter(participant=participant, status=FollowStatus.CONFIRMED)
    followed = {(row.site_id, row.target_name, row.target_id) for row in rows}
    return {one for one in targets if (one.site.pk, one.name, one.pk) in followed}


class Pages:
    """The pages of activities in every language. Two queries, however many there are."""

    def __init__(self, activity_ids: Iterable[int]) -> None:
        owners = Activity.objects.filter(pk__in=set(activity_ids)).select_related("page__locale")
        self._owners = {activity.pk: activity.page for activity in owners}
        self._translated: dict[tuple[object, str], Model] = {}
        if getattr(settings, "WAGTAIL_I18N_ENABLED", False) and self._owners:
            keys = {page.translation_key for page in self._owners.values()}
            live = base_page_model().objects.live().filter(translation_key__in=keys)
            for page in live.select_related("locale"):
                self._translated[page.translation_key, page.locale.language_code] = page

    def title_and_url(self, activity_id: int) -> tuple[str, str]:
        """In the active language, if the page has been translated into it."""
        owner = self._owners[activity_id]
        try:
            language = get_supported_content_language_variant(get_language())
        except LookupError:
            language = ""
        page = self._translated.get((owner.translation_key, language), owner)
        return page.title, page.get_full_url() or ""

    def url_of(self, contribution: Contribution) -> str:
        """The full address of ``contribution`` in the active language."""
        return path_on(self.title_and_url(contribution.activity_id)[1], contribution.reference)


@dataclasses.dataclass(frozen=True)
class Followed:
    """One line of what somebody follows, in words; ``language`` is that of a citizen's title."""

    follow: Follow
    title: str
    url: str = ""
    language: str = ""


def follows_of(participant: Participant, *, site: Site | None = None) -> list[Followed]:
    """What the person follows or has been asked to confirm, newest first, up to a hundred.

    In the active language. What is not public (any more) goes by its reference or as "a page that
    is not public". Six queries at most.
    """
    rows = Follow.objects.going_on().filter(participant=participant)
    if site is not None:
        rows = rows.filter(site=site)
    return described(rows.order_by("-created_at", "-pk")[:LONGEST_LIST])


def described(follows: QuerySet[Follow]) -> list[Followed]:
    """``follows`` in words, in the active language. Six queries at most."""
    rows = list(
        follows.select_related("site", "contribution", "area", "category").defer(
            "contribution__body", "area__boundary"
        )
    )
    readable = _readable(rows)
    activities = {row.activity_id or row.contribution.activity_id for row in rows if _has_page(row)}
    pages = Pages(activities)
    names = category_names(row.category_id for row in rows if row.category_id)
    found = []
    for row in rows:
        if row.contribution_id:
            about = row.contribution
            if about.pk in readable["contribution"]:
                found.append(Followed(row, about.title, pages.url_of(about), about.language))
            else:
                found.append(Followed(row, about.reference))
        elif row.activity_id and row.activity_id in readable["activity"]:
            title, url = pages.title_and_url(row.activity_id)
            label = _("Everything on the page “%(page)s”") % {"page": title}
            found.append(Followed(row, label, url))
        elif row.activity_id:
            found.append(Followed(row, _("A page that is not public")))
        elif row.area_id:
            label = _("Everything in the district %(area)s") % {"area": row.area.name}
            found.append(Followed(row, label))
        else:
            found.append(Followed(row, _about(names[row.category_id])))
    return found


def _has_page(row: Follow) -> bool:
    return bool(row.activity_id or row.contribution_id)


def _readable(rows: Sequence[Follow]) -> Mapping[str, set[int]]:
    """Which of the texts and pages everybody may read, through the gate."""
    wanted = {name: {getattr(row, f"{name}_id") for row in rows} - {None} for name in PUBLISHED}
    sites = {row.site for row in rows}
    texts = {
        pk
        for site in sites
        if wanted["contribution"]
        for pk in Contribution.objects.visible_to(AnonymousUser(), site)
        .filter(pk__in=wanted["contribution"])
        .values_list("pk", flat=True)
    }
    pages: set[int] = set()
    if wanted["activity"]:
        public = Activity.objects.public().filter(pk__in=wanted["activity"])
        pages = set(public.values_list("pk", flat=True))
    return {"contribution": texts, "activity": pages}


def category_names(pks: Iterable[int]) -> dict[int, str]:
    """The names of categories in the active language. One query, or none."""
    wanted = set(pks)
    if not wanted:
        return {}
    rows = Category.objects.filter(pk__in=wanted)
    return dict(rows.values_list("pk", name_for_reader()))


def told_events() -> frozenset[str]:
    """The events that some room has a sentence for."""
    return frozenset(event for component in registry for event in component.event_names())


def sentences(events: Iterable[str], *, language: str) -> list[str]:
    """What readers call ``events``, each once, in ``language``."""
    with translation.override(language):
        words = {k: str(v) for one in registry for k, v in one.event_names().items()}
    return list(dict.fromkeys(words[event] for event in events if event in words))
