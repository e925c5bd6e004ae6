"""Support: GET shows where one stands, POST supports or takes it back."""

import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_borgerdialog.contributions import actions, rules
from wagtail_borgerdialog.contributions.forms import SupportForm
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.contributions.selectors import support_counts, support_of
from wagtail_borgerdialog.contributions.views.common import (
    acting_page,
    contribution_or_404,
    denied_page,
    is_sent,
    typed,
)
from wagtail_borgerdialog.people.actions import known_person
from wagtail_borgerdialog.people.eligibility import NOBODY, NotAllowed, Person
from wagtail_borgerdialog.people.selectors import person_for
from wagtail_borgerdialog.people.senders import best_case, resolve_sender, within_limits
from wagtail_borgerdialog.views import visitor


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: HttpRequest, reference: str) -> HttpResponse:
    """Support the contribution, or see that one does."""
    contribution = contribution_or_404(request, reference)
    at = timezone.now()
    if is_sent(request):
        return _act(request, contribution, at=at)
    return _show(request, contribution, at=at)


@never_cache
@require_safe
def support_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Check your inbox: the same words whether or not the support is counted already."""
    return acting_page(request, "support_sent", contribution_or_404(request, reference))


def _show(
    request: HttpRequest, contribution: Contribution, *, at: datetime.datetime
) -> HttpResponse:
    person = person_for(visitor(request))
    own = support_of(person.participant, contribution) if person.participant else None
    if own is not None and own.status == SupportStatus.CONFIRMED:
        context = {"support": own, "counts": support_counts(contribution)}
        return acting_page(request, "support_receipt", contribution, context)
    decision = rules.may_support(
        best_case(person), contribution, at=at, declared=True, check_done=False
    )
    if not decision:
        return denied_page(request, contribution, decision)
    form = _form(request, contribution, person, at=at)
    return acting_page(request, "support", contribution, {"form": form, "support": own})


def _act(
    request: HttpRequest, contribution: Contribution, *, at: datetime.datetime
) -> HttpResponse:
    user = visitor(request)
    language = get_language() or contribution.language
    person = NOBODY
    if user.is_authenticated:
        person = known_person(user, at=at, language=language)
    if request.POST.get("action") == "withdraw":
        if person.participant is not None:
            actions.withdraw_support(contribution, participant=person.participant, at=at)
        return HttpResponseRedirect(request.path, status=303)
    decision = rules.may_support(
        best_case(person), contribution, at=at, declared=True, check_done=False
    )
    if not decision:
        return denied_page(request, contribution, decision, status=409)
    form = _form(request, contribution, person, at=at)
    if not form.is_valid():
        return acting_page(request, "support", contribution, {"form": form})
    if not within_limits(form, request.META, at=at):
        return acting_page(request, "support", contribution, {"form": form}, status=429)
    sender = resolve_sender(form, user, at=at, language=language)
    try:
        if not sender.must_confirm:
            actions.support(contribution, by=sender.person, at=at, declared=sender.declared)
            return HttpResponseRedirect(request.path, status=303)
        actions.request_support(
            contribution, participant=sender.participant, at=at, declared=sender.declared
        )
    except NotAllowed as error:
        return denied_page(request, contribution, error.decision, status=409)
    sent = reverse("borgerdialog:support_sent", args=[contribution.reference])
    return HttpResponseRedirect(sent, status=303)


def _form(
    request: HttpRequest, contribution: Contribution, person: Person, *, at: datetime.datetime
) -> SupportForm:
    terms = contribution.support_terms
    form = SupportForm(**typed(request), activity=terms, person=person, level=terms.level, at=at)
    form.deleted_after = contribution.delete_after
    return form
