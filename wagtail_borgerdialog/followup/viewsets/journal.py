"""The record of a case: to read, to print, to file, and to note that it is filed."""

import datetime
from collections.abc import Mapping, Sequence

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.cases import CasePart
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction
from wagtail_borgerdialog.followup.actions.journalling import journalise
from wagtail_borgerdialog.followup.journal import journal_of
from wagtail_borgerdialog.followup.models import Case
from wagtail_borgerdialog.form_fields import PlainLineField
from wagtail_borgerdialog.rules import activity_scope

FORMATS = ("html", "json")


class JournalForm(forms.Form):
    """Where the records system has the case, and whether it lies there as it stands."""

    case_number = PlainLineField(
        label=gettext_lazy("Case number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("The number in your records system."),
    )
    is_filed = forms.BooleanField(
        label=gettext_lazy("The case is filed as it stands now"),
        required=False,
        help_text=gettext_lazy("Tick it again when you have filed it again."),
    )


class Journalise(StaffAction):
    """The number that the case has in the records system, and when it was filed there."""

    name = "journalise"
    label = gettext_lazy("Journalise")
    permission = ANSWER
    form_class = JournalForm

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("Only colleagues see the number, and when the case was filed."),
            _("To undo it, save it again without the tick."),
        ]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        case = getattr(item, "case", None)
        return {"initial": {"case_number": case.case_number} if case else {}}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        if not journalise(item, by=by, at=at, **data):
            return _("Nothing is changed.")
        if data["is_filed"]:
            return _("It is noted that the case is filed.")
        return _("It is noted. The case is not filed.")


JOURNALISE = Journalise()


class JournalPart(CasePart):
    id = "journal"
    heading = gettext_lazy("Record of the case")
    icon = "doc-full-inverse"
    template_name = "wagtail_borgerdialog/admin/case_journal.html"


def journal_parts(contribution: Contribution, user: AbstractBaseUser) -> Sequence[CasePart]:
    """The number, when it was filed, and the two ways to take the record along. One query."""
    if not user.has_perm(ANSWER):
        return ()
    case = Case.objects.filter(contribution=contribution.pk).first()
    urls = {f"{kind}_url": journal_url(contribution, kind) for kind in FORMATS}
    return (JournalPart(case=case, **urls),)


def journal_url(contribution: Contribution, kind: str) -> str:
    """Where the record is, as a page to print or as JSON."""
    return reverse(f"borgerdialog_journal_{kind}", args=[contribution.pk])


@never_cache
@require_GET
def journal(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """The record of one case where the reader may answer; who took it is in the log."""
    if not request.user.has_perm(ANSWER):
        raise PermissionDenied
    rows = Contribution.objects.filter(activity_scope(request.user, "activity__", perm=ANSWER))
    rows = rows.select_related(
        "activity__page", "site", "status", "area", "category", "participant", "entered_by"
    )
    contribution = get_object_or_404(rows, pk=pk)
    at = timezone.now()
    found = journal_of(contribution, at=at)
    log(
        instance=contribution,
        title=contribution.reference,
        action="borgerdialog.journal",
        user=request.user,
        data={"format": kind},
    )
    if kind == "html":
        template = "wagtail_borgerdialog/followup/journal.html"
        return render(request, template, {"journal": found, "at": at})
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{contribution.reference}.json"'
    return response


def url_patterns() -> list[object]:
    """The addresses in the admin."""
    return [
        re_path(
            rf"^participation/record/(?P<pk>[0-9]{{1,18}})/{kind}/$",
            journal,
            {"kind": kind},
            name=f"borgerdialog_journal_{kind}",
        )
        for kind in FORMATS
    ]
