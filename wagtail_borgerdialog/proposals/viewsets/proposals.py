"""The staff screens of proposals, and the formal check."""

import datetime
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Visibility
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.viewsets import (
    CaseViewSet,
    waiting,
)
from wagtail_borgerdialog.contributions.viewsets.cases import CasePart
from wagtail_borgerdialog.contributions.viewsets.merging import MERGING
from wagtail_borgerdialog.contributions.viewsets.paper import PAPER
from wagtail_borgerdialog.contributions.viewsets.staff_actions import (
    HIDE,
    REMOVE,
    RESTORE,
    ChangeStatus,
    CorrectPlace,
    EnterSupports,
    StaffAction,
    TakeBackSupports,
    as_it_reaches,
)
from wagtail_borgerdialog.followup.viewsets.answers import ANSWERED, ANSWERING, answer_parts
from wagtail_borgerdialog.followup.viewsets.assigning import Assign
from wagtail_borgerdialog.followup.viewsets.journal import JOURNALISE, journal_parts
from wagtail_borgerdialog.followup.viewsets.pausing import CLOCK_ACTIONS
from wagtail_borgerdialog.followup.viewsets.promises import promise_parts
from wagtail_borgerdialog.followup.viewsets.promising import MAKE_PROMISE
from wagtail_borgerdialog.followup.viewsets.queue import followup_parts
from wagtail_borgerdialog.people.actions import enter_person
from wagtail_borgerdialog.proposals.actions import (
    enter_for_somebody,
    record_formal_check,
)
from wagtail_borgerdialog.proposals.admin_forms import (
    FormalCheckForm,
    ProposalEntryForm,
)
from wagtail_borgerdialog.proposals.models import Proposal
from wagtail_borgerdialog.proposals.rules import CHECK, may_be_checked
from wagtail_borgerdialog.rules import activity_scope

LED_TO = {
    StatusKind.OPEN_FOR_SUPPORT: _("It meets the rules. It is public now and collects support."),
    StatusKind.RETURNED: _("It is sent back to the author, with what you wrote."),
    StatusKind.REJECTED_FORMAL: _("It is ended as outside the rules. The author is told why."),
}


