from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.log_actions import LogActionRegistry

from wagtail_borgerdialog.followup.viewsets.answers import Answered
from wagtail_borgerdialog.followup.viewsets.assigning import AssignMany
from wagtail_borgerdialog.followup.viewsets.guards import refuse_ending, refuse_forgetting
from wagtail_borgerdialog.followup.viewsets.journal import url_patterns as journal_urls
from wagtail_borgerdialog.followup.viewsets.promise_bulk import DropMany, KeepMany, MoveMany
from wagtail_borgerdialog.followup.viewsets.promise_log import PromiseChanged

hooks.register("register_bulk_action", AssignMany)
for promise_action in (KeepMany, MoveMany, DropMany):
    hooks.register("register_bulk_action", promise_action)


@hooks.register("register_log_actions")
def register_clock_actions(actions: LogActionRegistry) -> None:
    actions.register_action("borgerdialog.assign", _("Hand over a case"), _("Handed over the case"))
    actions.register_action("borgerdialog.pause", _("Let an answer wait"), _("Let the answer wait"))
    actions.register_action(
        "borgerdialog.resume", _("Let the clock run"), _("Let the clock of the answer run again")
    )


@hooks.register("register_admin_urls")
def register_journal_urls() -> list[object]:
    return journal_urls()


@hooks.register("register_log_actions")
def register_journal_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "borgerdialog.journalise", _("Journalise"), _("Noted where the case is filed")
    )
    actions.register_action(
        "borgerdialog.journal", _("Open the record"), _("Opened the record of the case")
    )
    actions.register_action(
        "borgerdialog.erase", _("Erase a person"), _("Erased the personal data of somebody")
    )


@hooks.register("register_log_actions")
def register_answer_actions(actions: LogActionRegistry) -> None:
    actions.register_action("borgerdialog.answer")(Answered)


@hooks.register("register_log_actions")
def register_promise_actions(actions: LogActionRegistry) -> None:
    actions.register_action("borgerdialog.promise")(PromiseChanged)


@hooks.register("before_unpublish_page")
def answer_before_ending(request: HttpRequest, page: Model) -> HttpResponse | None:
    return refuse_ending(
        request, [page], with_descendants=bool(request.POST.get("include_descendants"))
    )


@hooks.register("before_delete_page")
def keep_page_with_promises(request: HttpRequest, page: Model) -> HttpResponse | None:
    return refuse_forgetting(request, [page])


@hooks.register("before_bulk_action")
def answer_before_ending_many(
    request: HttpRequest, action_type: str, objects: list[Model], action: BulkAction
) -> HttpResponse | None:
    if not isinstance(action, PageBulkAction) or not objects:
        return None
    if action_type == "delete":
        return refuse_forgetting(request, objects)
    if action_type == "unpublish":
        below = action.cleaned_form.cleaned_data["include_descendants"]
        return refuse_ending(request, objects, with_descendants=below)
    return None
