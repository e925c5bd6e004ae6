"""Two participants turn out to be one person."""

from wagtail_borgerdialog.ideas.models import HelpOffer
from wagtail_borgerdialog.people.models import Participant


def participants_were_merged(
    sender: type, kept: Participant, absorbed: Participant, **kwargs: object
) -> None:
    """Move the offers of ``absorbed`` to ``kept``."""
    HelpOffer.objects.filter(participant=absorbed).update(participant=kept)
