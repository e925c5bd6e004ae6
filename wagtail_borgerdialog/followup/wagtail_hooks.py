from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from wagtail_borgerdialog.followup.viewsets.answers import Answered
from wagtail_borgerdialog.followup.viewsets.assigning import AssignMany
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


@hooks.register("register_log_actions")
def register_answer_actions(actions: LogActionRegistry) -> None:
    actions.register_action("borgerdialog.answer")(Answered)


@hooks.register("register_log_actions")
def register_promise_actions(actions: LogActionRegistry) -> None:
    actions.register_action("borgerdialog.promise")(PromiseChanged)
