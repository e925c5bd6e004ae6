"""Send a proposal, and change its text while that is possible."""

import datetime
import uuid
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from wagtail_borgerdialog.contributions import notices as common_notices
from wagtail_borgerdialog.contributions import rules as common_rules
from wagtail_borgerdialog.contributions.actions.lifecycle import (
    move_status,
    send_to_moderation,
    start_contribution,
    unpublish,
)
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Support, Visibility
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.people.eligibility import (
    Decision,
    DeniedReason,
    NotAllowed,
    require,
)
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.senders import Sender
from wagtail_borgerdialog.proposals import notices, rules
from wagtail_borgerdialog.proposals.actions.coproposing import (
    Invitation,
    locked,
    send_invitations,
    store_invitations,
)
from wagtail_borgerdialog.proposals.models import CoProposerStatus, Proposal, last_shown_minute
from wagtail_borgerdialog.terms import NameDisplay

TEXT_FIELDS = ("title", "body", "remarks")


def submit(
    draft: Proposal,
    *,
    activity: Activity,
    sender: Sender,
    invitations: Sequence[Invitation] = (),
    at: datetime.datetime,
) -> Proposal:
    """Store ``draft``, an unsaved proposal with what was typed, and ask its co-proposers.

    The caller has filled in title, body, remarks, area, category, language, ``rule_set`` and
    perhaps a ``submission_key``: the same key again gives back the proposal that is there.
    Whoever has to confirm an address is mailed a link, and nobody is invited until they use it.
    Raises ``NotAllowed``, and ``ValueError`` when the invitations do not fit the rule set.
    """
    known = _already_sent(draft.submission_key)
    if known is not None:
        return known
    rule_set = draft.rule_set
    require(
        rules.may_propose(
            sender.person, activity, rule_set=rule_set, at=at, declared=sender.declared
        )
    )
    if sender.participant is None:
        raise NotAllowed(Decision(DeniedReason.NOT_VERIFIED))
    draft.declared = sender.declared
    draft.name_display = NameDisplay.FULL if rule_set.full_names else sender.name_display
    try:
        with transaction.atomic():
            _start(
                draft,
                activity=activity,
                participant=sender.participant,
                invitations=invitations,
                at=at,
                name=sender.name,
            )
            if sender.must_confirm:
                common_notices.confirm_contribution(draft, at=at)
            else:
                send_to_moderation(draft, at=at)
    except IntegrityError:
        known = _already_sent(draft.submission_key)
        if known is None:
            raise
        return known
    return draft


def enter_for_somebody(
    draft: Proposal,
    *,
    activity: Activity,
    participant: Participant | None,
    name: str | None = None,
    invitations: Sequence[Invitation] = (),
    channel: str,
    evidence: str,
    entered_by: AbstractBaseUser,
    at: datetime.datetime,
) -> Proposal:
    """A member of staff enters a proposal from paper, phone or a meeting.

    They have seen that the author meets the demands. ``name`` is what may be shown of the author,
    None the name on record. Co-proposers who have signed the paper
    (``Invitation.has_signed``) count at once, the others are asked by mail. Raises ``NotAllowed``,
    and ``ValueError`` when the invitations do not fit the rule set.
    """
    require(common_rules.may_enter(entered_by, activity))
    draft.declared = True
    if draft.rule_set.full_names:
        draft.name_display = NameDisplay.FULL
    with transaction.atomic():
        _start(
            draft,
            activity=activity,
            participant=participant,
            invitations=invitations,
            at=at,
            name=name,
            channel=channel,
            entered_by=entered_by,
            evidence=evidence,
        )
        send_to_moderation(draft, at=at)
    return draft


def _start(
    draft: Proposal,
    *,
    activity: Activity,
    participant: Participant | None,
    invitations: Sequence[Invitation],
    at: datetime.datetime,
    **how: object,
) -> None:
    least = draft.rule_set.min_coproposers
    if len(invitations) < least:
        raise ValueError("The rule set asks for more co-proposers.")
    draft.text_changed_at = at
    start_contribution(
        draft,
        activity=activity,
        participant=participant,
        status_kind=StatusKind.AWAITING_COPROPOSERS if least else StatusKind.IN_REVIEW,
        at=at,
        **how,
    )
    store_invitations(draft, invitations, at=at)


def _already_sent(key: uuid.UUID | None) -> Proposal | None:
    return Proposal.objects.with_page_rows().filter(submission_key=key).first() if key else None


def change_text(
    proposal: Proposal,
    *,
    by: Participant | None,
    title: str,
    body: str,
    remarks: str,
    area: Area | None,
    category: Category | None,
    at: datetime.datetime,
    invitations: Sequence[Invitation] = (),
) -> None:
    """Change the text, and hand a returned proposal in again.

    A text that was public is checked once more before it is shown again, and its time to
    collect support starts anew. Co-proposers who have said yes are told when the words change.
    Raises ``NotAllowed``, and ``ValueError`` when the invitations do not fit the rule set.
    """
    with transaction.atomic():
        current = locked(proposal.pk)
        require(rules.may_change(by, current, at=at))
        typed = {"title": title, "body": body, "remarks": remarks}
        words_changed = any(getattr(current, name) != typed[name] for name in TEXT_FIELDS)
        if words_changed:
            current.text_changed_at = at
        for name, value in {**typed, "area": area, "category": category}.items():
            setattr(current, name, value)
        current.updated_at = at
        current.save(
            update_fields=[*TEXT_FIELDS, "area", "category", "text_changed_at", "updated_at"]
        )
        if current.is_public and not words_changed:
            return
        # Whoever was to confirm a support has read other words.
        waiting = Support.objects.filter(contribution=current.pk, status=SupportStatus.PENDING)
        waiting.update(status=SupportStatus.INVALIDATED, ended_at=at)
        _hand_in_again(current, invitations, at=at)
        if words_changed:
            for row in current.coproposers.select_related("participant"):
                if row.has_accepted:
                    notices.coproposer_text_changed(row, current, at=at)


def _hand_in_again(
    proposal: Proposal, invitations: Sequence[Invitation], *, at: datetime.datetime
) -> None:
    proposal.coproposers.filter(
        status=CoProposerStatus.INVITED, due_at__lte=last_shown_minute(at)
    ).update(status=CoProposerStatus.EXPIRED)
    store_invitations(proposal, invitations, at=at)
    rows = list(proposal.coproposers.all())
    accepted = sum(row.has_accepted for row in rows)
    waiting = sum(row.status == CoProposerStatus.INVITED for row in rows)
    least = proposal.rule_set.min_coproposers
    if accepted + waiting < least:
        raise ValueError("The rule set asks for more co-proposers.")
    if proposal.is_public:
        unpublish(proposal, Visibility.PENDING, at=at)
    proposal.return_reason = ""
    proposal.published_at = proposal.support_goal = proposal.support_until = None
    proposal.period_days = proposal.minimum_age = None
    proposal.residents_only, proposal.support_level = False, ""
    proposal.save(update_fields=["return_reason", *PUBLISHED_FIELDS])
    kind = StatusKind.IN_REVIEW if accepted >= least else StatusKind.AWAITING_COPROPOSERS
    move_status(proposal, Status.objects.of_kind(kind), at=at)
    send_invitations(proposal, at=at)


PUBLISHED_FIELDS = (
    "published_at",
    "support_goal",
    "support_until",
    "period_days",
    "minimum_age",
    "residents_only",
    "support_level",
)
