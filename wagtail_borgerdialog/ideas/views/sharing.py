"""Share an idea: write it, check it, send it, and get a receipt.

The steps are one form that travels: the page to check holds everything in hidden fields, so
nothing is kept on the server before the idea is sent, and every step works without JavaScript.
"""

import datetime
from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_borgerdialog.contributions import rules as contribution_rules
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.contributions.views.common import activity_or_404, private, route
from wagtail_borgerdialog.ideas import actions, rules, selectors
from wagtail_borgerdialog.ideas.forms import AcceptForm, AttachmentForm, IdeaForm
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.ideas.views.common import (
    disclaimer_of,
    not_now,
    page_of_ideas,
)
from wagtail_borgerdialog.ideas.views.reading import similar_cards
from wagtail_borgerdialog.people.eligibility import Decision, NotAllowed, Person
from wagtail_borgerdialog.people.identity import address_on_receipt
from wagtail_borgerdialog.people.selectors import person_for
from wagtail_borgerdialog.people.senders import best_case, resolve_sender, within_limits
from wagtail_borgerdialog.terms import ModerationMode

if TYPE_CHECKING:
    from wagtail_borgerdialog.ideas.pages import IdeaPageMixin

RECEIPT_LASTS = datetime.timedelta(days=2)
STEPS = (_("Write"), _("Check"), _("Sent"))
_RECEIPT = "wagtail_borgerdialog.ideas.receipt"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, page: "IdeaPageMixin") -> HttpResponse:
    """Write (GET), then ``step`` says what a POST wants: ``check``, ``edit`` again, or ``send``."""
    activity = activity_or_404(page)
    at = timezone.now()
    person = person_for(request.user)
    form = IdeaForm(
        request.POST if request.method == "POST" else None,
        activity=activity,
        person=person,
        level=activity.submit_level,
        questions=page.questions,
        asks_for_place=page.asks_for_place,
        at=at,
    )
    decision = contribution_rules.may_submit(best_case(person), activity, at=at, declared=True)
    if not decision:
        return _no_idea_now(request, page, form, decision)
    if request.method != "POST" or not form.is_valid() or request.POST.get("step") == "edit":
        return _write(request, page, form)
    accept = AcceptForm(
        request.POST if request.POST.get("step") == "send" else None,
        version=actions.disclaimer_version(disclaimer_of(page)),
    )
    if request.POST.get("step") != "send" or not accept.is_valid():
        return _check(request, page, form, accept)
    if not within_limits(form, request.META, at=at):
        return _write(request, page, form, status=429)
    return _send(request, page, form, person, at=at)


def _write(
    request: HttpRequest, page: "IdeaPageMixin", form: IdeaForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "steps": STEPS, "similar_url": route(page, request, "similar")}
    return private(page_of_ideas(page, request, "new", context, status=status))


def _check(
    request: HttpRequest, page: "IdeaPageMixin", form: IdeaForm, accept: AcceptForm
) -> HttpResponse:
    found = selectors.similar(
        form.cleaned_data["title"], activities=selectors.collections_near(page.activity)
    )
    context = {
        "form": form,
        "steps": STEPS,
        "accept": accept,
        "similar": similar_cards(found, request),
    }
    return private(page_of_ideas(page, request, "check", context))


def _send(
    request: HttpRequest,
    page: "IdeaPageMixin",
    form: IdeaForm,
    person: Person,
    *,
    at: datetime.datetime,
) -> HttpResponse:
    language = get_language() or page.locale.language_code
    sender = resolve_sender(form, request.user, at=at, language=language)
    try:
        idea = actions.submit(
            form.idea(),
            activity=page.activity,
            sender=sender,
            disclaimer=disclaimer_of(page),
            is_suspicious=form.looks_like_spam,
            at=at,
        )
    except NotAllowed as error:
        return _no_idea_now(request, page, form, error.decision)
    return HttpResponseRedirect(route(page, request, "thanks", _receipt_of(idea)), status=303)


def _receipt_of(idea: Idea) -> str:
    """A token for the receipt. Wagtail's addresses know no colon, so it is wrapped once more."""
    return signing.b64_encode(signing.dumps(idea.pk, salt=_RECEIPT).encode()).decode()


def _read_receipt(token: str) -> int | None:
    try:
        signed = signing.b64_decode(token.encode()).decode()
        return int(signing.loads(signed, salt=_RECEIPT, max_age=RECEIPT_LASTS))
    except (ValueError, signing.BadSignature):
        return None


def _no_idea_now(
    request: HttpRequest, page: "IdeaPageMixin", form: IdeaForm, decision: Decision
) -> HttpResponse:
    rows = form.summary() if request.method == "POST" else []
    return not_now(request, page, decision, heading=gettext("Share your idea"), rows=rows)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def thanks(request: HttpRequest, page: "IdeaPageMixin", token: str) -> HttpResponse:
    """The receipt, and the place to add pictures; only whoever sent the idea has its address."""
    activity = activity_or_404(page)
    at = timezone.now()
    sent = Idea.objects.in_activity(activity).filter(pk=_read_receipt(token))
    idea = sent.with_page_rows().first()
    if idea is None:
        return private(page_of_ideas(page, request, "receipt_over", {}, status=410))
    may_add = rules.may_add_files(idea)
    form = AttachmentForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if request.method == "POST" and may_add and form.is_valid():
        try:
            actions.add_files(idea, form.attachments, at=at)
        except NotAllowed:
            pass
        except ValueError:
            form.add_error(None, gettext("There is no room for more files."))
        if not form.errors:
            return HttpResponseRedirect(f"{request.path}#files", status=303)
    context = {
        "idea": idea,
        "form": form if may_add else None,
        "attachments": list(idea.attachments.all()),
        "next_steps": _what_happens_next(idea),
        "email": address_on_receipt(idea.participant.email) if idea.participant else "",
        "is_waiting_for_mail": idea.visibility == Visibility.DRAFT,
    }
    return private(page_of_ideas(page, request, "receipt", context))


def _what_happens_next(idea: Idea) -> list[str]:
    if idea.participant and idea.participant.email:
        read_first = gettext("A colleague reads it. You get a mail when everybody can see it.")
    else:
        read_first = gettext(
            "A colleague reads it. Then you find it among the other ideas. Keep the reference."
        )
    shown = gettext("Everybody can see your idea now. They can support it and offer to help.")
    if idea.visibility == Visibility.DRAFT:
        use_link = gettext("Open the mail and use the link. Your idea is not sent before you do.")
        is_read_first = idea.activity.moderation == ModerationMode.BEFORE
        return [use_link, read_first] if is_read_first else [use_link]
    if idea.visibility == Visibility.PENDING:
        return [read_first]
    return [shown] if idea.is_public else []
