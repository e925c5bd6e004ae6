"""Following: GET shows where one stands, POST follows; and the one click that ends it."""

import dataclasses
import datetime
from collections.abc import Callable
from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions.listing import filters_of
from wagtail_borgerdialog.contributions.views.common import (
    contribution_or_404,
    is_sent,
    page_of,
    private,
    site_or_404,
    typed,
)
from wagtail_borgerdialog.models import Activity, ParticipationSettings
from wagtail_borgerdialog.notifications import actions, rules
from wagtail_borgerdialog.notifications.forms import FollowForm
from wagtail_borgerdialog.notifications.models import Follow
from wagtail_borgerdialog.notifications.outbox import read_unfollow_token
from wagtail_borgerdialog.notifications.selectors import (
    Offer,
    described,
    following,
    offers_about,
    offers_on,
)
from wagtail_borgerdialog.people.actions import known_person
from wagtail_borgerdialog.people.eligibility import Decision, NotAllowed, Person
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.selectors import person_for
from wagtail_borgerdialog.people.senders import best_case, resolve_sender, within_limits
from wagtail_borgerdialog.views import visitor


@dataclasses.dataclass(frozen=True)
class _Place:
    """Where somebody presses *Follow*: a text, or a page with its list."""

    title: str
    url: str
    page_title: str
    page_url: str
    sent_url: str
    read_offers: Callable[[], list[Offer]]
    reference: str = ""
    language: str = ""

    @cached_property
    def offers(self) -> list[Offer]:
        """What can be followed from here; the first is what one looks at."""
        return self.read_offers()


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Follow a text, or what it belongs to."""
    return _respond(request, _place_of_text(request, reference))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def follow_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow a page, or one district or subject."""
    return _respond(request, _place_of_page(request, pk))


@never_cache
@require_safe
def follow_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Check your inbox: the same words whether or not one follows it already."""
    return _page(request, "follow_sent", _place_of_text(request, reference))


@never_cache
@require_safe
def follow_page_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The same after following a page."""
    return _page(request, "follow_sent", _place_of_page(request, pk))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unfollow(request: HttpRequest, token: str) -> HttpResponse:
    """End what the mail was about. RFC 8058: a mail program posts here, without cookie or page.

    Looking changes nothing: mail scanners open every link.
    """
    site = site_or_404(request)
    pks = read_unfollow_token(token, site=site)
    participation = ParticipationSettings.for_site(site)
    if pks is None:
        context = {"participation": participation}
        invalid = "wagtail_borgerdialog/people/link_invalid.html"
        return private(render(request, invalid, context, status=410))
    if request.method == "POST":
        actions.end_follows(pks, at=timezone.now())
    rows = Follow.objects.filter(pk__in=pks, site=site)
    going_on = described(rows.going_on())
    context = {
        "going_on": going_on,
        "ended": [] if going_on else described(rows),
        "participation": participation,
    }
    return private(render(request, "wagtail_borgerdialog/notifications/unfollow.html", context))


def _respond(request: HttpRequest, place: _Place) -> HttpResponse:
    at = timezone.now()
    return _act(request, place, at=at) if is_sent(request) else _show(request, place, at=at)


def _show(request: HttpRequest, place: _Place, *, at: datetime.datetime) -> HttpResponse:
    person = person_for(visitor(request))
    if (denied := _cannot_be_told(person)) is not None:
        return _page(request, "denied", place, {"decision": denied})
    return _form_page(request, place, _form(request, place, person, at=at), person)


def _act(request: HttpRequest, place: _Place, *, at: datetime.datetime) -> HttpResponse:
    user = visitor(request)
    language = get_language() or place.language
    person = person_for(user)
    if user.is_authenticated:
        person = known_person(user, at=at, language=language)
    if (denied := _cannot_be_told(person)) is not None:
        return _page(request, "denied", place, {"decision": denied}, status=409)
    form = _form(request, place, person, at=at)
    if not form.is_valid():
        return _form_page(request, place, form, person)
    if not within_limits(form, request.META, at=at):
        return _form_page(request, place, form, person, status=429)
    sender = resolve_sender(form, user, at=at, language=language)
    frequency = form.cleaned_data["frequency"]
    try:
        if not sender.must_confirm:
            actions.follow(form.target, by=sender.person, frequency=frequency, at=at)
            return HttpResponseRedirect(request.path, status=303)
        actions.request_follow(
            form.target, participant=sender.participant, frequency=frequency, at=at
        )
    except NotAllowed as error:
        return _page(request, "denied", place, {"decision": error.decision}, status=409)
    return HttpResponseRedirect(place.sent_url, status=303)


def _cannot_be_told(person: Person) -> Decision | None:
    """Why somebody who is signed in cannot be told by mail: no address of theirs is proved."""
    if person.participant is None or best_case(person) is not person:
        return None
    if person.participant.email:
        return None
    return rules.no_address(person)


def _form(
    request: HttpRequest, place: _Place, person: Person, *, at: datetime.datetime
) -> FollowForm:
    return FollowForm(**typed(request), offers=place.offers, person=person, at=at)


def _form_page(
    request: HttpRequest, place: _Place, form: FollowForm, person: Person, *, status: int = 200
) -> HttpResponse:
    followed: list[str] = []
    follows_url = ""
    if form.is_known and person.participant is not None:
        now = following(person.participant, [offer.target for offer in place.offers])
        followed = [offer.label for offer in place.offers if offer.target in now]
        site = site_or_404(request)
        follows_url = link_url("follows", person.participant, site=site)
    context = {"form": form, "followed": followed, "follows_url": follows_url}
    return _page(request, "follow", place, context, status=status)


def _place_of_text(request: HttpRequest, reference: str) -> _Place:
    contribution = contribution_or_404(request, reference)
    page = contribution.activity.page.localized
    return _Place(
        title=contribution.title,
        url=page_of(contribution, request),
        page_title=page.title,
        page_url=page.get_url(request) or "",
        sent_url=reverse("borgerdialog:follow_sent", args=[reference]),
        read_offers=lambda: offers_about(contribution, page_title=page.title),
        reference=reference,
        language=contribution.language,
    )


def _place_of_page(request: HttpRequest, pk: int) -> _Place:
    site = site_or_404(request)
    public = Activity.objects.public().on_site(site).select_related("page", "site")
    activity = public.filter(pk=pk).first() if pk < 2**63 else None
    if activity is None:
        raise Http404("There is no such page in public.")
    page = activity.page.localized
    url = page.get_url(request) or ""

    def offers() -> list[Offer]:
        areas, categories = filters_of(activity)
        return offers_on(activity, page_title=page.title, areas=areas, categories=categories)

    return _Place(
        title=page.title,
        url=url,
        page_title=page.title,
        page_url=url,
        sent_url=reverse("borgerdialog:follow_page_sent", args=[pk]),
        read_offers=offers,
    )


def _page(
    request: HttpRequest,
    template: str,
    place: _Place,
    context: dict[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    crumbs = [{"title": place.page_title, "url": place.page_url}]
    if place.reference:
        crumbs.append({"title": place.reference, "url": place.url})
    return private(
        render(
            request,
            f"wagtail_borgerdialog/notifications/{template}.html",
            {
                "place": place,
                "breadcrumb": crumbs,
                "sign_in_url": get_adapter().login_url(next_url=request.get_full_path()),
                "participation": ParticipationSettings.for_request(request),
                **(context or {}),
            },
            status=status,
        )
    )
