"""The staff screens of proposals, their addenda, and the rule sets."""

import datetime
from collections.abc import Mapping, Sequence

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.models import StatusKind, Visibility
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.viewsets import (
    CaseViewSet,
    StaffViewSet,
    case_url,
    waiting,
)
from wagtail_borgerdialog.contributions.viewsets.base import StaffIndexView, StaffItemView
from wagtail_borgerdialog.contributions.viewsets.cases import CasePart
from wagtail_borgerdialog.contributions.viewsets.staff_actions import (
    HIDE,
    REMOVE,
    RESTORE,
    ChangeStatus,
    CorrectPlace,
    EnterSupports,
    StaffAction,
)
from wagtail_borgerdialog.people.actions import enter_person
from wagtail_borgerdialog.proposals.actions import (
    decide_addendum,
    enter_for_somebody,
    record_formal_check,
)
from wagtail_borgerdialog.proposals.admin_forms import (
    AddendumReasonForm,
    FormalCheckForm,
    ProposalEntryForm,
)
from wagtail_borgerdialog.proposals.models import Addendum, Proposal, RuleSet
from wagtail_borgerdialog.proposals.rules import CHECK, may_be_checked
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.text import excerpt

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
        return [
            gettext("If every criterion is met, it is published and collects support at once."),
            gettext("If not, the author gets a mail with what you write under each criterion."),
            gettext("You cannot undo it. A published proposal can be hidden."),
        ]

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
    # Publishing goes by the formal check alone.
    staff_actions = (
        FormalCheckAction(),
        RESTORE,
        ChangeStatus(),
        EnterSupports(),
        CorrectPlace(),
        HIDE,
        REMOVE,
    )

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Proposal]:
        return super().items_for(user).select_related("rule_set")

    def extra_panels(self, case: Proposal, user: AbstractBaseUser) -> Sequence[CasePart]:
        parts: list[CasePart] = []
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
    return waiting(
        Proposal.objects.filter(
            activity_scope(user, "activity__"),
            visibility=Visibility.PENDING,
            status__kind=StatusKind.IN_REVIEW,
        ),
        label=gettext("Proposals to check"),
        url=reverse("borgerdialog_proposals:list") + f"?kind={StatusKind.IN_REVIEW}",
        since="submitted_at",
    )


class DecideAddendum(StaffAction):
    """Show a remark, or do not."""

    permission = MODERATE

    def __init__(self, *, show: bool) -> None:
        self.show = show
        self.name = "show" if show else "hide"
        self.label = _("Show it") if show else _("Do not show it")
        self.is_serious = not show
        self.form_class = forms.Form if show else AddendumReasonForm

    def suits(self, item: Addendum) -> bool:
        return item.visibility != (Visibility.VISIBLE if self.show else Visibility.HIDDEN)

    def consequences(self, item: Addendum) -> Sequence[str]:
        if self.show:
            return [
                gettext("Everybody can read it below the proposal from now on."),
                gettext("To undo it, do not show it."),
            ]
        return [
            gettext("It does not show. The author gets a mail with your reason."),
            gettext("To undo it, show it."),
        ]

    def run(
        self,
        item: Addendum,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        decide_addendum(item, show=self.show, by=by, at=at, **data)
        return gettext("It is public now.") if self.show else gettext("It is not shown.")


class AddendumFilterSet(WagtailFilterSet):
    visibility = django_filters.ChoiceFilter(
        label=_("Visibility"),
        choices=Visibility.choices,
        empty_label=_("All"),
        widget=forms.RadioSelect,
    )


def beginning(addendum: Addendum) -> str:
    """The first words, to recognise it by."""
    return excerpt(addendum.body, 80)


def below_which(addendum: Addendum) -> str:
    """The proposal that the remark is added to."""
    return f"{addendum.proposal.reference} {addendum.proposal.title}"


class AddendumIndexView(StaffIndexView):
    filterset_class = AddendumFilterSet
    default_ordering = "-created_at"
    is_searchable = True
    search_fields = ["body", "proposal__reference", "proposal__title"]

    def get_base_queryset(self) -> QuerySet[Addendum]:
        return super().get_base_queryset().select_related("proposal__activity")

    def order_queryset(self, queryset: QuerySet[Addendum]) -> QuerySet[Addendum]:
        return queryset.order_by(self.ordering, "-pk")

    def item_columns(self) -> list[BaseColumn]:
        return [
            TitleColumn("body", label=_("Addendum"), accessor=beginning, get_url=self.get_item_url),
            StatusTagColumn(
                "visibility",
                label=_("Visibility"),
                accessor="get_visibility_display",
                primary=lambda item: item.visibility == Visibility.VISIBLE,
            ),
            TitleColumn(
                "proposal",
                label=_("About"),
                accessor=below_which,
                get_url=lambda item: case_url(item.proposal),
            ),
            Column("public_name", label=_("Author")),
            DateColumn("created_at", label=_("Written"), sort_key="created_at"),
        ]

    list_export = [
        "proposal.reference",
        "proposal.title",
        "body",
        "public_name",
        "get_visibility_display",
        "created_at",
    ]
    export_headings = {
        "proposal.reference": _("Reference"),
        "proposal.title": _("About"),
        "get_visibility_display": _("Visibility"),
    }
    export_filename = "addenda"


class AddendumView(StaffItemView):
    """One remark, and what can be done with it."""

    template_name = "wagtail_borgerdialog/admin/addendum.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(
            addendum=self.item,
            case_name=below_which(self.item),
            case_url=case_url(self.item.proposal),
            **kwargs,
        )


