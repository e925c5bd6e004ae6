"""Make a proposal: write it, check it, send it, and get a receipt.

The steps are one form that travels: the page to check holds everything in hidden fields, so
nothing is kept on the server before the proposal is sent.
"""

import datetime
from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_borgerdialog.contributions.models import StatusKind, Visibility
from wagtail_borgerdialog.contributions.views.common import (
    activity_or_404,
    is_sent,
    private,
    route,
    typed,
)
from wagtail_borgerdialog.people.eligibility import Decision, NotAllowed
from wagtail_borgerdialog.people.identity import address_on_receipt
from wagtail_borgerdialog.people.selectors import person_for
from wagtail_borgerdialog.people.senders import best_case, resolve_sender, within_limits
from wagtail_borgerdialog.proposals import actions, rules
from wagtail_borgerdialog.proposals.forms import ProposalForm
from wagtail_borgerdialog.proposals.models import Proposal
from wagtail_borgerdialog.proposals.views.common import (
    not_now,
    page_of_proposals,
    rules_in_words,
)

if TYPE_CHECKING:
    from wagtail_borgerdialog.proposals.pages import ProposalPageMixin

RECEIPT_LASTS = datetime.timedelta(days=2)
STEPS = (_("Write"), _("Check"), _("Sent"))
_RECEIPT = "wagtail_borgerdialog.proposals.receipt"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, page: "ProposalPageMixin") -> HttpResponse:
    """Write (GET), then ``step`` says what a POST wants: ``check``, ``edit`` again, or ``send``."""
    activity = activity_or_404(page)
    at = timezone.now()
    person = person_for(request.user)
    rule_set = page.rules_in_force
    form = ProposalForm(
        **typed(request),
        rule_set=rule_set,
        page_activity=activity,
        person=person,
        at=at,
    )
    decision = rules.may_propose(
        best_case(person), activity, rule_set=rule_set, at=at, declared=True
    )
    if not decision:
        return _not_now(request, page, form, decision)
    if not is_sent(request) or not form.is_valid():
        return _write(request, page, form)
    if request.POST.get("step") != "send":
        context = {"form": form, "steps": STEPS}
        return private(page_of_proposals(page, request, "check", context))
    if not within_limits(form, request.META, at=at):
        return _write(request, page, form, status=429)
    return _send(request, page, form, at=at)


def _write(
    request: HttpRequest,
    page: "ProposalPageMixin",
    form: ProposalForm,
    *,
    status: int = 200,
) -> HttpResponse:
    rule_set = form.rule_set
    context = {
        "form": form,
        "steps": STEPS,
        "rule_set": rule_set,
        "rules": rules_in_words(rule_set),
        "criteria": rule_set.criteria.all(),
    }
    return private(page_of_proposals(page, request, "new", context, status=status))


def _send(
    request: HttpRequest, page: "ProposalPageMixin", form: ProposalForm, *, at: datetime.datetime
) -> HttpResponse:
    language = get_language() or page.locale.language_code
    sender = resolve_sender(form, request.user, at=at, language=language)
    try:
        proposal = actions.submit(
            form.proposal_draft(),
            activity=page.activity,
            sender=sender,
            invitations=form.invitations,
            at=at,
        )
    except NotAllowed as error:
        return _not_now(request, page, form, error.decision)
    receipt = route(page, request, "thanks", _receipt_of(proposal))
    return HttpResponseRedirect(receipt, status=303)


def _receipt_of(proposal: Proposal) -> str:
    """What stands in the receipt's address; Wagtail's addresses take letters, digits, - and _."""
    return signing.b64_encode(signing.dumps(proposal.pk, salt=_RECEIPT).encode()).decode()


def _sent_with(token: str) -> int | None:
    try:
        signed = signing.b64_decode(token.encode()).decode()
        return int(signing.loads(signed, salt=_RECEIPT, max_age=RECEIPT_LASTS))
    except (ValueError, signing.BadSignature):
        return None


def _not_now(
    request: HttpRequest, page: "ProposalPageMixin", form: ProposalForm, decision: Decision
) -> HttpResponse:
    heading = gettext("You cannot make a proposal right now")
    if decision.can_sign_in:
        heading = gettext("Sign in to make a proposal")
    rows = form.summary() if request.method == "POST" else ()
    return not_now(request, page, decision, heading=heading, rows=rows)


@never_cache
@require_safe
def thanks(request: HttpRequest, page: "ProposalPageMixin", token: str) -> HttpResponse:
    """The receipt; only whoever sent the proposal has its address."""
    activity = activity_or_404(page)
    rows = Proposal.objects.in_activity(activity).with_page_rows()
    proposal = rows.filter(pk=_sent_with(token)).first()
    if proposal is None:
        return private(page_of_proposals(page, request, "receipt_over", {}, status=410))
    context = {
        "proposal": proposal,
        "steps": _what_happens_next(proposal),
        "email": address_on_receipt(proposal.participant.email) if proposal.participant else "",
        "is_waiting_for_mail": proposal.visibility == Visibility.DRAFT,
    }
    return private(page_of_proposals(page, request, "receipt", context))


def _what_happens_next(proposal: Proposal) -> list[str]:
    steps = []
    if proposal.visibility == Visibility.DRAFT:
        steps.append(
            gettext("Open the mail and use the link. Your proposal is not sent before you do.")
        )
    least = proposal.rule_set.min_coproposers
    if least and proposal.status.kind == StatusKind.AWAITING_COPROPOSERS:
        steps.append(
            ngettext(
                "We ask your co-proposers by mail. At least %(count)s must say yes within "
                "%(days)s days.",
                "We ask your co-proposers by mail. At least %(count)s must say yes within "
                "%(days)s days.",
                least,
            )
            % {"count": least, "days": proposal.rule_set.coproposer_days}
        )
    return [
        *steps,
        gettext("A colleague checks that the proposal keeps to the rules of the scheme."),
        gettext("Then everybody can read it and support it. You get a mail when they can."),
    ]
