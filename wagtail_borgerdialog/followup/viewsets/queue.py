"""The work queue: what the municipality owes whom, oldest first."""

import datetime
from collections.abc import Sequence
from functools import cached_property

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, QuerySet
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn

from wagtail_borgerdialog.components import DashboardCount, registry
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets import SEE, case_url, waiting
from wagtail_borgerdialog.contributions.viewsets.base import (
    StaffIndexView,
    StaffViewSet,
    activities_to_choose,
)
from wagtail_borgerdialog.contributions.viewsets.cases import CasePart
from wagtail_borgerdialog.followup.clock_shown import DUE, LATE, WAITING, state_of
from wagtail_borgerdialog.followup.deadlines import local_day
from wagtail_borgerdialog.followup.models import Case, Unit
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.templatetags.borgerdialog import bd_date

UNDATED = "undated"
STATES = {
    LATE: gettext_lazy("Late"),
    DUE: gettext_lazy("On time so far"),
    WAITING: gettext_lazy("Waits for a decision"),
    UNDATED: gettext_lazy("No deadline"),
}
MINE, NOBODYS = "mine", "nobodys"
QUEUE = "borgerdialog_queue:list"


def kinds_to_choose() -> list[tuple[str, str]]:
    """The kinds of contributions, by the key of their room."""
    return [
        (component.key, component.contribution_model._meta.verbose_name_plural.capitalize())
        for component in registry
        if component.contribution_model is not None
    ]


def kind_of(case: Case) -> str:
    """What kind of contribution the case is about."""
    return dict(kinds_to_choose()).get(case.contribution.activity.kind, "")


def reasons() -> dict[str, str]:
    """What staff call each reason to owe an answer."""
    return {
        deadline.kind: str(deadline.label)
        for component in registry
        for deadline in component.answer_deadlines()
    }


def reason_of(case: Case) -> str:
    """Why an answer is owed."""
    return reasons().get(case.due_kind, case.due_kind)


class QueueFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Deadline"),
        choices=list(STATES.items()),
        method="in_state",
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )
    whose = django_filters.ChoiceFilter(
        label=gettext_lazy("Whose"),
        choices=[
            (MINE, gettext_lazy("Mine")),
            (NOBODYS, gettext_lazy("Without a caseworker")),
        ],
        method="of_person",
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )
    unit = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Unit"), queryset=Unit.objects.all(), empty_label=gettext_lazy("All")
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"),
        choices=kinds_to_choose,
        field_name="contribution__activity__kind",
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )
    activity = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Page"),
        queryset=activities_to_choose,
        field_name="contribution__activity",
        empty_label=gettext_lazy("All"),
    )

    def in_state(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Those whose clock stands there now."""
        at = timezone.now()
        if value == UNDATED:
            return queryset.filter(due_at=None)
        if value == LATE:
            return queryset.overdue(at)
        if value == WAITING:
            return queryset.waiting(at)
        on_time = queryset.owed().filter(due_at__gte=at)
        return on_time.exclude(pk__in=queryset.waiting(at).values("pk"))

    def of_person(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Those that the user has, or that nobody has."""
        return queryset.filter(caseworker=self.request.user if value == MINE else None)


class QueueIndexView(StaffIndexView):
    filterset_class = QueueFilterSet
    results_template_name = "wagtail_borgerdialog/admin/queue_results.html"
    default_ordering = "due_at"
    is_searchable = True
    search_fields = ["contribution__reference", "contribution__title"]

    @cached_property
    def at(self) -> datetime.datetime:
        return timezone.now()

    def get_base_queryset(self) -> QuerySet[Case]:
        rows = super().get_base_queryset()
        return rows.select_related(
            "contribution__activity__page", "contribution__status", "unit", "caseworker"
        )

    def order_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        field = F(self.ordering.lstrip("-"))
        backwards = self.ordering.startswith("-")
        order = field.desc(nulls_last=True) if backwards else field.asc(nulls_last=True)
        return queryset.order_by(order, "pk")

    def state(self, case: Case) -> str:
        """Where its clock stands, in words."""
        return str(STATES[state_of(case, at=self.at) if case.is_owed else UNDATED])

    def due(self, case: Case) -> str:
        """The day it is due; while it waits, the day of the decision."""
        if not case.is_owed:
            return "–"
        if case.is_waiting(self.at):
            day = bd_date(case.next_decision_on, self.at)
            return _("Decision %(date)s") % {"date": day}
        return bd_date(local_day(case.due_at), self.at)

    def item_columns(self) -> list[BaseColumn]:
        return [
            TitleColumn(
                "title",
                label=_("Title"),
                accessor=self.viewset.name_of,
                get_url=self.get_item_url,
                get_title_id=lambda item: f"item_{item.pk}_title",
            ),
            StatusTagColumn(
                "state",
                label=_("Deadline"),
                accessor=self.state,
                primary=lambda case: case.is_overdue(self.at),
            ),
            Column("due", label=_("Answer due"), accessor=self.due, sort_key="due_at"),
            Column("reason", label=_("Why"), accessor=reason_of),
            Column("unit", label=_("Unit"), accessor=lambda case: case.unit or "–"),
            Column(
                "caseworker", label=_("Caseworker"), accessor=lambda case: case.caseworker or "–"
            ),
            Column("status", label=_("Status"), accessor="contribution.status"),
            Column("activity", label=_("Page"), accessor="contribution.activity.page.title"),
            DateColumn("submitted_at", label=_("Sent"), accessor="contribution.submitted_at"),
        ]

    list_export = [
        "contribution.reference",
        "contribution.title",
        "state",
        "due_at",
        "next_decision_on",
        "reason",
        "unit",
        "caseworker",
        "contribution.status",
        "kind",
        "contribution.activity.page.title",
        "contribution.submitted_at",
        "case_number",
    ]
    export_headings = {
        "contribution.reference": gettext_lazy("Reference"),
        "contribution.title": gettext_lazy("Title"),
        "state": gettext_lazy("Deadline"),
        "due_at": gettext_lazy("Answer due"),
        "next_decision_on": gettext_lazy("Next decision"),
        "reason": gettext_lazy("Why"),
        "unit": gettext_lazy("Unit"),
        "caseworker": gettext_lazy("Caseworker"),
        "contribution.status": gettext_lazy("Status"),
        "kind": gettext_lazy("Kind"),
        "contribution.activity.page.title": gettext_lazy("Page"),
        "contribution.submitted_at": gettext_lazy("Sent"),
        "case_number": gettext_lazy("Case number"),
    }

    def _value(self, item: Case, path: str) -> object:
        said = {"state": self.state, "reason": reason_of, "kind": kind_of}
        if path == "due_at":
            return local_day(item.due_at) if item.is_owed else None
        return said[path](item) if path in said else super()._value(item, path)


class QueueViewSet(StaffViewSet):
    name = "queue"
    model = Case
    icon = "tasks"
    permission = SEE
    menu_label = gettext_lazy("Answers we owe")
    menu_order = 5
    index_view_class = QueueIndexView

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Case]:
        return Case.objects.to_do().filter(contribution__activity__in=self.activity_ids(user))

    def name_of(self, item: Case) -> str:
        return f"{item.contribution.reference} {item.contribution.title}"

    def item_url(self, item: Case) -> str:
        """The screen of the case itself, where everything is done."""
        return case_url(item.contribution)

    def get_urlpatterns(self) -> list[object]:
        index = {
            "viewset": self,
            "model": self.model,
            "header_icon": self.icon,
            "page_title": self.menu_label,
            "index_url_name": self.get_url_name("list"),
            "index_results_url_name": self.get_url_name("list_results"),
        }
        view = self.index_view_class.as_view
        return [
            path("", view(**index), name="list"),
            path("results/", view(**index, results_only=True), name="list_results"),
        ]


class FollowUpPart(CasePart):
    id = "followup"
    heading = gettext_lazy("Who answers, and when")
    icon = "tasks"
    template_name = "wagtail_borgerdialog/admin/case_followup.html"


def followup_parts(contribution: Contribution) -> Sequence[CasePart]:
    """The deadline, who has the case, and how it went from one to the other. Three queries."""
    rows = Case.objects.select_related("unit", "caseworker")
    case = rows.filter(contribution=contribution.pk).first()
    if case is None:
        return ()
    at = timezone.now()
    handovers = case.handovers.select_related(
        "from_unit", "to_unit", "from_caseworker", "to_caseworker", "by"
    )
    return (
        FollowUpPart(
            case=case,
            at=at,
            state=state_of(case, at=at) if case.is_owed else "",
            due_on=local_day(case.due_at) if case.due_at else None,
            reason=reason_of(case),
            handovers=list(handovers),
            steps=list(case.deadline_changes.select_related("by")),
        ),
    )


def owed_counts(user: AbstractBaseUser) -> list[DashboardCount]:
    """How many answers are owed where ``user`` answers, and how many are late. Two queries."""
    if not user.has_perm(ANSWER):
        return []
    owed = Case.objects.owed().filter(activity_scope(user, "contribution__activity__"))
    url = reverse(QUEUE)
    return [
        *waiting(
            owed.overdue(timezone.now()),
            label=_("Answers that are late"),
            url=f"{url}?state={LATE}",
            since="due_at",
        ),
        *waiting(owed, label=_("Answers we owe"), url=url, since="due_set_at"),
    ]
