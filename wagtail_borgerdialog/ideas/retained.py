"""The personal data in ideas: answers to the page's questions, and offers of help."""

import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.contributions.retained import (
    AT_A_TIME,
    GONE,
    ReadableUrls,
    due_for_deletion,
    unconfirmed_since,
)
from wagtail_borgerdialog.ideas.actions import store_terms
from wagtail_borgerdialog.ideas.models import HelpOffer, Idea
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import NameDisplay


class Ideas(RetainedData):
    """What an idea holds beside the contribution that it is."""

    name = "ideas"
    models = ("borgerdialog_ideas.Idea", "borgerdialog_ideas.IdeaTerm")

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = Idea.objects.filter(participant=participant).order_by("-submitted_at", "-pk")
        return [
            {
                "reference": row.reference,
                "answers": row.answers,
                "refined_title": row.refined_title,
                "refined_text": row.refined_body,
                "disclaimer": row.disclaimer.text,
            }
            for row in rows.select_related("disclaimer")
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        # A name that has left the text leaves the words to find it by, too.
        texts = [pk for model, pk in participant.mask.changed if model in {Idea, Contribution}]
        rows = list(Idea.objects.filter(pk__in=texts))
        for row in rows:
            store_terms(row)
        return len(rows)


class HelpOffers(RetainedData):
    """What somebody will do for an idea."""

    name = "help_offers"
    label = _("The help you have offered")
    models = ("borgerdialog_ideas.HelpOffer",)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = HelpOffer.objects.filter(participant=participant)
        urls = ReadableUrls()
        return [
            {
                "title": row.text[:80],
                "text": row.text,
                "reference": row.idea.reference,
                "url": urls.of(row.idea),
                "at": row.created_at.isoformat(),
                "status": str(row.get_visibility_display()),
                "name_shown": row.public_name,
            }
            for row in rows.select_related("idea__activity__page").order_by("-created_at", "-pk")
        ]

    def take_down(self, participant: Participant, *, at: datetime.datetime) -> int:
        return (
            HelpOffer.objects.filter(participant=participant)
            .exclude(visibility__in=[*GONE, Visibility.DRAFT])
            .update(visibility=Visibility.WITHDRAWN)
        )

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        own = HelpOffer.objects.filter(participant=participant)
        own.filter(visibility=Visibility.DRAFT).delete()
        return own.update(public_name="", name_display=NameDisplay.ANONYMOUS)

    def purge(self, *, at: datetime.datetime) -> int:
        waiting = HelpOffer.objects.filter(
            visibility=Visibility.DRAFT, created_at__lt=unconfirmed_since(at)
        )
        unconfirmed = list(waiting.values_list("pk", flat=True)[:AT_A_TIME])
        HelpOffer.objects.filter(pk__in=unconfirmed).delete()
        named = HelpOffer.objects.filter(
            due_for_deletion(at, "idea__"), Q(participant__isnull=False) | ~Q(public_name="")
        )
        due = list(named.values_list("pk", flat=True)[:AT_A_TIME])
        HelpOffer.objects.filter(pk__in=due).update(
            participant=None, public_name="", name_display=NameDisplay.ANONYMOUS
        )
        return len(unconfirmed) + len(due)


RETAINED = (Ideas(), HelpOffers())
