"""Atom feeds: the newest of a site, those of one page, and what happens to one of them.

What everybody may read and nothing else: a feed reader does not sign in. RFC 4287.
"""

import dataclasses
import datetime
from collections.abc import Iterable, Sequence

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.presenters import author_name, sender_name
from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.contributions.timeline import rows_of, timeline
from wagtail_borgerdialog.contributions.views.common import (
    contribution_or_404,
    page_of,
    site_or_404,
)
from wagtail_borgerdialog.models import Activity, ParticipationSettings
from wagtail_borgerdialog.notifications.channels import page_urls, public_activity, tag
from wagtail_borgerdialog.text import clean_text, excerpt, render_plain_text
from wagtail_borgerdialog.views import cacheable

ENTRIES = 50
EXCERPT = 500
NEVER = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Entry:
    """One thing in a feed. ``key`` stays the same for as long as the thing exists."""

    key: str
    title: str
    url: str
    text: str
    published: datetime.datetime
    updated: datetime.datetime
    author: str = ""
    language: str = ""


class _Atom(Atom1Feed):
    """Each entry in its own language, and an empty feed that says the same twice."""

    def item_attributes(self, item: dict[str, object]) -> dict[str, object]:
        language = {"xml:lang": item["language"]} if item["language"] else {}
        return {**super().item_attributes(item), **language}

    def latest_post_date(self) -> datetime.datetime:
        return super().latest_post_date() if self.items else NEVER


@require_safe
@conditional_page
def of_site(request: HttpRequest) -> HttpResponse:
    """The newest of all public pages of a site. Four queries, or five."""
    site = site_or_404(request)
    rows = _newest(Contribution.objects.all(), site)
    urls = page_urls({row.activity for row in rows}, request)
    participation = ParticipationSettings.of(site)
    return _feed(
        request,
        site,
        title=_("Newest from citizens: %(sender)s")
        % {"sender": sender_name(participation, site) or site.hostname},
        url=site.root_url + "/",
        entries=_entries(rows, site, urls),
    )


@require_safe
@conditional_page
def of_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest of one page."""
    site = site_or_404(request)
    activity = _activity_or_404(pk, site)
    urls = page_urls([activity], request)
    rows = _newest(Contribution.objects.in_activity(activity), site)
    title, url = urls[activity.pk]
    return _feed(request, site, title=title, url=url, entries=_entries(rows, site, urls))


@require_safe
@conditional_page
def of_case(request: HttpRequest, reference: str) -> HttpResponse:
    """What has happened to one contribution, newest first."""
    site = site_or_404(request)
    found = contribution_or_404(request, reference)
    url = request.build_absolute_uri(page_of(found, request))
    rows = rows_of(found)[:ENTRIES]
    entries = [
        Entry(
            key=f"{reference}/{row.source}/{row.pk}",
            title=entry.title,
            url=f"{url}#timeline",
            text=entry.text,
            published=row.at,
            updated=row.at,
            author=entry.by,
        )
        for row, entry in zip(rows, timeline(found, rows), strict=True)
    ]
    return _feed(
        request,
        site,
        title=_("What happens to %(reference)s: %(title)s")
        % {"reference": reference, "title": found.title},
        url=url,
        entries=entries,
    )


def _activity_or_404(pk: int, site: Site) -> Activity:
    activity = public_activity(pk, site=site)
    if activity is None:
        raise Http404("There is no such public page here.")
    return activity


def _newest(rows: "Iterable[Contribution]", site: Site) -> list[Contribution]:
    """The newest that everybody may read, with their pages. One query."""
    public = rows.visible_to(AnonymousUser(), site).newest()
    return list(
        public.select_related("activity__page").only(
            "reference",
            "title",
            "body",
            "public_name",
            "language",
            "published_at",
            "updated_at",
            "activity__page",
        )[:ENTRIES]
    )


def _entries(
    rows: Sequence[Contribution], site: Site, urls: dict[int, tuple[str, str]]
) -> list[Entry]:
    return [
        Entry(
            key=row.reference,
            title=row.title,
            url=path_on(urls[row.activity_id][1], row.reference),
            text=excerpt(row.body, EXCERPT),
            published=row.published_at,
            updated=max(row.updated_at, row.published_at),
            author=author_name(row.public_name),
            language=row.language,
        )
        for row in rows
    ]


def _feed(
    request: HttpRequest, site: Site, *, title: str, url: str, entries: Sequence[Entry]
) -> HttpResponse:
    own_url = site.root_url + request.path
    feed = _Atom(
        title=clean_text(title),
        link=url,
        description="",
        language=get_language(),
        feed_url=own_url,
        feed_guid=own_url,
        author_name=site.site_name or site.hostname,
    )
    for entry in entries:
        feed.add_item(
            title=clean_text(entry.title),
            link=entry.url,
            description=render_plain_text(clean_text(entry.text)),
            author_name=clean_text(entry.author) or None,
            pubdate=entry.published,
            updateddate=entry.updated,
            unique_id=tag(site, entry.key),
            language=entry.language,
        )
    # No Last-Modified: what is hidden would make it earlier, and readers would keep the old text.
    response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    return cacheable(request, response)
