"""What every citizens' page does with a request, whichever room shows it."""

import dataclasses

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.csrf import csrf_failure as django_csrf_failure
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.models import Site

from wagtail_borgerdialog.form_fields import KEPT_FORM, keeps_text
from wagtail_borgerdialog.models import ParticipationSettings


def visitor(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """Who is looking, without opening a session for somebody who has none."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return request.user
    return AnonymousUser()


def cacheable(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let proxies keep ``response`` for people without a session, and for nobody else."""
    patch_vary_headers(response, ["Cookie"])
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        patch_cache_control(response, private=True)
    return response


def settings_of(request: HttpRequest, site: Site) -> ParticipationSettings:
    """The settings of ``site``, which the host's own templates then have at no cost as well."""
    found = ParticipationSettings.of(site)
    if site == Site.find_for_request(request):
        setattr(request, ParticipationSettings.get_cache_attr_name(), found)
    return found


@dataclasses.dataclass(frozen=True)
class Crumb:
    """One step of ``elements/breadcrumb.html``."""

    title: str
    url: str


def breadcrumb(page: models.Model, request: HttpRequest, *, with_page: bool = False) -> list[Crumb]:
    """The pages above ``page``, outermost first; ``with_page`` adds itself.

    One query, or none right below the front page, which the site brings along.
    """
    site = Site.find_for_request(request)
    root = site.root_page if site else None
    if root is not None and page.depth == root.depth + 1 and page.path.startswith(root.path):
        above = [root]
    else:
        above = page.get_ancestors().filter(depth__gt=1)
    crumbs = [Crumb(ancestor.title, ancestor.get_url(request) or "") for ancestor in above]
    if with_page:
        crumbs.append(Crumb(page.title, page.get_url(request) or ""))
    return [crumb for crumb in crumbs if crumb.url]


@sensitive_post_parameters()
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give back what was typed when a form's protection has run out (``CSRF_FAILURE_VIEW``).

    Signing in or out in another tab, or cleared cookies, make Django refuse a form that a person
    has spent an hour on. Nothing is acted on: the button only opens the form again, filled in.
    Other people's forms get Django's own page.
    """
    if not keeps_text(request.path, request.POST.get(KEPT_FORM, "")):
        return django_csrf_failure(request, reason=reason)
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "step"}
        for value in values
    ]
    return render(
        request,
        "wagtail_borgerdialog/form_kept.html",
        {"kept": kept, "action": request.get_full_path()},
        status=403,
    )
