"""The only writers of proposals: check the rule, write, log, tell."""

from wagtail_borgerdialog.proposals.actions.adding import add_addendum, decide_addendum
from wagtail_borgerdialog.proposals.actions.checking import (
    CheckedCriterion,
    record_formal_check,
)
from wagtail_borgerdialog.proposals.actions.collecting import run_clock, support_was_counted
from wagtail_borgerdialog.proposals.actions.coproposing import (
    Invitation,
    accept_invitation,
    decline_invitation,
    locked,
    send_invitations,
    settle,
)
from wagtail_borgerdialog.proposals.actions.submitting import (
    change_text,
    enter_for_somebody,
    submit,
)

__all__ = [
    "CheckedCriterion",
    "Invitation",
    "accept_invitation",
    "add_addendum",
    "change_text",
    "decide_addendum",
    "decline_invitation",
    "enter_for_somebody",
    "locked",
    "record_formal_check",
    "run_clock",
    "send_invitations",
    "settle",
    "submit",
    "support_was_counted",
]
