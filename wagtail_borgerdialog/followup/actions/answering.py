"""What the municipality answers: written, approved by whoever has to, published, changed."""

import dataclasses
import datetime
from decimal import Decimal as Amount

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import rules as contribution_rules
from wagtail_borgerdialog.contributions.actions.lifecycle import move_status
from wagtail_borgerdialog.contributions.actions.moderating import locked
from wagtail_borgerdialog.contributions.models import Contribution, Status, StatusKind
from wagtail_borgerdialog.followup import events, notices, rules
from wagtail_borgerdialog.followup.actions.clock import locked_case
from wagtail_borgerdialog.followup.models import (
    AnswerState,
    InternalNote,
    OfficialAnswer,
    Outcome,
)
from wagtail_borgerdialog.followup.models.answers import NEEDS_REASON
from wagtail_borgerdialog.followup.selectors import current, in_hand, newest
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed, require
from wagtail_borgerdialog.signals import contribution_event

LEADS_TO = {
    Outcome.ADOPTED: StatusKind.ACCEPTED,
    Outcome.PARTLY_ADOPTED: StatusKind.PARTLY_ACCEPTED,
    Outcome.REFERRED: StatusKind.REFERRED,
    Outcome.UNDER_REVIEW: StatusKind.IN_PROCESS,
    Outcome.AWAITING_FUNDS: StatusKind.AWAITING_FUNDS,
    Outcome.REJECTED: StatusKind.REJECTED,
    Outcome.NOT_MUNICIPAL: StatusKind.REJECTED,
}
"""Where the case stands after each outcome."""

# A yes does not take back what is under way or done already.
BEYOND_A_YES = frozenset(
    {StatusKind.IN_PROGRESS, StatusKind.DELAYED, StatusKind.DONE, StatusKind.IN_OPERATION}
)


@dataclasses.dataclass(frozen=True)
class AnswerWords:
    """What an answer says. ``cost_estimate`` is in kroner; a reason belongs to a no alone.

    Raises ``ValueError`` for a no that gives no reason.
    """

    outcome: str
    body: str
    signed_as: str
    binding_rule: str = ""
    is_priority_choice: bool = False
    cost_estimate: Amount | None = None
    decided_in: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in NEEDS_REASON:
            object.__setattr__(self, "binding_rule", "")
            object.__setattr__(self, "is_priority_choice", False)
        elif not self.binding_rule and not self.is_priority_choice:
            raise ValueError("A no names the rule that binds, or says that it is a priority.")

    def are_those_of(self, answer: OfficialAnswer) -> bool:
        """Whether ``answer`` says just this already."""
        return all(getattr(answer, name) == value for name, value in self.as_fields().items())

    def as_fields(self) -> dict[str, object]:
        """The same as fields of ``OfficialAnswer``."""
        return dataclasses.asdict(self)


def write_answer(
    contribution: Contribution,
    words: AnswerWords,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    as_read: str | None = None,
) -> bool:
    """Keep ``words`` as the draft of the next answer; False when the newest one says just that.

    ``as_read`` is the mark of the newest answer when the writer began (see :func:`newest`), empty
    for none: what a colleague has saved meanwhile is not overwritten. None stands for a caller
    who looks after that. What was approved has to be approved again. Raises ``NotAllowed``.
    """
    with transaction.atomic():
        _lock(contribution)
        require(rules.may_write(by, contribution))
        answer = newest(contribution)
        if answer is not None:
            if words.are_those_of(answer):
                return False
            if as_read is not None:
                _require_unchanged(answer, as_read)
        if answer is None or answer.state == AnswerState.PUBLISHED:
            answer = OfficialAnswer(contribution_id=contribution.pk)
        for name, value in words.as_fields().items():
            setattr(answer, name, value)
        answer.state = AnswerState.DRAFT
        answer.written_by, answer.written_at = by, at
        answer.approved_by = answer.approved_at = None
        answer.save()
        _log(contribution, answer, "written", by=by)
    return True


def approve_answer(
    contribution: Contribution, *, by: AbstractBaseUser, at: datetime.datetime, as_read: str
) -> bool:
    """Say that the answer can be published as it was read; False when it is approved already.

    Raises ``NotAllowed``: for its writer where the site wants a second person, and when the text
    is another than the one with the mark ``as_read``.
    """
    with transaction.atomic():
        _lock(contribution)
        answer = _require_in_hand(contribution)
        require(rules.may_approve(by, answer))
        if answer.state == AnswerState.APPROVED:
            return False
        _require_unchanged(answer, as_read)
        answer.state = AnswerState.APPROVED
        answer.approved_by, answer.approved_at = by, at
        answer.save()
        _log(contribution, answer, "approved", by=by)
    return True


