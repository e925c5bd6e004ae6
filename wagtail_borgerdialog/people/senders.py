"""From a form to a person: who sends this, and do they still have to prove it?"""

import dataclasses
import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from wagtail_borgerdialog.people.actions import keep_name, known_person, participant_for_email
from wagtail_borgerdialog.people.eligibility import NOBODY, Person
from wagtail_borgerdialog.people.forms import SenderFormMixin
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import NameDisplay, VerificationLevel


@dataclasses.dataclass(frozen=True)
class Sender:
    """Who sends a form.

    ``person`` is what rules and actions ask for; for a typed address it is its owner *if* they
    confirm it. ``must_confirm`` says that they still have to, by the link we mail. ``name`` is
    what may be shown in public: what was typed, or what the account tells; never the name that
    we happen to know behind an address that anybody could type.
    """

    person: Person
    participant: Participant | None
    name: str
    name_display: str
    declared: bool
    must_confirm: bool


def best_case(person: Person) -> Person:
    """``person`` once they have confirmed an e-mail address.

    Ask a rule with it, and ``declared=True``, before showing a form: what is denied then, no
    form can mend. ``NOT_SIGNED_IN`` or ``NOT_VERIFIED`` means: show the step to sign in.
    """
    if person.level.satisfies(VerificationLevel.EMAIL):
        return person
    return Person(person.user, person.participant, VerificationLevel.EMAIL)


def resolve_sender(
    form: SenderFormMixin,
    request_user: AbstractBaseUser | AnonymousUser,
    *,
    at: datetime.datetime,
    language: str,
) -> Sender:
    """The sender of a valid ``form``; makes the participant where there is none yet."""
    typed_name = form.cleaned_data.get("name", "")
    declared = bool(form.cleaned_data.get("declaration"))
    display = form.cleaned_data.get("name_display") or NameDisplay.FIRST_AND_AREA
    if form.is_known:
        person = known_person(request_user, at=at, language=language)
        if person.participant and typed_name:
            keep_name(person.participant, name=typed_name)
        name = form.known_name or typed_name
        return Sender(person, person.participant, name, display, declared, must_confirm=False)
    email = form.cleaned_data.get("email", "")
    if not email:
        return Sender(NOBODY, None, typed_name, display, declared, must_confirm=False)
    participant = participant_for_email(email, name=typed_name, at=at, language=language)
    claimed = Person(participant=participant, level=VerificationLevel.EMAIL)
    must_confirm = form.level != VerificationLevel.NONE
    return Sender(claimed, participant, typed_name, display, declared, must_confirm)
