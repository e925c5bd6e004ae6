"""A decision about a text answers the reports on it, and an objection that waits."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from wagtail_borgerdialog.contributions import notices
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    AppealOutcome,
    Comment,
    Contribution,
    Report,
    ReportedText,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction


def settle_reports(
    contribution: Contribution,
    *,
    outcome: str,
    at: datetime.datetime,
    by: AbstractBaseUser | None,
    comment: Comment | None = None,
    note: str = "",
) -> bool:
    """Close the open reports on ``contribution`` or ``comment``; tell who left an address.

    False when there are none. The caller has checked who may decide.
    """
    with transaction.atomic():
        row = (
            ReportedText.objects.select_for_update(of=("self",))
            .open()
            .filter(contribution=contribution.pk, comment=comment and comment.pk)
            .first()
        )
        if row is None:
            return False
        row.outcome, row.settled_by, row.settled_at, row.internal_note = outcome, by, at, note
        row.save(update_fields=["outcome", "settled_by", "settled_at", "internal_note"])
        # Nobody counts voices after the decision.
        Report.objects.filter(reported=row).update(network="", forget_network_after=None)
        row.contribution = contribution
        for one in row.reports.filter(participant__isnull=False).select_related("participant"):
            notices.report_settled(one.participant, row, at=at)
    return True


def settle_appeals(
    contribution: Contribution,
    *,
    at: datetime.datetime,
    by: AbstractBaseUser,
    comment: Comment | None = None,
) -> None:
    """What an author objected to is undone: their objection has led to it."""
    about = {"decision__comment": comment.pk} if comment else {"decision__comment": None}
    Appeal.objects.open().filter(
        contribution=contribution.pk,
        decision__action__in=[
            ModerationAction.REJECT,
            ModerationAction.HIDE,
            ModerationAction.REMOVE,
        ],
        **about,
    ).update(outcome=AppealOutcome.REVERSED, decided_by=by, decided_at=at)
