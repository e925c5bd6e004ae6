"""Decisions about several offers of help at once."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _

from wagtail_borgerdialog.contributions.bulk_actions import (
    DoNotPublish,
    Hide,
    Publish,
    StaffBulkAction,
    bulk_actions_for,
)
from wagtail_borgerdialog.ideas.actions import moderate_offer
from wagtail_borgerdialog.ideas.admin_forms import OfferReasonForm
from wagtail_borgerdialog.ideas.models import HelpOffer


class PublishOffers(Publish):
    form_class = forms.Form

    def consequences(self) -> Sequence[str]:
        return [
            _("Everybody can read them from now on, and the authors of the ideas are told."),
            _("To undo it, select them again and hide them."),
        ]


class DoNotPublishOffers(DoNotPublish):
    form_class = OfferReasonForm

    def consequences(self) -> Sequence[str]:
        return [
            _("Each helper gets a mail with the reason you write here. All get the same."),
            _("To undo it, open each of them and show it: the mails cannot be called back."),
        ]


class HideOffers(Hide):
    form_class = OfferReasonForm

    def consequences(self) -> Sequence[str]:
        return [
            _("They do not show any more, and each helper gets a mail with the reason."),
            _("To undo it, open each of them and show it again."),
        ]


def offer_actions() -> list[type[StaffBulkAction]]:
    """What can be decided about several offers."""
    return bulk_actions_for(
        HelpOffer,
        PublishOffers,
        DoNotPublishOffers,
        HideOffers,
        activity_path="idea__activity",
        related=("idea__site", "idea__status", "participant"),
        decide=staticmethod(moderate_offer),
    )
