"""Stopping the answer clock with a reason that everybody can read, and starting it again."""

import datetime
from collections.abc import Mapping, Sequence

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from wagtail_borgerdialog.contributions.admin_forms import short_text
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction, as_it_reaches
from wagtail_borgerdialog.followup.actions.clock import pause_clock, resume_clock
from wagtail_borgerdialog.followup.deadlines import local_day
from wagtail_borgerdialog.followup.models import Case
from wagtail_borgerdialog.templatetags.borgerdialog import bd_day


class PauseForm(forms.Form):
    """Why the answer has to wait, and until when."""

    reason = short_text(
        label=gettext_lazy("Why it waits"),
        max_length=2000,
        help_text=gettext_lazy(
            "Write to the citizen what you wait for and who decides it, for example “The council "
            "decides about the money in the budget”. Everybody can read it on the page."
        ),
    )
    next_decision_on = forms.DateField(
        label=gettext_lazy("Next decision"),
        widget=AdminDateInput,
        help_text=gettext_lazy("Citizens see the day. The clock runs again when it is over."),
    )

    def clean_next_decision_on(self) -> datetime.date:
        """The day. Raises ``ValidationError`` when it has gone by."""
        day = self.cleaned_data["next_decision_on"]
        if day < local_day(timezone.now()):
            raise ValidationError(_("Choose a day that is not over yet."))
        return day


def case_of(item: Contribution) -> Case | None:
    """The case, if there is one."""
    return getattr(item, "case", None)


class PauseClock(StaffAction):
    """The answer has to wait for a decision."""

    name = "pause"
    label = gettext_lazy("Let the answer wait")
    permission = ANSWER
    form_class = PauseForm

    def suits(self, item: Contribution) -> bool:
        case = case_of(item)
        return case is not None and case.is_owed

    def consequences(self, item: Contribution) -> Sequence[str]:
        return as_it_reaches(
            item,
            [
                _("Everybody can read your reason on the page, and the author gets it by mail."),
                _("The working days that are left now are left after the day of the decision."),
                _("To undo it, let the clock run again. Your reason stays on the timeline."),
            ],
        )

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        case = item.case
        initial = {"reason": case.pause_reason, "next_decision_on": case.next_decision_on}
        return {"initial": initial}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        case = pause_clock(item, by=by, at=at, **data)
        return _("The answer waits. After the decision it is due %(date)s.") % {
            "date": bd_day(local_day(case.due_at), at)
        }


class ResumeClock(StaffAction):
    """The decision is there."""

    name = "resume"
    label = gettext_lazy("Let the clock run again")
    permission = ANSWER

    def suits(self, item: Contribution) -> bool:
        case = case_of(item)
        return case is not None and case.is_owed and case.paused_at is not None

    def consequences(self, item: Contribution) -> Sequence[str]:
        return as_it_reaches(
            item,
            [
                _("The page says by when you answer now, and the author gets it by mail."),
                _("To undo it, let the answer wait again."),
            ],
        )

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        case = resume_clock(item, by=by, at=at)
        return _("The clock runs. The answer is due %(date)s.") % {
            "date": bd_day(local_day(case.due_at), at)
        }


CLOCK_ACTIONS = (PauseClock(), ResumeClock())
