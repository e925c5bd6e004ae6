"""What the municipality's own frame shows: the menu, and what one can take part in."""

import dataclasses
import datetime

from django import template
from django.conf import settings
from django.db import models
from django.db.models import Sum
from django.db.models.functions import Left
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.pages_base import ParticipationPageMixin, base_page_model
from wagtail_borgerdialog.terms import LadderLevel

register = template.Library()


@dataclasses.dataclass(frozen=True)
class MenuItem:
    """A link of the main menu."""

    title: str
    url: str
    is_current: bool


@dataclasses.dataclass(frozen=True)
class Offer:
    """Something to take part in, as a card of the front page shows it."""

    title: str
    url: str
    text: str
    kind: str
    level: LadderLevel
    opens_at: datetime.datetime | None
    closes_at: datetime.datetime | None
    contributions: int
    supports: int


@register.simple_tag
def words(da: str, en: str) -> str:
    """Text in the language of the page; the frame has too few words for a catalogue."""
    return en if (get_language() or "").startswith("en") else da


@register.simple_tag
def demo_mail() -> str:
    """Where to read what would have been mailed; nowhere but in a demo."""
    return reverse("mailbox") if settings.DEBUG else ""


@register.simple_tag(takes_context=True)
def site_menu(context: Context) -> list[MenuItem]:
    """The pages below the front page that editors want in the menu. One query.

    A title's first part is enough here: "Borgermillionen", not what it is for.
    """
    request = context.get("request")
    site = Site.find_for_request(request) if request else None
    if site is None:
        return []
    pages, root = base_page_model().objects, site.root_page
    homes = pages.filter(translation_key=root.translation_key)
    below = pages.annotate(parent_path=Left("path", len(root.path))).filter(
        depth=root.depth + 1,
        parent_path__in=homes.values("path"),
        locale__language_code=get_language(),
    )
    return [
        MenuItem(
            title=page.title.partition(":")[0],
            url=(url := page.get_url(request) or ""),
            is_current=bool(url) and request.path.startswith(url),
        )
        for page in below.live().in_menu().order_by("path")
    ]


@register.simple_tag(takes_context=True)
def offers(context: Context, page: models.Model) -> list[Offer]:
    """What one can take part in below ``page``, in the order of the page tree."""
    children = [
        child
        for child in page.get_children().live().public().specific()
        if isinstance(child, ParticipationPageMixin)
    ]
    activities = {
        activity.translation_key: activity
        for activity in Activity.objects.filter(
            translation_key__in=[child.translation_key for child in children]
        )
    }
    supports = dict(
        Contribution.objects.visible()
        .filter(activity__in=activities.values())
        .order_by()
        .values_list("activity")
        .annotate(total=Sum("support_count"))
    )
    return [
        _offer(child, activities[child.translation_key], supports, context)
        for child in children
        if child.translation_key in activities
    ]


def _offer(
    page: models.Model, activity: Activity, supports: dict[int, int], context: Context
) -> Offer:
    return Offer(
        title=page.title,
        url=page.get_url(context.get("request")) or "",
        text=page.search_description,
        kind=activity.kind,
        level=LadderLevel(activity.level),
        opens_at=activity.opens_at,
        closes_at=activity.closes_at,
        contributions=activity.contribution_count,
        supports=supports.get(activity.pk, 0),
    )
