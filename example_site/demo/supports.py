"""Hundreds of supports, spread over the days in which they could be given."""

import datetime
import random

from django.contrib.auth.models import AbstractUser
from django.db.models import F

from example_site.demo.people import LEVELS
from wagtail_borgerdialog.contributions.actions import support
from wagtail_borgerdialog.contributions.models import Contribution, Support
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.people.eligibility import Person
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals.models import Proposal
from wagtail_borgerdialog.terms import Channel, VerificationLevel

Supporter = tuple[str, Participant]


class Supporters:
    """Chooses who supports what, never anybody twice."""

    def __init__(
        self, crowd: dict[str, list[Participant]], *, staff: AbstractUser, dice: random.Random
    ) -> None:
        self.crowd = crowd
        self.staff = staff
        self.dice = dice

    def choose(self, counts: dict[str, int]) -> list[Supporter]:
        """As many people of each kind as ``counts`` says, in the order in which they come."""
        chosen = [
            (kind, person)
            for kind, number in counts.items()
            for person in self.dice.sample(self.crowd[kind], number)
        ]
        self.dice.shuffle(chosen)
        return chosen

    def give(
        self,
        contribution: Contribution,
        supporters: list[Supporter],
        *,
        since: datetime.datetime,
        until: datetime.datetime,
    ) -> None:
        """Store the supports of ``supporters`` and count them, as the action does one by one."""
        if not supporters:
            return
        instants = sorted(since + self.dice.random() * (until - since) for _ in supporters)
        Support.objects.bulk_create(
            self._row(contribution, kind, person, at=at)
            for (kind, person), at in zip(supporters, instants, strict=True)
        )
        Contribution.objects.filter(pk=contribution.pk).update(
            support_count=F("support_count") + len(supporters)
        )
        Proposal.objects.filter(pk=contribution.pk, frozen_at=None).update(frozen_at=instants[0])

    def give_last(
        self, contribution: Contribution, supporter: Supporter, *, at: datetime.datetime
    ) -> None:
        """The support that reaches the goal, through the action that notices it."""
        kind, person = supporter
        level = VerificationLevel(LEVELS[kind])
        support(contribution, by=Person(participant=person, level=level), at=at, declared=True)

    def _row(
        self, contribution: Contribution, kind: str, person: Participant, *, at: datetime.datetime
    ) -> Support:
        on_paper = kind == "paper"
        return Support(
            contribution_id=contribution.pk,
            participant=person,
            person_key=person.person_key,
            status=SupportStatus.CONFIRMED,
            channel=Channel.PAPER if on_paper else Channel.WEB,
            verification_level=LEVELS[kind],
            entered_by=self.staff if on_paper else None,
            evidence=f"Underskriftsliste til {contribution.reference}" if on_paper else "",
            batch=f"Liste {contribution.reference}" if on_paper else "",
            created_at=at,
            confirmed_at=at,
        )
