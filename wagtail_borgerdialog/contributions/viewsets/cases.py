"""The staff screens of one kind of contribution: the list, the case, and entering a new one."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Count, Min, QuerySet
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.components import Component as UIComponent
from wagtail.admin.ui.tables import (
    BaseColumn,
    Column,
    DateColumn,
    NumberColumn,
    StatusTagColumn,
    TitleColumn,
)
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.search.backends import get_search_backend

from wagtail_borgerdialog.components import DashboardCount, registry
from wagtail_borgerdialog.contributions.admin_forms import (
    EntryForm,
    categories_to_choose,
    said,
)
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    Status,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.rules import ANSWER, ENTER
from wagtail_borgerdialog.contributions.selectors import (
    absolute_url,
    entered_supports,
    support_counts,
)
from wagtail_borgerdialog.contributions.viewsets.base import (
    SEE,
    StaffIndexView,
    StaffItemView,
    StaffViewSet,
    activities_to_choose,
)
from wagtail_borgerdialog.contributions.viewsets.entering import EnterView
from wagtail_borgerdialog.contributions.viewsets.merging import merges_of_case
from wagtail_borgerdialog.contributions.viewsets.paper import lists_of
from wagtail_borgerdialog.models import Area, Category
from wagtail_borgerdialog.personal_data import contact_data
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.terms import Channel

REFERENCE = re.compile(r"[0-9]{4}-[0-9]{1,12}")
COMMENTS_SHOWN = 20
LONGEST_KEY = 18


def case_url(contribution: Contribution) -> str:
    """The case screen of ``contribution``; empty when its room is not installed (any more)."""
    try:
        return reverse(f"borgerdialog_{contribution.activity.kind}:item", args=[contribution.pk])
    except NoReverseMatch:
        return ""


def public_name(item: Contribution) -> str:
    """Whom citizens see as the author."""
    return item.public_name or _("A citizen")


class StatusesField(django_filters.fields.ModelMultipleChoiceField):
    """Statuses; a number that no database can hold is no choice. Django asks the database."""

    def _check_values(self, value: Sequence[str]) -> list[Status]:
        for one in value:
            if len(str(one)) > LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(one)[:LONGEST_KEY]},
                )
        return super()._check_values(value)


class StatusesFilter(django_filters.ModelMultipleChoiceFilter):
    field_class = StatusesField


class CaseFilterSet(WagtailFilterSet):
    activity = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Page"), queryset=activities_to_choose, empty_label=gettext_lazy("All")
    )
    visibility = django_filters.ChoiceFilter(
        label=gettext_lazy("Visibility"),
        choices=Visibility.choices,
        empty_label=gettext_lazy("All"),
        widget=forms.RadioSelect,
    )
    status = StatusesFilter(
        label=gettext_lazy("Status"),
        queryset=Status.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        distinct=False,
    )
    area = django_filters.ModelChoiceFilter(
        label=gettext_lazy("District"), queryset=Area.objects.defer("boundary")
    )
    category = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Category"),
        queryset=lambda request: categories_to_choose(),
        method="in_category",
    )
    channel = django_filters.ChoiceFilter(
        label=gettext_lazy("Channel"),
        choices=Channel.choices,
        empty_label=gettext_lazy("All"),
        widget=forms.RadioSelect,
    )
    submitted_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Sent"), widget=DateRangePickerWidget
    )

    def in_category(
        self, queryset: QuerySet[Contribution], name: str, value: Category
    ) -> QuerySet[Contribution]:
        """Those in the category, in whichever language it was chosen."""
        same = Category.objects.filter(translation_key=value.translation_key)
        return queryset.filter(category__in=list(same.values_list("pk", flat=True)))


class CaseIndexView(StaffIndexView):
    filterset_class = CaseFilterSet
    default_ordering = "-submitted_at"
    is_searchable = True

    def get_base_queryset(self) -> QuerySet[Contribution]:
        rows = super().get_base_queryset()
        return rows.select_related(
            "activity__page", "status", "area", "category", "participant", "entered_by"
        )

    def order_queryset(self, queryset: QuerySet[Contribution]) -> QuerySet[Contribution]:
        return queryset.order_by(self.ordering, "-id")

    def search_queryset(self, queryset: QuerySet[Contribution]) -> QuerySet[Contribution]:
        """By reference, else by whole words anywhere, else by the beginnings of a title's words."""
        if not self.is_searching:
            return queryset
        if REFERENCE.fullmatch(self.search_query):
            return queryset.filter(reference__startswith=self.search_query)
        backend = get_search_backend(self.search_backend_name)
        by_relevance = not self.is_explicitly_ordered
        found = backend.search(self.search_query, queryset, order_by_relevance=by_relevance)
        if found.count():
            return found
        return backend.autocomplete(self.search_query, queryset, order_by_relevance=by_relevance)

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
                "visibility",
                label=_("Visibility"),
                accessor="get_visibility_display",
                primary=lambda item: item.is_public,
            ),
            Column("status", label=_("Status")),
            Column("activity", label=_("Page"), accessor="activity.page.title"),
            Column("area", label=_("District")),
            NumberColumn("support_count", label=_("Supports"), sort_key="support_count"),
            NumberColumn("comment_count", label=_("Comments"), sort_key="comment_count"),
            DateColumn("submitted_at", label=_("Sent"), sort_key="submitted_at"),
        ]

    @cached_property
    def header_buttons(self) -> list[Button]:
        if not self.viewset.may_enter(self.request.user):
            return []
        return [
            HeaderButton(self.viewset.enter_label, url=self.viewset.enter_url, icon_name="plus")
        ]

    export_headings = {
        "activity.page.title": gettext_lazy("Page"),
        "get_visibility_display": gettext_lazy("Visibility"),
        "get_channel_display": gettext_lazy("Channel"),
        "participant.email": gettext_lazy("E-mail"),
        "entered_by": gettext_lazy("Entered by"),
    }

    @cached_property
    def custom_field_preprocess(self) -> dict[str, dict[str, Callable[[object], object]]]:
        """How the files say what only this kind has."""
        said = self.viewset.export_fields.items()
        return {field: dict.fromkeys(self.FORMATS, say) for field, say in said if say}

    @cached_property
    def list_export(self) -> list[str]:
        """The columns of the files; addresses are for those who moderate."""
        fields = [
            "reference",
            "title",
            "body",
            "activity.page.title",
            "area",
            "category",
            "address",
            "public_name",
            "get_visibility_display",
            "status",
            "support_count",
            "comment_count",
            "get_channel_display",
            "language",
            "submitted_at",
            "published_at",
            *self.viewset.export_fields,
        ]
        if self.request.user.has_perm(MODERATE):
            fields.append("participant.email")
        return [*fields, "evidence", "entered_by"]


