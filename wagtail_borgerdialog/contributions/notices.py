"""The mails that follow from contributions, queued in the transaction that causes them."""

import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localdate

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    Comment,
    Contribution,
    Merge,
    MergedSupport,
    ModerationDecision,
    ReportedText,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.selectors import absolute_url
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import VerificationLevel


def confirm_contribution(contribution: Contribution, *, at: datetime.datetime) -> None:
    """Ask the owner of the address whether they sent this."""
    url = _link("confirm", contribution, contribution)
    _queue(
        contribution,
        f"confirm:{at:%Y%m%d%H}",
        "confirm_contribution",
        to=contribution.participant,
        at=at,
        link=url,
        days=app_settings.CONFIRM_LINK_DAYS,
    )


def receipt(contribution: Contribution, *, at: datetime.datetime, is_waiting: bool) -> None:
    """It has arrived: the reference, what happens next, and how to take it back."""
    url = _link("withdraw", contribution, contribution)
    _queue(
        contribution,
        "receipt",
        "receipt",
        to=contribution.participant,
        at=at,
        is_waiting=is_waiting,
        withdraw_url=url,
    )


def published(
    contribution: Contribution, decision: ModerationDecision, *, at: datetime.datetime
) -> None:
    """A moderator has let everybody see it."""
    to_author(contribution, f"published:{decision.pk}", "published", at=at)


def not_shown(
    contribution: Contribution, decision: ModerationDecision, *, at: datetime.datetime
) -> None:
    """A moderator has decided that it is not shown: the statement of reasons."""
    to_author(
        contribution,
        f"not-shown:{decision.pk}",
        "not_shown",
        at=at,
        **_reasons(decision, contribution, to=contribution.participant),
    )


def held(contribution: Contribution, row: ReportedText, *, at: datetime.datetime) -> None:
    """The number of reports took it out of sight: by a machine, until a moderator has looked."""
    to_author(contribution, f"held:{row.pk}", "held", at=at)


def comment_held(comment: Comment, row: ReportedText, *, at: datetime.datetime) -> None:
    """:func:`held`, for a comment."""
    _queue(comment.contribution, f"held:{row.pk}", "comment_held", to=comment.participant, at=at)


def report_settled(to: Participant, row: ReportedText, *, at: datetime.datetime) -> None:
    """What a moderator decided, to somebody who has reported it: our words only."""
    _queue(
        row.contribution,
        f"report-settled:{row.pk}",
        "report_settled",
        to=to,
        at=at,
        title="",
        outcome=row.outcome,
        is_comment=row.comment_id is not None,
    )


def appeal_received(appeal: Appeal, contribution: Contribution, *, at: datetime.datetime) -> None:
    """The author's objection has arrived, and somebody else decides it."""
    _about_appeal(appeal, contribution, "appeal_received", at=at)


def appeal_decided(appeal: Appeal, contribution: Contribution, *, at: datetime.datetime) -> None:
    """What somebody else decided, and why."""
    text = contribution if appeal.decision.comment is None else appeal.decision.comment
    _about_appeal(
        appeal,
        contribution,
        "appeal_decided",
        at=at,
        outcome=appeal.outcome,
        answer=appeal.answer,
        is_public=text.visibility == Visibility.VISIBLE,
    )


def _about_appeal(
    appeal: Appeal,
    contribution: Contribution,
    template: str,
    *,
    at: datetime.datetime,
    **context: mail.JSONValue,
) -> None:
    _queue(
        contribution,
        f"{template}:{appeal.pk}",
        template,
        to=appeal.participant,
        at=at,
        is_comment=appeal.decision.comment_id is not None,
        appeal_url=link_url("appeal", appeal.decision, site=contribution.site),
        **context,
    )


def withdrawn(contribution: Contribution, *, at: datetime.datetime) -> None:
    """The author has taken it back."""
    to_author(contribution, "withdrawn", "withdrawn", at=at)


def confirm_support(row: Support, contribution: Contribution, *, at: datetime.datetime) -> None:
    """Ask the owner of the address whether they support it."""
    url = _link("support", row, contribution)
    _queue(
        contribution,
        f"support-confirm:{row.pk}:{at:%Y%m%d%H}",
        "confirm_support",
        to=row.participant,
        at=at,
        link=url,
        days=app_settings.CONFIRM_LINK_DAYS,
    )


def already_supported(row: Support, contribution: Contribution, *, at: datetime.datetime) -> None:
    """Tell the owner, and only the owner, that they are counted already."""
    url = _link("withdraw-support", row, contribution)
    _queue(
        contribution,
        f"support-again:{row.pk}:{at:%Y%m%d}",
        "already_supported",
        to=row.participant,
        at=at,
        withdraw_url=url,
    )


def supported(row: Support, contribution: Contribution, *, at: datetime.datetime) -> None:
    """Your support is counted, and this is how to take it back."""
    url = _link("withdraw-support", row, contribution)
    _queue(
        contribution,
        f"supported:{row.pk}",
        "supported",
        to=row.participant,
        at=at,
        withdraw_url=url,
    )


