"""What staff type about ideas."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.admin_forms import short_text
from wagtail_borgerdialog.contributions.models import ReasonCode
from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField
from wagtail_borgerdialog.ideas.models import Idea


class RefineForm(forms.Form):
    """A worked-through version of an idea."""

    title = PlainLineField(
        label=_("Refined title"),
        required=False,
        max_length=Idea._meta.get_field("refined_title").max_length,
        help_text=_("Leave empty to keep the citizen's title."),
    )
    body = PlainTextField(
        label=_("Refined text"),
        max_length=10_000,
        help_text=_("Citizens see it above the original, which stays as it was written."),
    )
    by_role = PlainLineField(
        label=_("Refined by"),
        max_length=100,
        help_text=_("A role or a unit, for example “Roads and parks”. Citizens see it."),
    )


class OfferReasonForm(forms.Form):
    """Why an offer of help is not shown."""

    reason_code = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *ReasonCode.choices],
        error_messages={"required": _("Choose a reason.")},
    )
    public_note = short_text(
        label=_("Statement of reasons"),
        required=False,
        max_length=2000,
        help_text=_("The helper gets it by mail. Only spam needs no statement."),
    )

    def clean(self) -> dict[str, object]:
        """Raise ``ValidationError`` when the helper would not be told why."""
        data = super().clean()
        reason = data.get("reason_code")
        if reason and reason != ReasonCode.SPAM and not data.get("public_note"):
            self.add_error("public_note", _("Write to the helper why."))
        return data
