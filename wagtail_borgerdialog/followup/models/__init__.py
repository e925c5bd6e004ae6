"""What the municipality owes, says and promises."""

from wagtail_borgerdialog.followup.models.answers import (
    AnswerState,
    AnswerTemplate,
    OfficialAnswer,
    Outcome,
)
from wagtail_borgerdialog.followup.models.cases import Case, Handover, InternalNote, Unit

__all__ = [
    "AnswerState",
    "AnswerTemplate",
    "Case",
    "Handover",
    "InternalNote",
    "OfficialAnswer",
    "Outcome",
    "Unit",
]
