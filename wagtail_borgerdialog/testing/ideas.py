"""Factories of the ideas room."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from wagtail_borgerdialog.actions import sync_activity
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.ideas.actions import disclaimer_version
from wagtail_borgerdialog.ideas.models import Disclaimer, HelpOffer, Idea, IdeaTerm
from wagtail_borgerdialog.ideas.pages import IdeaPageMixin
from wagtail_borgerdialog.ideas.similarity import index_terms
from wagtail_borgerdialog.terms import LadderLevel, ModerationMode
from wagtail_borgerdialog.testing.factories import (
    ContributionFactory,
    ParticipantFactory,
    default_site,
)

DISCLAIMER = "En idé er en idé. Den bliver ikke gennemført af sig selv."


def make_idea_page(page_class: type[IdeaPageMixin], **values: object) -> IdeaPageMixin:
    """A published idea collection of ``page_class`` below the front page, open to everybody."""
    defaults: dict[str, object] = {
        "title": "Idébanken",
        "slug": "idebanken",
        "introduction": "<p>Her deler vi idéer.</p>",
        "purpose": "Vi vil have bedre steder at være sammen.",
        "how_ideas_are_used": "Udvalget læser alle idéer i marts.",
        "level": LadderLevel.INFLUENCE,
        "what_is_open": "Hvad pengene skal bruges til.",
        "what_is_decided": "Beløbet ligger fast.",
        "decided_by": "Udvalget for by og miljø",
        "inclusion_measure": "Vi besøger plejehjem og skoler.",
        "moderation": ModerationMode.AFTER,
    }
    home = default_site().root_page.specific
    page = home.add_child(instance=page_class(**{**defaults, "locale": home.locale, **values}))
    page.save_revision().publish()
    sync_activity(page)
    return page_class.objects.get(pk=page.pk)


class DisclaimerFactory(DjangoModelFactory):
    class Meta:
        model = Disclaimer
        django_get_or_create = ("version",)

    text = DISCLAIMER
    version = factory.LazyAttribute(lambda d: disclaimer_version(d.text))
    created_at = factory.LazyFunction(timezone.now)


class IdeaFactory(ContributionFactory):
    """A public idea, with the terms by which similar ones are found."""

    class Meta:
        model = Idea

    disclaimer = factory.SubFactory(DisclaimerFactory)

    @classmethod
    def _create(cls, model_class: type[Idea], *args: object, **kwargs: object) -> Idea:
        made = super()._create(model_class, *args, **kwargs)
        IdeaTerm.objects.bulk_create(
            IdeaTerm(idea=made, activity=made.activity, term=term, weight=weight)
            for term, weight in index_terms(made.title, made.body).items()
        )
        return made


class HelpOfferFactory(DjangoModelFactory):
    """A public offer of help."""

    class Meta:
        model = HelpOffer

    idea = factory.SubFactory(IdeaFactory)
    participant = factory.SubFactory(ParticipantFactory)
    public_name = factory.LazyAttribute(lambda o: o.participant.name if o.participant else "")
    text = "Jeg har en trailer."
    language = "da"
    visibility = Visibility.VISIBLE
    created_at = factory.LazyFunction(timezone.now)
    published_at = factory.LazyAttribute(
        lambda o: o.created_at if o.visibility == Visibility.VISIBLE else None
    )
