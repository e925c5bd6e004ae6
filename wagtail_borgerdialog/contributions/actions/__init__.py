"""The only writers of contributions: check the rule, write, log, tell."""

from wagtail_borgerdialog.contributions.actions.appealing import appeal, decide_appeal
from wagtail_borgerdialog.contributions.actions.commenting import comment_on, confirm_comment
from wagtail_borgerdialog.contributions.actions.lifecycle import (
    change_status,
    confirm_contribution,
    send_to_moderation,
    start_contribution,
    withdraw,
)
from wagtail_borgerdialog.contributions.actions.moderating import moderate, moderate_comment
from wagtail_borgerdialog.contributions.actions.reporting import (
    answer_reported,
    keep_reported,
    report,
)
from wagtail_borgerdialog.contributions.actions.supporting import (
    confirm_support,
    enter_support,
    recount,
    request_support,
    support,
    take_back_entered,
    withdraw_support,
)

__all__ = [
    "answer_reported",
    "appeal",
    "change_status",
    "comment_on",
    "confirm_comment",
    "confirm_contribution",
    "confirm_support",
    "decide_appeal",
    "enter_support",
    "keep_reported",
    "moderate",
    "moderate_comment",
    "recount",
    "report",
    "request_support",
    "send_to_moderation",
    "start_contribution",
    "support",
    "take_back_entered",
    "withdraw",
    "withdraw_support",
]
