"""Who takes part: the invented people of ``people.json``, and a crowd that supports."""

import datetime
import random

from django.contrib.auth.models import AbstractUser

from example_site.demo.content import Item, proposals, read
from wagtail_borgerdialog.models import Area
from wagtail_borgerdialog.people.actions import known_person, participant_for_email
from wagtail_borgerdialog.people.eligibility import Person
from wagtail_borgerdialog.people.identity import email_identity, paper_identity, person_keys
from wagtail_borgerdialog.people.models import Identity, Participant
from wagtail_borgerdialog.people.senders import Sender
from wagtail_borgerdialog.terms import NameDisplay, VerificationLevel

# How many different people support, by how sure we are of them.
CROWD = {"eid": 420, "account": 150, "email": 170, "paper": 90}
LEVELS = {
    "eid": VerificationLevel.EID,
    "account": VerificationLevel.ACCOUNT,
    "email": VerificationLevel.EMAIL,
    "paper": VerificationLevel.NONE,
}
NAMELESS = "Anonym"


class Cast:
    """Everybody who speaks, by name; made when they are first heard."""

    def __init__(self, areas: dict[str, Area], *, since: datetime.datetime) -> None:
        self.areas = areas
        self.since = since
        self.listed = {item["name"]: item for item in read("people")}
        self.with_account = {item["name"] for item in proposals()} | {
            row["name"] for item in proposals() for row in item["coproposers"]
        }
        self.languages: dict[str, str] = {}

    def email(self, name: str) -> str:
        """The invented address of a listed person; one of their own for who gives no name."""
        return self.listed[name]["email"] if name in self.listed else "anonym@example.dk"

    def participant(self, name: str) -> Participant:
        """The participant behind ``name``."""
        known = Participant.objects.filter(email=self.email(name)).select_related("area").first()
        if known is not None:
            return known
        item: Item = self.listed.get(name, {})
        participant = participant_for_email(
            self.email(name),
            name="" if name == NAMELESS else name,
            at=self.since,
            language=self.languages.get(name, "da"),
        )
        participant.area = self.areas.get(item.get("area"))
        if name in self.with_account:
            participant.level = VerificationLevel.ACCOUNT
        participant.save()
        return participant

    def sender(self, name: str, *, display: str, level: str) -> Sender:
        """How ``name`` fills in a form that asks for ``level``."""
        if name == NAMELESS and level == VerificationLevel.NONE:
            return Sender(Person(), None, "", NameDisplay.ANONYMOUS, False, must_confirm=False)
        participant = self.participant(name)
        return Sender(
            Person(participant=participant, level=VerificationLevel(level)),
            participant,
            participant.name,
            display,
            declared=True,
            must_confirm=level != VerificationLevel.ACCOUNT,
        )

    def display(self, name: str) -> str:
        """What ``name`` lets others see."""
        return self.listed.get(name, {}).get("name_display", NameDisplay.ANONYMOUS)


def crowd(
    citizen: AbstractUser, *, areas: dict[str, Area], since: datetime.datetime, dice: random.Random
) -> dict[str, list[Participant]]:
    """The people who support and say nothing, by the way in which they are known.

    The citizen whom the demo can be logged in as is one of them.
    """
    people, identities = [], {}
    for kind, number in CROWD.items():
        for place in range(number):
            email = "" if kind == "paper" else f"stoette-{len(people) + 1:04d}@example.dk"
            identity = (
                email_identity(email)
                if email
                else paper_identity(name=f"Støtte {place}", address="Underskriftsliste")
            )
            key = person_keys(identity)[0]
            person = Participant(
                person_key=key,
                email=email,
                area=dice.choice(list(areas.values())),
                level=LEVELS[kind],
                language="da",
                created_at=since,
            )
            people.append(person)
            identities[key] = kind
    Participant.objects.bulk_create(people)
    people = list(Participant.objects.filter(person_key__in=identities).order_by("pk"))
    Identity.objects.bulk_create(Identity(participant=p, key=p.person_key) for p in people)
    by_kind: dict[str, list[Participant]] = {kind: [] for kind in CROWD}
    for person in people:
        by_kind[identities[person.person_key]].append(person)
    by_kind["account"].append(known_person(citizen, at=since, language="da").participant)
    return by_kind
