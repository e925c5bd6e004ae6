"""The staff screens of proposals, their addenda, and the rule sets."""

from wagtail_borgerdialog.proposals.viewsets.addenda import AddendumViewSet, addenda_waiting
from wagtail_borgerdialog.proposals.viewsets.proposals import ProposalViewSet, to_check
from wagtail_borgerdialog.proposals.viewsets.rule_sets import RuleSetViewSet

__all__ = [
    "AddendumViewSet",
    "ProposalViewSet",
    "RuleSetViewSet",
    "addenda_waiting",
    "to_check",
]
