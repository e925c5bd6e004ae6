"""Read what was promised, and what became of what citizens sent."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.presenters import Tab
from wagtail_borgerdialog.followup.effect import answer_times, funnel
from wagtail_borgerdialog.followup.filters import EffectFilterForm, LedgerFilterForm
from wagtail_borgerdialog.followup.ledger import (
    GROUPS,
    Ledger,
    in_list,
    list_promises,
    public_activities,
)
from wagtail_borgerdialog.templatetags.borgerdialog import bd_number
from wagtail_borgerdialog.views import breadcrumb, cacheable, settings_of

if TYPE_CHECKING:
    from wagtail_borgerdialog.followup.pages import PromisesPageMixin


@require_safe
def ledger(request: HttpRequest, page: "PromisesPageMixin") -> HttpResponse:
    """Every promise that everybody may read, what is open first."""
    at = timezone.now()
    found = list_promises(_site(request, page), request.GET, at=at)
    context = {
        "at": at,
        "ledger": found,
        "filter": LedgerFilterForm(found),
        "groups": [
            Tab(
                gettext("%(state)s (%(count)s)")
                % {"state": label, "count": bd_number(found.counts[key])},
                f"{found.url(state=key)}#promises",
                current=key == found.group,
            )
            for key, label in GROUPS.items()
        ],
        "promises": [
            in_list(promise, page_url=promise.activity.page.get_url(request) or "", at=at)
            for promise in found.page
        ],
        "next_url": _turn(found, "after", found.page.next_cursor),
        "previous_url": _turn(found, "before", found.page.previous_cursor),
        "effect_url": f"{page.get_url(request)}{page.reverse_subpage('effect')}",
    }
    return cacheable(request, _page_of_promises(request, page, "ledger", context))


@require_safe
def effect(request: HttpRequest, page: "PromisesPageMixin") -> HttpResponse:
    """How far what citizens sent got, on one page or on the whole site."""
    at = timezone.now()
    activities = public_activities(_site(request, page), Contribution.objects.visible())
    chosen = next((a for a in activities if str(a.pk) == request.GET.get("page")), None)
    ids = [chosen.pk] if chosen else [activity.pk for activity in activities]
    context = {
        "at": at,
        "filter": EffectFilterForm(activities, chosen),
        "chosen": chosen,
        "steps": funnel(ids, at=at),
        "times": answer_times(ids, at=at),
    }
    return cacheable(request, _page_of_promises(request, page, "effect", context, below=True))


def _site(request: HttpRequest, page: "PromisesPageMixin") -> Site:
    """The site that is being read, which the request has at no cost."""
    return Site.find_for_request(request) or page.get_site()


def _turn(found: Ledger, name: str, cursor: str) -> str:
    return f"{found.url(**{name: cursor})}#promises" if cursor else ""


def _page_of_promises(
    request: HttpRequest,
    page: "PromisesPageMixin",
    template: str,
    context: dict[str, object],
    *,
    below: bool = False,
) -> HttpResponse:
    settings_of(request, _site(request, page))
    return render(
        request,
        f"wagtail_borgerdialog/followup/{template}.html",
        {
            "page": page,
            "self": page,
            "list_url": page.get_url(request),
            "breadcrumb": breadcrumb(page, request, with_page=below),
            **context,
        },
    )