class FormalCheckAction(StaffAction):
    """Each criterion met or not, and what follows."""

    name = "check"
    label = _("Make the formal check")
    permission = CHECK
    form_class = FormalCheckForm
    part_template = "wagtail_borgerdialog/admin/proposal_text.html"

    def suits(self, item: Proposal) -> bool:
        return bool(may_be_checked(item))

    def consequences(self, item: Proposal) -> Sequence[str]:
        return as_it_reaches(
            item,
            [
                gettext("If every criterion is met, it is published and collects support at once."),
                gettext("If not, the author gets a mail with what you write under each criterion."),
                gettext("You cannot undo it. A published proposal can be hidden."),
            ],
        )

    def form_kwargs(self, item: Proposal) -> dict[str, object]:
        return {"proposal": item}

    def run(
        self,
        item: Proposal,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        try:
            kind = record_formal_check(
                item,
                results=data["results"],
                by=by,
                at=at,
                reject=data["rejects"],
                text_of=data["text_of"],
            )
        except ValueError:
            # The rule set has been changed while the form was open.
            raise ValidationError(
                gettext("The criteria have changed. Go back and make the check again.")
            ) from None
        return str(LED_TO[kind])


class RemarksPart(CasePart):
    id = "remarks"
    heading = _("Remarks")
    template_name = "wagtail_borgerdialog/admin/proposal_remarks.html"


class CoProposersPart(CasePart):
    id = "coproposers"
    heading = _("Co-proposers")
    icon = "group"
    template_name = "wagtail_borgerdialog/admin/proposal_coproposers.html"


class ChecksPart(CasePart):
    id = "checks"
    heading = _("Formal check")
    icon = "tasks"
    template_name = "wagtail_borgerdialog/admin/proposal_checks.html"


class AddendaPart(CasePart):
    id = "addenda"
    heading = _("Addenda")
    icon = "plus"
    template_name = "wagtail_borgerdialog/admin/proposal_addenda.html"


class ProposalViewSet(CaseViewSet):
    name = "proposals"
    model = Proposal
    icon = "form"
    menu_label = _("Proposals")
    menu_order = 20
    enter_label = _("Enter a proposal")
    entry_form_class = ProposalEntryForm
    export_fields = {"remarks": None, "support_goal": None, "support_until": None}
    # Publishing goes by the formal check alone.
    staff_actions = (
        FormalCheckAction(),
        RESTORE,
        *ANSWERING,
        ChangeStatus(),
        *ANSWERED,
        MAKE_PROMISE,
        Assign(),
        *CLOCK_ACTIONS,
        JOURNALISE,
        EnterSupports(),
        *PAPER,
        CorrectPlace(),
        *MERGING,
        TakeBackSupports(),
        HIDE,
        REMOVE,
    )

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Proposal]:
        return super().items_for(user).select_related("rule_set")

    def extra_panels(self, case: Proposal, user: AbstractBaseUser) -> Sequence[CasePart]:
        parts: list[CasePart] = [
            *followup_parts(case),
            *answer_parts(case, user),
            *promise_parts(case),
            *journal_parts(case, user),
        ]
        if case.remarks:
            parts.append(RemarksPart(case=case))
        coproposers = list(case.coproposers.all())
        if coproposers:
            parts.append(
                CoProposersPart(coproposers=coproposers, shows_email=user.has_perm(MODERATE))
            )
        checks = list(case.checks.select_related("by").order_by("-at", "pk"))
        if checks:
            parts.append(ChecksPart(checks=checks))
        addenda = [
            {"addendum": one, "url": reverse("borgerdialog_addenda:item", args=[one.pk])}
            for one in case.addenda.all()
        ]
        if addenda:
            parts.append(AddendaPart(addenda=addenda, is_linked=user.has_perm(MODERATE)))
        return parts

    def what_entering_does(self, user: AbstractBaseUser) -> Sequence[str]:
        return [gettext("It is public when it has passed the formal check, and not before.")]

    def enter(
        self, data: Mapping[str, object], *, by: AbstractBaseUser, at: datetime.datetime
    ) -> Proposal:
        activity = data["activity"]
        language = activity.page.locale.language_code
        name = data["name"]
        participant = enter_person(
            name=name, email=data["email"], address=data["address"], at=at, language=language
        )
        proposal = Proposal(
            title=data["title"],
            body=data["body"],
            remarks=data["remarks"],
            area=data["area"],
            category=data["category"],
            name_display=data["name_display"],
            language=language,
            rule_set=data["rule_set"],
        )
        try:
            return enter_for_somebody(
                proposal,
                activity=activity,
                participant=participant,
                name=name,
                invitations=data["invitations"],
                channel=data["channel"],
                evidence=data["evidence"],
                entered_by=by,
                at=at,
            )
        except ValueError:
            raise ValidationError(
                {"coproposers": gettext("Name each co-proposer once, and not the author.")}
            ) from None


def to_check(user: AbstractBaseUser) -> list[DashboardCount]:
    """The proposals that wait for ``user`` to make the formal check, if any."""
    if not user.has_perm(CHECK):
        return []
    statuses = Status.objects.filter(kind=StatusKind.IN_REVIEW).values_list("pk", flat=True)
    query = [("visibility", Visibility.PENDING.value), *(("status", pk) for pk in statuses)]
    return waiting(
        Proposal.objects.filter(
            activity_scope(user, "activity__"),
            visibility=Visibility.PENDING,
            status__kind=StatusKind.IN_REVIEW,
        ),
        label=gettext("Proposals to check"),
        url=f"{reverse('borgerdialog_proposals:list')}?{urlencode(query)}",
        since="submitted_at",
    )
