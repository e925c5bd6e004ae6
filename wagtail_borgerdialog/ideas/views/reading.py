"""Read ideas: the list, one idea, and those that are like what somebody types."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from wagtail_borgerdialog.contributions import rules as contribution_rules
from wagtail_borgerdialog.contributions.filters import FilterForm, list_url
from wagtail_borgerdialog.contributions.listing import SORTS, Listing, list_contributions
from wagtail_borgerdialog.contributions.merges_shown import merges_of
from wagtail_borgerdialog.contributions.presenters import (
    Card,
    Tab,
    author_name,
    placeholder,
    shown_attachments,
    shown_thread,
)
from wagtail_borgerdialog.contributions.selectors import path_on, support_counts
from wagtail_borgerdialog.contributions.timeline import rows_of, timeline
from wagtail_borgerdialog.contributions.views.appealing import own_appeal_url
from wagtail_borgerdialog.contributions.views.common import activity_or_404, route
from wagtail_borgerdialog.followup.clock_shown import owed_answer
from wagtail_borgerdialog.followup.presenters import answer_shown
from wagtail_borgerdialog.followup.promises_shown import promises_of
from wagtail_borgerdialog.ideas import rules, selectors
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.ideas.views.common import (
    idea_or_404,
    idea_url,
    page_of_ideas,
)
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, Person, is_open
from wagtail_borgerdialog.people.selectors import participant_of
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.text import clean_query
from wagtail_borgerdialog.views import cacheable, visitor

if TYPE_CHECKING:
    from wagtail_borgerdialog.ideas.pages import IdeaPageMixin

OFFERS_SHOWN = 50
# What the page offers is the same for everybody; the step itself tells each person what is missing.
ANYBODY = Person(level=VerificationLevel.EID)
NOT_HERE = Decision(DeniedReason.SWITCHED_OFF)


@require_safe
def idea_list(request: HttpRequest, page: "IdeaPageMixin") -> HttpResponse:
    """The collection: what it is for, and its public ideas."""
    at = timezone.now()
    activity = page.activity
    listing = list_contributions(activity, request.GET, at=at) if activity.pk else None
    context: dict[str, object] = {
        "at": at,
        "decision": is_open(activity, at=at),
        "new_url": route(page, request, "new"),
        "cards": [],
    }
    if listing is not None:
        context |= {
            "listing": listing,
            "filter": FilterForm(listing),
            "sorts": _sorts(listing),
            "result": _result(listing),
            "cards": _cards(listing, activity, url=page.get_url(request) or ""),
            "next_url": _turn(listing, "after", listing.page.next_cursor),
            "previous_url": _turn(listing, "before", listing.page.previous_cursor),
        }
    return cacheable(request, page_of_ideas(page, request, "list", context, below=False))


@require_safe
def similar(request: HttpRequest, page: "IdeaPageMixin") -> HttpResponse:
    """A fragment: ideas like what is typed (``?q=``), for the hint beside the title."""
    activity = activity_or_404(page)
    text = clean_query(request.GET.get("q", ""))
    found = selectors.similar(text, activities=selectors.collections_near(activity))
    context = {"similar": similar_cards(found, request), "typed": text}
    response = page_of_ideas(page, request, "similar", context)
    response["X-Robots-Tag"] = "noindex"
    return cacheable(request, response)


@require_safe
def idea(request: HttpRequest, page: "IdeaPageMixin", reference: str) -> HttpResponse:
    """One idea, or what stands in its place."""
    at = timezone.now()
    found = idea_or_404(page, reference)
    user = visitor(request)
    if not found.is_public and not _may_see(user, found):
        return _gone(request, page, found)
    url = idea_url(page, request, found)
    comment_url = reverse("borgerdialog:comment", args=[found.reference])
    may_report = page.reaches_all and found.is_public
    report_url = reverse("borgerdialog:report", args=[found.reference]) if may_report else ""
    told = rows_of(found)
    context = {
        "at": at,
        "idea": found,
        "author": author_name(found.public_name),
        "url": url,
        "full_url": request.build_absolute_uri(url),
        "counts": support_counts(found),
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
        "may_help": rules.may_offer_help(ANYBODY, found, declared=True),
        "is_supporting": _is_supporting(user, found),
        "is_own": _is_own(user, found),
        "timeline": timeline(found, told),
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
        "offers": [
            (author_name(offer.public_name), offer)
            for offer in found.help_offers.visible()[:OFFERS_SHOWN]
        ],
        "attachments": shown_attachments(
            found, url=lambda item: reverse("borgerdialog:file", args=[item.uuid])
        ),
        "answers": selectors.public_answers(
            found, private_now=page.private_questions if found.answers else ()
        ),
        "support_url": reverse("borgerdialog:support", args=[found.reference]),
        "comment_url": comment_url,
        "report_url": report_url,
        "appeal_url": "" if found.is_public else own_appeal_url(found, user),
        "help_url": route(page, request, "help", found.reference),
        "withdraw_url": route(page, request, "withdraw", found.reference),
    }
    response = page_of_ideas(page, request, "idea", context)
    if not found.is_public:
        response["X-Robots-Tag"] = "noindex"
        patch_cache_control(response, private=True, no_store=True)
    return cacheable(request, response)


def _gone(request: HttpRequest, page: "IdeaPageMixin", found: Idea) -> HttpResponse:
    """What stands in the place of an idea that was public once. Raises ``Http404`` otherwise."""
    shown = placeholder(found)
    if shown is None:
        raise Http404("There is no such idea.")
    context = {"placeholder": shown, "reference": found.reference}
    response = page_of_ideas(page, request, "gone", context, status=shown.http_status)
    response["X-Robots-Tag"] = "noindex"
    return cacheable(request, response)


def _may_see(user: AbstractBaseUser | AnonymousUser, found: Idea) -> bool:
    """Whether somebody sees what is not public: its author, and moderators."""
    if user.is_anonymous:
        return False
    return Idea.objects.visible_to(user, found.site).filter(pk=found.pk).exists()


def _is_own(user: AbstractBaseUser | AnonymousUser, found: Idea) -> bool:
    author = found.participant
    return user.is_authenticated and author is not None and author.user_id == user.pk


def _is_supporting(user: AbstractBaseUser | AnonymousUser, found: Idea) -> bool:
    participant = participant_of(user)
    return participant is not None and contribution_rules.supports(
        Person(user=user, participant=participant), found
    )


def _cards(listing: Listing, activity: Activity, *, url: str) -> list[Card]:
    return [
        Card(
            title=row.title,
            url=path_on(url, row.reference),
            text=row.body,
            language=row.language,
            status_label=str(row.status),
            status_kind=row.status.kind,
            area=row.area.name if row.area else "",
            category=row.category.name if row.category else "",
            author=author_name(row.public_name),
            published_at=row.published_at,
            supports=row.support_count if activity.supports_enabled else None,
            comments=row.comment_count if activity.comments_enabled else None,
            reference=row.reference,
        )
        for row in listing.page
    ]


def similar_cards(found: list[Idea], request: HttpRequest) -> list[Card]:
    """Ideas of several collections as cards, each on its own page."""
    return [
        Card(
            title=row.title,
            url=path_on(row.activity.page.get_url(request) or "", row.reference),
            text=row.body,
            language=row.language,
            status_label=str(row.status),
            status_kind=row.status.kind,
            area=row.area.name if row.area else "",
            supports=row.support_count if row.activity.supports_enabled else None,
        )
        for row in found
    ]


def _sorts(listing: Listing) -> list[Tab]:
    return [
        Tab(label=str(label), url=_shown(listing, sort=key), current=key == listing.sort)
        for key, (label, _order) in SORTS.items()
    ]


def _shown(listing: Listing, **changes: str) -> str:
    """The same list with ``changes``, from where the ideas begin: what is above was read."""
    return f"{list_url(listing, **changes)}#ideas"


def _turn(listing: Listing, name: str, cursor: str) -> str:
    return _shown(listing, **{name: cursor}) if cursor else ""


def _result(listing: Listing) -> str:
    if listing.count_is_capped:
        return gettext("More than %(count)s ideas") % {"count": listing.count}
    return ngettext("%(count)s idea", "%(count)s ideas", listing.count) % {"count": listing.count}
