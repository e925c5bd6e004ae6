"""The mails that follow from ideas, queued in the transaction that causes them."""

import datetime

from django.utils import translation

from wagtail_borgerdialog.contributions.models.moderation import ReasonCode
from wagtail_borgerdialog.contributions.notices import to_author, to_participant
from wagtail_borgerdialog.ideas.models import HelpOffer, Idea
from wagtail_borgerdialog.people.links import link_url


def refined(idea: Idea, *, at: datetime.datetime) -> None:
    """Tell the author that a worked-through version stands beside their own."""
    to_author(
        idea,
        f"refined:{at:%Y%m%d%H%M%S}",
        "idea_refined",
        at=at,
        refined=idea.refined_body,
        by_role=idea.refined_by_role,
    )


def help_offered(offer: HelpOffer, *, at: datetime.datetime) -> None:
    """Tell the author that somebody offers to help; neither learns the other's address."""
    to_author(
        offer.idea,
        f"help:{offer.pk}",
        "help_offered",
        at=at,
        offer=offer.text,
        name=offer.public_name,
    )


def confirm_offer(offer: HelpOffer, *, at: datetime.datetime) -> None:
    """Ask the owner of the address whether they offered this."""
    if offer.participant is not None:
        to_participant(
            offer.idea,
            f"help-confirm:{offer.pk}",
            "confirm_help_offer",
            to=offer.participant,
            at=at,
            link=link_url("help-offer", offer, site=offer.idea.site),
            offer=offer.text,
        )


def offer_not_shown(
    offer: HelpOffer, reason_code: str, *, public_note: str, at: datetime.datetime
) -> None:
    """A moderator has decided that an offer is not shown."""
    if offer.participant is not None:
        with translation.override(offer.participant.language):
            reason = str(ReasonCode(reason_code).label)
        to_participant(
            offer.idea,
            f"help-not-shown:{offer.pk}:{at:%Y%m%d%H%M%S}",
            "help_offer_not_shown",
            to=offer.participant,
            at=at,
            offer=offer.text,
            reason=reason,
            public_note=public_note,
        )
