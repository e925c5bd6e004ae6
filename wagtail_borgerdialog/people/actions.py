"""The only writers of participants."""

import datetime
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.people.eligibility import Person
from wagtail_borgerdialog.people.identity import email_identities, paper_identity, person_keys
from wagtail_borgerdialog.people.models import Erasure, Identity, Participant
from wagtail_borgerdialog.people.selectors import (
    full_name,
    level_of,
    participant_by_identity,
    recognise,
)
from wagtail_borgerdialog.people.signals import participants_merged
from wagtail_borgerdialog.terms import VerificationLevel


def participant_for_user(
    user: AbstractBaseUser, *, at: datetime.datetime, language: str
) -> Participant | None:
    """The participant of a signed-in user, made or brought up to date.

    None when the user has proved neither an e-mail address nor an eID. Identities that were
    known apart (a confirmed address, then MitID) become one person.
    """
    level, identities = level_of(user)
    if not identities:
        return None
    with transaction.atomic():
        own = Participant.objects.filter(user=user).first()
        known = [own, *(participant_by_identity(identity) for identity in identities)]
        found = list(dict.fromkeys(p for p in known if p is not None))
        if found:
            participant, *others = found
            for other in others:
                _merge(other, into=participant)
        else:
            participant = _create(identities, at=at, language=language)
        _add_keys(participant, [person_keys(identity)[0] for identity in identities])
        # A name from before the account was typed by anybody who knew the address.
        own_name = participant.name if participant.user_id == user.pk else ""
        _update(
            participant,
            user=user,
            level=_stronger(participant.level, level),
            email=get_adapter().verified_email(user) or participant.email,
            name=full_name(user) or own_name,
        )
    return participant


def known_person(user: AbstractBaseUser, *, at: datetime.datetime, language: str) -> Person:
    """The signed-in person with their participant on record, ready to act."""
    participant = Participant.objects.filter(user=user).select_related("area").first()
    if participant is None or participant.level == VerificationLevel.NONE:
        participant = participant_for_user(user, at=at, language=language)
    if participant is None:
        return Person(user=user)
    return Person(user, participant, VerificationLevel(participant.level))


def participant_for_email(
    email: str, *, name: str, at: datetime.datetime, language: str
) -> Participant:
    """Whoever reads ``email``; unconfirmed (level ``none``) when new.

    A name typed beside an address that is known already changes nothing: whoever types is not
    proved to be its owner. Until somebody is, mail goes to the spelling typed last: the first
    one may reach nobody. Raises ``ValueError`` when ``email`` is no address.
    """
    identities = email_identities(email)
    known, missing = recognise(identities)
    if known is None:
        return _create(identities, at=at, language=language, email=email.strip(), name=name)
    if missing:
        _add_keys(known, missing)
    if known.user_id is None and known.level == VerificationLevel.NONE:
        _update(known, email=email.strip())
    return known


def confirm_address(participant: Participant, *, name: str = "") -> Participant:
    """The owner of the address has acted on a mailed link: raise the level to ``email``."""
    _update(
        participant,
        level=_stronger(participant.level, VerificationLevel.EMAIL),
        name=participant.name or name,
    )
    return participant


def keep_name(participant: Participant, *, name: str) -> None:
    """Remember what a signed-in person calls themselves, where no name is known."""
    if not participant.name:
        _update(participant, name=name)


def enter_person(
    *, name: str, email: str = "", address: str = "", at: datetime.datetime, language: str
) -> Participant:
    """The person a member of staff enters from paper, phone or a meeting.

    Recognised by the e-mail address if there is one, else by name and postal address (which is
    not stored), else as somebody new each time.
    """
    if email:
        return participant_for_email(email, name=name, at=at, language=language)
    identity = (
        paper_identity(name=name, address=address)
        if address.strip()
        else f"entered:{get_random_string(32)}"
    )
    known = participant_by_identity(identity)
    return known or _create([identity], at=at, language=language, name=name)


def _create(
    identities: Sequence[str],
    *,
    at: datetime.datetime,
    language: str,
    email: str = "",
    name: str = "",
) -> Participant:
    keys = [person_keys(identity)[0] for identity in identities]
    try:
        with transaction.atomic():
            participant = Participant.objects.create(
                person_key=_key_to_count_under(identities) or keys[0],
                email=email,
                name=name,
                language=language,
                created_at=at,
            )
            Identity.objects.bulk_create(Identity(participant=participant, key=k) for k in keys)
    except IntegrityError:  # the same person in another request, a moment earlier
        known = participant_by_identity(*identities)
        if known is None:
            raise
        return known
    return participant


def _key_to_count_under(identities: Sequence[str]) -> str | None:
    """The pseudonym of somebody who was erased and comes back; what they did counts once."""
    keys = [key for identity in identities for key in person_keys(identity)]
    pseudonyms = Erasure.objects.filter(key__in=keys).values_list("pseudonym", flat=True)
    known = pseudonyms.order_by("pk").first()
    is_taken = known and Participant.objects.filter(person_key=known).exists()
    return None if is_taken else known


def _add_keys(participant: Participant, keys: Sequence[str]) -> None:
    Identity.objects.bulk_create(
        [Identity(participant=participant, key=key) for key in keys], ignore_conflicts=True
    )


def _merge(other: Participant, *, into: Participant) -> None:
    Identity.objects.filter(participant=other).update(participant=into)
    Participant.objects.filter(pk=other.pk).update(user=None, name="", email="")
    participants_merged.send(Participant, kept=into, absorbed=other)


def _stronger(known: str, new: VerificationLevel) -> VerificationLevel:
    return max(VerificationLevel(known), new, key=lambda level: level.rank)


def _update(participant: Participant, **values: object) -> None:
    changed = {k: v for k, v in values.items() if getattr(participant, k) != v}
    if changed:
        for name, value in changed.items():
            setattr(participant, name, value)
        Participant.objects.filter(pk=participant.pk).update(**changed)
