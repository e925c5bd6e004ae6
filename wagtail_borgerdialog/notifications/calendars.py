"""Dates for people's own calendars: of a page, and of one contribution. iCalendar, RFC 5545.

What everybody may read and nothing else: a calendar that subscribes does not sign in.
"""

import datetime
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.translation import get_language
from django.views.decorators.http import conditional_page, require_safe
from icalendar import Calendar, Event
from wagtail.models import Site

from wagtail_borgerdialog.components import CalendarEntry, registry
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.views.common import (
    contribution_or_404,
    page_of,
    site_or_404,
)
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.notifications.channels import page_urls, public_activity
from wagtail_borgerdialog.text import clean_line, clean_text
from wagtail_borgerdialog.views import cacheable

PRODUCT = "-//wagtail-borgerdialog//calendar//EN"
LOOK_AGAIN = datetime.timedelta(hours=12)
MOST = 200


@require_safe
@conditional_page
def of_page(request: HttpRequest, pk: int) -> HttpResponse:
    """When the page opens and closes, when it is decided, and what is promised there."""
    site = site_or_404(request)
    activity = public_activity(pk, site=site)
    if activity is None:
        raise Http404("There is no such public page here.")
    title, url = page_urls([activity], request)[activity.pk]
    stamp = activity.page.last_published_at or activity.page.latest_revision_created_at
    return _calendar(
        request,
        site,
        name=title,
        url=url,
        about=activity,
        uid=f"page-{activity.pk}",
        stamp=stamp or timezone.now(),
    )


@require_safe
@conditional_page
def of_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Until when one can support it, when an answer is due, and what is promised."""
    site = site_or_404(request)
    found = contribution_or_404(request, reference)
    return _calendar(
        request,
        site,
        name=f"{reference}: {found.title}",
        url=request.build_absolute_uri(page_of(found, request)),
        about=found,
        uid=reference,
        stamp=found.updated_at,
    )


def entries_of(about: Activity | Contribution) -> list[CalendarEntry]:
    """The dates that every room gives ``about``, earliest first, at most ``MOST``."""
    found = [entry for component in registry for entry in component.calendar_entries(about)]
    return sorted(found, key=lambda entry: (_day(entry.at), entry.key))[:MOST]


def _day(at: datetime.date | datetime.datetime) -> datetime.date:
    return timezone.localdate(at) if isinstance(at, datetime.datetime) else at


def _calendar(
    request: HttpRequest,
    site: Site,
    *,
    name: str,
    url: str,
    about: Activity | Contribution,
    uid: str,
    stamp: datetime.datetime,
) -> HttpResponse:
    entries = entries_of(about)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", clean_line(name))
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, site, name=name, url=url, uid=uid, stamp=stamp))
    _say_when_summer_is(calendar, entries)
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{uid}.ics"'
    response["Content-Language"] = get_language()
    return cacheable(request, response)


def _event(
    entry: CalendarEntry, site: Site, *, name: str, url: str, uid: str, stamp: datetime.datetime
) -> Event:
    event = Event()
    # The same for ever: a calendar that reads it again moves the date and adds none.
    event.add("uid", f"{uid}-{entry.key}@{punycode(site.hostname)}")
    event.add("dtstamp", stamp.astimezone(datetime.UTC))
    event.add("summary", clean_line(f"{entry.title}: {name}"))
    if isinstance(entry.at, datetime.datetime):
        event.add("dtstart", timezone.localtime(entry.at))
    else:
        event.add("dtstart", entry.at)
        event.add("dtend", entry.at + datetime.timedelta(days=1))
    if entry.text:
        event.add("description", clean_text(entry.text))
    event.add("url", url)
    # A date to know of is no appointment.
    event.add("transp", "TRANSPARENT")
    return event


def _say_when_summer_is(calendar: Calendar, entries: Iterable[CalendarEntry]) -> None:
    """Add the rules of the time zone for the years that the dates are in."""
    days = [_day(entry.at) for entry in entries]
    if days:
        year = datetime.timedelta(days=366)
        calendar.add_missing_timezones(first_date=min(days) - year, last_date=max(days) + year)
