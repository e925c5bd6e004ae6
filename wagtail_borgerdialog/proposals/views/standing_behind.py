"""For those who stand behind a proposal: see where it is, change it, add to it, take it back.

The author comes signed in, or with the key of the link in their mails (``?key=``); co-proposers
with the key of theirs. Nobody else learns that these addresses exist.
"""

import datetime
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_borgerdialog.contributions import rules as contribution_rules
from wagtail_borgerdialog.contributions.actions import withdraw
from wagtail_borgerdialog.contributions.models import StatusKind, Visibility
from wagtail_borgerdialog.contributions.views.common import is_sent, private, route, typed
from wagtail_borgerdialog.people.eligibility import Decision, NotAllowed
from wagtail_borgerdialog.people.links import get_link
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import participant_of, person_of
from wagtail_borgerdialog.proposals import actions, rules, selectors
from wagtail_borgerdialog.proposals.forms import AddendumForm, ProposalTextForm
from wagtail_borgerdialog.proposals.models import (
    CoProposer,
    CoProposerStatus,
    Proposal,
    ReturnReason,
)
from wagtail_borgerdialog.proposals.views.common import (
    page_of_proposals,
    proposal_or_404,
    proposal_url,
)
from wagtail_borgerdialog.views import visitor

if TYPE_CHECKING:
    from wagtail_borgerdialog.proposals.pages import ProposalPageMixin

TEXT_NAMES = ("title", "body", "remarks")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, page: "ProposalPageMixin", reference: str) -> HttpResponse:
    """The author's own page: where it stands, what is missing, and the text while it can change."""
    proposal = proposal_or_404(page, reference)
    author = _author_or_404(request, proposal)
    at = timezone.now()
    step = request.POST.get("step", "") if request.method == "POST" else ""
    denied = None
    if step == "withdraw":
        try:
            withdraw(proposal, by=person_of(author), at=at)
        except NotAllowed as error:
            denied = error.decision
        else:
            return _back(request, "withdrawn")
    decision = rules.may_change(author, proposal, at=at)
    form = _text_form(request, page, proposal, step=step, at=at) if decision else None
    if step == "send":
        denied = _change(proposal, form, decision, author=author, at=at)
        if denied is None and form is not None and not form.errors:
            return _back(request, "saved")
    context = _own_page(page, request, proposal, author, at=at)
    context |= {
        "form": form,
        "is_denied": denied is not None,
        "denied": denied,
        "decision": decision,
        "typed": [] if form is not None else _typed(request, step),
        "done": request.GET.get("done", ""),
    }
    status = 200 if denied is None else 409
    return private(page_of_proposals(page, request, "manage", context, status=status))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, page: "ProposalPageMixin", reference: str) -> HttpResponse:
    """A dated remark by the author or a co-proposer."""
    proposal = proposal_or_404(page, reference)
    participant = _behind_or_404(request, proposal)
    at = timezone.now()
    decision = rules.may_add(participant, proposal, at=at)
    form = AddendumForm(**typed(request))
    if decision and is_sent(request) and form.is_valid():
        try:
            addendum = actions.add_addendum(
                proposal,
                by=participant,
                body=form.cleaned_data["body"],
                language=proposal.language,
                submission_key=form.submission_key,
                at=at,
            )
        except NotAllowed as error:
            decision = error.decision
        else:
            is_shown = addendum.visibility == Visibility.VISIBLE
            return _back(request, "shown" if is_shown else "waiting")
    context = {
        "proposal": proposal,
        "url": proposal_url(page, request, proposal) if proposal.is_public else "",
        "decision": decision,
        "form": form,
        "typed": request.POST.get("body", ""),
        "done": request.GET.get("done", ""),
    }
    status = 409 if is_sent(request) and not decision else 200
    return private(page_of_proposals(page, request, "add", context, status=status))


