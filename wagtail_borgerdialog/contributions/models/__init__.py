from wagtail_borgerdialog.contributions.models.appeals import Appeal, AppealOutcome
from wagtail_borgerdialog.contributions.models.attachment import Attachment
from wagtail_borgerdialog.contributions.models.comment import Comment
from wagtail_borgerdialog.contributions.models.contribution import (
    Contribution,
    ReferenceSequence,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.merging import Merge, MergedSupport, MergeStatus
from wagtail_borgerdialog.contributions.models.moderation import ModerationDecision, ReasonCode
from wagtail_borgerdialog.contributions.models.paper import (
    LineOutcome,
    PaperLine,
    PaperList,
    PaperListStatus,
)
from wagtail_borgerdialog.contributions.models.reports import Report, ReportedText, ReportOutcome
from wagtail_borgerdialog.contributions.models.status import Status, StatusChange, StatusKind
from wagtail_borgerdialog.contributions.models.support import Support

__all__ = [
    "Appeal",
    "AppealOutcome",
    "Attachment",
    "Comment",
    "Contribution",
    "LineOutcome",
    "Merge",
    "MergeStatus",
    "MergedSupport",
    "ModerationDecision",
    "PaperLine",
    "PaperList",
    "PaperListStatus",
    "ReasonCode",
    "ReferenceSequence",
    "Report",
    "ReportOutcome",
    "ReportedText",
    "Status",
    "StatusChange",
    "StatusKind",
    "Support",
    "Visibility",
]
