"""Who is asking?"""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.people.eligibility import NOBODY, Person
from wagtail_borgerdialog.people.identity import eid_identity, email_identities, person_keys
from wagtail_borgerdialog.people.models import Identity, Participant
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.text import clean_line

LONGEST_NAME = 100


def participant_by_identity(*identities: str) -> Participant | None:
    """Whoever is known by one of ``identities``, the first if several are known. One query."""
    return recognise(identities)[0]


def recognise(identities: Sequence[str]) -> tuple[Participant | None, list[str]]:
    """:func:`participant_by_identity`, and the keys that are not on record yet. One query.

    Those are keys under the current secret, where somebody is known under an earlier one alone
    or by another spelling of their address.
    """
    keys = [person_keys(identity) for identity in identities]
    found = {
        known.key: known.participant
        for known in Identity.objects.filter(
            key__in=[key for of_one in keys for key in of_one]
        ).select_related("participant__area")
    }
    known = (found[key] for of_one in keys for key in of_one if key in found)
    return next(known, None), [of_one[0] for of_one in keys if of_one[0] not in found]


def participant_of(user: AbstractBaseUser | AnonymousUser) -> Participant | None:
    """The participant behind a signed-in user, or None. One query."""
    if user.is_anonymous:
        return None
    return Participant.objects.filter(user=user).select_related("area").first()


def known_or_recognised(user: AbstractBaseUser | AnonymousUser) -> Participant | None:
    """The participant of a signed-in user, also where they took part before they had an account."""
    known = participant_of(user)
    if known is None and user.is_authenticated:
        _level, identities = level_of(user)
        known = participant_by_identity(*identities) if identities else None
    return known


def level_of(user: AbstractBaseUser) -> tuple[VerificationLevel, list[str]]:
    """How sure we are of ``user``, and the identities that prove it, strongest first."""
    adapter = get_adapter()
    identities = []
    level = VerificationLevel.NONE
    if email := adapter.verified_email(user):
        level = VerificationLevel.ACCOUNT
        identities += email_identities(email)
    if subject := adapter.eid_subject(user):
        level = VerificationLevel.EID
        identities.insert(0, eid_identity(subject))
    return level, identities


def full_name(user: AbstractBaseUser) -> str:
    """The name that the account tells, as it can be stored and shown; often empty.

    It may come from a login provider, which neither measures nor cleans it.
    """
    return clean_line(get_adapter().full_name(user))[:LONGEST_NAME].rstrip()


def person_for(user: AbstractBaseUser | AnonymousUser) -> Person:
    """The person behind a request's user, without writing anything.

    A participant whose verification is on record costs one query; a user who has not taken part
    yet costs the adapter's look-ups as well.
    """
    if user.is_anonymous:
        return NOBODY
    participant = participant_of(user)
    if participant is not None and participant.level != VerificationLevel.NONE:
        return Person(user, participant, VerificationLevel(participant.level))
    level, _ = level_of(user)
    return Person(user, participant, level)


def person_of(participant: Participant) -> Person:
    """A participant who acts through a mailed link, or for whom staff act."""
    return Person(participant.user, participant, VerificationLevel(participant.level))
