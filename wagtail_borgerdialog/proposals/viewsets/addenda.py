"""The staff screens of addenda."""

import datetime
from collections.abc import Mapping, Sequence

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.viewsets import (
    StaffViewSet,
    case_url,
    waiting,
)
from wagtail_borgerdialog.contributions.viewsets.base import StaffIndexView, StaffItemView
from wagtail_borgerdialog.contributions.viewsets.comments import found_in
from wagtail_borgerdialog.contributions.viewsets.staff_actions import (
    StaffAction,
)
from wagtail_borgerdialog.proposals.actions import (
    decide_addendum,
)
from wagtail_borgerdialog.proposals.admin_forms import (
    AddendumReasonForm,
)
from wagtail_borgerdialog.proposals.models import Addendum
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.text import excerpt


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
            TitleColumn(
                "body",
                label=_("Addendum"),
                accessor=beginning,
                get_url=self.get_item_url,
                get_title_id=lambda item: f"item_{item.pk}_title",
            ),
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


class AddendumView(StaffItemView):
    """One remark, and what can be done with it."""

    template_name = "wagtail_borgerdialog/admin/addendum.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(
            addendum=self.item,
            found=found_in(self.item, self.item.body),
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
