"""What people type to report a text, and to object to a decision about their own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.forms import MailingFormMixin
from wagtail_borgerdialog.contributions.models import ReasonCode
from wagtail_borgerdialog.contributions.models.contribution import SupportTerms
from wagtail_borgerdialog.form_fields import PlainTextField
from wagtail_borgerdialog.people.forms import SenderFormMixin
from wagtail_borgerdialog.terms import VerificationLevel

REPORT_MAX_LENGTH = 2000
APPEAL_MAX_LENGTH = 3000
NO_DEMANDS = SupportTerms(level=VerificationLevel.NONE, minimum_age=None, residents_only=False)


class ReportForm(MailingFormMixin, SenderFormMixin):
    """What is wrong with a text. No account is needed, and no name."""

    asks_name_display = False

    reason_code = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=ReasonCode.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what is wrong."),
            "invalid_choice": _("Choose what is wrong."),
        },
    )
    words = PlainTextField(
        label=_("Explain it in your own words"),
        help_text=_("Only moderators read it."),
        required=False,
        max_length=REPORT_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, activity=NO_DEMANDS, level=VerificationLevel.NONE, **kwargs)
        self.fields.pop("name", None)
        if "email" in self.fields:
            self.fields["email"].help_text = _(
                "If you want to hear what we decide. The author never sees it."
            )

    def clean(self) -> dict[str, object] | None:
        """Ask for words where the reason says nothing."""
        cleaned = super().clean()
        data = self.cleaned_data
        if data.get("reason_code") == ReasonCode.OTHER and data.get("words") == "":
            self.add_error("words", _("Write what is wrong."))
        return cleaned

    @property
    def must_be_a_person(self) -> bool:
        # Enough reports take a text out of sight.
        return not self.is_known


class AppealForm(forms.Form):
    """Why the text should be shown."""

    words = PlainTextField(
        label=_("Why should it be shown?"),
        help_text=_("Write what we have misunderstood, or why it does not break the rule."),
        max_length=APPEAL_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write why it should be shown.")},
    )