def publish_answer(
    contribution: Contribution,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    as_read: str | None = None,
) -> OfficialAnswer:
    """Let everybody read the answer in hand: the case moves, and its people are told.

    ``as_read`` is the mark of the text that was read, or None where the caller has just written
    it. Raises ``NotAllowed``, also when there is nothing (more) to publish.
    """
    with transaction.atomic():
        _lock(contribution)
        answer = _require_in_hand(contribution)
        require(rules.may_publish(by, answer))
        if as_read is not None:
            _require_unchanged(answer, as_read)
        if answer.state == AnswerState.DRAFT:
            answer.approved_by, answer.approved_at = by, at
        answer.state = AnswerState.PUBLISHED
        answer.published_by, answer.published_at = by, at
        answer.save()
        case = locked_case(contribution)
        case.answer = answer
        case.save(update_fields=["answer"])
        _tell(contribution, answer, events.ANSWERED, by=by, at=at)
        _log(contribution, answer, "published", by=by)
    return answer


def change_answer(
    contribution: Contribution,
    words: AnswerWords,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    as_read: str,
) -> bool:
    """Change the current answer, which is public; False when it says just that already.

    ``as_read`` is its mark as it was read. Its people are told again. Raises ``NotAllowed``.
    """
    with transaction.atomic():
        _lock(contribution)
        answer = current(contribution)
        if answer is None:
            raise NotAllowed(Decision(DeniedReason.NOT_READY))
        require(rules.may_change(by, answer))
        if words.are_those_of(answer):
            return False
        _require_unchanged(answer, as_read)
        for name, value in words.as_fields().items():
            setattr(answer, name, value)
        answer.written_by, answer.written_at = by, at
        answer.edited_at = at
        answer.version += 1
        answer.save()
        _tell(contribution, answer, events.ANSWER_CHANGED, by=by, at=at)
        _log(contribution, answer, "changed", by=by)
    return True


def note_internally(
    contribution: Contribution, text: str, *, by: AbstractBaseUser, at: datetime.datetime
) -> InternalNote:
    """Leave a note for colleagues on the case. Raises ``NotAllowed``."""
    require(contribution_rules.may_answer(by, contribution.activity))
    with transaction.atomic():
        return InternalNote.objects.create(case=locked_case(contribution), text=text, by=by, at=at)


def _lock(contribution: Contribution) -> None:
    """One at a time for each contribution, and each sees what the one before has done."""
    row = locked(contribution)
    contribution.visibility, contribution.status = row.visibility, row.status


def _require_in_hand(contribution: Contribution) -> OfficialAnswer:
    answer = in_hand(contribution)
    if answer is None:
        raise NotAllowed(Decision(DeniedReason.NOT_READY))
    return answer


def _require_unchanged(answer: OfficialAnswer, as_read: str) -> None:
    if answer.mark != as_read:
        raise NotAllowed(Decision(DeniedReason.TEXT_CHANGED))


def _tell(
    contribution: Contribution,
    answer: OfficialAnswer,
    event: str,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> None:
    _move(contribution, answer, by=by, at=at)
    notices.answered(contribution.specific, answer, at=at)
    contribution_event.send(Contribution, contribution=contribution, event=event, at=at, by=by)


def _move(
    contribution: Contribution,
    answer: OfficialAnswer,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> None:
    now, to = contribution.status.kind, LEADS_TO[Outcome(answer.outcome)]
    is_yes = answer.outcome in {Outcome.ADOPTED, Outcome.PARTLY_ADOPTED}
    if now in {to, StatusKind.MERGED} or (is_yes and now in BEYOND_A_YES):
        return
    move_status(contribution, Status.objects.of_kind(to), at=at, by=by, by_role=answer.signed_as)


def _log(
    contribution: Contribution, answer: OfficialAnswer, step: str, *, by: AbstractBaseUser
) -> None:
    log(
        instance=contribution,
        title=contribution.reference,
        action="borgerdialog.answer",
        user=by,
        data={"step": step, "outcome": answer.outcome, "version": answer.version},
    )
