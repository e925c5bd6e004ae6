"""A signed list that a caseworker has entered, and that waits for a colleague to countersign it."""

import datetime

from django.contrib.auth.models import AbstractUser

from wagtail_borgerdialog.contributions.actions.paper import enter_list
from wagtail_borgerdialog.contributions.models import StatusKind
from wagtail_borgerdialog.people.actions import enter_person
from wagtail_borgerdialog.proposals.models import Proposal
from wagtail_borgerdialog.terms import Channel

SIGNED = (
    ("Inger Prøve", "Havnegade 4, 5000 Vestersø"),
    ("Poul Prøve", "Havnegade 4, 5000 Vestersø"),
    ("Ellen Eksempel", "Kirkebakken 17, 5000 Vestersø"),
)


def enter_waiting_list(*, staff: AbstractUser, at: datetime.datetime) -> None:
    """On the proposal that collects support for longest yet."""
    case = (
        Proposal.objects.visible()
        .filter(status__kind=StatusKind.OPEN_FOR_SUPPORT, support_until__gt=at)
        .with_page_rows()
        .order_by("-support_until", "pk")
        .first()
    )
    if case is None:
        return
    people = [
        enter_person(name=name, address=address, at=at, language="da") for name, address in SIGNED
    ]
    enter_list(
        case,
        people,
        name="Biblioteket, ark 1",
        channel=Channel.PAPER,
        evidence="Mappen “Underskrifter”, Borgerservice",
        by=staff,
        at=at,
    )
