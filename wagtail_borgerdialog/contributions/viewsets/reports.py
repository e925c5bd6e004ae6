"""The moderators' queue of reported texts, oldest first: one row for a text and its reports."""

import datetime
from collections.abc import Mapping, Sequence

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, NumberColumn, TitleColumn

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.actions import answer_reported, keep_reported
from wagtail_borgerdialog.contributions.actions.moderating import can_start
from wagtail_borgerdialog.contributions.admin_forms import NoteForm, ReasonForm
from wagtail_borgerdialog.contributions.bulk_actions import StaffBulkAction, bulk_actions_for
from wagtail_borgerdialog.contributions.models import (
    ReasonCode,
    Report,
    ReportedText,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.contributions.viewsets.base import (
    StaffIndexView,
    StaffItemView,
    StaffViewSet,
    activities_to_choose,
)
from wagtail_borgerdialog.contributions.viewsets.cases import case_url, waiting
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction, as_it_reaches
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.text import excerpt

REPORTS_SHOWN = 50


def text_of(row: ReportedText) -> str:
    """The first words, to recognise it by."""
    if row.comment is not None:
        return excerpt(row.comment.body, 80)
    return f"{row.contribution.reference} {row.contribution.title}"


def kind_of(row: ReportedText) -> str:
    """What it is, and on what."""
    if row.comment is not None:
        return _("Comment on %(reference)s") % {"reference": row.contribution.reference}
    return _("Text")


def reasons_of(row: ReportedText) -> str:
    """The reasons that people gave, each once."""
    return ", ".join(dict.fromkeys(str(one) for one in row.reports.all()))


def text_url(row: ReportedText) -> str:
    """The screen of the text itself."""
    if row.comment_id is not None:
        return reverse("borgerdialog_comments:item", args=[row.comment_id])
    return case_url(row.contribution)


class QueueFilterSet(WagtailFilterSet):
    """A queue shows what waits; the rest is there for whoever asks."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Show"),
        choices=[("settled", gettext_lazy("Settled")), ("all", gettext_lazy("All"))],
        empty_label=gettext_lazy("Waiting"),
        method="as_it_is",
        widget=forms.RadioSelect,
    )
    activity = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Page"),
        queryset=activities_to_choose,
        field_name="contribution__activity",
        empty_label=gettext_lazy("All"),
    )

    def as_it_is(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The view has read it: without an answer it means something too."""
        return queryset


class ReportedFilterSet(QueueFilterSet):
    reason = django_filters.ChoiceFilter(
        label=gettext_lazy("Reason"),
        choices=ReasonCode.choices,
        empty_label=gettext_lazy("All"),
        method="for_reason",
    )
    opened_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("First reported"), widget=DateRangePickerWidget
    )

    def for_reason(
        self, queryset: QuerySet[ReportedText], name: str, value: str
    ) -> QuerySet[ReportedText]:
        """Those that somebody has reported for this reason."""
        return queryset.filter(
            Exists(Report.objects.filter(reported=OuterRef("pk"), reason_code=value))
        )


class QueueIndexView(StaffIndexView):
    """A queue: what waits, oldest first, until somebody asks for the rest."""

    is_searchable = True
    settled = ""

    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset()
        state = self.request.GET.get("state", "")
        if state == "all":
            return rows
        return rows.filter(**{f"{self.settled}__isnull": state != "settled"})


class ReportedIndexView(QueueIndexView):
    filterset_class = ReportedFilterSet
    default_ordering = "opened_at"
    settled = "settled_at"
    search_fields = ["contribution__reference", "contribution__title", "comment__body"]

    def get_base_queryset(self) -> QuerySet[ReportedText]:
        rows = super().get_base_queryset().select_related("contribution__activity__page", "comment")
        return rows.prefetch_related("reports")

    def order_queryset(self, queryset: QuerySet[ReportedText]) -> QuerySet[ReportedText]:
        return queryset.order_by(self.ordering, "pk")

    def item_columns(self) -> list[BaseColumn]:
        return [
            TitleColumn(
                "text",
                label=_("Text"),
                accessor=text_of,
                get_url=self.get_item_url,
                get_title_id=lambda item: f"item_{item.pk}_title",
            ),
            Column("kind", label=_("Kind"), accessor=kind_of),
            NumberColumn("report_count", label=_("Reports"), sort_key="report_count"),
            Column("reasons", label=_("Reasons"), accessor=reasons_of),
            Column("page", label=_("Page"), accessor="contribution.activity.page.title"),
            DateColumn("held_at", label=_("Out of sight since")),
            DateColumn("opened_at", label=_("First reported"), sort_key="opened_at"),
        ]

    list_export = [
        "contribution.reference",
        "contribution.activity.page.title",
        "comment.body",
        "report_count",
        "opened_at",
        "held_at",
        "get_outcome_display",
        "settled_at",
    ]
    export_headings = {
        "contribution.reference": gettext_lazy("Reference"),
        "contribution.activity.page.title": gettext_lazy("Page"),
        "comment.body": gettext_lazy("Comment"),
        "get_outcome_display": gettext_lazy("Outcome"),
    }


