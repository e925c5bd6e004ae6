"""What the site asks the proposals room."""

import datetime
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.components import (
    AnswerDeadline,
    CaseFilePart,
    Component,
    DashboardCount,
    RetainedData,
)
from wagtail_borgerdialog.contributions.events import STATUS_CHANGED
from wagtail_borgerdialog.contributions.models import StatusKind
from wagtail_borgerdialog.proposals.actions import run_clock
from wagtail_borgerdialog.proposals.models import FormalCriterion, Proposal, RuleSet


def preset_rules() -> dict[str, dict[str, object]]:
    """The rule sets that setup makes, by the word they are recognised by.

    Sizes seen in Danish schemes; the last is Folketinget's (borgerforslag.dk). Names are in the
    language that is active.
    """
    return {
        "small": {
            "name": _("Small municipality: 450 supports in 90 days"),
            "threshold": 450,
            "period_days": 90,
            "minimum_age": 15,
            "residents_only": True,
        },
        "medium": {
            "name": _("Larger municipality: 1,500 supports in 180 days"),
            "threshold": 1500,
            "period_days": 180,
            "minimum_age": 15,
            "residents_only": True,
        },
        "large": {
            "name": _("Big city: 5,000 supports in 180 days"),
            "threshold": 5000,
            "period_days": 180,
            "minimum_age": 15,
            "residents_only": True,
        },
        "national": {
            "name": _("As in Parliament: 50,000 supports in 180 days, with co-proposers"),
            "threshold": 50_000,
            "period_days": 180,
            "min_coproposers": 3,
            "max_coproposers": 10,
            "coproposer_days": 14,
            "remarks_max": 10_000,
            "minimum_age": 18,
            "residents_only": False,
        },
    }


def standard_criteria() -> list[tuple[str, str]]:
    """Titles and explanations of what Danish schemes check before a proposal is published."""
    return [
        (
            _("The municipality can decide it"),
            _("It is about something that the council has the power to decide."),
        ),
        (
            _("It has not been decided within the last 12 months"),
            _("The council has not dealt with the same matter in the last year."),
        ),
        (
            _("It is not about an individual case"),
            _("It is not about a decision that concerns one person, family or company."),
        ),
        (
            _("It has no personal data about others"),
            _("It names no private persons and tells nothing that can lead to them."),
        ),
        (
            _("It is one concrete proposal"),
            _("It says clearly what the council should do, and it asks for one thing."),
        ),
        (
            _("The language is decent"),
            _("It can be understood, and it neither offends nor threatens anybody."),
        ),
    ]


class Proposals(Component):
    key = "proposals"
    order = 30
    contribution_model = Proposal

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.proposals.viewsets import (
            AddendumViewSet,
            ProposalViewSet,
            RuleSetViewSet,
        )

        return (ProposalViewSet, AddendumViewSet, RuleSetViewSet)

    def mail_names(self) -> Mapping[str, str]:
        return {
            "proposal_coproposer_invited": _("Invitation to a co-proposer"),
            "proposal_text_changed": _("The text changed: co-proposers are asked again"),
            "proposal_returned": _("The proposal is sent back"),
            "proposal_rejected_formal": _("The proposal is outside the rules"),
            "proposal_threshold_reached": _("The proposal has enough support"),
            "proposal_expired": _("The proposal had too little support"),
            "proposal_addendum_not_shown": _("The addendum is not shown"),
        }

    def answer_deadlines(self) -> Sequence[AnswerDeadline]:
        return (
            AnswerDeadline(
                kind="threshold_reached",
                label=_("Enough support"),
                event=STATUS_CHANGED,
                status=StatusKind.THRESHOLD_REACHED,
                setting="answer_days",
            ),
            AnswerDeadline(
                kind="expired",
                label=_("Not enough support in time"),
                event=STATUS_CHANGED,
                status=StatusKind.EXPIRED,
                setting="answer_days_expired",
            ),
        )

    def dashboard_counts(self, user: AbstractBaseUser) -> Sequence[DashboardCount]:
        from wagtail_borgerdialog.proposals.viewsets import addenda_waiting, to_check

        return [*to_check(user), *addenda_waiting(user)]

    def run_clock(self, *, at: datetime.datetime) -> int:
        return run_clock(at=at)

    def setup(self) -> Sequence[str]:
        made = []
        for preset, values in preset_rules().items():
            rule_set, created = RuleSet.objects.get_or_create(preset=preset, defaults=values)
            if created:
                FormalCriterion.objects.bulk_create(
                    FormalCriterion(
                        rule_set=rule_set, title=title, explanation=explanation, sort_order=order
                    )
                    for order, (title, explanation) in enumerate(standard_criteria())
                )
                made.append(f"rule set {preset}")
        return made

    def case_file(self, case: Model) -> Sequence[CaseFilePart]:
        from wagtail_borgerdialog.proposals.selectors import case_file

        return case_file(case.pk)

    def retained(self) -> Sequence[RetainedData]:
        from wagtail_borgerdialog.proposals.retained import RETAINED

        return RETAINED

    def group_permissions(self) -> dict[str, Sequence[str]]:
        room = "borgerdialog_proposals"
        return {
            "editors": [
                f"{room}.add_ruleset",
                f"{room}.change_ruleset",
                f"{room}.view_ruleset",
            ],
            "moderators": [f"{room}.check_proposal"],
            "caseworkers": [f"{room}.check_proposal"],
        }

    def searchable(
        self, user: AbstractBaseUser | AnonymousUser, site: Site
    ) -> Sequence[QuerySet[Model]]:
        return (Proposal.objects.visible_to(user, site),)
