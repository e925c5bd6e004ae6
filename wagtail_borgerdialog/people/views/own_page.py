"""Somebody's own page: what we hold, to look at, to take away and to delete."""

import dataclasses
import datetime

from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Site

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people import key_mail
from wagtail_borgerdialog.people.erasing import erase, sources
from wagtail_borgerdialog.people.forms import AskForPageForm, DeletionForm
from wagtail_borgerdialog.people.links import OwnPageLink
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import known_or_recognised
from wagtail_borgerdialog.people.senders import own_mail_within_limits
from wagtail_borgerdialog.people.views.links import for_one_reader, link_invalid
from wagtail_borgerdialog.views import visitor

SHOWN_OF_EACH = 20


class BadKey(Exception):
    """The key in the address opens nothing, any more or at all."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One thing that somebody did."""

    title: str
    url: str
    at: datetime.datetime | None
    status: str
    undo_url: str


@dataclasses.dataclass(frozen=True)
class Section:
    """What one kind of data comes to: the newest rows, and how many there are."""

    label: str
    rows: list[Row]
    count: int


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def own_page(request: HttpRequest) -> HttpResponse:
    """What we hold; for whom we do not know yet, the form that sends them the key."""
    try:
        participant = _reader(request)
    except BadKey:
        return link_invalid(request)
    if participant is not None:
        context = {"sections": _sections(participant), **_addresses(request)}
        return _page(request, "your_page", context)
    if visitor(request).is_authenticated:
        return _page(request, "your_page", {"sections": [], "is_empty": True})
    return _ask(request)


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Look in your inbox: the same words whether or not we know the address."""
    return _page(request, "your_page_sent", {"ask_url": reverse("borgerdialog:your_page")})


@never_cache
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """Everything we hold about the reader, as a file."""
    at = timezone.now()
    try:
        participant = _reader(request)
    except BadKey:
        return link_invalid(request)
    if participant is None:
        return HttpResponseRedirect(reverse("borgerdialog:your_page"))
    with transaction.atomic():
        held = {source.name: source.export(participant) for source in sources()}
    for rows in held.values():
        for row in rows:
            row.pop("undo_url", None)  # a key, and files travel
    response = JsonResponse(
        {"written_at": at.isoformat(), **held},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    name = f"borgerdialog-{timezone.localdate(at).isoformat()}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return for_one_reader(response)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ask once more, then forget the reader."""
    try:
        participant = _reader(request)
    except BadKey:
        return link_invalid(request)
    if participant is None:
        return HttpResponseRedirect(reverse("borgerdialog:your_page"))
    form = DeletionForm(request.POST or None, has_account=participant.user is not None)
    if request.method == "POST" and form.is_valid():
        with_account = form.cleaned_data.get("with_account", False)
        erase(
            participant,
            at=timezone.now(),
            take_down=form.cleaned_data["take_down"],
            with_account=with_account,
        )
        if with_account:
            logout(request)
        return HttpResponseRedirect(reverse("borgerdialog:your_page_deleted"), status=303)
    return _page(request, "your_page_delete", {"form": form, **_addresses(request)})


@never_cache
@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """It is done; nothing here says about whom."""
    return _page(request, "your_page_deleted", {})


def _reader(request: HttpRequest) -> Participant | None:
    """Whose page it is: by the key in the address, or signed in. Raises ``BadKey``."""
    if key := request.GET.get("key"):
        reading = OwnPageLink().read(key, site=_site(request))
        if reading is None:
            raise BadKey
        return reading.obj
    return known_or_recognised(visitor(request))


def _site(request: HttpRequest) -> Site:
    site = Site.find_for_request(request)
    if site is None:
        raise Http404("There is no site here.")
    return site


def _addresses(request: HttpRequest) -> dict[str, str]:
    key = request.GET.get("key")
    query = f"?{urlencode({'key': key})}" if key else ""
    names = {"page_url": "your_page", "download_url": "your_page_download"}
    names |= {"delete_url": "your_page_delete"}
    return {what: reverse(f"borgerdialog:{name}") + query for what, name in names.items()}


def _sections(participant: Participant) -> list[Section]:
    found = []
    with transaction.atomic():
        for source in sources():
            if source.label and (rows := source.export(participant)):
                shown = [_row(row) for row in rows[:SHOWN_OF_EACH]]
                found.append(Section(str(source.label), shown, len(rows)))
    return found


def _row(held: dict[str, object]) -> Row:
    at = str(held.get("at") or "")
    return Row(
        title=str(held.get("title") or held.get("reference") or ""),
        url=str(held.get("url") or ""),
        at=datetime.datetime.fromisoformat(at) if at else None,
        status=str(held.get("status") or ""),
        undo_url=str(held.get("undo_url") or ""),
    )


def _ask(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = AskForPageForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        if own_mail_within_limits(form, request.META, at=at):
            key_mail.your_page(
                form.cleaned_data["email"],
                site=_site(request),
                language=get_language() or "da",
                at=at,
            )
            return HttpResponseRedirect(reverse("borgerdialog:your_page_sent"), status=303)
        status = 429
    sign_in_url = get_adapter().login_url(next_url=reverse("borgerdialog:your_page"))
    return _page(
        request, "your_page_ask", {"form": form, "sign_in_url": sign_in_url}, status=status
    )


def _page(
    request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    context = {"participation": ParticipationSettings.for_site(_site(request)), **context}
    path = f"wagtail_borgerdialog/people/{template}.html"
    return for_one_reader(render(request, path, context, status=status))