class ReportedView(StaffItemView):
    """The text, what people say about it, and what can be decided."""

    template_name = "wagtail_borgerdialog/admin/reported.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        row = self.item
        about = row.comment if row.comment is not None else row.contribution
        return super().get_context_data(
            row=row,
            text=about,
            text_url=text_url(row),
            kind=kind_of(row),
            reports=list(row.reports.all()[:REPORTS_SHOWN]),
            decisions=list(about.decisions.select_related("decided_by")),
            **kwargs,
        )


class Keep(StaffAction):
    """It breaks no rule: answer the reports, and show it (again)."""

    name = "keep"
    label = gettext_lazy("Let it stand")
    permission = MODERATE
    form_class = NoteForm

    def suits(self, item: ReportedText) -> bool:
        stands = item.text.visibility == Visibility.VISIBLE or item.text.is_held
        return item.settled_at is None and stands

    def consequences(self, item: ReportedText) -> Sequence[str]:
        first = (
            _("Everybody can read it again.")
            if item.text.is_held
            else _("Everybody can read it as before.")
        )
        return [
            first,
            _("All reports on it are answered. Those who left an address get a mail."),
            _("If it is reported again, it comes back here, but stays in sight."),
        ]

    def run(
        self,
        item: ReportedText,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        if keep_reported(item, by=by, at=at, **data):
            return _("It stays, and the reports are answered.")
        return _("Nothing is changed: a colleague has decided it.")


class TakeAway(StaffAction):
    """Hide or remove the text, which answers the reports."""

    permission = MODERATE
    form_class = ReasonForm
    is_serious = True

    def __init__(self, action: ModerationAction) -> None:
        self.action = action
        self.name = action.value
        self.label = action.label

    def suits(self, item: ReportedText) -> bool:
        return item.settled_at is None and can_start(self.action, item.text)

    def consequences(self, item: ReportedText) -> Sequence[str]:
        undo = (
            _("To undo it, open the text and show it again.")
            if self.action == ModerationAction.HIDE
            else _("It cannot be shown again. Hide it instead if you are not sure.")
        )
        told = [
            _("Citizens see your reason in its place, and not the text."),
            _("The author gets a mail with your reasons, and can object to them."),
            _("All reports on it are answered. Those who left an address get a mail."),
            undo,
        ]
        return as_it_reaches(item.text, told)

    def run(
        self,
        item: ReportedText,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        answer_reported(item, self.action, by=by, at=at, **data)
        return _("It is not shown any more, and the reports are answered.")


class ReportedTextViewSet(StaffViewSet):
    name = "reports"
    model = ReportedText
    icon = "warning"
    permission = MODERATE
    menu_label = gettext_lazy("Reports")
    menu_order = 32
    index_view_class = ReportedIndexView
    item_view_class = ReportedView
    staff_actions = (Keep(), TakeAway(ModerationAction.HIDE), TakeAway(ModerationAction.REMOVE))
    not_offered = gettext_lazy("That is not possible where the text stands now.")

    def items_for(self, user: AbstractBaseUser) -> QuerySet[ReportedText]:
        return ReportedText.objects.filter(
            contribution__activity__in=self.activity_ids(user)
        ).select_related(
            "contribution__activity__page",
            "contribution__site",
            "contribution__status",
            "contribution__participant",
            "comment__participant",
        )

    def name_of(self, item: ReportedText) -> str:
        return text_of(item)


class KeepReported(StaffBulkAction):
    """Let all of them stand."""

    action_type = "borgerdialog_keep"
    action_priority = 10
    display_name = gettext_lazy("Let them stand")
    aria_label = gettext_lazy("Let those selected stand")
    permission = MODERATE
    form_class = NoteForm

    def check_perm(self, obj: ReportedText) -> bool:
        return Keep().suits(obj)

    def object_context(self, obj: ReportedText) -> dict[str, object]:
        return {**super().object_context(obj), "name": text_of(obj)}

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to let %(n)s reported text stand.",
            "You are about to let %(n)s reported texts stand.",
            n,
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("Everybody can read them. All reports on them are answered."),
            _("Those who left an address get a mail."),
        ]

    def run(self, obj: ReportedText, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return keep_reported(obj, by=self.request.user, at=at, **data)


def reported_actions() -> list[type[StaffBulkAction]]:
    """What can be decided about several reported texts."""
    return bulk_actions_for(
        ReportedText,
        KeepReported,
        activity_path="contribution__activity",
        related=("contribution__site", "contribution__status", "comment"),
    )


def waiting_reports(user: AbstractBaseUser) -> list[DashboardCount]:
    """The reported texts that wait for ``user``, if any."""
    if not user.has_perm(MODERATE):
        return []
    return waiting(
        ReportedText.objects.open().filter(activity_scope(user, "contribution__activity__")),
        label=_("Reported texts"),
        url=reverse("borgerdialog_reports:list"),
        since="opened_at",
    )
