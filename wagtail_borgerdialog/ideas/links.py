"""What the links in our mails about ideas do."""

import datetime
from collections.abc import Sequence

from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.links import surroundings
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.ideas.actions import confirm_offer
from wagtail_borgerdialog.ideas.models import HelpOffer
from wagtail_borgerdialog.people.links import Choice, MailedLink


class ConfirmHelpOffer(MailedLink):
    purpose = "help-offer"
    template_name = "wagtail_borgerdialog/ideas/link_help_offer.html"

    def find(self, pk: int, *, site: Site) -> HelpOffer | None:
        return (
            HelpOffer.objects.filter(pk=pk, idea__site=site, participant__isnull=False)
            .select_related("participant__user", "idea__activity__page", "idea__site")
            .first()
        )

    def address(self, obj: HelpOffer) -> str:
        return obj.participant.email

    def state(self, obj: HelpOffer) -> str:
        return "draft" if obj.visibility == Visibility.DRAFT else "sent"

    def choices(self, obj: HelpOffer) -> Sequence[Choice]:
        return [Choice("confirm", _("Confirm and send"))]

    def context(self, obj: HelpOffer) -> dict[str, object]:
        return {**surroundings(obj.idea), "offer": obj}

    def act(self, obj: HelpOffer, choice: str, *, at: datetime.datetime) -> None:
        confirm_offer(obj, at=at)
