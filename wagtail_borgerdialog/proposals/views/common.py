"""What the pages of a proposal scheme share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions.forms import SummaryRow
from wagtail_borgerdialog.contributions.presenters import sender_name
from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.contributions.views.common import REFERENCE, activity_or_404, private
from wagtail_borgerdialog.people.eligibility import Decision
from wagtail_borgerdialog.proposals.models import Proposal, RuleSet
from wagtail_borgerdialog.templatetags.borgerdialog import bd_number
from wagtail_borgerdialog.terms import LadderLevel, VerificationLevel
from wagtail_borgerdialog.views import breadcrumb, settings_of

if TYPE_CHECKING:
    from wagtail_borgerdialog.proposals.pages import ProposalPageMixin


def proposal_or_404(page: "ProposalPageMixin", reference: str) -> Proposal:
    """The proposal on this page, whoever may see it. Raises ``Http404``. One query."""
    activity = activity_or_404(page)
    rows = Proposal.objects.in_activity(activity).with_case_rows()
    found = rows.filter(reference=reference).first() if REFERENCE.fullmatch(reference) else None
    if found is None:
        raise Http404("There is no such proposal.")
    # The page and its site are known; asking for them again would cost four queries.
    found.activity, found.site = activity, activity.site
    return found


def proposal_url(page: "ProposalPageMixin", request: HttpRequest, proposal: Proposal) -> str:
    """The address of ``proposal`` on ``page``."""
    return path_on(page.get_url(request) or "", proposal.reference)


def page_of_proposals(
    page: "ProposalPageMixin",
    request: HttpRequest,
    template: str,
    context: dict[str, object],
    *,
    below: bool = True,
    status: int = 200,
) -> HttpResponse:
    """Render ``proposals/<template>.html``; ``below`` says that the page is a step above it."""
    site = page.stored_activity.site if page.stored_activity else page.get_site()
    participation = settings_of(request, site)
    return render(
        request,
        f"wagtail_borgerdialog/proposals/{template}.html",
        {
            "page": page,
            "self": page,
            "activity": page.activity,
            "level": LadderLevel(page.activity.level),
            "list_url": page.get_url(request),
            "breadcrumb": breadcrumb(page, request, with_page=below),
            "participation": participation,
            "sender": sender_name(participation, site),
            **context,
        },
        status=status,
    )


def may_see(user: AbstractBaseUser | AnonymousUser, proposal: Proposal) -> bool:
    """Whether somebody sees what is not public: its author, and moderators."""
    if user.is_anonymous:
        return False
    return Proposal.objects.visible_to(user, proposal.site).filter(pk=proposal.pk).exists()


def not_now(
    request: HttpRequest,
    page: "ProposalPageMixin",
    decision: Decision,
    *,
    heading: str,
    rows: Sequence[SummaryRow],
) -> HttpResponse:
    """Say why not and what to do instead; what somebody has typed meanwhile is theirs to keep."""
    context = {
        "decision": decision,
        "heading": heading,
        "rows": [row for row in rows if row.value],
        "sign_in_url": get_adapter().login_url(next_url=request.get_full_path()),
    }
    status = 409 if request.method == "POST" else 200
    return private(page_of_proposals(page, request, "not_now", context, status=status))


def rules_in_words(rule_set: RuleSet) -> list[str]:
    """The rules of the scheme, a sentence each."""
    sentences = [
        gettext("%(goal)s people must support a proposal within %(days)s days.")
        % {"goal": bd_number(rule_set.threshold), "days": bd_number(rule_set.period_days)},
        who_can(rule_set.minimum_age, resident=rule_set.residents_only),
    ]
    if rule_set.min_coproposers:
        sentences.append(
            ngettext(
                "At least %(count)s co-proposer stands behind it, and says yes within "
                "%(days)s days.",
                "At least %(count)s co-proposers stand behind it, and say yes within "
                "%(days)s days.",
                rule_set.min_coproposers,
            )
            % {"count": rule_set.min_coproposers, "days": rule_set.coproposer_days}
        )
    levels = {rule_set.propose_level, rule_set.support_level}
    if VerificationLevel.EID in levels:
        sentences.append(gettext("You use MitID, so that each person counts once."))
    return [sentence for sentence in sentences if sentence]


def who_can(age: int | None, *, resident: bool) -> str:
    """Who can propose and support, in a sentence; empty where everybody can."""
    if age and resident:
        return gettext(
            "You can take part when you are at least %(age)s years old and live here."
        ) % {"age": age}
    if age:
        return gettext("You can take part when you are at least %(age)s years old.") % {"age": age}
    return gettext("You can take part when you live here.") if resident else ""
