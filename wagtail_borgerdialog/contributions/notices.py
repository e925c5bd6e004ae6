"""The mails that follow from contributions, queued in the transaction that causes them."""

import datetime

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    ModerationDecision,
    Support,
)
from wagtail_borgerdialog.contributions.selectors import absolute_url
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.models import Participant


def confirm_contribution(contribution: Contribution, *, at: datetime.datetime) -> None:
    """Ask the owner of the address whether they sent this."""
    url = link_url("confirm", contribution, site=contribution.site)
    _queue(contribution, f"confirm:{at:%Y%m%d%H}", "confirm_contribution", at=at, link=url)


def receipt(contribution: Contribution, *, at: datetime.datetime, is_waiting: bool) -> None:
    """It has arrived: the reference, what happens next, and how to take it back."""
    url = link_url("withdraw", contribution, site=contribution.site)
    _queue(contribution, "receipt", "receipt", at=at, is_waiting=is_waiting, withdraw_url=url)


def published(
    contribution: Contribution, decision: ModerationDecision, *, at: datetime.datetime
) -> None:
    """A moderator has let everybody see it."""
    _queue(contribution, f"published:{decision.pk}", "published", at=at)


def not_shown(
    contribution: Contribution, decision: ModerationDecision, *, at: datetime.datetime
) -> None:
    """A moderator has decided that it is not shown: the statement of reasons."""
    _queue(
        contribution,
        f"not-shown:{decision.pk}",
        "not_shown",
        at=at,
        **_reasons(decision),
    )


def withdrawn(contribution: Contribution, *, at: datetime.datetime) -> None:
    """The author has taken it back."""
    _queue(contribution, "withdrawn", "withdrawn", at=at)


def confirm_support(row: Support, contribution: Contribution, *, at: datetime.datetime) -> None:
    """Ask the owner of the address whether they support it."""
    url = link_url("support", row, site=contribution.site)
    _queue(
        contribution,
        f"support-confirm:{row.pk}:{at:%Y%m%d%H}",
        "confirm_support",
        to=row.participant,
        at=at,
        link=url,
    )


def already_supported(row: Support, contribution: Contribution, *, at: datetime.datetime) -> None:
    """Tell the owner, and only the owner, that they are counted already."""
    url = link_url("withdraw-support", row, site=contribution.site)
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
    url = link_url("withdraw-support", row, site=contribution.site)
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
    url = link_url("comment", comment, site=contribution.site)
    _queue(
        contribution,
        f"comment-confirm:{comment.pk}",
        "confirm_comment",
        to=comment.participant,
        at=at,
        link=url,
        comment=comment.body,
    )


def comment_not_shown(
    comment: Comment, decision: ModerationDecision, *, at: datetime.datetime
) -> None:
    """A moderator has decided that a comment is not shown."""
    _queue(
        comment.contribution,
        f"comment-not-shown:{decision.pk}",
        "comment_not_shown",
        to=comment.participant,
        at=at,
        comment=comment.body,
        **_reasons(decision),
    )


def to_author(
    contribution: Contribution,
    event: str,
    template: str,
    *,
    at: datetime.datetime,
    **context: mail.JSONValue,
) -> None:
    """A mail of a room's own to the author of ``contribution``."""
    _queue(contribution, event, template, at=at, **context)


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


def _reasons(decision: ModerationDecision) -> dict[str, mail.JSONValue]:
    return {
        "action": decision.action,
        "reason_code": decision.reason_code,
        "rule_cited": decision.rule_cited,
        "public_note": decision.public_note,
    }


def _queue(
    contribution: Contribution,
    event: str,
    template: str,
    *,
    at: datetime.datetime,
    to: Participant | None = None,
    **context: mail.JSONValue,
) -> None:
    recipient = to or contribution.participant
    if recipient is None:
        return
    mail.queue(
        f"{contribution.pk}:{event}",
        template=template,
        to=recipient.email,
        recipient_key=recipient.person_key,
        site=contribution.site,
        language=recipient.language,
        at=at,
        context={
            "title": contribution.title,
            "reference": contribution.reference,
            "url": absolute_url(contribution),
            "kind": contribution.activity.kind,
            **contribution.mail_context(),
            **(contribution.author_mail_context() if to is None else {}),
            **context,
        },
    )
