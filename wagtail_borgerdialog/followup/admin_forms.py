"""What staff type when they answer."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.admin_forms import short_text
from wagtail_borgerdialog.followup.actions.answering import AnswerWords
from wagtail_borgerdialog.followup.models import OfficialAnswer, Outcome
from wagtail_borgerdialog.followup.models.answers import NEEDS_REASON
from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField

LONGEST_ANSWER = 10_000
KEEP, PUBLISH = "keep", "publish"
WORDS = (
    "outcome",
    "body",
    "signed_as",
    "binding_rule",
    "is_priority_choice",
    "cost_estimate",
    "decided_in",
)


class KronerField(forms.DecimalField):
    """An amount of money as Danes write it: 48500, 48.500 or 48.500,50."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Write an amount in kroner, for example 48.500."),
    }
    _written = re.compile(
        r"([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)(?:,([0-9]{1,2}))?(?:,-)?(?: ?kr\.?)?"
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(max_digits=14, decimal_places=2, min_value=0, **kwargs)

    def to_python(self, value: object) -> Decimal | None:
        """The amount. A point stands between thousands, never before an øre."""
        if value in self.empty_values:
            return None
        found = self._written.fullmatch(str(value).replace("\N{NO-BREAK SPACE}", " ").strip())
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        kroner = re.sub("[. ]", "", found[1])
        return Decimal(f"{kroner}.{found[2] or 0}")

    def prepare_value(self, value: object) -> object:
        """An amount as somebody would type it."""
        if not isinstance(value, Decimal):
            return value
        is_whole = value == value.to_integral_value()
        return f"{value:.0f}" if is_whole else f"{value:.2f}".replace(".", ",")


class AnswerForm(forms.Form):
    """What the municipality answers. A valid form has ``words``."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("", _("Choose an outcome")), *Outcome.choices],
        error_messages={"required": _("Choose an outcome.")},
        help_text=_("It stands above the answer, and moves the status of the case."),
    )
    body = PlainTextField(
        label=_("Answer"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=LONGEST_ANSWER,
        help_text=_("Begin with the decision. Write to the citizen, in plain words."),
    )
    signed_as = PlainLineField(
        label=_("Signed as"),
        max_length=100,
        help_text=_("A role or a unit. Citizens never see your name."),
    )
    binding_rule = PlainLineField(
        label=_("The rule that binds"),
        required=False,
        max_length=300,
        help_text=_("Only for a no: the law or the plan that stands in the way."),
    )
    is_priority_choice = forms.BooleanField(
        label=_("It is a priority choice"),
        required=False,
        help_text=_("Only for a no: no rule stands in the way, but other things come first."),
    )
    cost_estimate = KronerField(
        label=_("Cost estimate in kroner"),
        required=False,
        help_text=_("What it would cost to carry it out, if you know."),
    )
    decided_in = forms.URLField(
        label=_("Link to the decision"),
        required=False,
        assume_scheme="https",
        max_length=200,
        help_text=_("The agenda, the minutes or the case, where everybody can read it."),
    )

    def clean(self) -> dict[str, object]:
        """Raise ``ValidationError`` beside the field where a no does not say why."""
        data = super().clean()
        has_reason = data.get("binding_rule") or data.get("is_priority_choice")
        is_known = "binding_rule" not in self.errors
        if data.get("outcome") in NEEDS_REASON and not has_reason and is_known:
            self.add_error(
                "binding_rule",
                _("Write the rule that binds, or tick below that it is a priority choice."),
            )
        if not self.errors:
            data["words"] = AnswerWords(**{name: data[name] for name in WORDS})
        return data


class MarkedForm(forms.Form):
    """Keeps in mind which text was read when the form was opened."""

    as_read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, read: OfficialAnswer | None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_read"].initial = read.mark if read is not None else ""


class WriteForm(AnswerForm, MarkedForm):
    """An answer that is not public yet."""

    what_now = forms.ChoiceField(
        label=_("What now"),
        choices=[(KEEP, _("Keep it as a draft")), (PUBLISH, _("Publish it"))],
        initial=KEEP,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: object, needs_two: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if needs_two:
            del self.fields["what_now"]


class ChangeForm(AnswerForm, MarkedForm):
    """Other words for an answer that is public."""


class BulkAnswerForm(AnswerForm):
    """One answer to several cases."""

    what_now = forms.ChoiceField(
        label=_("What now"),
        choices=[(KEEP, _("Keep them as drafts")), (PUBLISH, _("Publish them"))],
        initial=KEEP,
        widget=forms.RadioSelect,
        help_text=_(
            "Where a colleague has to approve answers, they are kept as drafts in either case."
        ),
    )


class BulkReadForm(forms.Form):
    """Keeps in mind which texts were read when the form was opened."""

    as_read = forms.CharField(widget=forms.HiddenInput, required=False)


class InternalNoteForm(forms.Form):
    """What colleagues should know."""

    text = short_text(
        label=_("Internal note"),
        max_length=5000,
        help_text=_(
            "Only colleagues see it. But the person it is about can ask to read it: write "
            "nothing that you would not say to them."
        ),
    )


def words_of(answer: object) -> dict[str, object]:
    """What an answer or a template says, to begin a form with."""
    return {name: getattr(answer, name) for name in WORDS if hasattr(answer, name)}
