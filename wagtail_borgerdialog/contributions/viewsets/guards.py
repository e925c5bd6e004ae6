"""A page on which citizens have said something is closed, not deleted, and stays on its site."""

from collections.abc import Sequence

from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.models import Activity


def pages_that_stay(pages: Sequence[Model]) -> list[str]:
    """Titles of the pages at or below ``pages`` whose activity holds contributions. One query."""
    below = Q(pk__in=[])
    for page in pages:
        below |= Q(page__path__startswith=page.path)
    held = Contribution.objects.values("activity")
    found = Activity.objects.filter(below, pk__in=held).select_related("page")
    return [activity.page.title for activity in found]


def refuse_deletion(request: HttpRequest, pages: Sequence[Model]) -> HttpResponse | None:
    """A redirect with an explanation when ``pages`` cannot go, else None."""
    titles = pages_that_stay(pages)
    if not titles:
        return None
    messages.error(
        request,
        _(
            "You cannot delete %(titles)s: citizens have sent texts there, and they have to be "
            "kept. Set a closing time or pause the page instead, or unpublish it to take it out "
            "of sight."
        )
        % {"titles": ", ".join(f"“{title}”" for title in titles)},
    )
    parent = pages[0].get_parent()
    return redirect("wagtailadmin_explore", parent.pk)


def refuse_move(
    request: HttpRequest, pages: Sequence[Model], destination: Model
) -> HttpResponse | None:
    """A redirect with an explanation when ``pages`` would leave their site, else None.

    References are counted on each site, and links in mails that are sent lead to the old one.
    """
    site = destination.get_site()
    titles = pages_that_stay([page for page in pages if page.get_site() not in {None, site}])
    if not titles:
        return None
    messages.error(
        request,
        _(
            "You cannot move %(titles)s to another site: citizens have sent texts there, and the "
            "references and links that they were given have to work."
        )
        % {"titles": ", ".join(f"“{title}”" for title in titles)},
    )
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)
