"""Steps of several promises at once."""

import datetime
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_borgerdialog.contributions.bulk_actions import StaffBulkAction
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.followup.models import Promise
from wagtail_borgerdialog.followup.promise_forms import MoveForm, NoteForm, WhyForm
from wagtail_borgerdialog.followup.viewsets.promising import Drop, Keep, Move, PromiseAction


class StepMany(StaffBulkAction):
    """One step of the chosen promises that it suits."""

    models = [Promise]
    permission = ANSWER
    related = ("contribution", "site", "unit")
    step: PromiseAction

    def check_perm(self, obj: Promise) -> bool:
        return self.step.suits(obj)

    def object_context(self, obj: Promise) -> dict[str, object]:
        return {"item": obj, "name": str(obj), "language": ""}

    def get_initial(self) -> dict[str, object]:
        roles = {obj.promised_by for obj in self.chosen}
        return {**super().get_initial(), "by_role": roles.pop() if len(roles) == 1 else ""}

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to do this with %(n)s promise.",
            "You are about to do this with %(n)s promises.",
            n,
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [*self.step.effects, _("The authors of the texts get a mail.")]

    def run(self, obj: Promise, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return type(self.step).act(obj, by=self.request.user, at=at, **self.step.values(data))


class KeepMany(StepMany):
    step = Keep()
    action_type = "borgerdialog_keep"
    action_priority = 10
    display_name = gettext_lazy("They are kept")
    aria_label = gettext_lazy("Show the selected promises as kept")
    form_class = NoteForm


class MoveMany(StepMany):
    step = Move()
    action_type = "borgerdialog_move"
    action_priority = 20
    display_name = gettext_lazy("Set another date")
    aria_label = gettext_lazy("Set another date for the selected promises")
    form_class = MoveForm


class DropMany(StepMany):
    step = Drop()
    action_type = "borgerdialog_drop"
    action_priority = 30
    display_name = gettext_lazy("Drop them")
    aria_label = gettext_lazy("Drop the selected promises")
    classes = {"serious"}
    is_serious = True
    form_class = WhyForm
