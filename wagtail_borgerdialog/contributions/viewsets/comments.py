"""The staff screens of comments."""

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.models import Comment, Visibility
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.base import (
    StaffIndexView,
    StaffItemView,
    StaffViewSet,
    activities_to_choose,
)
from wagtail_borgerdialog.contributions.viewsets.cases import (
    case_url,
    waiting,
)
from wagtail_borgerdialog.contributions.viewsets.staff_actions import MODERATION
from wagtail_borgerdialog.personal_data import Found, contact_data
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.text import excerpt


class CommentFilterSet(WagtailFilterSet):
    activity = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Page"),
        queryset=activities_to_choose,
        field_name="contribution__activity",
        empty_label=gettext_lazy("All"),
    )
    visibility = django_filters.ChoiceFilter(
        label=gettext_lazy("Visibility"),
        choices=Visibility.choices,
        empty_label=gettext_lazy("All"),
        widget=forms.RadioSelect,
    )
    created_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Written"), widget=DateRangePickerWidget
    )
    # Not a choice of contributions: the name of one would tell of other people's pages.
    reference = django_filters.CharFilter(
        label=gettext_lazy("Reference"), field_name="contribution__reference", max_length=20
    )


def beginning(comment: Comment) -> str:
    """The first words, to recognise it by."""
    return excerpt(comment.body, 80)


def on_which(comment: Comment) -> str:
    """What the comment is about."""
    return f"{comment.contribution.reference} {comment.contribution.title}"


def commenter(comment: Comment) -> str:
    """Whom citizens see as the author."""
    return comment.role_badge or comment.public_name or _("A citizen")


class CommentIndexView(StaffIndexView):
    filterset_class = CommentFilterSet
    default_ordering = "-created_at"
    is_searchable = True
    search_fields = ["body", "contribution__reference", "contribution__title"]

    def get_base_queryset(self) -> QuerySet[Comment]:
        rows = super().get_base_queryset()
        return rows.select_related("contribution__activity__page", "participant")

    def order_queryset(self, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        return queryset.order_by(self.ordering, "-pk")

    def item_columns(self) -> list[BaseColumn]:
        return [
            TitleColumn(
                "body",
                label=_("Comment"),
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
                "contribution",
                label=_("About"),
                accessor=on_which,
                get_url=lambda item: case_url(item.contribution),
            ),
            Column("author", label=_("Author"), accessor=commenter),
            DateColumn("created_at", label=_("Written"), sort_key="created_at"),
        ]

    export_headings = {
        "contribution.reference": gettext_lazy("Reference"),
        "contribution.title": gettext_lazy("About"),
        "contribution.activity.page.title": gettext_lazy("Page"),
        "get_visibility_display": gettext_lazy("Visibility"),
        "participant.email": gettext_lazy("E-mail"),
    }

    @property
    def list_export(self) -> list[str]:
        """The columns of the files; addresses are for those who moderate."""
        fields = [
            "contribution.reference",
            "contribution.title",
            "contribution.activity.page.title",
            "body",
            "public_name",
            "role_badge",
            "get_visibility_display",
            "language",
            "created_at",
        ]
        if self.request.user.has_perm(MODERATE):
            fields.append("participant.email")
        return fields


def found_in(item: Model, text: str) -> list[Found]:
    """What stopped the publication of ``item``, as long as nobody has decided."""
    return contact_data(text) if item.visibility == Visibility.PENDING else []


class CommentView(StaffItemView):
    """One comment, what it answers, and what can be done with it."""

    template_name = "wagtail_borgerdialog/admin/comment.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        comment = self.item
        user = self.request.user
        knows_author = user.has_perm(MODERATE) or user.has_perm(ANSWER)
        return super().get_context_data(
            comment=comment,
            found=found_in(comment, f"{comment.body}\n{comment.public_name}"),
            author=commenter(comment),
            participant=comment.participant if knows_author else None,
            case_name=on_which(comment),
            case_url=case_url(comment.contribution),
            decisions=list(comment.decisions.select_related("decided_by")),
            **kwargs,
        )


class CommentViewSet(StaffViewSet):
    name = "comments"
    model = Comment
    icon = "comment"
    permission = "borgerdialog_contributions.view_comment"
    menu_label = gettext_lazy("Comments")
    menu_order = 30
    index_view_class = CommentIndexView
    item_view_class = CommentView
    staff_actions = MODERATION
    not_offered = gettext_lazy("That is not possible where the comment stands now.")

    def items_for(self, user: AbstractBaseUser) -> QuerySet[Comment]:
        return Comment.objects.filter(contribution__activity__in=self.activity_ids(user))

    def name_of(self, item: Comment) -> str:
        return beginning(item)


def waiting_comments(user: AbstractBaseUser) -> list[DashboardCount]:
    """The comments that wait for ``user``, if any."""
    if not user.has_perm(MODERATE):
        return []
    return waiting(
        Comment.objects.filter(
            activity_scope(user, "contribution__activity__"), visibility=Visibility.PENDING
        ),
        label=_("Comments that wait for a moderator"),
        url=reverse("borgerdialog_comments:list") + f"?visibility={Visibility.PENDING}",
        since="created_at",
    )
