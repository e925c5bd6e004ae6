"""Who has a case: giving it to a unit and a person, one case or several at a time."""

import datetime
from collections.abc import Collection, Mapping, Sequence

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_borgerdialog.contributions.admin_forms import short_text
from wagtail_borgerdialog.contributions.bulk_actions import StaffBulkAction
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction
from wagtail_borgerdialog.followup.actions.assigning import assign
from wagtail_borgerdialog.followup.models import Case, Unit
from wagtail_borgerdialog.models import Activity

STEP = 4  # letters of a page's path for each level of the tree


def caseworkers_on(activities: Collection[Activity]) -> QuerySet[AbstractBaseUser]:
    """Colleagues who may answer on every one of ``activities``, by name."""
    app_label, codename = ANSWER.split(".")
    right = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    found = get_user_model().objects.filter(is_active=True)
    for path in {activity.page.path for activity in activities}:
        above = [path[:end] for end in range(STEP, len(path) + 1, STEP)]
        reaching = Group.objects.filter(activity_access__page__path__in=above)
        found = found.filter(
            Q(is_superuser=True)
            | Q(groups__in=reaching.filter(permissions__in=right))
            | Q(groups__in=reaching, user_permissions__in=right)
        )
    return found.distinct().order_by(get_user_model().USERNAME_FIELD)


class AssignForm(forms.Form):
    """To whom the case goes."""

    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=Unit.objects.all(),
        required=False,
        empty_label=gettext_lazy("No unit"),
        help_text=gettext_lazy("Citizens see on the page that this unit answers."),
    )
    caseworker = forms.ModelChoiceField(
        label=gettext_lazy("Caseworker"),
        queryset=get_user_model().objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
        help_text=gettext_lazy("Only colleagues see who it is. Those who may answer are listed."),
    )
    note = short_text(
        label=gettext_lazy("Note to whoever gets it"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("It is in the mail, and in the log of the case."),
    )

    def __init__(
        self, *args: object, activities: Collection[Activity] = (), **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        if activities:
            self.fields["caseworker"].queryset = caseworkers_on(activities)


class Assign(StaffAction):
    """A case to a unit and a person."""

    name = "assign"
    label = gettext_lazy("Assign or hand over")
    permission = ANSWER
    form_class = AssignForm

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("Whoever gets the case is told by mail: the caseworker, or else the unit."),
            _("The log of the case keeps who had it. To undo it, hand it back."),
        ]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        case = getattr(item, "case", None)
        initial = {"unit": case.unit_id, "caseworker": case.caseworker_id} if case else {}
        return {"activities": [item.activity], "initial": initial}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        if assign(item, by=by, at=at, **data):
            return _("The case is handed over.")
        return _("Nothing is changed: they have the case already.")


class AssignMany(StaffBulkAction):
    """Several cases of the work queue to one unit and one person."""

    models = [Case]
    action_type = "borgerdialog_assign"
    action_priority = 10
    display_name = gettext_lazy("Assign or hand over")
    aria_label = gettext_lazy("Assign or hand over those selected")
    permission = ANSWER
    form_class = AssignForm
    activity_path = "contribution__activity"
    related = (
        "contribution__site",
        "contribution__status",
        "contribution__participant",
        "unit",
        "caseworker",
    )

    def object_context(self, obj: Case) -> dict[str, object]:
        contribution = obj.contribution
        name = f"{contribution.reference} {contribution.title}"
        return {"item": obj, "name": name, "language": contribution.language}

    def get_form_kwargs(self) -> dict[str, object]:
        activities = {case.contribution.activity for case in self.chosen}
        return {**super().get_form_kwargs(), "activities": activities}

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to hand over %(n)s case.",
            "You are about to hand over %(n)s cases.",
            n,
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("Whoever gets the cases is told by mail of each: the caseworker, or else the unit."),
            _("The log of each case keeps who had it. To undo it, hand them back."),
        ]

    def run(self, obj: Case, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return assign(obj.contribution, by=self.request.user, at=at, **data)
