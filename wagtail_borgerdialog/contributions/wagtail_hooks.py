from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.log_actions import LogActionRegistry

from wagtail_borgerdialog.contributions import bulk_actions
from wagtail_borgerdialog.contributions.viewsets.guards import refuse_deletion, refuse_move
from wagtail_borgerdialog.contributions.viewsets.logs import register_messages
from wagtail_borgerdialog.contributions.viewsets.reports import reported_actions

for action in (*bulk_actions.comment_actions(), *reported_actions()):
    hooks.register("register_bulk_action", action)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="borgerdialog_contributions",
        codename__in=[
            "view_contribution",
            "moderate_contribution",
            "answer_contribution",
            "enter_contribution",
            "view_comment",
        ],
    )


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    register_messages(actions)


@hooks.register("before_delete_page")
def keep_page_with_contributions(request: HttpRequest, page: Model) -> HttpResponse | None:
    return refuse_deletion(request, [page])


@hooks.register("before_bulk_action")
def keep_pages_with_contributions(
    request: HttpRequest, action_type: str, objects: list[Model], action: BulkAction
) -> HttpResponse | None:
    if not isinstance(action, PageBulkAction) or not objects:
        return None
    if action_type == "delete":
        return refuse_deletion(request, objects)
    if action_type == "move":
        return refuse_move(request, objects, action.cleaned_form.cleaned_data["chooser"])
    return None


@hooks.register("before_move_page")
def keep_page_on_its_site(
    request: HttpRequest, page: Model, destination: Model
) -> HttpResponse | None:
    return refuse_move(request, [page], destination)
