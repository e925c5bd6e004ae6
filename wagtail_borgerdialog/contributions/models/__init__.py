from wagtail_borgerdialog.contributions.models.attachment import Attachment
from wagtail_borgerdialog.contributions.models.comment import Comment
from wagtail_borgerdialog.contributions.models.contribution import (
    Contribution,
    ReferenceSequence,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationDecision, ReasonCode
from wagtail_borgerdialog.contributions.models.status import Status, StatusChange, StatusKind
from wagtail_borgerdialog.contributions.models.support import Support

__all__ = [
    "Attachment",
    "Comment",
    "Contribution",
    "ModerationDecision",
    "ReasonCode",
    "ReferenceSequence",
    "Status",
    "StatusChange",
    "StatusKind",
    "Support",
    "Visibility",
]
