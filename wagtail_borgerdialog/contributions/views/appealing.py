"""The author's objection, behind the signed link of the mail that told them of the decision."""

import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_borgerdialog.contributions import actions, rules
from wagtail_borgerdialog.contributions.actions.appealing import contribution_of
from wagtail_borgerdialog.contributions.models import Appeal, Contribution, ModerationDecision
from wagtail_borgerdialog.contributions.report_forms import AppealForm
from wagtail_borgerdialog.contributions.selectors import is_placeholder
from wagtail_borgerdialog.contributions.views.common import (
    acting_page,
    is_sent,
    private,
    site_or_404,
    typed,
)
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import Decision, NotAllowed
from wagtail_borgerdialog.people.links import get_link, link_url
from wagtail_borgerdialog.people.selectors import person_of


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, token: str) -> HttpResponse:
    """Why the text is not shown, and the form to object; afterwards, what became of it."""
    site = site_or_404(request)
    link = get_link("appeal")
    reading = link.read(token, site=site) if link else None
    if reading is None:
        return private(
            render(
                request,
                "wagtail_borgerdialog/people/link_invalid.html",
                {"participation": ParticipationSettings.for_site(site)},
                status=410,
            )
        )
    decision = reading.obj
    at = timezone.now()
    person = person_of(decision.text.participant)
    allowed = rules.may_appeal(person, decision, at=at)
    form = AppealForm(**typed(request))
    if not allowed or not (is_sent(request) and form.is_valid()):
        status = 409 if is_sent(request) and not allowed else 200
        return _page(request, decision, form, allowed, at=at, status=status)
    try:
        actions.appeal(
            decision,
            by=person,
            words=form.cleaned_data["words"],
            language=get_language() or decision.text.language,
            at=at,
        )
    except NotAllowed as error:
        return _page(request, decision, form, error.decision, at=at, status=409)
    return HttpResponseRedirect(request.path, status=303)


def own_appeal_url(contribution: Contribution, user: AbstractBaseUser | AnonymousUser) -> str:
    """Where the signed-in author of what is not shown can object; empty for everybody else.

    At most one query.
    """
    author = contribution.participant
    is_own = user.is_authenticated and author is not None and author.user_id == user.pk
    if not is_own or not is_placeholder(contribution):
        return ""
    decision = ModerationDecision.objects.filter(contribution=contribution.pk).first()
    if decision is None:
        return ""
    decision.contribution = contribution
    return link_url("appeal", decision, site=contribution.site)


def _page(
    request: HttpRequest,
    decision: ModerationDecision,
    form: AppealForm,
    allowed: Decision,
    *,
    at: datetime.datetime,
    status: int,
) -> HttpResponse:
    contribution = contribution_of(decision)
    context = {
        "at": at,
        "decision": decision,
        "comment": decision.comment,
        "appeal": Appeal.objects.filter(decision=decision).first(),
        "form": form,
        "allowed": allowed,
        "typed": request.POST.get("words", "") if not allowed else "",
    }
    return private(acting_page(request, "appeal", contribution, context, status=status))