def _own_page(
    page: "ProposalPageMixin",
    request: HttpRequest,
    proposal: Proposal,
    author: Participant,
    *,
    at: datetime.datetime,
) -> dict[str, object]:
    kind = proposal.kind_at(at)
    reason = proposal.return_reason
    if kind == StatusKind.RETURNED and proposal.status.kind != kind:
        reason = ReturnReason.COPROPOSERS
    checks = []
    if kind in {StatusKind.RETURNED, StatusKind.REJECTED_FORMAL} and reason != "coproposers":
        checks = selectors.latest_check(proposal)
    return {
        "at": at,
        "proposal": proposal,
        "url": proposal_url(page, request, proposal) if proposal.is_public else "",
        "add_url": _keep_key(request, route(page, request, "add", proposal.reference)),
        "kind": kind,
        "status_label": str(StatusKind(kind).label),
        "reason": ReturnReason(reason).label if kind == StatusKind.RETURNED and reason else "",
        "checks": checks,
        "coproposers": [
            (row, CoProposerStatus(row.status_at(at)).label) for row in proposal.coproposers.all()
        ],
        "may_add": rules.may_add(author, proposal, at=at),
        "may_withdraw": contribution_rules.may_withdraw(person_of(author), proposal),
        "will_be_checked_again": proposal.is_public,
    }


def _text_form(
    request: HttpRequest,
    page: "ProposalPageMixin",
    proposal: Proposal,
    *,
    step: str,
    at: datetime.datetime,
) -> ProposalTextForm:
    shown: dict[str, object] = {
        "initial": {
            "title": proposal.title,
            "body": proposal.body,
            "remarks": proposal.remarks,
            "category": proposal.category.slug if proposal.category else "",
            "area": proposal.area.slug if proposal.area else "",
        }
    }
    return ProposalTextForm(
        **(typed(request) if step in {"send", "edit"} else shown),
        rule_set=proposal.rule_set,
        page_activity=page.activity,
        proposal=proposal,
        at=at,
    )


def _change(
    proposal: Proposal,
    form: ProposalTextForm | None,
    decision: Decision,
    *,
    author: Participant,
    at: datetime.datetime,
) -> Decision | None:
    """Change the text; what stands in the way, or None. Errors in the form are not in the way."""
    if form is None:
        return decision
    if not form.is_valid():
        return None
    try:
        actions.change_text(proposal, by=author, invitations=form.invitations, at=at, **form.text())
    except NotAllowed as error:
        return error.decision
    return None


def _typed(request: HttpRequest, step: str) -> list[str]:
    """What somebody wrote although it was too late, for them to keep."""
    if step not in {"send", "edit"}:
        return []
    return [text for name in TEXT_NAMES if (text := request.POST.get(name, "").strip())]


def _author_or_404(request: HttpRequest, proposal: Proposal) -> Participant:
    participant = participant_of(visitor(request))
    if participant is not None and participant.pk == proposal.participant_id:
        return participant
    holder = _holder(request, "proposal", proposal)
    if isinstance(holder, Proposal) and holder.pk == proposal.pk:
        return holder.participant
    raise Http404("There is no such proposal of yours.")


def _behind_or_404(request: HttpRequest, proposal: Proposal) -> Participant:
    participant = participant_of(visitor(request))
    if participant is not None and rules.stands_behind(participant, proposal):
        return participant
    holder = _holder(request, "coproposer", proposal)
    if isinstance(holder, CoProposer) and holder.proposal_id == proposal.pk:
        if holder.participant is not None and holder.has_accepted:
            return holder.participant
        raise Http404("This invitation has not been accepted.")
    return _author_or_404(request, proposal)


def _holder(request: HttpRequest, purpose: str, proposal: Proposal) -> object | None:
    """What the key in the address leads to, if it is one of ours."""
    link = get_link(purpose)
    key = request.GET.get("key", "")
    reading = link.read(key, site=proposal.site) if link and key else None
    return reading.obj if reading else None


def _keep_key(request: HttpRequest, url: str) -> str:
    query = request.GET.copy()
    query.pop("done", None)
    return f"{url}?{query.urlencode()}" if query else url


def _back(request: HttpRequest, done: str) -> HttpResponse:
    query = request.GET.copy()
    query["done"] = done
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}", status=303)
