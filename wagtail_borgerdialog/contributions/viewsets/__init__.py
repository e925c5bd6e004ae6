"""The staff screens of contributions and comments.

Not snippets: Wagtail's snippet views bring a chooser, a bulk delete and generic forms that know
nothing of page subtrees. Here every screen reads through :meth:`StaffViewSet.items_for`.
"""

from wagtail_borgerdialog.contributions.viewsets.base import SEE, StaffViewSet
from wagtail_borgerdialog.contributions.viewsets.cases import (
    CaseViewSet,
    case_url,
    waiting,
    waiting_cases,
)
from wagtail_borgerdialog.contributions.viewsets.comments import CommentViewSet, waiting_comments
from wagtail_borgerdialog.contributions.viewsets.statuses import StatusViewSet

__all__ = [
    "SEE",
    "CaseViewSet",
    "CommentViewSet",
    "StaffViewSet",
    "StatusViewSet",
    "case_url",
    "waiting",
    "waiting_cases",
    "waiting_comments",
]
