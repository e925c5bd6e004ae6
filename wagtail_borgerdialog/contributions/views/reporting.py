"""Report a contribution or a comment: anybody, without an account."""

import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.contributions import actions, rules
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Visibility
from wagtail_borgerdialog.contributions.report_forms import ReportForm
from wagtail_borgerdialog.contributions.selectors import public_contribution
from wagtail_borgerdialog.contributions.views.common import (
    acting_page,
    contribution_or_404,
    denied_page,
    is_sent,
    page_of,
    site_or_404,
    typed,
)
from wagtail_borgerdialog.limits import client_network
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.people.selectors import person_for
from wagtail_borgerdialog.people.senders import resolve_sender, within_limits
from wagtail_borgerdialog.views import visitor


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell a moderator what is wrong with the contribution, or with ``?comment=<id>`` on it."""
    contribution = contribution_or_404(request, reference)
    comment = _comment_or_404(request, contribution)
    at = timezone.now()
    person = person_for(visitor(request))
    decision = rules.may_report(person, contribution, comment=comment)
    if not decision:
        words = request.POST.get("words", "")
        return denied_page(request, contribution, decision, typed=words)
    form = ReportForm(**typed(request), person=person, at=at)
    status = 200
    if is_sent(request) and form.is_valid():
        if within_limits(form, request.META, at=at):
            return _store(request, contribution, comment, form, at=at)
        status = 429
    context = {
        "form": form,
        "comment": comment,
        "may_be_held": bool(ParticipationSettings.for_request(request).hide_after_reports),
    }
    return acting_page(request, "report", contribution, context, status=status)


@never_cache
@require_safe
def report_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """What happens next: the same words whatever has become of the text meanwhile."""
    site = site_or_404(request)
    contribution = public_contribution(reference, site=site)
    response = render(
        request,
        "wagtail_borgerdialog/contributions/report_sent.html",
        {
            "back_url": page_of(contribution, request) if contribution else site.root_url,
            "participation": ParticipationSettings.for_request(request),
        },
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def _store(
    request: HttpRequest,
    contribution: Contribution,
    comment: Comment | None,
    form: ReportForm,
    *,
    at: datetime.datetime,
) -> HttpResponse:
    language = get_language() or contribution.language
    sender = resolve_sender(form, visitor(request), at=at, language=language)
    network = client_network(request.META, trusted_proxy_count=app_settings.TRUSTED_PROXY_COUNT)
    try:
        actions.report(
            contribution,
            comment=comment,
            by=sender.person,
            reason_code=form.cleaned_data["reason_code"],
            words=form.cleaned_data["words"],
            network=network or "",
            at=at,
        )
    except NotAllowed as error:
        words = form.cleaned_data["words"]
        return denied_page(request, contribution, error.decision, typed=words, status=409)
    sent = reverse("borgerdialog:report_sent", args=[contribution.reference])
    return HttpResponseRedirect(sent, status=303)


def _comment_or_404(request: HttpRequest, contribution: Contribution) -> Comment | None:
    """The comment to report. Raises ``Http404`` unless everybody can read it here."""
    given = request.POST.get("comment") or request.GET.get("comment")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Http404("This is not a comment.")
    comment = Comment.objects.filter(
        pk=int(given), contribution=contribution.pk, visibility=Visibility.VISIBLE
    ).first()
    if comment is None:
        raise Http404("There is no such comment.")
    comment.contribution = contribution
    return comment
