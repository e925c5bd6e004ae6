"""Who is asking?"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.people.eligibility import NOBODY, Person
from wagtail_borgerdialog.people.identity import eid_identity, email_identity, person_keys
from wagtail_borgerdialog.people.models import Identity, Participant
from wagtail_borgerdialog.terms import VerificationLevel


def participant_by_identity(identity: str) -> Participant | None:
    """Whoever is known by ``identity`` under the current or an earlier secret. One query."""
    keys = person_keys(identity)
    found = {
        known.key: known.participant
        for known in Identity.objects.filter(key__in=keys).select_related("participant__area")
    }
    return next((found[key] for key in keys if key in found), None)


def participant_of(user: AbstractBaseUser | AnonymousUser) -> Participant | None:
    """The participant behind a signed-in user, or None. One query."""
    if user.is_anonymous:
        return None
    return Participant.objects.filter(user=user).select_related("area").first()


def level_of(user: AbstractBaseUser) -> tuple[VerificationLevel, list[str]]:
    """How sure we are of ``user``, and the identities that prove it, strongest first."""
    adapter = get_adapter()
    identities = []
    level = VerificationLevel.NONE
    if email := adapter.verified_email(user):
        level = VerificationLevel.ACCOUNT
        identities.append(email_identity(email))
    if subject := adapter.eid_subject(user):
        level = VerificationLevel.EID
        identities.insert(0, eid_identity(subject))
    return level, identities


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
