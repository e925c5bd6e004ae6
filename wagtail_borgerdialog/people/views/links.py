"""The page behind every link we mail: GET shows, POST acts."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.models import Site

from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.people.links import get_link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    """Show what the link would do or has done; on POST do it and come back by GET."""
    site = Site.find_for_request(request)
    kind = get_link(purpose)
    reading = kind.read(token, site=site) if kind and site else None
    if kind is None or reading is None:
        return link_invalid(request)
    denied = None
    if request.method == "POST" and reading.is_ready:
        choice = request.POST.get("choice", "")
        if choice in {option.value for option in kind.choices(reading.obj)}:
            try:
                kind.act(reading.obj, choice, at=timezone.now())
            except NotAllowed as error:
                denied = error.decision
            else:
                return HttpResponseRedirect(request.path, status=303)
    elif request.method == "POST":
        return HttpResponseRedirect(request.path, status=303)
    context = {
        "object": reading.obj,
        "is_ready": reading.is_ready,
        "choices": kind.choices(reading.obj) if reading.is_ready else (),
        "denied": denied,
        "participation": ParticipationSettings.for_site(site),
        **kind.context(reading.obj),
    }
    return for_one_reader(
        render(request, kind.template_name, context, status=409 if denied is not None else 200)
    )


def for_one_reader(response: HttpResponse) -> HttpResponse:
    """Mark a page whose address or content is for one person only."""
    # The address is the key: no other site may learn it. With "no-referrer" a browser hides its
    # origin as well, and Django refuses the form.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def link_invalid(request: HttpRequest) -> HttpResponse:
    """The answer to a key that is false, too old, or about something that is gone."""
    site = Site.find_for_request(request)
    context = {"participation": ParticipationSettings.for_site(site) if site else None}
    template = "wagtail_borgerdialog/people/link_invalid.html"
    return for_one_reader(render(request, template, context, status=410))
