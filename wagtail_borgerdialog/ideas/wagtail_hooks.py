from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from wagtail_borgerdialog.contributions import bulk_actions
from wagtail_borgerdialog.followup.bulk_actions import answer_actions
from wagtail_borgerdialog.ideas.bulk_actions import offer_actions
from wagtail_borgerdialog.ideas.models import Idea

for action in bulk_actions.bulk_actions_for(
    Idea,
    bulk_actions.Publish,
    bulk_actions.DoNotPublish,
    bulk_actions.Hide,
    bulk_actions.ChangeStatuses,
):
    hooks.register("register_bulk_action", action)
for action in answer_actions(Idea):
    hooks.register("register_bulk_action", action)
for action in offer_actions():
    hooks.register("register_bulk_action", action)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="borgerdialog_ideas", codename="view_helpoffer"
    )


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "borgerdialog.refine", _("Refine an idea"), _("Wrote a refined version")
    )
