from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from wagtail_borgerdialog.followup.viewsets.assigning import AssignMany

hooks.register("register_bulk_action", AssignMany)


@hooks.register("register_log_actions")
def register_clock_actions(actions: LogActionRegistry) -> None:
    actions.register_action("borgerdialog.assign", _("Hand over a case"), _("Handed over the case"))
    actions.register_action("borgerdialog.pause", _("Let an answer wait"), _("Let the answer wait"))
    actions.register_action(
        "borgerdialog.resume", _("Let the clock run"), _("Let the clock of the answer run again")
    )
