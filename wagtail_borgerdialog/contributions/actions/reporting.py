"""Anybody reports a text; a moderator answers. Enough voices take it out of sight meanwhile."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.actions.commenting import unpublish_comment
from wagtail_borgerdialog.contributions.actions.lifecycle import unpublish
from wagtail_borgerdialog.contributions.actions.moderating import (
    locked,
    moderate,
    moderate_comment,
)
from wagtail_borgerdialog.contributions.actions.settling import settle_reports
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    ModerationDecision,
    Report,
    ReportedText,
    ReportOutcome,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import (
    Decision,
    DeniedReason,
    NotAllowed,
    Person,
    require,
)
from wagtail_borgerdialog.signals import contribution_event

NETWORK_KEPT = datetime.timedelta(days=30)


def report(
    contribution: Contribution,
    *,
    by: Person,
    reason_code: str,
    at: datetime.datetime,
    comment: Comment | None = None,
    words: str = "",
    network: str = "",
) -> bool:
    """Put ``contribution``, or ``comment`` on it, before a moderator; False if ``by`` has already.

    ``by`` may be nobody, or the owner of an address that anybody could have typed: then
    ``network`` (``limits.client_network``) tells voices apart. Raises ``NotAllowed``.
    """
    require(rules.may_report(by, contribution, comment=comment))
    is_proved = by.user is not None and by.participant is not None
    with transaction.atomic():
        # Decisions and reports take turns, so that no report comes after the answer to it.
        contribution.visibility = locked(contribution).visibility
        if comment is not None:
            comment.visibility = Comment.objects.values_list("visibility", flat=True).get(
                pk=comment.pk
            )
        require(rules.may_report(by, contribution, comment=comment))
        row = _open_row(contribution, comment, at=at)
        Report.objects.bulk_create(
            [
                Report(
                    reported=row,
                    reason_code=reason_code,
                    words=words,
                    participant=by.participant,
                    person_key=by.participant.person_key if is_proved else "",
                    network="" if is_proved else network,
                    forget_network_after=localdate(at + NETWORK_KEPT)
                    if network and not is_proved
                    else None,
                    created_at=at,
                )
            ],
            ignore_conflicts=True,
        )
        count = row.reports.count()
        if count == row.report_count:
            return False
        row.report_count = count
        row.save(update_fields=["report_count"])
        if _is_enough(row, contribution, comment):
            _hold(row, contribution, comment, at=at)
    return True


def keep_reported(
    row: ReportedText, *, by: AbstractBaseUser, at: datetime.datetime, internal_note: str = ""
) -> bool:
    """A moderator lets the text stand: it shows (again), and the reports on it are answered.

    False when somebody else has answered them. Raises ``NotAllowed``.
    """
    contribution, comment = row.contribution, row.comment
    require(rules.may_moderate(by, contribution.activity))
    with transaction.atomic():
        locked(contribution)
        current = ReportedText.objects.get(pk=row.pk)
        if current.settled_at is not None:
            return False
        # What a decision or the author has taken away since is not for this one to bring back.
        row.text.refresh_from_db(fields=["visibility"])
        if row.text.is_held:
            answer_reported(
                row, ModerationAction.RESTORE, by=by, at=at, internal_note=internal_note
            )
        elif row.text.visibility == Visibility.VISIBLE:
            settle_reports(
                contribution,
                comment=comment,
                outcome=ReportOutcome.KEPT,
                by=by,
                at=at,
                note=internal_note,
            )
        else:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        log(
            instance=row.text,
            title=contribution.reference,
            action="borgerdialog.keep",
            user=by,
        )
    return True


def answer_reported(
    row: ReportedText,
    action: str,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    **reasons: str,
) -> bool:
    """Decide about the reported text as :func:`moderate` does, which answers the reports."""
    if row.comment is not None:
        row.comment.contribution = row.contribution
        return moderate_comment(row.comment, action, by=by, at=at, **reasons)
    return moderate(row.contribution.specific, action, by=by, at=at, **reasons)


def _open_row(
    contribution: Contribution, comment: Comment | None, *, at: datetime.datetime
) -> ReportedText:
    about = {"contribution_id": contribution.pk, "comment": comment}
    ReportedText.objects.bulk_create([ReportedText(**about, opened_at=at)], ignore_conflicts=True)
    return ReportedText.objects.open().get(**about)


def _is_enough(row: ReportedText, contribution: Contribution, comment: Comment | None) -> bool:
    limit = ParticipationSettings.of(contribution.site).hide_after_reports
    is_official = comment is not None and bool(comment.role_badge)
    if not limit or row.held_at is not None or is_official:
        return False
    # Whoever can be told apart from nobody counts for nobody.
    voices = row.reports.filter(~Q(person_key="") | ~Q(network="")).count()
    return voices >= limit and not _was_upheld(contribution, comment)


def _was_upheld(contribution: Contribution, comment: Comment | None) -> bool:
    """Whether a moderator has let it stand before: a crowd does not get to ask twice."""
    kept = ReportedText.objects.filter(
        contribution=contribution.pk, comment=comment, outcome=ReportOutcome.KEPT
    )
    about = {"comment": comment} if comment else {"contribution": contribution.pk}
    restored = ModerationDecision.objects.filter(action=ModerationAction.RESTORE, **about)
    return kept.exists() or restored.exists()


def _hold(
    row: ReportedText,
    contribution: Contribution,
    comment: Comment | None,
    *,
    at: datetime.datetime,
) -> None:
    """Out of sight, with everything that hangs on it, until a moderator has looked."""
    row.held_at = at
    row.save(update_fields=["held_at"])
    if comment is not None:
        unpublish_comment(comment, Visibility.PENDING)
        notices.comment_held(comment, row, at=at)
        return
    unpublish(contribution, Visibility.PENDING, at=at)
    notices.held(contribution.specific, row, at=at)
    contribution_event.send(
        Contribution, contribution=contribution, event=events.HIDDEN, at=at, by=None
    )
