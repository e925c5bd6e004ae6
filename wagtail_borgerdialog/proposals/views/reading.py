"""Read proposals: the list, and one proposal or what stands in its place."""

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from wagtail_borgerdialog.contributions import rules as contribution_rules
from wagtail_borgerdialog.contributions.filters import ALL, FilterForm, list_url
from wagtail_borgerdialog.contributions.listing import Listing, list_contributions
from wagtail_borgerdialog.contributions.merges_shown import merges_of
from wagtail_borgerdialog.contributions.models import Contribution, StatusKind
from wagtail_borgerdialog.contributions.presenters import (
    Card,
    Tab,
    author_name,
    placeholder,
    shown_thread,
)
from wagtail_borgerdialog.contributions.selectors import path_on, support_counts
from wagtail_borgerdialog.contributions.timeline import (
    TimelineEntry,
    TimelineRow,
    rows_of,
    timeline,
)
from wagtail_borgerdialog.contributions.views.appealing import own_appeal_url
from wagtail_borgerdialog.contributions.views.common import activity_or_404, route
from wagtail_borgerdialog.followup.clock_shown import owed_answer
from wagtail_borgerdialog.followup.presenters import answer_shown
from wagtail_borgerdialog.followup.promises_shown import promises_of
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, Person, is_open
from wagtail_borgerdialog.people.selectors import participant_of
from wagtail_borgerdialog.proposals import rules, selectors
from wagtail_borgerdialog.proposals.models import BEFORE_PUBLICATION, Proposal
from wagtail_borgerdialog.proposals.views.common import (
    may_see,
    page_of_proposals,
    proposal_or_404,
    proposal_url,
    rules_in_words,
    who_can,
)
from wagtail_borgerdialog.templatetags.borgerdialog import bd_number
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.views import cacheable, visitor

if TYPE_CHECKING:
    from wagtail_borgerdialog.proposals.pages import ProposalPageMixin

# What the page offers is the same for everybody; the step itself tells each person what is missing.
ANYBODY = Person(level=VerificationLevel.EID)
NOT_HERE = Decision(DeniedReason.SWITCHED_OFF)
ADDENDA_SHOWN = 50


@require_safe
def proposal_list(request: HttpRequest, page: "ProposalPageMixin") -> HttpResponse:
    """The scheme: its rules, and its public proposals; those that collect support first."""
    at = timezone.now()
    activity = page.activity
    rule_set = page.rules_in_force
    context: dict[str, object] = {
        "at": at,
        "decision": is_open(activity, at=at),
        "new_url": route(page, request, "new"),
        "rule_set": rule_set,
        "rules": rules_in_words(rule_set),
        "cards": [],
    }
    if activity.pk:
        listing = list_contributions(
            activity,
            _asked_for(request),
            at=at,
            sorts=selectors.PROPOSAL_SORTS,
            groups=selectors.PROPOSAL_GROUPS,
            default_group=selectors.OPEN,
        )
        context |= {
            "listing": listing,
            "filter": FilterForm(listing),
            "groups": _groups(listing),
            "result": _result(listing),
            "cards": _cards(listing, activity, url=page.get_url(request) or "", at=at),
            "all_url": list_url(listing, status="", q="", area="", category=""),
            "next_url": _turn(listing, "after", listing.page.next_cursor),
            "previous_url": _turn(listing, "before", listing.page.previous_cursor),
        }
    return cacheable(request, page_of_proposals(page, request, "list", context, below=False))


@require_safe
def proposal(request: HttpRequest, page: "ProposalPageMixin", reference: str) -> HttpResponse:
    """One proposal, or what stands in its place."""
    activity_or_404(page)
    at = timezone.now()
    found = proposal_or_404(page, reference)
    user = visitor(request)
    if not found.is_public and not may_see(user, found):
        return _gone(request, page, found)
    url = proposal_url(page, request, found)
    comment_url = reverse("borgerdialog:comment", args=[found.reference])
    may_report = page.reaches_all and found.is_public
    report_url = reverse("borgerdialog:report", args=[found.reference]) if may_report else ""
    label, kind = selectors.status_shown(found, at=at)
    participant = participant_of(user)
    told = rows_of(found)
    context = {
        "at": at,
        "proposal": found,
        "author": author_name(found.public_name),
        "url": url,
        "full_url": request.build_absolute_uri(url),
        "status_label": label,
        "status_kind": kind,
        "closes_at": closes_at(found, kind),
        "counts": support_counts(found),
        "rules": _copied_rules(found),
        "coproposers": [
            author_name(row.public_name) for row in found.coproposers.all() if row.has_accepted
        ],
        "addenda": found.addenda.visible()[:ADDENDA_SHOWN],
        # Where one acts, outside the page tree, only what everybody may read can be found.
        "may_support": contribution_rules.may_support(
            ANYBODY, found, at=at, declared=True, check_done=False
        )
        if page.reaches_all
        else NOT_HERE,
        "may_comment": contribution_rules.may_comment(
            ANYBODY, found, parent=None, at=at, declared=True
        )
        if page.reaches_all
        else NOT_HERE,
        "is_supporting": participant is not None
        and contribution_rules.supports(Person(user=user, participant=participant), found),
        "is_own": participant is not None and participant.pk == found.participant_id,
        "may_add": participant is not None and rules.may_add(participant, found, at=at),
        "timeline": _timeline(found, told, label, kind),
        "official_answer": answer_shown(found),
        "owed": owed_answer(found, at=at),
        "promises": promises_of(told, at=at),
        "merges": merges_of(told),
        "thread": shown_thread(
            found,
            request.GET,
            reply_url=lambda comment: f"{comment_url}?parent={comment.pk}",
            report_url=(lambda comment: f"{report_url}?comment={comment.pk}")
            if report_url
            else None,
        ),
        "support_url": reverse("borgerdialog:support", args=[found.reference]),
        "comment_url": comment_url,
        "report_url": report_url,
        "appeal_url": "" if found.is_public else own_appeal_url(found, user),
        "manage_url": route(page, request, "manage", found.reference),
        "add_url": route(page, request, "add", found.reference),
    }
    response = page_of_proposals(page, request, "proposal", context)
    if not found.is_public:
        response["X-Robots-Tag"] = "noindex"
        patch_cache_control(response, private=True, no_store=True)
    return cacheable(request, response)


