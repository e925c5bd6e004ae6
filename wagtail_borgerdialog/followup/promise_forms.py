"""What staff type about promises."""

import datetime

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.admin_forms import short_text
from wagtail_borgerdialog.followup.actions.promising import Money
from wagtail_borgerdialog.followup.admin_forms import KronerField
from wagtail_borgerdialog.followup.models import Promise, Unit
from wagtail_borgerdialog.form_fields import PlainLineField
from wagtail_borgerdialog.models import Activity

SIGNED_HELP = _("A role or a unit, for example “Roads and parks”. Citizens never see your name.")


def day_field(**kwargs: object) -> forms.DateField:
    """A day, with the browser's own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(widget=widget, **kwargs)


class SignedForm(forms.Form):
    """A step, signed as a role. Give it a ``promise``, or several with nothing in common."""

    by_role = PlainLineField(label=_("Signed as"), max_length=100, help_text=SIGNED_HELP)

    def __init__(self, *args: object, promise: Promise | None = None, **kwargs: object) -> None:
        if promise is not None:
            kwargs["initial"] = {"by_role": promise.promised_by, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class NoteForm(SignedForm):
    """A step that may be explained."""

    note = short_text(
        label=_("Note to the public"),
        required=False,
        max_length=2000,
        help_text=_("It is shown on the page, and is in the mail to the author."),
    )


class WhyForm(SignedForm):
    """A step that has to be explained."""

    reason = short_text(
        label=_("Why"),
        max_length=2000,
        help_text=_("Citizens read it on the page, and the author in a mail. Write it plainly."),
        error_messages={"required": _("Write why.")},
    )


class MoveForm(NoteForm):
    """Another date."""

    due_on = day_field(
        label=_("Promised for"), help_text=_("The last day on which it is kept in time.")
    )
    field_order = ["due_on", "note", "by_role"]

    def clean_due_on(self) -> datetime.date:
        """Raise ``ValidationError`` for a day that is over."""
        return day_to_come(self.cleaned_data["due_on"])


class ReportForm(NoteForm):
    """How it is going, and what it costs."""

    budgeted = KronerField(label=_("Set aside, in kroner"), required=False)
    committed = KronerField(label=_("Ordered, in kroner"), required=False)
    spent = KronerField(label=_("Spent, in kroner"), required=False)
    field_order = ["note", "budgeted", "committed", "spent", "by_role"]

    def __init__(self, *args: object, promise: Promise, **kwargs: object) -> None:
        amounts = {name: getattr(promise, name) for name in ("budgeted", "committed", "spent")}
        kwargs["initial"] = {**amounts, **(kwargs.get("initial") or {})}
        super().__init__(*args, promise=promise, **kwargs)

    def clean(self) -> dict[str, object]:
        """The amounts as one value."""
        data = super().clean()
        names = ("budgeted", "committed", "spent")
        return {**data, "money": Money(*(data.get(name) for name in names))}


class HandOverForm(NoteForm):
    """Who runs it from now on."""

    to = forms.ModelChoiceField(
        label=_("Unit that runs it"),
        queryset=Unit.objects.all(),
        empty_label=_("Choose a unit"),
        error_messages={"required": _("Choose a unit.")},
    )
    field_order = ["to", "note", "by_role"]


class PromiseForm(forms.Form):
    """A new promise."""

    what = PlainLineField(
        label=_("What you promise"),
        max_length=140,
        help_text=_("One sentence that can be checked, for example “We put up three benches”."),
    )
    description = short_text(label=_("More about it"), required=False, max_length=2000)
    due_on = day_field(
        label=_("Promised for"), help_text=_("The last day on which it is kept in time.")
    )
    promised_by = PlainLineField(label=_("Who promises"), max_length=100, help_text=SIGNED_HELP)
    unit = forms.ModelChoiceField(
        label=_("Unit that keeps it"),
        queryset=Unit.objects.all(),
        required=False,
        empty_label=_("No unit"),
        help_text=_("It is told by mail when the promise is late."),
    )
    budgeted = KronerField(label=_("Set aside, in kroner"), required=False)

    def clean_due_on(self) -> datetime.date:
        """Raise ``ValidationError`` for a day that is over."""
        return day_to_come(self.cleaned_data["due_on"])


class PagePromiseForm(PromiseForm):
    """A new promise about a page as a whole."""

    activity = forms.ModelChoiceField(
        label=_("Page"),
        queryset=Activity.objects.none(),
        empty_label=_("Choose a page"),
        error_messages={"required": _("Choose a page.")},
    )
    field_order = ["activity"]

    def __init__(self, *args: object, activities: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["activity"].queryset = activities


def day_to_come(day: datetime.date) -> datetime.date:
    """``day``. Raises ``ValidationError`` where it is over."""
    if day < localdate():
        raise forms.ValidationError(_("Choose today or a later day."))
    return day
