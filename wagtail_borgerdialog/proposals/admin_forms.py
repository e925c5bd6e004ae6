"""What staff type about proposals."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_borgerdialog.contributions.admin_forms import (
    MAX_NAME,
    EntryForm,
    PeopleField,
    short_text,
)
from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField
from wagtail_borgerdialog.proposals.actions import CheckedCriterion, Invitation
from wagtail_borgerdialog.proposals.models import FormalCriterion, Proposal, RuleSet

MET, NOT_MET = "met", "not_met"
RETURN, REJECT = "return", "reject"


class FormalCheckForm(forms.Form):
    """An answer to each criterion, and what follows if one is not met.

    A valid form has ``results``, ``rejects`` and ``text_of``: see ``record_formal_check``.
    """

    text_of = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: object, proposal: Proposal, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.criteria: list[FormalCriterion] = list(proposal.rule_set.criteria.all())
        self.fields["text_of"].initial = proposal.text_changed_at.isoformat()
        for number, criterion in enumerate(self.criteria, start=1):
            self.fields[f"criterion_{number}"] = forms.ChoiceField(
                label=criterion.title,
                help_text=criterion.explanation,
                choices=[(MET, _("Met")), (NOT_MET, _("Not met"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose “Met” or “Not met”.")},
            )
            self.fields[f"note_{number}"] = short_text(
                label=_("What is wrong"),
                required=False,
                max_length=2000,
                help_text=_("Only if it is not met. The author reads it: say what would help."),
            )
        self.fields["otherwise"] = forms.ChoiceField(
            label=_("If something is not met"),
            choices=[
                (RETURN, _("Send it back: the author can change it and send it again")),
                (REJECT, _("End it as outside the rules: the author cannot change it")),
            ],
            initial=RETURN,
            widget=forms.RadioSelect,
        )

    def clean_text_of(self) -> datetime.datetime:
        """The state of the text that was read. Raises ``ValidationError`` for anything else."""
        try:
            return datetime.datetime.fromisoformat(self.cleaned_data["text_of"])
        except ValueError:
            raise ValidationError(_("Open the page again.")) from None

    def clean(self) -> dict[str, object]:
        """Raise ``ValidationError`` where a no does not say why."""
        data = super().clean()
        for number in range(1, len(self.criteria) + 1):
            is_no = data.get(f"criterion_{number}") == NOT_MET
            if is_no and not data.get(f"note_{number}"):
                self.add_error(f"note_{number}", _("Write to the author what is wrong."))
        if not self.errors:
            data["results"] = [
                CheckedCriterion(
                    criterion=criterion.title,
                    passed=data[f"criterion_{number}"] == MET,
                    note=data[f"note_{number}"] if data[f"criterion_{number}"] == NOT_MET else "",
                )
                for number, criterion in enumerate(self.criteria, start=1)
            ]
            all_met = all(result.passed for result in data["results"])
            data["rejects"] = data["otherwise"] == REJECT and not all_met
        return data


class AddendumReasonForm(forms.Form):
    """Why a remark is not shown."""

    public_note = short_text(
        label=gettext_lazy("Statement of reasons"),
        max_length=2000,
        help_text=gettext_lazy("The author gets it by mail."),
        error_messages={"required": gettext_lazy("Write to the author why.")},
    )


class CoProposersField(PeopleField):
    """One co-proposer a line; each needs an e-mail address."""

    widget = forms.Textarea(attrs={"rows": 4})

    def validate(self, value: list[object]) -> None:
        if any(not person.email for person in value):
            raise ValidationError(_("Write an e-mail address after each name."))


class ProposalEntryForm(EntryForm):
    """A proposal that somebody handed in on paper."""

    name = PlainLineField(
        label=gettext_lazy("Name"),
        max_length=MAX_NAME,
        error_messages={"required": gettext_lazy("Write the author's name.")},
    )
    remarks = PlainTextField(label=gettext_lazy("Remarks"), required=False, max_length=50_000)
    coproposers = CoProposersField(
        label=gettext_lazy("Co-proposers"),
        required=False,
        help_text=gettext_lazy("One person a line: name; e-mail. Only if the rules ask for them."),
    )
    have_signed = forms.BooleanField(
        label=gettext_lazy("The co-proposers have signed the paper"),
        required=False,
        help_text=gettext_lazy("Otherwise each of them gets a mail and has to say yes."),
    )
    declared = forms.BooleanField(
        label=gettext_lazy("The author meets the rules"),
        help_text=gettext_lazy("You have seen, or been told, that age and residence are as asked."),
        error_messages={
            "required": gettext_lazy("Make sure that the author meets the rules, and tick this.")
        },
    )

    field_order = [
        "activity",
        "title",
        "body",
        "remarks",
        "area",
        "category",
        "name",
        "email",
        "address",
        "name_display",
        "coproposers",
        "have_signed",
        "declared",
        "channel",
        "evidence",
    ]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name_display"].help_text = _(
            "Choose a name only if the person has said that it may be shown. Where the rules ask "
            "for full names, the full name is shown whatever you choose here."
        )

    def clean(self) -> dict[str, object]:
        """Raise ``ValidationError`` where the text or the co-proposers do not fit the rule set."""
        data = super().clean()
        if data.get("activity"):
            self._fit(data, data["activity"].page.specific.rule_set)
        return data

    def _fit(self, data: dict[str, object], rule_set: RuleSet) -> None:
        data["rule_set"] = rule_set
        limits = {
            "title": rule_set.title_max,
            "body": rule_set.text_max,
            "remarks": rule_set.remarks_max,
        }
        for name, limit in limits.items():
            if len(data.get(name) or "") > limit:
                self.add_error(name, _("The rules allow %(limit)s characters.") % {"limit": limit})
        people = data.get("coproposers")
        if people is None:
            return
        if len(people) < rule_set.min_coproposers:
            self.add_error(
                "coproposers",
                _("The rules ask for at least %(least)s co-proposers.")
                % {"least": rule_set.min_coproposers},
            )
        elif len(people) > rule_set.max_coproposers:
            self.add_error(
                "coproposers",
                _("The rules allow at most %(most)s co-proposers.")
                % {"most": rule_set.max_coproposers},
            )
        data["invitations"] = [
            Invitation(
                name=person.name, email=person.email, has_signed=bool(data.get("have_signed"))
            )
            for person in people
        ]
