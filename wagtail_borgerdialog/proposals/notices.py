"""The proposals' own mails, queued in the transaction that causes them."""

import datetime

from django.utils import translation

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions.notices import to_author
from wagtail_borgerdialog.contributions.selectors import absolute_url
from wagtail_borgerdialog.followup.deadlines import local_day
from wagtail_borgerdialog.followup.models import Case
from wagtail_borgerdialog.followup.notices import event_of, in_words
from wagtail_borgerdialog.followup.selectors import current
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


def answered(proposal: Proposal, *, at: datetime.datetime) -> None:
    """The co-proposers learn what the municipality answers; follow-up tells the author."""
    answer = current(proposal)
    if answer is None:
        return
    for row in proposal.coproposers.all():
        if row.has_accepted:
            words = in_words(answer, language=_language(row, proposal))
            _to_coproposer(row, proposal, event_of(answer), "answered", at=at, **words)


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
    # Set by the event that the mail is about, in the same transaction.
    owed = Case.objects.owed().filter(contribution=proposal.pk).first()
    due_on = local_day(owed.due_at) if owed is not None else None

    def due_in(language: str) -> str:
        return _day(due_on, language, at=at) if due_on is not None else ""

    author = proposal.participant
    if author is not None:
        to_author(proposal, event, template, at=at, due=due_in(author.language), **numbers)
    for row in proposal.coproposers.all():
        if row.has_accepted:
            due = due_in(_language(row, proposal))
            _to_coproposer(row, proposal, event, template, at=at, due=due, **numbers)


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
        language=_language(row, proposal),
        at=at,
        context={
            **_about(proposal),
            "coproposer_url": link_url("coproposer", row, site=proposal.site),
            **context,
        },
    )


def _language(row: CoProposer, proposal: Proposal) -> str:
    return row.participant.language if row.participant else proposal.language


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


def _day(day: datetime.date | datetime.datetime, language: str, *, at: datetime.datetime) -> str:
    with translation.override(language):
        return bd_day(day, at)
