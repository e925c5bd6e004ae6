from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from wagtail_borgerdialog.contributions import bulk_actions
from wagtail_borgerdialog.followup.bulk_actions import answer_actions
from wagtail_borgerdialog.proposals.bulk_actions import addendum_actions
from wagtail_borgerdialog.proposals.models import Proposal

# Publishing and refusing go by the formal check, one proposal at a time.
for action in bulk_actions.bulk_actions_for(
    Proposal, bulk_actions.Hide, bulk_actions.ChangeStatuses
):
    hooks.register("register_bulk_action", action)
for action in answer_actions(Proposal):
    hooks.register("register_bulk_action", action)
for action in addendum_actions():
    hooks.register("register_bulk_action", action)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="borgerdialog_proposals", codename="check_proposal"
    )


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "borgerdialog.formal_check", _("Formal check"), _("Made the formal check")
    )
