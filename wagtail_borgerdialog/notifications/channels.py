"""What feeds, calendars and webhooks share: public pages, their addresses, and lasting names."""

from collections.abc import Iterable

from django.utils.encoding import punycode
from wagtail.models import Locale, Site

from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.pages_base import base_page_model


def public_activity(pk: int, *, site: Site) -> Activity | None:
    """The activity, if everybody may read its page on ``site``. One query."""
    public = Activity.objects.on_site(site).public()
    return public.filter(pk=pk).select_related("page", "site").first()


def page_urls(activities: Iterable[Activity], request: object) -> dict[int, tuple[str, str]]:
    """Title and full address of each activity's page, in the reader's language where it is there.

    Two queries, however many there are. ``request`` is where Wagtail keeps the roots of sites.
    """
    found = {activity.pk: activity.page for activity in activities}
    if not found:
        return {}
    keys = {page.translation_key for page in found.values()}
    here = base_page_model().objects.filter(
        translation_key__in=keys, locale=Locale.get_active(), live=True
    )
    translated = {page.translation_key: page for page in here}
    pages = {pk: translated.get(page.translation_key, page) for pk, page in found.items()}
    return {pk: (page.title, page.get_full_url(request) or "") for pk, page in pages.items()}


def tag(site: Site, key: str) -> str:
    """A name that lasts when the site gets another address for its pages (RFC 4151).

    ``key`` begins with the reference of a contribution, whose year dates it.
    """
    year = key[:4]
    return f"tag:{punycode(site.hostname)},{year}:borgerdialog/{key}"
