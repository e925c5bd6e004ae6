"""From a form to a person: who sends this, and do they still have to prove it?"""

import dataclasses
import datetime
from collections.abc import Mapping

from django import forms
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.limits import hit, hit_network
from wagtail_borgerdialog.people.actions import keep_name, known_person, participant_for_email
from wagtail_borgerdialog.people.eligibility import NOBODY, Person
from wagtail_borgerdialog.people.forms import SenderFormMixin
from wagtail_borgerdialog.people.identity import canonical_email
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


def within_limits(form: SenderFormMixin, meta: Mapping[str, str], *, at: datetime.datetime) -> bool:
    """Whether the sender of a valid ``form`` may go on; adds the error to the form if not.

    ``meta`` is ``request.META``. One network may send ``FORMS_PER_ADDRESS_PER_HOUR`` forms, one
    address get ``MAILS_PER_ADDRESS_PER_DAY`` mails. People who are signed in are held up only
    where they make us write to others.
    """
    return (form.is_known or own_mail_within_limits(form, meta, at=at)) and all(
        _other_within_limits(form, field, address, at=at) for field, address in form.others_mailed
    )


def own_mail_within_limits(
    form: forms.Form, meta: Mapping[str, str], *, at: datetime.datetime
) -> bool:
    """:func:`within_limits` for whoever only types an address of their own, as ``email``."""
    if not hit_network(
        meta,
        scope="form",
        limit=app_settings.FORMS_PER_ADDRESS_PER_HOUR,
        seconds=3600,
        trusted_proxy_count=app_settings.TRUSTED_PROXY_COUNT,
        at=at,
    ):
        form.add_error(
            None,
            gettext(
                "Many forms have come from your network in the last hour. Wait a little, and press "
                "the button again. What you wrote is still here."
            ),
        )
        return False
    email = form.cleaned_data.get("email", "")
    if email and not _may_be_mailed(email, at=at):
        form.add_error(
            "email",
            gettext(
                "We have sent many mails to this address today. Use a link in one of them, sign "
                "in, or come back tomorrow."
            ),
        )
        return False
    return True


def _other_within_limits(
    form: SenderFormMixin, field: str, address: str, *, at: datetime.datetime
) -> bool:
    if _may_be_mailed(address, at=at):
        return True
    form.add_error(
        field,
        gettext(
            "We have sent many mails to this address today. Name somebody else, or come back "
            "tomorrow."
        ),
    )
    return False


def _may_be_mailed(address: str, *, at: datetime.datetime) -> bool:
    return hit(
        f"mail:{canonical_email(address)}",
        limit=app_settings.MAILS_PER_ADDRESS_PER_DAY,
        seconds=24 * 3600,
        at=at,
    )


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
        person = form.person
        if person.participant is None or person.participant.level == VerificationLevel.NONE:
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
