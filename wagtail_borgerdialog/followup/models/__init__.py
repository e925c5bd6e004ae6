"""What the municipality owes, says and promises."""

from wagtail_borgerdialog.followup.models.answers import (
    AnswerState,
    AnswerTemplate,
    OfficialAnswer,
    Outcome,
)
from wagtail_borgerdialog.followup.models.cases import (
    Case,
    DeadlineChange,
    DeadlineStep,
    Handover,
    InternalNote,
    Unit,
)
from wagtail_borgerdialog.followup.models.promises import (
    Promise,
    PromiseChange,
    PromiseState,
    PromiseStep,
)

__all__ = [
    "AnswerState",
    "AnswerTemplate",
    "Case",
    "DeadlineChange",
    "DeadlineStep",
    "Handover",
    "InternalNote",
    "OfficialAnswer",
    "Outcome",
    "Promise",
    "PromiseChange",
    "PromiseState",
    "PromiseStep",
    "Unit",
]
