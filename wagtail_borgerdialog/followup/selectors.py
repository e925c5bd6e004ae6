"""The reads that answering, its screens and its forms share."""

from django.db.models import QuerySet

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup.models import OfficialAnswer


def newest(contribution: Contribution) -> OfficialAnswer | None:
    """The answer written last, public or not. One query."""
    return _first(contribution, OfficialAnswer.objects.order_by("-pk"))


def in_hand(contribution: Contribution) -> OfficialAnswer | None:
    """The answer that is not public yet, if there is one. One query."""
    return _first(contribution, OfficialAnswer.objects.in_hand())


def current(contribution: Contribution) -> OfficialAnswer | None:
    """The answer that stands, if one is public. One query."""
    return _first(contribution, OfficialAnswer.objects.published())


def _first(contribution: Contribution, rows: QuerySet[OfficialAnswer]) -> OfficialAnswer | None:
    answer = rows.filter(contribution=contribution.pk).first()
    if answer is not None:
        # The rules ask about the page and the site, which the caller knows.
        answer.contribution = contribution
    return answer
