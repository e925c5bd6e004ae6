"""Decisions about several addenda at once."""

import datetime
from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_borgerdialog.contributions.bulk_actions import (
    DoNotPublish,
    Publish,
    StaffBulkAction,
    bulk_actions_for,
)
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.proposals.actions import decide_addendum
from wagtail_borgerdialog.proposals.admin_forms import AddendumReasonForm
from wagtail_borgerdialog.proposals.models import Addendum


class ShowAddenda(Publish):
    form_class = forms.Form
    display_name = gettext_lazy("Show")
    aria_label = gettext_lazy("Show those selected")

    def check_perm(self, obj: Addendum) -> bool:
        return obj.visibility != Visibility.VISIBLE

    def consequences(self) -> Sequence[str]:
        return [
            _("Everybody can read them below the proposals from now on."),
            _("To undo it, select them again and do not show them."),
        ]

    def run(self, obj: Addendum, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return decide_addendum(obj, show=True, by=self.request.user, at=at)


class DoNotShowAddenda(DoNotPublish):
    form_class = AddendumReasonForm
    display_name = gettext_lazy("Do not show")
    aria_label = gettext_lazy("Do not show those selected")

    def check_perm(self, obj: Addendum) -> bool:
        return obj.visibility != Visibility.HIDDEN

    def consequences(self) -> Sequence[str]:
        return [
            _("Each author gets a mail with the reason you write here. All get the same."),
            _("To undo it, select them again and show them: the mails cannot be called back."),
        ]

    def run(self, obj: Addendum, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return decide_addendum(obj, show=False, by=self.request.user, at=at, **data)


def addendum_actions() -> list[type[StaffBulkAction]]:
    """What can be decided about several addenda."""
    return bulk_actions_for(
        Addendum,
        ShowAddenda,
        DoNotShowAddenda,
        activity_path="proposal__activity",
        related=("proposal__site", "proposal__status", "participant"),
    )
