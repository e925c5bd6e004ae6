"""What citizens see of the municipality's answer."""

import dataclasses
import datetime
from decimal import Decimal

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup.models import AnswerState, Case


@dataclasses.dataclass(frozen=True)
class ShownAnswer:
    """For ``elements/answer_box.html``."""

    outcome: str
    kind: str
    text: str
    signed_as: str
    published_at: datetime.datetime
    edited_at: datetime.datetime | None
    rule: str
    cost: Decimal | None
    decided_in: str


def answer_shown(contribution: Contribution) -> ShownAnswer | None:
    """The current answer, where everybody may read ``contribution``.

    No query where it was fetched with ``select_related("case__answer")``.
    """
    if not contribution.is_public:
        return None
    try:
        answer = contribution.case.answer
    except Case.DoesNotExist:
        return None
    if answer is None or answer.state != AnswerState.PUBLISHED:
        return None
    return ShownAnswer(
        outcome=str(answer.get_outcome_display()),
        kind=answer.outcome,
        text=answer.body,
        signed_as=answer.signed_as,
        published_at=answer.published_at,
        edited_at=answer.edited_at,
        rule=answer.reason,
        cost=answer.cost_estimate,
        decided_in=answer.decided_in,
    )
