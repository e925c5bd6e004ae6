"""The proposals' own mails, queued in the transaction that causes them."""

import datetime

from django.utils import translation

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions.notices import to_author
from wagtail_borgerdialog.contributions.selectors import absolute_url
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.proposals.models import Addendum, CoProposer, FormalCheck, Proposal
from wagtail_borgerdialog.templatetags.borgerdialog import bd_day


def coproposer_invited(row: CoProposer, proposal: Proposal, *, at: datetime.datetime) -> None:
    """Somebody is asked to stand behind a proposal."""
    _to_coproposer(
        row,
        proposal,
        f"invited:{row.pk}:{row.invited_at:%Y%m%d%H%M%S}",
        "proposal_coproposer_invited",
        at=at,
        due=_day(row.due_at, proposal.language, at=at),
        author=proposal.public_name,
        name=row.name_under(proposal.rule_set),
    )


def coproposer_text_changed(row: CoProposer, proposal: Proposal, *, at: datetime.datetime) -> None:
    """The text that somebody has said yes to has changed: they can step back."""
    _to_coproposer(
        row,
        proposal,
        f"text-changed:{row.pk}:{at:%Y%m%d%H%M%S}",
        "proposal_text_changed",
        at=at,
        author=proposal.public_name,
    )


def returned(
    proposal: Proposal, *, failed: list[FormalCheck], at: datetime.datetime, round_no: int
) -> None:
    """It went back to its author: why, and how to send it again."""
    to_author(
        proposal,
        f"returned:{round_no}",
        "proposal_returned",
        at=at,
        return_reason=proposal.return_reason,
        failed=_failed(failed),
        needed=proposal.rule_set.min_coproposers,
        accepted=sum(row.has_accepted for row in proposal.coproposers.all()),
    )


def rejected_formal(
    proposal: Proposal, *, failed: list[FormalCheck], at: datetime.datetime
) -> None:
    """It falls outside the rules of the scheme, and this is why."""
    to_author(
        proposal, "rejected-formal", "proposal_rejected_formal", at=at, failed=_failed(failed)
    )


def threshold_reached(proposal: Proposal, *, at: datetime.datetime) -> None:
    """Enough people support it: the author and the co-proposers learn what happens now."""
    _to_all(proposal, "threshold-reached", "proposal_threshold_reached", at=at)


def expired(proposal: Proposal, *, at: datetime.datetime) -> None:
    """Time ran out before enough people supported it."""
    _to_all(proposal, "expired", "proposal_expired", at=at)


def addendum_not_shown(addendum: Addendum, *, at: datetime.datetime) -> None:
    """A moderator has decided that an addendum is not shown."""
    participant = addendum.participant
    if participant is None:
        return
    proposal = addendum.proposal
    mail.queue(
        f"{proposal.pk}:addendum-not-shown:{addendum.pk}",
        template="proposal_addendum_not_shown",
        to=participant.email,
        recipient_key=participant.person_key,
        site=proposal.site,
        language=participant.language,
        at=at,
        context={
            **_about(proposal),
            "addendum": addendum.body,
            "public_note": addendum.public_note,
        },
    )


def _to_all(proposal: Proposal, event: str, template: str, *, at: datetime.datetime) -> None:
    numbers: dict[str, mail.JSONValue] = {
        "count": proposal.support_count,
        "goal": proposal.support_goal,
    }
    to_author(proposal, event, template, at=at, **numbers)
    for row in proposal.coproposers.all():
        if row.has_accepted:
            _to_coproposer(row, proposal, event, template, at=at, **numbers)


def _to_coproposer(
    row: CoProposer,
    proposal: Proposal,
    event: str,
    template: str,
    *,
    at: datetime.datetime,
    **context: mail.JSONValue,
) -> None:
    mail.queue(
        f"{proposal.pk}:{event}",
        template=template,
        to=row.email,
        recipient_key=row.person_key,
        site=proposal.site,
        language=row.participant.language if row.participant else proposal.language,
        at=at,
        context={
            **_about(proposal),
            "coproposer_url": link_url("coproposer", row, site=proposal.site),
            **context,
        },
    )


def _about(proposal: Proposal) -> dict[str, mail.JSONValue]:
    return {
        "title": proposal.title,
        "title_language": proposal.language,
        "reference": proposal.reference,
        "url": absolute_url(proposal),
        "kind": proposal.activity.kind,
    }


def _failed(rows: list[FormalCheck]) -> list[mail.JSONValue]:
    return [{"criterion": row.criterion, "note": row.note} for row in rows]


def _day(instant: datetime.datetime, language: str, *, at: datetime.datetime) -> str:
    with translation.override(language):
        return bd_day(instant, at)
