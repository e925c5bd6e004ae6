"""Dated remarks below a proposal whose own text cannot change."""

import datetime
import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions import rules as common_rules
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.people.eligibility import require
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.personal_data import needs_a_person
from wagtail_borgerdialog.proposals import notices, rules
from wagtail_borgerdialog.proposals.models import Addendum, CoProposer, Proposal
from wagtail_borgerdialog.terms import ModerationMode


def add_addendum(
    proposal: Proposal,
    *,
    by: Participant | None,
    body: str,
    at: datetime.datetime,
    language: str,
    submission_key: uuid.UUID | None = None,
) -> Addendum:
    """Store a remark by the author or a co-proposer; it waits where the page moderates first.

    The same ``submission_key`` twice gives the remark that is there already. Raises
    ``NotAllowed``.
    """
    require(rules.may_add(by, proposal, at=at))
    suspicious = get_adapter().looks_like_spam(body, at=at) or needs_a_person(body)
    waits = suspicious or proposal.activity.moderation == ModerationMode.BEFORE
    addendum = Addendum(
        proposal=proposal,
        participant=by,
        public_name=_shown_as(proposal, by),
        body=body,
        language=language,
        visibility=Visibility.PENDING if waits else Visibility.VISIBLE,
        submission_key=submission_key,
        created_at=at,
    )
    try:
        with transaction.atomic():
            addendum.save(force_insert=True)
    except IntegrityError:
        return Addendum.objects.get(submission_key=submission_key)
    return addendum


def decide_addendum(
    addendum: Addendum,
    *,
    show: bool,
    by: AbstractBaseUser,
    at: datetime.datetime,
    public_note: str = "",
) -> bool:
    """A moderator shows an addendum or not; False when it stands there already.

    Not showing it needs a ``public_note``, which the author gets. Raises ``NotAllowed``, and
    ``ValueError`` without a note.
    """
    require(common_rules.may_moderate(by, addendum.proposal.activity))
    if not show and not public_note.strip():
        raise ValueError("A decision not to show something needs a reason.")
    to = Visibility.VISIBLE if show else Visibility.HIDDEN
    with transaction.atomic():
        moved = (
            Addendum.objects.filter(pk=addendum.pk)
            .exclude(visibility=to)
            .update(visibility=to, decided_by=by, decided_at=at, public_note=public_note)
        )
        if not moved:
            return False
        addendum.visibility, addendum.public_note = to, public_note
        if not show:
            notices.addendum_not_shown(addendum, at=at)
        log(
            instance=addendum.proposal,
            title=addendum.proposal.reference,
            action="borgerdialog.moderate",
            user=by,
            # The note is on the addendum: the log outlives it, and is read outside the subtree.
            data={"action": "publish" if show else "hide", "addendum": addendum.pk},
        )
    return True


def _shown_as(proposal: Proposal, participant: Participant) -> str:
    if proposal.participant_id == participant.pk:
        return proposal.public_name
    row = CoProposer.objects.filter(proposal=proposal, participant=participant).first()
    return row.public_name if row else ""
