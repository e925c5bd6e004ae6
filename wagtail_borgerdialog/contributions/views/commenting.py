"""Comments and replies: a form page of its own, then back to where it stands."""

import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions import actions, rules
from wagtail_borgerdialog.contributions.forms import CommentForm
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Visibility
from wagtail_borgerdialog.contributions.views.common import (
    acting_page,
    contribution_or_404,
    denied_page,
    is_sent,
    page_of,
    typed,
)
from wagtail_borgerdialog.people.eligibility import NotAllowed, Person
from wagtail_borgerdialog.people.selectors import person_for
from wagtail_borgerdialog.people.senders import best_case, resolve_sender, within_limits
from wagtail_borgerdialog.views import visitor


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, reference: str) -> HttpResponse:
    """Comment on the contribution, or reply (``?parent=<id>``) to a comment on it."""
    contribution = contribution_or_404(request, reference)
    parent = _parent_or_404(request, contribution)
    at = timezone.now()
    user = visitor(request)
    person = person_for(user)
    decision = rules.may_comment(
        best_case(person), contribution, parent=parent, at=at, declared=True
    )
    if not decision:
        body = request.POST.get("body", "")
        status = 409 if is_sent(request) else 200
        return denied_page(request, contribution, decision, typed=body, status=status)
    badge = get_adapter().role_badge(user) if user.is_authenticated else ""
    form = _form(request, contribution, person, on_duty=bool(badge), at=at)
    if is_sent(request) and form.is_valid():
        if within_limits(form, request.META, at=at):
            return _store(request, contribution, form, parent=parent, at=at)
        status = 429
    else:
        status = 200
    context = {
        "form": form,
        "parent": parent,
        "badge": badge,
    }
    return acting_page(request, "comment", contribution, context, status=status)


@never_cache
@require_safe
def comment_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Check your inbox: the comment waits for its author's confirmation."""
    return acting_page(request, "comment_sent", contribution_or_404(request, reference))


@never_cache
@require_safe
def comment_waiting(request: HttpRequest, reference: str) -> HttpResponse:
    """A moderator reads it first."""
    return acting_page(request, "comment_waiting", contribution_or_404(request, reference))


def _store(
    request: HttpRequest,
    contribution: Contribution,
    form: CommentForm,
    *,
    parent: Comment | None,
    at: datetime.datetime,
) -> HttpResponse:
    sender = resolve_sender(
        form, visitor(request), at=at, language=get_language() or contribution.language
    )
    try:
        stored = actions.comment_on(
            contribution,
            by=sender.person,
            body=form.cleaned_data["body"],
            language=form.cleaned_data["language"],
            parent=parent,
            name=sender.name,
            name_display=sender.name_display,
            must_confirm=sender.must_confirm,
            declared=sender.declared,
            suspicious=form.looks_like_spam,
            at=at,
        )
    except NotAllowed as error:
        return denied_page(
            request, contribution, error.decision, typed=form.cleaned_data["body"], status=409
        )
    if stored.visibility == Visibility.VISIBLE:
        target = f"{page_of(contribution, request)}#{stored.anchor}"
    elif stored.visibility == Visibility.DRAFT:
        target = reverse("borgerdialog:comment_sent", args=[contribution.reference])
    else:
        target = reverse("borgerdialog:comment_waiting", args=[contribution.reference])
    return HttpResponseRedirect(target, status=303)


def _form(
    request: HttpRequest,
    contribution: Contribution,
    person: Person,
    *,
    on_duty: bool,
    at: datetime.datetime,
) -> CommentForm:
    activity = contribution.activity
    form = CommentForm(
        **typed(request),
        activity=activity,
        person=person,
        level=activity.comment_level,
        on_duty=on_duty,
        at=at,
    )
    form.deleted_after = contribution.delete_after
    return form


def _parent_or_404(request: HttpRequest, contribution: Contribution) -> Comment | None:
    """The comment replied to. Raises ``Http404`` unless everybody can read it here."""
    given = request.POST.get("parent") or request.GET.get("parent")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Http404("This is not a comment.")
    parent = Comment.objects.filter(
        pk=int(given), contribution=contribution.pk, parent=None, visibility=Visibility.VISIBLE
    ).first()
    if parent is None:
        raise Http404("There is no such comment to reply to.")
    return parent
