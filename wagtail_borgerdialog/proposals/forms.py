"""What people may type when they make a proposal, and the error they get."""

import dataclasses
import datetime
from collections.abc import Mapping

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.forms import (
    FormKeyMixin,
    MailingFormMixin,
    PublicTextMixin,
    SummaryRow,
    in_words,
    written_languages,
)
from wagtail_borgerdialog.contributions.listing import categories_in
from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.people.forms import SENDER_FIELDS, EmailAddressField, SenderFormMixin
from wagtail_borgerdialog.people.identity import email_identity, person_keys
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals.actions import Invitation
from wagtail_borgerdialog.proposals.models import (
    CoProposer,
    CoProposerStatus,
    Proposal,
    RuleSet,
)

ADDENDUM_MAX_LENGTH = 3_000


@dataclasses.dataclass(frozen=True)
class CoProposerSlot:
    """Where one co-proposer is named."""

    number: int
    name: forms.BoundField
    email: forms.BoundField

    @property
    def is_used(self) -> bool:
        """Whether something was written here, or is wrong."""
        return bool(
            self.name.errors or self.email.errors or self.name.value() or self.email.value()
        )


class ProposalTextForm(PublicTextMixin):
    """The words of a proposal and whom to ask, within a rule set.

    Pass ``rule_set``, ``activity`` and for a stored proposal ``proposal`` and ``at``: those who
    are asked already are known then, and only the places that are left at that time are offered.
    """

    public_fields = ("title", "body", "remarks")

    title = PlainLineField(
        label=_("Your proposal in one sentence"),
        help_text=_("Say what the council should do: “Vestersø Kommune should …”."),
        error_messages={"required": _("Write your proposal in one sentence.")},
    )
    body = PlainTextField(
        label=_("What do you propose?"),
        help_text=_("Ask for one thing, and be concrete: what, where and for whom."),
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": _("Write what you propose.")},
    )
    remarks = PlainTextField(
        label=_("Why?"),
        help_text=_("Background, reasons, and what it may cost or save."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    category = forms.ChoiceField(
        label=_("What is it about?"),
        required=False,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    area = forms.ChoiceField(
        label=_("Which district is it about?"),
        required=False,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )

    def __init__(
        self,
        *args: object,
        rule_set: RuleSet,
        page_activity: Activity,
        proposal: Proposal | None = None,
        at: datetime.datetime | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.page_activity = page_activity
        self.rule_set = rule_set
        self.proposal = proposal
        self.standing = self._standing(proposal, at or timezone.now())
        self._limit("title", rule_set.title_max)
        self._limit("body", rule_set.text_max)
        if rule_set.remarks_max:
            self._limit("remarks", rule_set.remarks_max)
        else:
            del self.fields["remarks"]
        self.categories: dict[str, Category] = {
            row.slug: row for row in categories_in(page_activity)
        }
        self.areas: dict[str, Area] = {row.slug: row for row in Area.objects.defer("boundary")}
        self._offer("category", self.categories, _("I don’t know"))
        self._offer("area", self.areas, _("The whole municipality, or I don’t know"))
        for number in range(1, self.places + 1):
            self.fields[f"coproposer_{number}_name"] = PlainLineField(
                label=_("Name of co-proposer %(number)s") % {"number": number},
                max_length=100,
                required=number <= self.missing,
                error_messages={"required": _("Write the name.")},
            )
            self.fields[f"coproposer_{number}_email"] = EmailAddressField(
                label=_("E-mail address of co-proposer %(number)s") % {"number": number},
                required=number <= self.missing,
                error_messages={"required": _("Write the e-mail address.")},
            )
            # The address belongs to somebody else: the browser must not offer one's own.
            widget = self.fields[f"coproposer_{number}_email"].widget
            widget.attrs["autocomplete"] = "off"

    def _standing(self, proposal: Proposal | None, at: datetime.datetime) -> list[CoProposer]:
        if proposal is None:
            return []
        out = {CoProposerStatus.DECLINED, CoProposerStatus.EXPIRED}
        return [row for row in proposal.coproposers.all() if row.status_at(at) not in out]

    def _limit(self, name: str, limit: int) -> None:
        field = self.fields[name]
        field.max_length = limit
        field.validators.append(MaxLengthValidator(limit))

    def _offer(self, name: str, rows: Mapping[str, object], nothing: str) -> None:
        if rows:
            choices = [(slug, str(row)) for slug, row in rows.items()]
            self.fields[name].choices = [("", nothing), *choices]
        else:
            del self.fields[name]

    @property
    def places(self) -> int:
        """How many co-proposers can still be named."""
        return max(self.rule_set.max_coproposers - len(self.standing), 0)

    @property
    def missing(self) -> int:
        """How many co-proposers have to be named."""
        return max(self.rule_set.min_coproposers - len(self.standing), 0)

    @property
    def coproposer_slots(self) -> list[CoProposerSlot]:
        """The places for co-proposers, in order."""
        return [
            CoProposerSlot(
                number, self[f"coproposer_{number}_name"], self[f"coproposer_{number}_email"]
            )
            for number in range(1, self.places + 1)
        ]

    @property
    def needed_slots(self) -> list[CoProposerSlot]:
        """The places that have to be filled in."""
        return self.coproposer_slots[: self.missing]

    @property
    def further_slots(self) -> list[CoProposerSlot]:
        """The places that may stay empty."""
        return self.coproposer_slots[self.missing :]

    @property
    def further_are_used(self) -> bool:
        """Whether a place that may stay empty is in use."""
        return any(slot.is_used for slot in self.further_slots)

    @property
    def text_fields(self) -> list[forms.BoundField]:
        """The fields about the proposal itself, in order."""
        names = ("title", "body", "remarks", "category", "area")
        return [self[name] for name in names if name in self.fields]

    @property
    def invitations(self) -> list[Invitation]:
        """Whom to ask, of a valid form."""
        said = self.cleaned_data
        return [
            Invitation(
                name=said[f"coproposer_{number}_name"], email=said[f"coproposer_{number}_email"]
            )
            for number in range(1, self.places + 1)
            if said.get(f"coproposer_{number}_email")
        ]

    @property
    def others_mailed(self) -> list[tuple[str, str]]:
        """The co-proposers, of a valid form."""
        names = [f"coproposer_{number}_email" for number in range(1, self.places + 1)]
        return [(name, email) for name in names if (email := self.cleaned_data.get(name))]

    def author_keys(self) -> set[str]:
        """The keys under which the author is known: nobody is their own co-proposer."""
        author = self.proposal.participant if self.proposal else None
        return identity_keys(author)

    def clean(self) -> dict[str, object] | None:
        """Co-proposers: each whole, each once, and none the author."""
        cleaned = super().clean()
        taken = {row.person_key for row in self.standing}
        said_no = self._said_no()
        own = self.author_keys() if self.places else set()
        for number in range(1, self.places + 1):
            name_field, email_field = f"coproposer_{number}_name", f"coproposer_{number}_email"
            if name_field in self.errors or email_field in self.errors:
                continue
            name = self.cleaned_data.get(name_field)
            email = self.cleaned_data.get(email_field)
            if email and not name:
                self.add_error(name_field, gettext("Write the name too."))
            elif name and not email:
                self.add_error(email_field, gettext("Write the e-mail address too."))
            elif email:
                key = person_keys(email_identity(email))[0]
                self._check_key(email_field, key, own=own, taken=taken, said_no=said_no)
                taken.add(key)
        return cleaned

    def _said_no(self) -> set[str]:
        if self.proposal is None:
            return set()
        rows = self.proposal.coproposers.all()
        return {row.person_key for row in rows if row.status == CoProposerStatus.DECLINED}

    def _check_key(
        self, field: str, key: str, *, own: set[str], taken: set[str], said_no: set[str]
    ) -> None:
        if key in own:
            self.add_error(field, gettext("This is your own address. Name somebody else."))
        elif key in taken:
            self.add_error(field, gettext("You have named this person already."))
        elif key in said_no:
            self.add_error(field, gettext("This person has said no. Name somebody else."))

    def text(self) -> dict[str, object]:
        """What was typed, by the names of the model's fields, of a valid form."""
        said = self.cleaned_data
        return {
            "title": said["title"],
            "body": said["body"],
            "remarks": said.get("remarks", ""),
            "category": self.categories.get(said.get("category", "")),
            "area": self.areas.get(said.get("area", "")),
        }


class ProposalForm(FormKeyMixin, MailingFormMixin, ProposalTextForm, SenderFormMixin):
    """A new proposal, on one page. ``activity`` is whatever carries the demands: the rule set."""

    tells_deletion_day = True
    name_required = True

    language = forms.ChoiceField(
        label=_("Which language do you write in?"),
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _("Choose a language from the list."),
        },
    )

    def __init__(self, *args: object, rule_set: RuleSet, **kwargs: object) -> None:
        self.asks_name_display = not rule_set.full_names
        super().__init__(
            *args, rule_set=rule_set, activity=rule_set, level=rule_set.propose_level, **kwargs
        )
        self.fields["language"].choices = written_languages()
        self.fields["language"].initial = get_language()
        if "name" in self.fields:
            self.fields["name"].error_messages["required"] = _("Write your name.")
            if rule_set.full_names:
                self.fields["name"].help_text = _("Everybody can read who makes a proposal.")
        own = [name for name in self.fields if name not in SENDER_FIELDS]
        self.order_fields([*own, *SENDER_FIELDS])

    @property
    def retention_months(self) -> int | None:
        """The page's, which the rule set knows nothing of."""
        return self.page_activity.retention_months

    def author_keys(self) -> set[str]:
        """The sender's own address, typed or known."""
        keys = identity_keys(self.person.participant)
        email = self.cleaned_data.get("email")
        return keys | ({person_keys(email_identity(email))[0]} if email else set())

    def proposal_draft(self) -> Proposal:
        """An unsaved proposal with what was typed, of a valid form."""
        return Proposal(
            **self.text(),
            language=self.cleaned_data["language"],
            rule_set=self.rule_set,
            submission_key=self.submission_key,
        )

    def summary(self) -> list[SummaryRow]:
        """What is about to be sent, of a form that may have errors."""
        language = str(self["language"].value() or "")
        rows = [
            SummaryRow(
                label=str(field.label),
                value=in_words(field.field, field.value()),
                language=language if field.name in {"title", "body", "remarks"} else "",
            )
            for field in self.text_fields
        ]
        rows += [
            SummaryRow(
                label=gettext("Co-proposer %(number)s") % {"number": slot.number},
                value=f"{slot.name.value()}\n{slot.email.value()}",
            )
            for slot in self.coproposer_slots
            if slot.is_used
        ]
        rows += [
            SummaryRow(label=str(field.label), value=in_words(field.field, field.value()))
            for field in self.sender_fields
            if field.name != "declaration"
        ]
        return rows


class AddendumForm(FormKeyMixin, PublicTextMixin):
    """A dated remark to a proposal whose text cannot change any more."""

    public_fields = ("body",)

    body = PlainTextField(
        label=_("What do you want to add?"),
        help_text=_("Everybody can read it below the proposal, with the date and your name."),
        max_length=ADDENDUM_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write what you want to add.")},
    )


def identity_keys(participant: Participant | None) -> set[str]:
    """All the keys under which ``participant`` is known. One query, or none."""
    if participant is None:
        return set()
    return set(participant.identities.values_list("key", flat=True))
