"""The staff screens of contributions and comments.

Not snippets: Wagtail's snippet views bring a chooser, a bulk delete and generic forms that know
nothing of page subtrees. Here every screen reads through :meth:`StaffViewSet.items_for`.
"""

from wagtail_borgerdialog.contributions.viewsets.appeals import AppealViewSet, waiting_appeals
from wagtail_borgerdialog.contributions.viewsets.base import SEE, StaffViewSet
from wagtail_borgerdialog.contributions.viewsets.cases import (
    CaseViewSet,
    case_url,
    waiting,
    waiting_cases,
)
from wagtail_borgerdialog.contributions.viewsets.comments import CommentViewSet, waiting_comments
from wagtail_borgerdialog.contributions.viewsets.reports import (
    ReportedTextViewSet,
    waiting_reports,
)
from wagtail_borgerdialog.contributions.viewsets.statuses import StatusViewSet

__all__ = [
    "SEE",
    "AppealViewSet",
    "CaseViewSet",
    "CommentViewSet",
    "ReportedTextViewSet",
    "StaffViewSet",
    "StatusViewSet",
    "case_url",
    "waiting",
    "waiting_appeals",
    "waiting_cases",
    "waiting_comments",
    "waiting_reports",
]