def closes_at(row: Contribution, kind: str) -> datetime.datetime | None:
    """The deadline, while it says something: before it, and where it passed in vain."""
    still_collects = kind == row.status.kind and row.status.accepts_support
    return row.support_until if still_collects or kind == StatusKind.EXPIRED else None


def _gone(request: HttpRequest, page: "ProposalPageMixin", found: Proposal) -> HttpResponse:
    """What stands in the place of one that was public once. Raises ``Http404`` otherwise."""
    shown = placeholder(found)
    if shown is None:
        raise Http404("There is no such proposal.")
    context = {"placeholder": shown, "reference": found.reference}
    response = page_of_proposals(page, request, "gone", context, status=shown.http_status)
    response["X-Robots-Tag"] = "noindex"
    return cacheable(request, response)


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """The query; what closes soon is open."""
    asked = request.GET.dict()
    if asked.get("sort") == selectors.CLOSING:
        asked["status"] = selectors.OPEN
    return asked


def _copied_rules(found: Proposal) -> list[str]:
    """The rules that hold for this proposal, whatever the scheme says later."""
    if found.support_goal is None or found.period_days is None:
        return []
    sentences = [
        gettext("%(goal)s people must support it within %(days)s days.")
        % {"goal": bd_number(found.support_goal), "days": bd_number(found.period_days)},
        who_can(found.minimum_age, resident=found.residents_only),
    ]
    return [sentence for sentence in sentences if sentence]


def _timeline(
    found: Proposal, told: list[TimelineRow], label: str, kind: str
) -> list[TimelineEntry]:
    """The log, without what was said to the author before publication; the clock's word on top."""
    entries = [
        dataclasses.replace(entry, text="") if entry.kind in BEFORE_PUBLICATION else entry
        for entry in timeline(found, told)
    ]
    if kind == found.status.kind or found.support_until is None:
        return entries
    now = TimelineEntry(at=found.support_until, title=label, kind=kind, by="", text="", next="")
    return [now, *(dataclasses.replace(entry, next="") for entry in entries)]


def _cards(listing: Listing, activity: Activity, *, url: str, at: datetime.datetime) -> list[Card]:
    return [_card(row, activity, url=path_on(url, row.reference), at=at) for row in listing.page]


def _card(row: Contribution, activity: Activity, *, url: str, at: datetime.datetime) -> Card:
    label, kind = selectors.status_shown(row, at=at)
    return Card(
        title=row.title,
        url=url,
        text=row.body,
        language=row.language,
        status_label=label,
        status_kind=kind,
        area=row.area.name if row.area else "",
        category=row.category.name if row.category else "",
        author=author_name(row.public_name),
        published_at=row.published_at,
        supports=row.support_count,
        goal=row.support_goal,
        closes_at=closes_at(row, kind),
        comments=row.comment_count if activity.comments_enabled else None,
        reference=row.reference,
    )


def _groups(listing: Listing) -> list[Tab]:
    groups = [(key, str(label)) for key, (label, _rows) in listing.groups.items()]
    return [
        Tab(label, _shown(listing, status=key), current=key == listing.status_group)
        for key, label in groups
    ] + [Tab(gettext("All"), _shown(listing, status=ALL), current=not listing.status_group)]


def _shown(listing: Listing, **changes: str) -> str:
    """The same list with ``changes``, from where the proposals begin: what is above was read."""
    return f"{list_url(listing, **changes)}#proposals"


def _turn(listing: Listing, name: str, cursor: str) -> str:
    return _shown(listing, **{name: cursor}) if cursor else ""


def _result(listing: Listing) -> str:
    if listing.count_is_capped:
        return gettext("More than %(count)s proposals") % {"count": listing.count}
    return ngettext("%(count)s proposal", "%(count)s proposals", listing.count) % {
        "count": listing.count
    }
