"""The part of every citizen's form that asks who is writing."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.form_fields import PlainLineField
from wagtail_borgerdialog.people.eligibility import Person, personal_answers
from wagtail_borgerdialog.people.identity import canonical_email
from wagtail_borgerdialog.people.selectors import full_name
from wagtail_borgerdialog.terms import NameDisplay, VerificationLevel
from wagtail_borgerdialog.text import strip_unsafe

SENDER_FIELDS = ("name", "email", "name_display", "declaration")


class EmailAddressField(forms.EmailField):
    """One e-mail address that mail can be sent to and a person recognised by."""

    default_error_messages = {
        "required": _("Write your e-mail address."),
        "invalid": _("Write an e-mail address with an @, for example name@example.dk."),
        "max_length": _("Write a shorter e-mail address."),
    }

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 254)
        super().__init__(**kwargs)
        self.widget.attrs.update({"autocomplete": "email", "spellcheck": "false"})

    def to_python(self, value: object) -> str:
        """The address without characters that no address needs."""
        return super().to_python(strip_unsafe(str(value)) if value else value)

    def run_validators(self, value: str) -> None:
        """Django's rule, in one message, and the domain must have a form in DNS."""
        if len(value) > self.max_length:
            raise ValidationError(self.error_messages["max_length"], code="max_length")
        try:
            super().run_validators(value)
            if value:
                canonical_email(value)
        except (ValidationError, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class Demands(Protocol):
    """What an activity, or a case with terms of its own, demands of a person."""

    minimum_age: int | None
    residents_only: bool


class SenderFormMixin(forms.Form):
    """Asks for what we do not know of the sender, and nothing else.

    Pass ``activity`` (or the terms that a case has kept), ``person``
    (``selectors.person_for(request.user)``) and ``level`` (one of the activity's
    ``submit_level``, ``support_level``, ``comment_level``). The view has asked the room's rule
    with ``senders.best_case(person)`` before: where ``account`` or ``eid`` is needed it shows the
    step to sign in (``people/denied.html``) instead of a form.

    ``name`` is left out where the account tells it, ``email`` where the sender is signed in with
    a verified address (else required, but for level ``none``), ``declaration`` where there is no
    demand or the adapter knows the answer. ``on_duty`` is somebody signed in who speaks for the
    municipality, and proves nothing. The fields come after the form's own. Set
    ``asks_name_display`` or ``name_required`` on a subclass. Hand the valid form to
    ``senders.resolve_sender``.
    """

    asks_name_display = True
    name_required = False
    tells_deletion_day = False
    deleted_after: datetime.date | None = None
    """The day that a case has kept; else it is counted from today, by the page's months."""

    name = PlainLineField(
        label=_("Your name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailAddressField(label=_("Your e-mail address"))
    name_display = forms.ChoiceField(
        label=_("What may others see?"),
        choices=NameDisplay.choices,
        initial=NameDisplay.FIRST_AND_AREA,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what others may see."),
            "invalid_choice": _("Choose what others may see."),
        },
    )
    declaration = forms.BooleanField(
        label=_("I can take part here"),
        error_messages={"required": _("Tick the box if it is true.")},
    )

    def __init__(
        self,
        *args: object,
        activity: Demands,
        person: Person,
        level: str,
        on_duty: bool = False,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.activity = activity
        self.person = person
        self.level = VerificationLevel(level)
        self.on_duty = on_duty
        if self.field_order is None:
            own = [name for name in self.fields if name not in SENDER_FIELDS]
            self.order_fields([*own, *SENDER_FIELDS])
        self._ask_for_name()
        self._ask_for_address()
        self._ask_for_declaration()

    @property
    def is_known(self) -> bool:
        """Whether the sender is signed in and need not prove an address."""
        is_sure = self.on_duty or self.person.level.satisfies(VerificationLevel.EMAIL)
        return self.person.user is not None and is_sure

    @property
    def known_name(self) -> str:
        """The name that the account tells, or an empty string."""
        return account_name(self.person) if self.is_known else ""

    @property
    def retention_months(self) -> int | None:
        """What the page says of how long names are kept; None where the site's months hold."""
        return getattr(self.activity, "retention_months", None)

    @property
    def others_mailed(self) -> Sequence[tuple[str, str]]:
        """Whom else sending the form writes to: pairs of a field and the address in it."""
        return ()

    @property
    def sender_fields(self) -> list[forms.BoundField]:
        """What is left to ask, in order; ``people/sender_fields.html`` shows it."""
        return [self[name] for name in SENDER_FIELDS if name in self.fields]

    def _ask_for_name(self) -> None:
        if self.known_name:
            del self.fields["name"]
        else:
            self.fields["name"].required = self.name_required
        if not self.asks_name_display:
            del self.fields["name_display"]

    def _ask_for_address(self) -> None:
        email = self.fields["email"]
        if self.is_known:
            del self.fields["email"]
        elif self.level == VerificationLevel.NONE:
            email.required = False
            email.help_text = _("We use it only to write to you about what you send here.")
        else:
            email.help_text = _(
                "We send you a mail with a link. It counts when you have used the link. "
                "Others never see your address."
            )

    def _ask_for_declaration(self) -> None:
        needs = needed_declaration(self.person, self.activity)
        if needs and not self.on_duty:
            self.fields["declaration"].label = needs.sentence
        else:
            del self.fields["declaration"]


class AskForPageForm(forms.Form):
    """Whose own page to send a link to."""

    email = EmailAddressField(
        label=_("Your e-mail address"),
        help_text=_("The one you took part with. We send you a link that works for a day."),
    )


class DeletionForm(forms.Form):
    """How much of what somebody left is to go."""

    take_down = forms.BooleanField(
        label=_("Take my texts off the pages too"),
        help_text=_("Otherwise they stay, and the author is “a citizen”."),
        required=False,
    )
    with_account = forms.BooleanField(
        label=_("Delete my account too"),
        help_text=_("Then you cannot sign in here any more, unless you make a new one."),
        required=False,
    )

    def __init__(self, *args: object, has_account: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not has_account:
            del self.fields["with_account"]


@dataclasses.dataclass(frozen=True)
class Declaration:
    """What a citizen has to declare because nobody can look it up."""

    age: int | None
    resident: bool

    def __bool__(self) -> bool:
        return self.age is not None or self.resident

    @property
    def sentence(self) -> str:
        """The words beside the box."""
        if self.age is not None and self.resident:
            return gettext("I am at least %(age)s years old and live in the municipality.") % {
                "age": self.age
            }
        if self.age is not None:
            return gettext("I am at least %(age)s years old.") % {"age": self.age}
        return gettext("I live in the municipality.")


def needed_declaration(person: Person, activity: Demands) -> Declaration:
    """What ``person`` has to declare on ``activity``; false when there is nothing."""
    old_enough, resident = personal_answers(person, activity.minimum_age, activity.residents_only)
    return Declaration(
        age=activity.minimum_age if old_enough is None else None, resident=resident is None
    )


def account_name(person: Person) -> str:
    """The name of a signed-in person, from the account or from what they wrote before."""
    if person.user is None:
        return ""
    known = person.participant.name if person.participant else ""
    return full_name(person.user) or known