class AddendumViewSet(StaffViewSet):
    name = "addenda"
    model = Addendum
    icon = "plus"
    permission = MODERATE
    menu_label = _("Addenda")
    menu_order = 32
    index_view_class = AddendumIndexView
    item_view_class = AddendumView
    staff_actions = (DecideAddendum(show=True), DecideAddendum(show=False))
    not_offered = _("That is not possible where the addendum stands now.")

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Addendum]:
        return Addendum.objects.filter(proposal__activity__in=self.activity_ids(user))

    def name_of(self, item: Addendum) -> str:
        return beginning(item)


def addenda_waiting(user: AbstractBaseUser) -> list[DashboardCount]:
    """The remarks that wait for ``user``, if any."""
    if not user.has_perm(MODERATE):
        return []
    return waiting(
        Addendum.objects.filter(
            activity_scope(user, "proposal__activity__"), visibility=Visibility.PENDING
        ),
        label=gettext("Addenda that wait for a moderator"),
        url=reverse("borgerdialog_addenda:list") + f"?visibility={Visibility.PENDING}",
        since="created_at",
    )


class RuleSetViewSet(SnippetViewSet):
    model = RuleSet
    icon = "list-ul"
    menu_label = _("Rule sets")
    menu_order = 73
    list_display = ["name", "threshold", "period_days", "min_coproposers", "minimum_age"]
    add_to_reference_index = True
    copy_view_enabled = True
    panels = [
        HelpPanel(
            content=_(
                "A proposal copies the rules when it is published. What you change here holds "
                "for proposals that are published later."
            )
        ),
        FieldPanel("name"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("threshold"), FieldPanel("period_days")])],
            heading=_("Support"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("min_coproposers"),
                        FieldPanel("max_coproposers"),
                        FieldPanel("coproposer_days"),
                    ]
                ),
            ],
            heading=_("Co-proposers"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("title_max"), FieldPanel("text_max"), FieldPanel("remarks_max")]
                )
            ],
            heading=_("Length of the text"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("minimum_age"), FieldPanel("residents_only")]),
                FieldRowPanel([FieldPanel("propose_level"), FieldPanel("support_level")]),
                FieldPanel("full_names"),
            ],
            heading=_("Who can propose and support"),
        ),
        InlinePanel("criteria", heading=_("Formal check"), label=_("Criterion")),
    ]
