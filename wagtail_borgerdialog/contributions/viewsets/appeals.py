"""The queue of objections, oldest first: each decided by somebody who did not decide before."""

import datetime
from collections.abc import Mapping, Sequence

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, TitleColumn

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.actions import decide_appeal
from wagtail_borgerdialog.contributions.admin_forms import short_text
from wagtail_borgerdialog.contributions.models import Appeal, AppealOutcome
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.viewsets.base import StaffItemView, StaffViewSet
from wagtail_borgerdialog.contributions.viewsets.cases import case_url, waiting
from wagtail_borgerdialog.contributions.viewsets.reports import QueueFilterSet, QueueIndexView
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction, as_it_reaches
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.text import excerpt


class AppealAnswerForm(forms.Form):
    """What the author is told, and what stays among colleagues."""

    answer = short_text(
        label=gettext_lazy("Reasons"),
        max_length=2000,
        help_text=gettext_lazy("The author gets them by mail."),
        error_messages={"required": gettext_lazy("Write to the author why.")},
    )
    internal_note = short_text(
        label=gettext_lazy("Internal note"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Only colleagues see it."),
    )


def decided_text(row: Appeal) -> str:
    """The first words of what it is about."""
    if row.decision.comment is not None:
        return excerpt(row.decision.comment.body, 80)
    return f"{row.contribution.reference} {row.contribution.title}"


def decided_how(row: Appeal) -> str:
    """The decision and its reason."""
    return f"{row.decision} ({row.decision.get_reason_code_display()})"


class AppealIndexView(QueueIndexView):
    filterset_class = QueueFilterSet
    default_ordering = "created_at"
    settled = "decided_at"
    search_fields = ["contribution__reference", "contribution__title", "words"]

    def order_queryset(self, queryset: QuerySet[Appeal]) -> QuerySet[Appeal]:
        return queryset.order_by(self.ordering, "pk")

    def item_columns(self) -> list[BaseColumn]:
        return [
            TitleColumn(
                "text",
                label=_("Text"),
                accessor=decided_text,
                get_url=self.get_item_url,
                get_title_id=lambda item: f"item_{item.pk}_title",
            ),
            Column("decision", label=_("Decision"), accessor=decided_how),
            Column("decided_by", label=_("Decided by"), accessor="decision.decided_by"),
            Column("page", label=_("Page"), accessor="contribution.activity.page.title"),
            Column("outcome", label=_("Outcome"), accessor="get_outcome_display"),
            DateColumn("created_at", label=_("Received"), sort_key="created_at"),
        ]

    list_export = [
        "contribution.reference",
        "contribution.activity.page.title",
        "decision",
        "decision.get_reason_code_display",
        "words",
        "created_at",
        "get_outcome_display",
        "answer",
        "decided_at",
    ]
    export_headings = {
        "contribution.reference": gettext_lazy("Reference"),
        "contribution.activity.page.title": gettext_lazy("Page"),
        "decision": gettext_lazy("Decision"),
        "decision.get_reason_code_display": gettext_lazy("Reason"),
        "get_outcome_display": gettext_lazy("Outcome"),
    }


class AppealView(StaffItemView):
    """The text, the decision, and what its author says about it."""

    template_name = "wagtail_borgerdialog/admin/appeal.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        row = self.item
        comment = row.decision.comment
        url = (
            reverse("borgerdialog_comments:item", args=[comment.pk])
            if comment is not None
            else case_url(row.contribution)
        )
        return super().get_context_data(
            row=row,
            text=comment if comment is not None else row.contribution,
            text_url=url,
            text_name=decided_text(row),
            decisions=[row.decision],
            is_own=row.decided_at is None and row.decision.decided_by_id == self.request.user.pk,
            **kwargs,
        )


class Decide(StaffAction):
    """One of the two outcomes."""

    permission = MODERATE
    form_class = AppealAnswerForm

    def __init__(self, outcome: AppealOutcome, *, name: str, label: str) -> None:
        self.outcome = outcome
        self.name = name
        self.label = label

    def is_offered(self, user: AbstractBaseUser, item: Appeal) -> bool:
        is_own = item.decision.decided_by_id == user.pk
        return super().is_offered(user, item) and not is_own

    def suits(self, item: Appeal) -> bool:
        return item.decided_at is None

    def consequences(self, item: Appeal) -> Sequence[str]:
        if self.outcome == AppealOutcome.REVERSED:
            told = [
                _("Everybody can read the text again, also where it was removed."),
                _("The author gets a mail with your reasons."),
            ]
        else:
            told = [
                _("The text stays as it is."),
                _("The author gets a mail with your reasons, and cannot object again."),
            ]
        return as_it_reaches(item.text, told)

    def run(
        self,
        item: Appeal,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        if not decide_appeal(item, outcome=self.outcome, by=by, at=at, **data):
            return _("Nothing is changed: a colleague has decided it.")
        if self.outcome == AppealOutcome.REVERSED:
            return _("The decision is changed.")
        return _("The decision stands.")


class AppealViewSet(StaffViewSet):
    name = "appeals"
    model = Appeal
    icon = "clipboard-list"
    permission = MODERATE
    menu_label = gettext_lazy("Objections")
    menu_order = 33
    index_view_class = AppealIndexView
    item_view_class = AppealView
    staff_actions = (
        Decide(AppealOutcome.REVERSED, name="reverse", label=gettext_lazy("Change the decision")),
        Decide(AppealOutcome.UPHELD, name="uphold", label=gettext_lazy("Let the decision stand")),
    )
    not_offered = gettext_lazy(
        "That is not possible: it is decided, or you took the first decision yourself."
    )

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Appeal]:
        return Appeal.objects.filter(
            contribution__activity__in=self.activity_ids(user)
        ).select_related(
            "contribution__activity__page",
            "contribution__site",
            "contribution__status",
            "participant",
            "decision__decided_by",
            "decision__contribution__activity__page",
            "decision__contribution__site",
            "decision__contribution__status",
            "decision__contribution__participant",
            "decision__comment__participant",
            "decision__comment__contribution__activity__page",
            "decision__comment__contribution__site",
            "decision__comment__contribution__status",
            "decided_by",
        )

    def name_of(self, item: Appeal) -> str:
        return decided_text(item)


def waiting_appeals(user: AbstractBaseUser) -> list[DashboardCount]:
    """The objections that wait for ``user``, who does not judge decisions of their own."""
    if not user.has_perm(MODERATE):
        return []
    rows = Appeal.objects.open().filter(activity_scope(user, "contribution__activity__"))
    return waiting(
        rows.exclude(decision__decided_by=user),
        label=_("Objections to decisions"),
        url=reverse("borgerdialog_appeals:list"),
        since="created_at",
    )
