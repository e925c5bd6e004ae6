"""What the pages for acting share."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Site

from wagtail_borgerdialog.actions import activity_of
from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.selectors import path_on, public_contribution
from wagtail_borgerdialog.models import Activity, ParticipationSettings
from wagtail_borgerdialog.pages_base import ParticipationPageMixin
from wagtail_borgerdialog.people.eligibility import Decision
from wagtail_borgerdialog.spam import HoneypotMixin

REFERENCE = re.compile("[0-9]{4}-[0-9]{5,12}")


def site_or_404(request: HttpRequest) -> Site:
    """The site of the request. Raises ``Http404`` where there is none."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404("There is no site here.")
    return site


def contribution_or_404(request: HttpRequest, reference: str) -> Contribution:
    """The contribution, through the gate. Raises ``Http404`` for whatever is not public here."""
    contribution = public_contribution(reference, site=site_or_404(request))
    if contribution is None:
        raise Http404("There is nothing public under this reference.")
    return contribution


def is_sent(request: HttpRequest) -> bool:
    """Whether a form is sent; ``step=edit`` only asks to see it again with what was typed."""
    return request.method == "POST" and request.POST.get("step") != "edit"


def typed(request: HttpRequest) -> dict[str, object]:
    """The keyword arguments that give a form what was typed: as data, or to go on with."""
    if is_sent(request):
        return {"data": request.POST}
    guards = (HoneypotMixin.honeypot_name, HoneypotMixin.started_name)
    return {"initial": {k: v for k, v in request.POST.items() if k not in guards}}


def page_of(contribution: Contribution, request: HttpRequest) -> str:
    """The address of ``contribution`` on the page in the reader's language."""
    page = contribution.activity.page.localized
    return path_on(page.get_url(request) or "", contribution.reference)


def acting_page(
    request: HttpRequest,
    template: str,
    contribution: Contribution,
    context: dict[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page about ``contribution`` that no search engine should keep."""
    page = contribution.activity.page.localized
    contribution_url = path_on(page.get_url(request) or "", contribution.reference)
    response = render(
        request,
        f"wagtail_borgerdialog/contributions/{template}.html",
        {
            "contribution": contribution,
            "contribution_url": contribution_url,
            "breadcrumb": [
                {"title": page.title, "url": page.get_url(request)},
                {"title": contribution.reference, "url": contribution_url},
            ],
            "sign_in_url": get_adapter().login_url(next_url=request.get_full_path()),
            "participation": ParticipationSettings.for_request(request),
            **(context or {}),
        },
        status=status,
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def denied_page(
    request: HttpRequest,
    contribution: Contribution,
    decision: Decision,
    *,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    """Say why not and what to do instead; ``typed`` is given back for the reader to keep."""
    context = {"decision": decision, "typed": typed}
    return acting_page(request, "denied", contribution, context, status=status)


def activity_or_404(page: ParticipationPageMixin) -> Activity:
    """The stored activity. Raises ``Http404`` before the page was first published."""
    activity = activity_of(page)
    if activity is None:
        raise Http404("This page has not been published yet.")
    return activity


def route(page: ParticipationPageMixin, request: HttpRequest, name: str, *args: str) -> str:
    """The address of one of the page's routes."""
    return f"{(page.get_url(request) or '/').rstrip('/')}/{page.reverse_subpage(name, args=args)}"


def private(response: HttpResponse) -> HttpResponse:
    """Mark a page that is for one person only."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
