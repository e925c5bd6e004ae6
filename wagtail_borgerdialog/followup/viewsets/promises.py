"""The staff screens of promises: the list, one promise, and making one about a page."""

from collections.abc import Sequence
from functools import cached_property

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button, HeaderButton

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.base import (
    SEE,
    StaffIndexView,
    StaffItemView,
    StaffView,
    StaffViewSet,
    activities_to_choose,
)
from wagtail_borgerdialog.contributions.viewsets.cases import CasePart, case_url
from wagtail_borgerdialog.followup.models import Promise, PromiseState, Unit
from wagtail_borgerdialog.followup.promise_forms import PagePromiseForm
from wagtail_borgerdialog.followup.promises_shown import LATE, STATE_WORDS, shown_promise
from wagtail_borgerdialog.followup.viewsets.promising import (
    MAKE_PROMISE,
    PROMISE_ACTIONS,
    promise_made,
)
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.rules import activities_of, activity_scope


class PromiseFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[(key, label) for key, label in STATE_WORDS.items()],
        method="in_state",
        empty_label=gettext_lazy("All"),
        widget=forms.RadioSelect,
    )
    activity = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Page"), queryset=activities_to_choose, empty_label=gettext_lazy("All")
    )
    unit = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Unit"), queryset=Unit.objects.all(), empty_label=gettext_lazy("All")
    )
    due_on = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Promised for"), widget=DateRangePickerWidget
    )

    def in_state(self, queryset: QuerySet[Promise], name: str, value: str) -> QuerySet[Promise]:
        """Those that stand there now; what is late is not on its way."""
        late = Promise.objects.overdue(timezone.now()).values("pk")
        if value == LATE:
            return queryset.filter(pk__in=late)
        found = queryset.filter(state=value)
        return found.exclude(pk__in=late) if value == PromiseState.OPEN else found


def state_of(promise: Promise) -> str:
    """Where it stands now, in the public's words."""
    is_late = promise.is_overdue(timezone.now())
    return str(STATE_WORDS[LATE if is_late else promise.state])


def about(promise: Promise) -> str:
    """What it was promised about."""
    if promise.contribution is None:
        return promise.activity.page.title
    return f"{promise.contribution.reference} {promise.contribution.title}"


def about_url(promise: Promise) -> str:
    """The case that it was promised about, if it is about one."""
    if promise.contribution is None:
        return ""
    promise.contribution.activity = promise.activity
    return case_url(promise.contribution)


class PromiseIndexView(StaffIndexView):
    filterset_class = PromiseFilterSet
    default_ordering = "due_on"
    is_searchable = True
    search_fields = ["what", "promised_by", "contribution__reference", "contribution__title"]

    def get_base_queryset(self) -> QuerySet[Promise]:
        rows = super().get_base_queryset()
        return rows.select_related("activity__page", "contribution", "unit", "handed_over_to")

    def order_queryset(self, queryset: QuerySet[Promise]) -> QuerySet[Promise]:
        # What is open is what somebody has to do: it comes first, oldest first.
        if not self.is_explicitly_ordered:
            return queryset.annotate(is_settled=_is_settled()).order_by(
                "is_settled", "due_on", "pk"
            )
        return queryset.order_by(self.ordering, "pk")

    def item_columns(self) -> list[BaseColumn]:
        return [
            TitleColumn(
                "what",
                label=_("Promise"),
                get_url=self.get_item_url,
                get_title_id=lambda item: f"item_{item.pk}_title",
            ),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=state_of,
                primary=lambda item: item.is_overdue(timezone.now()),
            ),
            DateColumn("due_on", label=_("Promised for"), sort_key="due_on"),
            TitleColumn("about", label=_("About"), accessor=about, get_url=about_url),
            Column("promised_by", label=_("Who promises")),
            Column("unit", label=_("Unit"), accessor=lambda item: item.unit or "–"),
        ]

    @cached_property
    def header_buttons(self) -> list[Button]:
        if not self.request.user.has_perm(ANSWER):
            return []
        url = reverse(self.viewset.get_url_name("make"))
        return [HeaderButton(_("Make a promise about a page"), url=url, icon_name="plus")]

    export_headings = {
        "activity.page.title": gettext_lazy("Page"),
        "contribution.reference": gettext_lazy("Reference"),
        "contribution.title": gettext_lazy("About"),
        "get_state_display": gettext_lazy("State"),
    }
    list_export = [
        "what",
        "description",
        "activity.page.title",
        "contribution.reference",
        "contribution.title",
        "promised_by",
        "unit",
        "due_on",
        "get_state_display",
        "reason",
        "budgeted",
        "committed",
        "spent",
        "handed_over_to",
        "handed_over_at",
        "made_at",
        "settled_at",
    ]


