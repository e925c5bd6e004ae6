"""What happens elsewhere, and what it means for what is owed."""

import datetime

from wagtail_borgerdialog.components import AnswerDeadline, registry
from wagtail_borgerdialog.contributions import events as contribution_events
from wagtail_borgerdialog.contributions.models import Contribution, StatusKind, Visibility
from wagtail_borgerdialog.followup import events
from wagtail_borgerdialog.followup.actions.clock import (
    answer_was_given,
    answered_in_status,
    owe_answer,
    owe_nothing,
)
from wagtail_borgerdialog.models import ParticipationSettings

GONE = frozenset({Visibility.WITHDRAWN, Visibility.REMOVED})
ANSWERS = frozenset({events.ANSWERED, events.ANSWER_CHANGED})
ENDINGS = frozenset({contribution_events.WITHDRAWN, contribution_events.HIDDEN})


def something_happened(
    sender: type, contribution: Contribution, event: str, at: datetime.datetime, **kwargs: object
) -> None:
    """Follow up in the transaction of the event; what sets no deadline costs no query."""
    if event in ANSWERS:
        answer_was_given(contribution, at=at)
    elif event in ENDINGS:
        # What is hidden can come back, and is owed an answer still.
        if contribution.visibility in GONE:
            owe_nothing(contribution, at=at)
    elif _is_merged(contribution, event):
        owe_nothing(contribution, at=at)
    elif _is_answered(contribution, event):
        answered_in_status(contribution, at=at)
    elif deadline := _deadline(contribution, event):
        settings = ParticipationSettings.for_site(contribution.site)
        days = getattr(settings, deadline.setting)
        if days is not None:
            owe_answer(contribution, kind=deadline.kind, days=days, at=at)


def _is_merged(contribution: Contribution, event: str) -> bool:
    if event == contribution_events.STATUS_CHANGED:
        return contribution.status.kind == StatusKind.MERGED
    return event == contribution_events.MERGED


def _is_answered(contribution: Contribution, event: str) -> bool:
    is_moved = event == contribution_events.STATUS_CHANGED
    return is_moved and contribution.status.kind == StatusKind.ANSWERED


def _deadline(contribution: Contribution, event: str) -> AnswerDeadline | None:
    """What the contribution's own room demands from ``event`` on, if anything."""
    for component in registry:
        if component.key == contribution.activity.kind:
            for deadline in component.answer_deadlines():
                is_event = deadline.event == event
                if is_event and deadline.status in {"", contribution.status.kind}:
                    return deadline
    return None
