"""Factories of the follow-up room."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from wagtail_borgerdialog.followup.models import (
    Promise,
    PromiseChange,
    PromiseState,
    PromiseStep,
    Unit,
)
from wagtail_borgerdialog.testing.factories import ContributionFactory


class UnitFactory(DjangoModelFactory):
    """A unit with a mailbox of its own and of its manager."""

    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"Vej og park {n}")
    email = factory.Sequence(lambda n: f"vejogpark{n}@vestersoe.example")
    manager_email = factory.Sequence(lambda n: f"chef{n}@vestersoe.example")


class PromiseFactory(DjangoModelFactory):
    """An open promise, due in 30 days, with the step by which it was made.

    Pass ``state`` for a settled one, or ``contribution=None`` and ``activity`` for a page's.
    """

    class Meta:
        model = Promise

    class Params:
        days_left = 30

    contribution = factory.SubFactory(ContributionFactory)
    activity = factory.SelfAttribute("contribution.activity")
    site = factory.SelfAttribute("activity.site")
    what = factory.Sequence(lambda n: f"Vi sætter {n + 2} bænke op")
    promised_by = "Vej og park"
    due_on = factory.LazyAttribute(
        lambda p: timezone.localdate() + datetime.timedelta(days=p.days_left)
    )
    state = PromiseState.OPEN
    reason = factory.LazyAttribute(
        lambda p: (
            "Pengene slog ikke til."
            if p.state in {PromiseState.BROKEN, PromiseState.DROPPED}
            else ""
        )
    )
    made_at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(days=60))
    settled_at = factory.LazyAttribute(
        lambda p: None if p.state == PromiseState.OPEN else timezone.now()
    )

    @classmethod
    def _create(cls, model_class: type[Promise], *args: object, **kwargs: object) -> Promise:
        made = super()._create(model_class, *args, **kwargs)
        PromiseChange.objects.create(
            promise=made,
            step=PromiseStep.MADE,
            to_state=PromiseState.OPEN,
            due_after=made.due_on,
            by_role=made.promised_by,
            at=made.made_at,
        )
        return made
