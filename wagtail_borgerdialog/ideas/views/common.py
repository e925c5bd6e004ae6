"""What the pages of an idea collection share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Site

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions.forms import SummaryRow
from wagtail_borgerdialog.contributions.presenters import sender_name
from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.contributions.views.common import (
    REFERENCE,
    activity_or_404,
    private,
)
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import Decision
from wagtail_borgerdialog.terms import LadderLevel
from wagtail_borgerdialog.views import breadcrumb, settings_of

if TYPE_CHECKING:
    from wagtail_borgerdialog.ideas.pages import IdeaPageMixin


def idea_or_404(page: "IdeaPageMixin", reference: str) -> Idea:
    """The idea of this page, public or not: the caller decides who sees what. One query.

    Raises ``Http404``.
    """
    activity = activity_or_404(page)
    rows = Idea.objects.in_activity(activity).with_case_rows()
    idea = rows.filter(reference=reference).first() if REFERENCE.fullmatch(reference) else None
    if idea is None:
        raise Http404("There is no such idea.")
    # The page and its site are known; asking for them again would cost four queries.
    idea.activity, idea.site = activity, activity.site
    return idea


def idea_url(page: "IdeaPageMixin", request: HttpRequest, idea: Idea) -> str:
    """The address of ``idea`` on ``page``."""
    return path_on(page.get_url(request) or "", idea.reference)


def page_of_ideas(
    page: "IdeaPageMixin",
    request: HttpRequest,
    template: str,
    context: dict[str, object],
    *,
    below: bool = True,
    status: int = 200,
) -> HttpResponse:
    """Render ``ideas/<template>.html``; ``below`` says that the page itself is a step above it."""
    activity = page.activity
    site = site_of(page)
    participation = settings_of(request, site)
    return render(
        request,
        f"wagtail_borgerdialog/ideas/{template}.html",
        {
            "page": page,
            "self": page,
            "activity": activity,
            "level": LadderLevel(activity.level),
            "list_url": page.get_url(request),
            "breadcrumb": breadcrumb(page, request, with_page=below),
            "disclaimer": disclaimer_of(page),
            "participation": participation,
            "sender": sender_name(participation, site),
            **context,
        },
        status=status,
    )


def site_of(page: "IdeaPageMixin") -> Site:
    """The page's site, which the activity brings along once there is one."""
    return page.stored_activity.site if page.stored_activity else page.get_site()


def disclaimer_of(page: "IdeaPageMixin") -> str:
    """The page's wording, or the site's, or the standard one."""
    return page.disclaimer.strip() or ParticipationSettings.of(site_of(page)).disclaimer_text


def not_now(
    request: HttpRequest,
    page: "IdeaPageMixin",
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
    return private(page_of_ideas(page, request, "not_now", context, status=status))