def confirm_comment(comment: Comment, *, at: datetime.datetime) -> None:
    """Ask the owner of the address whether they wrote this comment."""
    contribution = comment.contribution
    url = _link("comment", comment, contribution)
    _queue(
        contribution,
        f"comment-confirm:{comment.pk}",
        "confirm_comment",
        to=comment.participant,
        at=at,
        link=url,
        days=app_settings.CONFIRM_LINK_DAYS,
    )


def comment_not_shown(
    comment: Comment, decision: ModerationDecision, *, at: datetime.datetime
) -> None:
    """A moderator has decided that a comment is not shown."""
    to = comment.participant
    is_proved = to is None or to.level != VerificationLevel.NONE
    _queue(
        comment.contribution,
        f"comment-not-shown:{decision.pk}",
        "comment_not_shown",
        to=to,
        at=at,
        # Else a stranger may have typed it beside an address that is not theirs.
        comment=comment.body if is_proved or comment.published_at else "",
        **_reasons(decision, comment.contribution, to=to),
    )


def merge_proposed(merge: Merge, *, at: datetime.datetime) -> None:
    """Ask the author of a duplicate whether it may become a part of the original."""
    duplicate = merge.duplicate
    url = _link("merge", merge, duplicate)
    to_author(
        duplicate,
        f"merge:{merge.pk}",
        "merge_proposed",
        at=at,
        link=url,
        note=merge.note,
        **_the_original(merge),
    )


def merge_supporter_asked(row: MergedSupport, *, at: datetime.datetime) -> None:
    """Ask somebody who supports a duplicate: move the support to the original, or keep it."""
    duplicate = row.merge.duplicate
    url = _link("move-support", row, duplicate)
    _queue(
        duplicate,
        f"merge-move:{row.pk}",
        "merge_move",
        to=row.participant,
        at=at,
        link=url,
        **_the_original(row.merge),
    )


def _the_original(merge: Merge) -> dict[str, mail.JSONValue]:
    original = merge.original
    return {"original_title": original.title, "original_language": original.language}


def to_author(
    contribution: Contribution,
    event: str,
    template: str,
    *,
    at: datetime.datetime,
    **context: mail.JSONValue,
) -> None:
    """A mail of a room's own to the author of ``contribution``."""
    _queue(contribution, event, template, to=contribution.participant, at=at, **context)


def to_participant(
    contribution: Contribution,
    event: str,
    template: str,
    *,
    to: Participant,
    at: datetime.datetime,
    **context: mail.JSONValue,
) -> None:
    """A mail of a room's own, about ``contribution``, to somebody else than its author."""
    _queue(contribution, event, template, to=to, at=at, **context)


def _link(purpose: str, obj: Contribution | Support | Comment, contribution: Contribution) -> str:
    if obj.participant is None:
        return ""
    return link_url(purpose, obj, site=contribution.site)


def _reasons(
    decision: ModerationDecision,
    contribution: Contribution,
    *,
    to: Participant | None,
) -> dict[str, mail.JSONValue]:
    """The statement of reasons (DSA, art. 17, is our model)."""
    if to is None:
        return {}
    with translation.override(to.language):
        return {
            "action": decision.action,
            "reason": decision.get_reason_code_display(),
            "rule_cited": decision.rule_cited,
            "public_note": decision.public_note,
            "was_reported": _was_reported(decision, contribution),
            "appeal_url": link_url("appeal", decision, site=contribution.site),
            "appeal_until": date_format(localdate(decision.appeal_until), "DATE_FORMAT"),
        }


def _was_reported(decision: ModerationDecision, contribution: Contribution) -> bool:
    open_reports = ReportedText.objects.open()
    return open_reports.filter(contribution=contribution.pk, comment=decision.comment).exists()


def _is_strangers(contribution: Contribution, *, to: Participant) -> bool:
    """Whether a stranger may have typed it beside the address of ``to``, and nobody has read it.

    Where the page demands nothing, an address is not proved by what was sent with it.
    """
    return (
        to.pk == contribution.participant_id
        and to.level == VerificationLevel.NONE
        and contribution.entered_by_id is None
        and not contribution.is_public
    )


def _queue(
    contribution: Contribution,
    event: str,
    template: str,
    *,
    to: Participant | None,
    at: datetime.datetime,
    **context: mail.JSONValue,
) -> None:
    if to is None:
        return
    is_author = to.pk == contribution.participant_id
    with translation.override(to.language):
        common = {
            "title": "" if _is_strangers(contribution, to=to) else contribution.title,
            "title_language": contribution.language,
            "reference": contribution.reference,
            "url": absolute_url(contribution),
            "kind": contribution.activity.kind,
            **contribution.mail_context(),
            **(contribution.author_mail_context() if is_author else {}),
        }
    mail.queue(
        f"{contribution.pk}:{event}",
        template=template,
        to=to.email,
        recipient_key=to.person_key,
        site=contribution.site,
        language=to.language,
        at=at,
        context={**common, **context},
    )
