"""Act on an idea where it stands: offer to help with it, or take it back."""

import datetime
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_borgerdialog.contributions import rules as contribution_rules
from wagtail_borgerdialog.contributions.actions import withdraw as withdraw_contribution
from wagtail_borgerdialog.contributions.forms import SummaryRow
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.contributions.views.common import private
from wagtail_borgerdialog.ideas import actions, rules
from wagtail_borgerdialog.ideas.forms import HelpOfferForm
from wagtail_borgerdialog.ideas.models import HelpOffer, Idea
from wagtail_borgerdialog.ideas.views.common import (
    idea_or_404,
    idea_url,
    not_now,
    page_of_ideas,
)
from wagtail_borgerdialog.people.eligibility import Decision, NotAllowed
from wagtail_borgerdialog.people.selectors import person_for
from wagtail_borgerdialog.people.senders import best_case, resolve_sender, within_limits

if TYPE_CHECKING:
    from wagtail_borgerdialog.ideas.pages import IdeaPageMixin


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def offer_help(request: HttpRequest, page: "IdeaPageMixin", reference: str) -> HttpResponse:
    """Offer to help with a public idea."""
    idea = idea_or_404(page, reference)
    if not idea.is_public:
        raise Http404("There is no such idea.")
    at = timezone.now()
    person = person_for(request.user)
    form = HelpOfferForm(
        request.POST if request.method == "POST" else None,
        activity=idea.activity,
        person=person,
        level=idea.activity.comment_level,
        at=at,
    )
    decision = rules.may_offer_help(best_case(person), idea, declared=True)
    if not decision:
        return _no_help_now(request, page, form, decision)
    is_edit = request.POST.get("step") == "edit"
    if request.method == "POST" and not is_edit and form.is_valid():
        if within_limits(form, request.META, at=at):
            return _offer(request, page, idea, form, at=at)
        return _help_page(request, page, idea, form, status=429)
    return _help_page(request, page, idea, form)


def _offer(
    request: HttpRequest,
    page: "IdeaPageMixin",
    idea: Idea,
    form: HelpOfferForm,
    *,
    at: datetime.datetime,
) -> HttpResponse:
    language = get_language() or page.locale.language_code
    sender = resolve_sender(form, request.user, at=at, language=language)
    try:
        offer = actions.offer_help(
            idea,
            sender=sender,
            text=form.cleaned_data["text"],
            language=language,
            submission_key=form.submission_key,
            is_suspicious=form.looks_like_spam,
            at=at,
        )
    except NotAllowed as error:
        return _no_help_now(request, page, form, error.decision)
    return HttpResponseRedirect(f"{request.path}?sent={_sent(offer)}", status=303)


def _sent(offer: HelpOffer) -> str:
    return {Visibility.DRAFT: "mail", Visibility.VISIBLE: "shown"}.get(offer.visibility, "waiting")


def _help_page(
    request: HttpRequest,
    page: "IdeaPageMixin",
    idea: Idea,
    form: HelpOfferForm,
    *,
    status: int = 200,
) -> HttpResponse:
    sent = request.GET.get("sent", "") if request.method != "POST" else ""
    context = {"idea": idea, "url": idea_url(page, request, idea), "form": form, "sent": sent}
    template = "help_sent" if sent else "help"
    return private(page_of_ideas(page, request, template, context, status=status))


def _no_help_now(
    request: HttpRequest,
    page: "IdeaPageMixin",
    form: HelpOfferForm,
    decision: Decision,
) -> HttpResponse:
    heading = gettext("Offer your help")
    typed = form["text"].value() if request.method == "POST" else ""
    rows = [SummaryRow(label=str(form["text"].label), value=typed)] if typed else []
    return not_now(request, page, decision, heading=heading, rows=rows)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, page: "IdeaPageMixin", reference: str) -> HttpResponse:
    """The signed-in author takes the idea back. Nobody else learns that the address exists."""
    idea = idea_or_404(page, reference)
    person = person_for(request.user)
    decision = contribution_rules.may_withdraw(person, idea)
    is_own = person.participant is not None and person.participant.pk == idea.participant_id
    if not is_own:
        raise Http404("There is no such idea of yours.")
    if request.method == "POST" and decision:
        try:
            withdraw_contribution(idea, by=person, at=timezone.now())
        except NotAllowed as error:
            decision = error.decision
        else:
            return HttpResponseRedirect(request.path, status=303)
    context = {
        "idea": idea,
        "url": idea_url(page, request, idea),
        "decision": decision,
        "is_done": idea.visibility == Visibility.WITHDRAWN,
    }
    return private(page_of_ideas(page, request, "withdraw", context))
