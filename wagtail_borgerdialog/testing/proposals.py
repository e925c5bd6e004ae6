"""Factories of the proposals room."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from wagtail_borgerdialog.actions import sync_activity
from wagtail_borgerdialog.contributions.models import Status, StatusKind
from wagtail_borgerdialog.people.identity import email_identity, person_keys
from wagtail_borgerdialog.proposals.models import (
    BEFORE_PUBLICATION,
    CoProposer,
    CoProposerStatus,
    FormalCriterion,
    Proposal,
    RuleSet,
)
from wagtail_borgerdialog.proposals.pages import ProposalPageMixin
from wagtail_borgerdialog.proposals.rules import end_of_day
from wagtail_borgerdialog.terms import LadderLevel, ModerationMode
from wagtail_borgerdialog.testing.factories import (
    ContributionFactory,
    ParticipantFactory,
    default_site,
)


class RuleSetFactory(DjangoModelFactory):
    """A rule set with one criterion: three supports in 90 days, no co-proposers, for everybody."""

    class Meta:
        model = RuleSet
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Regelsæt {n}")
    threshold = 3
    period_days = 90
    coproposer_days = 14
    residents_only = False

    @factory.post_generation
    def criterion(rule_set, create: bool, extracted: str | None, **kwargs: object) -> None:
        if create:
            title = extracted or "Kommunen kan beslutte det"
            FormalCriterion.objects.create(rule_set=rule_set, title=title, sort_order=0)


def make_proposal_page(page_class: type[ProposalPageMixin], **values: object) -> ProposalPageMixin:
    """A published proposal scheme of ``page_class`` below the front page."""
    rule_set = values.pop("rule_set", None) or RuleSetFactory()
    defaults: dict[str, object] = {
        "title": "Borgerforslag",
        "slug": "borgerforslag",
        "introduction": "<p>Her stiller vi forslag.</p>",
        "rule_set": rule_set,
        "how_proposals_are_treated": "Byrådet behandler forslaget på det næste møde.",
        "level": LadderLevel.INFLUENCE,
        "what_is_open": "Alt, som byrådet kan beslutte.",
        "what_is_decided": "Budgettet for i år ligger fast.",
        "decided_by": "Byrådet",
        "inclusion_measure": "Man kan aflevere forslag på biblioteket.",
        "moderation": ModerationMode.AFTER,
    }
    home = default_site().root_page.specific
    page = home.add_child(instance=page_class(**{**defaults, "locale": home.locale, **values}))
    page.save_revision().publish()
    sync_activity(page)
    return page_class.objects.get(pk=page.pk)


class ProposalFactory(ContributionFactory):
    """A public proposal that collects support. Pass ``kind`` for another place to stand."""

    class Meta:
        model = Proposal

    class Params:
        kind = StatusKind.OPEN_FOR_SUPPORT

    title = factory.Sequence(lambda n: f"Vestersø Kommune skal plante træ nummer {n}")
    rule_set = factory.LazyAttribute(lambda p: p.activity.page.specific.rule_set)
    status = factory.LazyAttribute(lambda p: Status.objects.of_kind(p.kind))
    visibility = factory.LazyAttribute(
        lambda p: "pending" if p.kind in BEFORE_PUBLICATION else "visible"
    )
    public_name = factory.LazyAttribute(lambda p: p.participant.name if p.participant else "")
    text_changed_at = factory.SelfAttribute("submitted_at")
    support_goal = factory.LazyAttribute(
        lambda p: None if p.kind in BEFORE_PUBLICATION else p.rule_set.threshold
    )
    support_until = factory.LazyAttribute(
        lambda p: (
            None
            if p.kind in BEFORE_PUBLICATION
            else end_of_day(p.submitted_at, days=p.rule_set.period_days)
        )
    )
    period_days = factory.LazyAttribute(
        lambda p: None if p.kind in BEFORE_PUBLICATION else p.rule_set.period_days
    )
    minimum_age = factory.LazyAttribute(lambda p: p.rule_set.minimum_age)
    residents_only = factory.LazyAttribute(lambda p: p.rule_set.residents_only)
    support_level = factory.LazyAttribute(
        lambda p: "" if p.kind in BEFORE_PUBLICATION else p.rule_set.support_level
    )


class CoProposerFactory(DjangoModelFactory):
    """Somebody who has said yes."""

    class Meta:
        model = CoProposer

    proposal = factory.SubFactory(ProposalFactory)
    participant = factory.SubFactory(ParticipantFactory)
    name = factory.LazyAttribute(lambda c: c.participant.name)
    public_name = factory.LazyAttribute(
        lambda c: c.name if c.status == CoProposerStatus.ACCEPTED else ""
    )
    email = factory.LazyAttribute(lambda c: c.participant.email)
    person_key = factory.LazyAttribute(lambda c: person_keys(email_identity(c.email))[0])
    status = CoProposerStatus.ACCEPTED
    invited_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda c: c.invited_at + datetime.timedelta(days=14))
    responded_at = factory.LazyAttribute(
        lambda c: (
            c.invited_at
            if c.status in {CoProposerStatus.ACCEPTED, CoProposerStatus.DECLINED}
            else None
        )
    )
