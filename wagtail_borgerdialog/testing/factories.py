"""Factories: the smallest world that shows a behaviour.

Counters follow the rows that the factories make, so that a test can compare the two. Everything
belongs to the default site, which has to exist.
"""

import datetime

import factory
from django.conf import settings
from django.utils import timezone
from factory.django import DjangoModelFactory
from wagtail.models import Locale, Site

from wagtail_borgerdialog.contributions.actions.supporting import move_counter
from wagtail_borgerdialog.contributions.models import (
    Attachment,
    Comment,
    Contribution,
    Status,
    StatusKind,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.pages_base import base_page_model
from wagtail_borgerdialog.people.identity import email_identity, person_keys
from wagtail_borgerdialog.people.models import Identity, Participant
from wagtail_borgerdialog.terms import LadderLevel, ModerationMode, VerificationLevel


def default_site() -> Site:
    """The default site. Raises ``Site.DoesNotExist`` when a test has none."""
    return Site.objects.select_related("root_page").get(is_default_site=True)


class UserFactory(DjangoModelFactory):
    """A user whose password is ``password``; ``verified=True`` proves the address."""

    class Meta:
        model = settings.AUTH_USER_MODEL
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"bruger{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.dk")
    first_name = "Karla"
    last_name = factory.Sequence(lambda n: f"Prøve{n}")
    password = factory.django.Password("password")

    @factory.post_generation
    def verified(user, create: bool, extracted: bool | None, **kwargs: object) -> None:
        if create and extracted:
            from allauth.account.models import EmailAddress

            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area

    name = factory.Sequence(lambda n: f"Bydel {n}")
    slug = factory.Sequence(lambda n: f"bydel-{n}")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Emne {n}")
    slug = factory.Sequence(lambda n: f"emne-{n}")
    locale = factory.LazyFunction(Locale.get_default)


class ParticipantFactory(DjangoModelFactory):
    """Somebody who has confirmed their address; ``user`` signs them in."""

    class Meta:
        model = Participant
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Asta Prøve{n}")
    email = factory.Sequence(lambda n: f"asta{n}@example.dk")
    person_key = factory.LazyAttribute(lambda p: person_keys(email_identity(p.email))[0])
    level = VerificationLevel.EMAIL
    language = "da"
    created_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def identity(person, create: bool, extracted: object, **kwargs: object) -> None:
        if create:
            Identity.objects.create(participant=person, key=person.person_key)


class ActivityFactory(DjangoModelFactory):
    """An open activity on a plain page below the site's front page.

    Pass ``page`` (and ``kind``) for a participation page's own.
    """

    class Meta:
        model = Activity

    class Params:
        title = factory.Sequence(lambda n: f"Aktivitet {n}")

    kind = "test"
    site = factory.LazyFunction(default_site)
    page = factory.LazyAttribute(
        lambda a: a.site.root_page.specific.add_child(
            instance=base_page_model()(title=a.title, locale=a.site.root_page.locale)
        )
    )
    translation_key = factory.LazyAttribute(lambda a: a.page.translation_key)
    level = LadderLevel.CONSULTATION
    what_is_open = "Hvad pladsen skal bruges til."
    what_is_decided = "Beløbet ligger fast."
    decided_by = "Udvalget for by og miljø"
    moderation = ModerationMode.AFTER


class ContributionFactory(DjangoModelFactory):
    """A public contribution; rooms subclass it for their own kind."""

    class Meta:
        model = Contribution

    class Params:
        days_old = 0

    activity = factory.SubFactory(ActivityFactory)
    site = factory.SelfAttribute("activity.site")
    # Far above what the sequence of a fresh site gives out.
    reference = factory.Sequence(lambda n: f"2026-{90000 + n}")
    title = factory.Sequence(lambda n: f"En bænk ved havnen {n}")
    body = "Så kan man hvile sig på vej op ad bakken."
    participant = factory.SubFactory(ParticipantFactory)
    language = "da"
    visibility = Visibility.VISIBLE
    status = factory.LazyFunction(lambda: Status.objects.of_kind(StatusKind.RECEIVED))
    submitted_at = factory.LazyAttribute(
        lambda c: timezone.now() - datetime.timedelta(days=c.days_old)
    )
    updated_at = factory.SelfAttribute("submitted_at")
    published_at = factory.LazyAttribute(
        lambda c: c.submitted_at if c.visibility == Visibility.VISIBLE else None
    )

    @classmethod
    def _create(
        cls, model_class: type[Contribution], *args: object, **kwargs: object
    ) -> Contribution:
        made = super()._create(model_class, *args, **kwargs)
        if made.is_public:
            made.activity.contribution_count += 1
            made.activity.save(update_fields=["contribution_count"])
        return made


class SupportFactory(DjangoModelFactory):
    """A counted support."""

    class Meta:
        model = Support

    contribution = factory.SubFactory(ContributionFactory)
    participant = factory.SubFactory(ParticipantFactory)
    person_key = factory.SelfAttribute("participant.person_key")
    status = SupportStatus.CONFIRMED
    verification_level = VerificationLevel.EMAIL
    created_at = factory.LazyFunction(timezone.now)
    confirmed_at = factory.LazyAttribute(
        lambda s: s.created_at if s.status == SupportStatus.CONFIRMED else None
    )

    @classmethod
    def _create(cls, model_class: type[Support], *args: object, **kwargs: object) -> Support:
        made = super()._create(model_class, *args, **kwargs)
        if made.status == SupportStatus.CONFIRMED:
            move_counter(made.contribution, +1)
            made.contribution.refresh_from_db(fields=["support_count"])
        return made


class CommentFactory(DjangoModelFactory):
    """A public comment."""

    class Meta:
        model = Comment

    contribution = factory.SubFactory(ContributionFactory)
    participant = factory.SubFactory(ParticipantFactory)
    public_name = factory.LazyAttribute(lambda c: c.participant.name if c.participant else "")
    body = factory.Sequence(lambda n: f"Det er en god idé nummer {n}.")
    language = "da"
    visibility = Visibility.VISIBLE
    created_at = factory.LazyFunction(timezone.now)
    published_at = factory.LazyAttribute(
        lambda c: c.created_at if c.visibility == Visibility.VISIBLE else None
    )

    @classmethod
    def _create(cls, model_class: type[Comment], *args: object, **kwargs: object) -> Comment:
        made = super()._create(model_class, *args, **kwargs)
        if made.visibility == Visibility.VISIBLE:
            made.contribution.comment_count += 1
            made.contribution.save(update_fields=["comment_count"])
        return made


class AttachmentFactory(DjangoModelFactory):
    """A small picture, already processed."""

    class Meta:
        model = Attachment

    contribution = factory.SubFactory(ContributionFactory)
    file = factory.django.ImageField(width=8, height=8, format="JPEG")
    name = "havnen.jpg"
    content_type = "image/jpeg"
    size = factory.LazyAttribute(lambda a: a.file.size)
    width = 8
    height = 8
    alt_text = "En bænk ved havnen"
    created_at = factory.LazyFunction(timezone.now)
