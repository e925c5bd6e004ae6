"""The mails that follow from official answers, queued in the transaction that causes them."""

import datetime

from django.utils import translation

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.notices import to_author
from wagtail_borgerdialog.followup.models import OfficialAnswer
from wagtail_borgerdialog.templatetags.borgerdialog import bd_money


def answered(contribution: Contribution, answer: OfficialAnswer, *, at: datetime.datetime) -> None:
    """Tell the author what the municipality answers, or that it has changed its answer."""
    author = contribution.participant
    if author is not None:
        to_author(
            contribution,
            event_of(answer),
            "answered",
            at=at,
            **in_words(answer, language=author.language),
        )


def event_of(answer: OfficialAnswer) -> str:
    """What a mail about this version of ``answer`` is called: one for each reader."""
    return f"answered:{answer.pk}:{answer.version}"


def in_words(answer: OfficialAnswer, *, language: str) -> dict[str, mail.JSONValue]:
    """What a mail says of ``answer``, in the reader's ``language``."""
    with translation.override(language):
        return {
            "is_changed": answer.version > 1,
            "outcome": str(answer.get_outcome_display()),
            "body": answer.body,
            "signed_as": answer.signed_as,
            "rule": answer.reason,
            "cost": bd_money(answer.cost_estimate),
            "decided_in": answer.decided_in,
        }
