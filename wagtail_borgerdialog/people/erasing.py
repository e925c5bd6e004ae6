"""Forget a person and keep the case: what points to them goes, what counts stays."""

import datetime
from collections.abc import Iterable, Iterator, Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import get_random_string
from wagtail.log_actions import log

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.components import RetainedData, registry
from wagtail_borgerdialog.people.masking import Mask, mask_texts
from wagtail_borgerdialog.people.models import Erasure, Identity, Participant
from wagtail_borgerdialog.terms import VerificationLevel

PSEUDONYM = "x"
"""What no HMAC begins with."""


def new_pseudonym() -> str:
    """A key that stands for somebody and can be computed from nobody."""
    return PSEUDONYM + get_random_string(62, "0123456789abcdef")


def sources() -> Iterator[RetainedData]:
    """The personal data of all rooms."""
    for component in registry:
        yield from component.retained()


@transaction.atomic
def erase(
    participant: Participant,
    *,
    at: datetime.datetime,
    by: AbstractBaseUser | None = None,
    take_down: bool = False,
    with_account: bool = False,
) -> None:
    """Replace the person by a pseudonym. Texts that are public stay, unless ``take_down``.

    The municipality has to keep the case (databeskyttelsesforordningen art. 17(3)(b),
    offentlighedsloven § 15), so a text that is taken down is out of the public's sight and without
    its author, but on record until its day of deletion. ``with_account`` deletes the login too.
    ``by`` is the member of staff who does it for them.
    """
    participant = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("user")
        .get(pk=participant.pk)
    )
    keys = {participant.person_key, *participant.identities.values_list("key", flat=True)}
    participant.pseudonym = _enter_in_ledger(keys, at=at, took_down=take_down)
    if take_down:
        for source in sources():
            source.take_down(participant, at=at)
    mask = Mask(participant)
    participant.mask = mask
    mask_texts(mask)
    for source in sources():
        source.erase(participant, at=at)
    user = participant.user
    _empty(Participant.objects.get(pk=participant.pk))
    # Those who turned out to be the same person, before they were one.
    for other in Participant.objects.filter(person_key__in=keys).exclude(pk=participant.pk):
        _empty(other)
    if by is not None:
        log(instance=participant, title=str(participant.pk), action="borgerdialog.erase", user=by)
    if with_account and user is not None:
        get_adapter().delete_account(user)


def replay() -> int:
    """Erase again whom a restored backup has brought back; returns how many people.

    Somebody who came back of their own accord, after they were erased, stays. The login goes only
    where it is asked for each time: it may be the host's for other things.
    """
    again = 0
    for entry in Erasure.objects.order_by("pk"):
        known = Identity.objects.filter(key=entry.key).values("participant")
        found = Participant.objects.filter(
            # An absorbed participant bears the key of an identity that moved on.
            Q(pk__in=known) | Q(person_key=entry.key),
            created_at__lte=entry.erased_at,
        ).first()
        if found is not None:
            erase(found, at=entry.erased_at, take_down=entry.took_down)
            again += 1
    return again


def export_ledger() -> Iterator[dict[str, object]]:
    """Who was erased, as JSON values without names."""
    for entry in Erasure.objects.order_by("pk"):
        yield {
            "key": entry.key,
            "pseudonym": entry.pseudonym,
            "erased_at": entry.erased_at.isoformat(),
            "took_down": entry.took_down,
        }


@transaction.atomic
def import_ledger(entries: Iterable[Mapping[str, object]]) -> int:
    """Take in what :func:`export_ledger` gave; returns how many entries.

    Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else.
    """
    count = 0
    for entry in entries:
        erased_at = datetime.datetime.fromisoformat(entry["erased_at"])
        known = Erasure.objects.filter(key=entry["key"], erased_at__gte=erased_at)
        if not known.exists():
            Erasure.objects.update_or_create(
                key=entry["key"],
                defaults={
                    "pseudonym": entry["pseudonym"],
                    "erased_at": erased_at,
                    "took_down": entry["took_down"],
                },
            )
        count += 1
    return count


def _enter_in_ledger(keys: set[str], *, at: datetime.datetime, took_down: bool) -> str:
    known = Erasure.objects.filter(key__in=keys).order_by("pk").first()
    pseudonym = known.pseudonym if known else new_pseudonym()
    for key in sorted(keys):
        if not key.startswith(PSEUDONYM):
            Erasure.objects.update_or_create(
                key=key,
                defaults={"pseudonym": pseudonym, "erased_at": at, "took_down": took_down},
            )
    return pseudonym


def _empty(participant: Participant) -> None:
    Identity.objects.filter(participant=participant).delete()
    Participant.objects.filter(pk=participant.pk).update(
        person_key=new_pseudonym(),
        user=None,
        name="",
        email="",
        area=None,
        level=VerificationLevel.NONE,
    )
