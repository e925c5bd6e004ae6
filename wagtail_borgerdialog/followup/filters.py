"""The forms above the ledger and the numbers: plain GET forms that are never invalid."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.followup.ledger import Ledger
from wagtail_borgerdialog.models import Activity


class LedgerFilterForm(forms.Form):
    """District and page. Shows what a ledger was asked for; it has read the query itself."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    area = forms.ChoiceField(label=_("District"), required=False)
    page = forms.ChoiceField(label=_("Page"), required=False)

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(
            initial={"state": ledger.group, "area": ledger.area, "page": ledger.activity}
        )
        self.fields["area"].choices = [("", gettext("All districts")), *ledger.areas]
        self.fields["page"].choices = [("", gettext("All pages")), *ledger.activities]


class EffectFilterForm(forms.Form):
    """Which page the numbers are about."""

    page = forms.ChoiceField(label=_("Page"), required=False)

    def __init__(self, activities: list[Activity], chosen: Activity | None) -> None:
        super().__init__(initial={"page": str(chosen.pk) if chosen else ""})
        self.fields["page"].choices = [("", gettext("All pages")), *_named(activities)]


def _named(activities: list[Activity]) -> list[tuple[str, str]]:
    return [(str(activity.pk), activity.page.title) for activity in activities]
