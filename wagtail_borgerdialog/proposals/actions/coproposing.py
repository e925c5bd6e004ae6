"""Invitations to stand behind a proposal, and what the answers lead to."""

import dataclasses
import datetime
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from wagtail_borgerdialog.contributions.actions.lifecycle import move_status
from wagtail_borgerdialog.contributions.models import Contribution, Status, StatusKind, Visibility
from wagtail_borgerdialog.people.actions import confirm_address, participant_for_email
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed, require
from wagtail_borgerdialog.people.identity import email_identity, person_keys
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.proposals import notices, rules
from wagtail_borgerdialog.proposals.models import (
    CoProposer,
    CoProposerStatus,
    FormalCheck,
    Proposal,
    ReturnReason,
    last_shown_minute,
)


@dataclasses.dataclass(frozen=True)
class Invitation:
    """Whom to ask. ``has_signed`` is for staff who enter a form that they signed on paper."""

    name: str
    email: str
    has_signed: bool = False

    @property
    def person_key(self) -> str:
        """The key of whoever reads the address. Raises ``ValueError`` when it is no address."""
        return person_keys(email_identity(self.email))[0]


def locked(pk: int) -> Proposal:
    """The proposal as it stands, held until the transaction ends.

    The base row is what a counted support changes, so that one is locked, and both are read
    after the lock.
    """
    Contribution.objects.select_for_update().values_list("pk").get(pk=pk)
    return Proposal.objects.with_page_rows().get(pk=pk)


def store_invitations(
    proposal: Proposal, invitations: Sequence[Invitation], *, at: datetime.datetime
) -> None:
    """Write down whom to ask; nobody is asked before ``send_invitations``.

    Somebody who did not answer in time can be asked again, somebody who said no cannot. Raises
    ``ValueError`` when the author is among them, when somebody is named twice, and when the rule
    set allows fewer.
    """
    rule_set = proposal.rule_set
    known = {row.person_key: row for row in proposal.coproposers.all()}
    author = proposal.participant
    own_keys = set(author.identities.values_list("key", flat=True)) if author else set()
    for invitation in invitations:
        key = invitation.person_key
        row = known.get(key)
        if key in own_keys:
            raise ValueError("The author cannot be a co-proposer.")
        if row is not None and row.status_at(at) != CoProposerStatus.EXPIRED:
            raise ValueError("Somebody is invited twice.")
        row = row or CoProposer(proposal=proposal, person_key=key)
        row.name, row.email = invitation.name, invitation.email
        row.status = CoProposerStatus.INVITED
        row.invited_at = row.due_at = row.responded_at = None
        if invitation.has_signed:
            row.status = CoProposerStatus.ACCEPTED
            row.responded_at = at
            row.public_name = row.name_under(rule_set)
            row.participant = participant_for_email(
                invitation.email, name=invitation.name, at=at, language=proposal.language
            )
        row.save()
        known[key] = row
    standing = {CoProposerStatus.INVITED, CoProposerStatus.ACCEPTED}
    if sum(row.status_at(at) in standing for row in known.values()) > rule_set.max_coproposers:
        raise ValueError("The rule set allows fewer co-proposers.")


def send_invitations(proposal: Proposal, *, at: datetime.datetime) -> None:
    """Ask those who have not been asked, in the caller's transaction."""
    due = rules.end_of_day(at, days=proposal.rule_set.coproposer_days)
    rows = CoProposer.objects.filter(
        proposal=proposal, status=CoProposerStatus.INVITED, invited_at=None
    )
    for row in rows.select_related("participant"):
        row.invited_at, row.due_at = at, due
        row.save(update_fields=["invited_at", "due_at"])
        notices.coproposer_invited(row, proposal, at=at)
    settle(proposal, at=at)


def accept_invitation(row: CoProposer, *, at: datetime.datetime) -> None:
    """The owner of the address stands behind the proposal. Raises ``NotAllowed``."""
    with transaction.atomic():
        proposal = locked(row.proposal_id)
        current = CoProposer.objects.get(pk=row.pk)
        require(rules.may_accept(current, proposal, at=at))
        participant = participant_for_email(
            current.email, name=current.name, at=at, language=proposal.language
        )
        confirm_address(participant, name=current.name)
        require(rules.may_stand_behind(participant, person_of(participant), proposal))
        try:
            with transaction.atomic():
                current.public_name = current.name_under(proposal.rule_set)
                _answer(current, CoProposerStatus.ACCEPTED, participant=participant, at=at)
        except IntegrityError as error:  # the same person under another address
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE)) from error
        settle(proposal, at=at)


def decline_invitation(row: CoProposer, *, at: datetime.datetime) -> None:
    """The owner of the address says no, or steps back. Raises ``NotAllowed``."""
    with transaction.atomic():
        proposal = locked(row.proposal_id)
        current = CoProposer.objects.get(pk=row.pk)
        require(rules.may_decline(current, proposal, at=at))
        _answer(current, CoProposerStatus.DECLINED, participant=current.participant, at=at)
        settle(proposal, at=at)


def settle(proposal: Proposal, *, at: datetime.datetime) -> bool:
    """Move a waiting proposal to where its co-proposers' answers lead; True if it moved.

    Enough have said yes: on to the check. Enough cannot say yes any more: back to the author.
    Call it in the transaction that holds the proposal.
    """
    kind = proposal.status.kind
    waits = {StatusKind.AWAITING_COPROPOSERS, StatusKind.IN_REVIEW}
    if proposal.visibility != Visibility.PENDING or kind not in waits:
        return False
    to = proposal.answers_lead_to(at)
    if to == StatusKind.RETURNED:
        send_back(proposal, ReturnReason.COPROPOSERS, at=at)
        return True
    return move_status(proposal, Status.objects.of_kind(to), at=at)


def send_back(
    proposal: Proposal,
    reason: str,
    *,
    at: datetime.datetime,
    failed: Sequence[FormalCheck] = (),
    by: AbstractBaseUser | None = None,
) -> None:
    """Return it to its author with a mail that says why."""
    CoProposer.objects.filter(
        proposal=proposal,
        status=CoProposerStatus.INVITED,
        due_at__lte=last_shown_minute(at),
    ).update(status=CoProposerStatus.EXPIRED)
    proposal.return_reason = reason
    Proposal.objects.filter(pk=proposal.pk).update(return_reason=reason)
    if move_status(proposal, Status.objects.of_kind(StatusKind.RETURNED), at=at, by=by):
        round_no = proposal.status_changes.filter(to_status__kind=StatusKind.RETURNED).count()
        notices.returned(proposal, failed=list(failed), at=at, round_no=round_no)


def _answer(
    row: CoProposer, status: str, *, participant: Participant | None, at: datetime.datetime
) -> None:
    row.status = status
    row.participant = participant
    row.responded_at = at
    row.save(update_fields=["status", "public_name", "participant", "responded_at"])