def _is_settled() -> ExpressionWrapper:
    return ExpressionWrapper(~Q(state=PromiseState.OPEN), output_field=BooleanField())


class PromiseView(StaffItemView):
    """One promise, its history, and what can be done with it."""

    template_name = "wagtail_borgerdialog/admin/promise.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        promise = self.item
        return super().get_context_data(
            promise=promise,
            shown=shown_promise(promise, at=timezone.now()),
            about=about(promise),
            about_url=about_url(promise),
            changes=list(promise.changes.select_related("by")),
            **kwargs,
        )


class MakeView(StaffView, WagtailAdminTemplateMixin, FormView):
    """A promise about a page as a whole."""

    template_name = "wagtail_borgerdialog/admin/staff_action.html"
    form_class = PagePromiseForm

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.has_perm(ANSWER):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def header_icon(self) -> str:
        return self.viewset.icon

    def get_page_title(self) -> str:
        return _("Make a promise about a page")

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        return [
            *self.breadcrumbs_items,
            {"url": self.viewset.list_url, "label": self.viewset.menu_label},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_form_kwargs(self) -> dict[str, object]:
        mine = activities_of(self.request.user, perm=ANSWER)
        choices = activities_to_choose(self.request).filter(pk__in=mine)
        return {**super().get_form_kwargs(), "activities": choices}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(
            action=MAKE_PROMISE,
            consequences=[
                _("Everybody can read it in the list of promises, with the date."),
                _("You cannot delete it. You can drop it, and say why."),
            ],
            back_url=self.viewset.list_url,
            **kwargs,
        )

    def form_valid(self, form: PagePromiseForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            message = promise_made(
                data["activity"], None, data, by=self.request.user, at=timezone.now()
            )
        except NotAllowed as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, message)
        return redirect(self.viewset.list_url)


class PromiseViewSet(StaffViewSet):
    name = "promises"
    model = Promise
    icon = "calendar-check"
    permission = SEE
    menu_label = gettext_lazy("Promises")
    menu_order = 27
    index_view_class = PromiseIndexView
    item_view_class = PromiseView
    staff_actions = PROMISE_ACTIONS
    not_offered = gettext_lazy("That is not possible where the promise stands now.")

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Promise]:
        return Promise.objects.filter(activity__in=self.activity_ids(user))

    def get_urlpatterns(self) -> list[object]:
        return [
            *super().get_urlpatterns(),
            path("make/", MakeView.as_view(viewset=self), name="make"),
        ]


class PromisesPart(CasePart):
    id = "promises"
    heading = gettext_lazy("Promises")
    icon = "calendar-check"
    template_name = "wagtail_borgerdialog/admin/case_promises.html"


def promise_parts(case: Contribution) -> Sequence[CasePart]:
    """The promises about a case, for its screen. One query."""
    rows = list(case.promises.order_by("due_on", "pk"))
    if not rows:
        return []
    promises = [
        {
            "promise": row,
            "state": state_of(row),
            "url": reverse("borgerdialog_promises:item", args=[row.pk]),
        }
        for row in rows
    ]
    return [PromisesPart(promises=promises)]


def late_counts(user: AbstractBaseUser) -> Sequence[DashboardCount]:
    """The promises that are late on the user's pages, if any. One query."""
    if not user.has_perm(ANSWER):
        return []
    late = Promise.objects.overdue(timezone.now()).filter(activity_scope(user, "activity__"))
    number = late.count()
    if not number:
        return []
    url = f"{reverse('borgerdialog_promises:list')}?state={LATE}"
    return [DashboardCount(label=_("Promises that are late"), count=number, url=url)]
