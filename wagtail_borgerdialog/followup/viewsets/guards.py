"""A page on which the municipality owes an answer, or has promised something, cannot just go.

Its closing time may come: that ends the sending, not the answering. Unpublishing would take the
question out of sight, and with it whoever waits for an answer.
"""

from collections.abc import Sequence

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from wagtail_borgerdialog.contributions.models import Contribution, StatusKind
from wagtail_borgerdialog.contributions.viewsets.base import SEE
from wagtail_borgerdialog.followup.models import AnswerState, OfficialAnswer, Promise
from wagtail_borgerdialog.followup.models.answers import CLOSING
from wagtail_borgerdialog.models import Activity

# Where a case waits for more; any other status says what became of it.
UNDECIDED = (
    StatusKind.RECEIVED,
    StatusKind.OPEN_FOR_SUPPORT,
    StatusKind.IN_REFINEMENT,
    StatusKind.THRESHOLD_REACHED,
    StatusKind.IN_PROCESS,
    StatusKind.AWAITING_FUNDS,
)
LINKS_SHOWN = 3


def lacking_answer() -> QuerySet[Contribution]:
    """Public contributions that nobody has given a closing answer, by words or by status."""
    closing = OfficialAnswer.objects.filter(
        contribution=OuterRef("pk"), state=AnswerState.PUBLISHED, outcome__in=CLOSING
    )
    is_undecided = Q(status__kind__in=UNDECIDED) & ~Exists(closing)
    is_owed = Q(case__due_at__isnull=False, case__answered_at__isnull=True)
    return Contribution.objects.visible().filter(is_undecided | is_owed)


def refuse_ending(
    request: HttpRequest, pages: Sequence[Model], *, with_descendants: bool
) -> HttpResponse | None:
    """A redirect with an explanation when ``pages`` cannot be unpublished yet, else None."""
    chosen = Q(page__in=[page.pk for page in pages])
    if with_descendants:
        for page in pages:
            chosen |= Q(page__path__startswith=page.path)
    activities = {a.pk: a for a in Activity.objects.filter(chosen).select_related("page")}
    texts = dict(
        lacking_answer()
        .filter(activity__in=list(activities))
        .order_by()
        .values_list("activity")
        .annotate(number=Count("pk"))
    )
    promises = dict(
        Promise.objects.open()
        .about_public()
        .filter(activity__in=list(activities))
        .order_by()
        .values_list("activity")
        .annotate(number=Count("pk"))
    )
    if not texts and not promises:
        return None
    held = [activities[pk] for pk in activities if pk in texts or pk in promises]
    titles = ", ".join(f"“{activity.page.title}”" for activity in held)
    sentences = [
        _("You cannot unpublish %(titles)s yet: something is owed there.") % {"titles": titles}
    ]
    if number := sum(texts.values()):
        sentences.append(
            ngettext(
                "%(n)s public text has no closing answer. Answer it, or change its status.",
                "%(n)s public texts have no closing answer. Answer them, or change their status: "
                "you can do it with all at once.",
                number,
            )
            % {"n": number}
        )
    if number := sum(promises.values()):
        sentences.append(
            ngettext(
                "%(n)s promise is open. Keep it, or say why not.",
                "%(n)s promises are open. Keep them, or say why not.",
                number,
            )
            % {"n": number}
        )
    sentences.append(_("To take the page out of sight at once, pause it and make it private."))
    messages.error(request, " ".join(sentences), buttons=_links(request, held, texts, promises))
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)


def refuse_forgetting(request: HttpRequest, pages: Sequence[Model]) -> HttpResponse | None:
    """A redirect with an explanation when promises would go with ``pages``, else None."""
    below = Q(pk__in=[])
    for page in pages:
        below |= Q(page__path__startswith=page.path)
    kept = Activity.objects.filter(below, Exists(Promise.objects.filter(activity=OuterRef("pk"))))
    titles = [activity.page.title for activity in kept.select_related("page")]
    if not titles:
        return None
    messages.error(
        request,
        _("You cannot delete %(titles)s: something has been promised there, and it is kept.")
        % {"titles": ", ".join(f"“{title}”" for title in titles)},
    )
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)


def _links(
    request: HttpRequest,
    held: Sequence[Activity],
    texts: dict[int, int],
    promises: dict[int, int],
) -> list[object]:
    """The lists in which it can be put right, for those who may see them."""
    if not request.user.has_perm(SEE):
        return []
    links = []
    for activity in held[:LINKS_SHOWN]:
        if activity.pk in texts:
            url = reverse(f"borgerdialog_{activity.kind}:list")
            url = f"{url}?activity={activity.pk}&visibility=visible"
            links.append(messages.button(url, _("Answer them")))
        if activity.pk in promises:
            url = f"{reverse('borgerdialog_promises:list')}?activity={activity.pk}"
            links.append(messages.button(url, _("See the promises")))
    return links