class CasePart(UIComponent):
    """A part of the case screen that only one kind has; give it an ``id`` and a ``heading``."""

    id = ""
    heading = ""
    icon = "doc-full"

    def __init__(self, **context: object) -> None:
        self.context = context

    def get_context_data(self, parent_context: Mapping[str, object]) -> dict[str, object]:
        return self.context


class CaseView(StaffItemView):
    """Everything about one case, and what can be done with it."""

    template_name = "wagtail_borgerdialog/admin/case.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        case = self.item
        comments = case.comments.order_by("-created_at", "-pk")
        knows_author = self.request.user.has_perm(MODERATE) or self.request.user.has_perm(ANSWER)
        return super().get_context_data(
            case=case,
            found=[] if case.is_public else contact_data(case.public_text),
            public_url=absolute_url(case) if case.is_public else "",
            author=public_name(case),
            participant=case.participant if knows_author else None,
            supports=support_counts(case),
            entered_supports=[said(group) for group in entered_supports(case)],
            attachments=list(case.attachments.all()),
            status_changes=list(
                case.status_changes.select_related("from_status", "to_status", "by")
            ),
            decisions=list(case.decisions.select_related("decided_by")),
            comments=[
                {
                    "comment": comment,
                    "url": reverse("borgerdialog_comments:item", args=[comment.pk]),
                }
                for comment in comments[:COMMENTS_SHOWN]
            ],
            comments_url=reverse("borgerdialog_comments:list") + f"?reference={case.reference}",
            merges=merges_of_case(case),
            paper_lists=lists_of(case),
            extra_panels=self.viewset.extra_panels(case, self.request.user),
            **kwargs,
        )


class CaseViewSet(StaffViewSet):
    """The screens of one kind of contribution; ``name`` is the key of its component."""

    permission = SEE
    index_view_class = CaseIndexView
    item_view_class = CaseView
    not_offered = gettext_lazy("That is not possible where the case stands now.")
    enter_label = ""
    entry_form_class: type[EntryForm] = EntryForm
    export_fields: Mapping[str, Callable[[object], object] | None] = {}
    """Columns of the files that only this kind has, and how they say its value."""

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Contribution]:
        return self.model.objects.filter(activity__in=self.activity_ids(user))

    def name_of(self, item: Contribution) -> str:
        return f"{item.reference} {item.title}"

    def heading_of(self, item: Contribution) -> str:
        return item.reference

    def may_enter(self, user: AbstractBaseUser) -> bool:
        """Whether ``user`` may enter one of this kind on somebody's behalf."""
        return bool(self.enter_label) and user.has_perm(ENTER)

    def enter(
        self, data: Mapping[str, object], *, by: AbstractBaseUser, at: datetime.datetime
    ) -> Contribution:
        """Store what an ``EntryForm`` holds. Raises ``NotAllowed`` or ``ValidationError``."""
        raise NotImplementedError

    def what_entering_does(self, user: AbstractBaseUser) -> Sequence[str]:
        """What happens when ``user`` saves an ``EntryForm``, one sentence a line."""
        return ()

    def extra_panels(self, case: Contribution, user: AbstractBaseUser) -> Sequence[CasePart]:
        """The room's own parts of the case screen."""
        return ()

    @property
    def enter_url(self) -> str:
        return reverse(self.get_url_name("enter"))

    def get_urlpatterns(self) -> list[object]:
        return [
            *super().get_urlpatterns(),
            path("enter/", EnterView.as_view(viewset=self), name="enter"),
        ]


def waiting(
    rows: QuerySet[Contribution], *, label: str, url: str, since: str
) -> list[DashboardCount]:
    """How many ``rows`` wait and how old the oldest is, by the field ``since``. One query.

    An empty queue is no news: the list is empty then.
    """
    found = rows.order_by().aggregate(oldest=Min(since), n=Count("pk"))
    if not found["n"]:
        return []
    return [DashboardCount(label=label, count=found["n"], url=url, oldest=found["oldest"])]


def waiting_cases(
    user: AbstractBaseUser, model: type[Contribution], *, label: str
) -> list[DashboardCount]:
    """The texts of one kind that wait for ``user``, if any."""
    if not user.has_perm(MODERATE):
        return []
    kind = next(c.key for c in registry if c.contribution_model is model)
    return waiting(
        model.objects.filter(activity_scope(user, "activity__"), visibility=Visibility.PENDING),
        label=label,
        url=reverse(f"borgerdialog_{kind}:list") + f"?visibility={Visibility.PENDING}",
        since="submitted_at",
    )
