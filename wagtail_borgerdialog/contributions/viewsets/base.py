"""What the screens of cases and of comments share: scope, list, page, and what can be done."""

from collections.abc import Sequence
from functools import cached_property

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import BaseColumn, BulkActionsCheckboxColumn
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.views.generic import IndexView, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import ListingButton

from wagtail_borgerdialog.admin_exports import SafeSpreadsheetExportMixin
from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.rules import activities_of
from wagtail_borgerdialog.text import clean_query
from wagtail_borgerdialog.viewsets import PermissionViewSet

# As long as any database can hold; Django checks the range of plain keys, not of inherited ones.
PK = r"(?P<pk>[0-9]{1,18})"
SEE = "borgerdialog_contributions.view_contribution"


def activities_to_choose(request: HttpRequest) -> QuerySet[Activity]:
    """The participation pages that the user works with."""
    return (
        activities_of(request.user)
        .filter(kind__in=[c.key for c in registry if c.contribution_model is not None])
        .select_related("page")
        .order_by("page__title")
    )


class StaffView:
    """A door for staff who hold the viewset's permission."""

    viewset: "StaffViewSet | None" = None

    @method_decorator(sensitive_post_parameters())
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.has_perm(self.viewset.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class StaffIndexView(StaffView, SafeSpreadsheetExportMixin, IndexView):
    """A list with filters, search, export and bulk decisions, within the user's page subtrees."""

    template_name = "wagtail_borgerdialog/admin/staff_index.html"
    results_template_name = "wagtail_borgerdialog/admin/staff_index_results.html"
    any_permission_required = None
    paginate_by = 50
    default_ordering: str | Sequence[str] | None = None

    @property
    def export_filename(self) -> str:
        return f"{self.viewset.name}-{timezone.localdate():%Y-%m-%d}"

    @cached_property
    def search_query(self) -> str:
        return clean_query(self.request.GET.get(self.search_kwarg, ""))

    def user_has_permission(self, permission: str) -> bool:
        return False

    def get_base_queryset(self) -> QuerySet[Model]:
        return self.viewset.items_for(self.request.user)

    def get_filterset_kwargs(self) -> dict[str, object]:
        # The filter set has no model of its own; Wagtail passes the real rows to it later.
        return {**super().get_filterset_kwargs(), "queryset": self.model.objects.none()}

    def item_columns(self) -> list[BaseColumn]:
        raise NotImplementedError

    @cached_property
    def columns(self) -> list[BaseColumn]:
        columns = self.item_columns()
        if self.bulk_buttons:
            columns.insert(0, BulkActionsCheckboxColumn("bulk_actions", obj_type="item"))
        return columns

    @cached_property
    def bulk_buttons(self) -> list[ListingButton]:
        """A button for each bulk decision that the user holds the right to."""
        options = self.model._meta
        found = bulk_action_registry.get_bulk_actions_for_model(
            options.app_label, options.model_name
        )
        return [
            ListingButton(
                action.display_name,
                reverse(
                    "wagtail_bulk_action",
                    args=[options.app_label, options.model_name, action.action_type],
                ),
                attrs={"aria-label": action.aria_label, "data-bulk-action-button": ""},
                priority=action.action_priority,
                classname=" ".join(sorted(action.classes | {"bulk-action-btn"})),
            )
            for action in sorted(found, key=lambda action: action.action_priority)
            if self.request.user.has_perm(action.permission)
        ]

    def get_item_url(self, item: Model) -> str:
        """The page of one row."""
        return self.viewset.item_url(item)

    def get_context_data(self, *args: object, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(*args, **kwargs)
        context["bulk_buttons"] = self.bulk_buttons
        return context


class ItemView(StaffView, WagtailAdminTemplateMixin):
    """One contribution or comment, found within the user's page subtrees, or 404."""

    @cached_property
    def item(self) -> Model:
        return get_object_or_404(self.viewset.items_for(self.request.user), pk=self.kwargs["pk"])

    @property
    def header_icon(self) -> str:
        return self.viewset.icon

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        return [
            *self.breadcrumbs_items,
            {"url": self.viewset.list_url, "label": self.viewset.menu_label},
            *self.item_breadcrumbs(),
        ]

    def item_breadcrumbs(self) -> list[dict[str, object]]:
        return [{"url": "", "label": self.viewset.heading_of(self.item)}]


class StaffItemView(ItemView, TemplateView):
    """The page of one contribution or comment."""

    def get_page_title(self) -> str:
        return self.viewset.heading_of(self.item)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        offered = [
            {"action": action, "url": self.viewset.action_url(self.item, action)}
            for action in self.viewset.staff_actions
            if action.is_offered(self.request.user, self.item)
        ]
        return super().get_context_data(item=self.item, offered=offered, **kwargs)


class StaffActionView(ItemView, FormView):
    """Says what an action will do, and does it."""

    template_name = "wagtail_borgerdialog/admin/staff_action.html"

    @cached_property
    def action(self) -> StaffAction:
        for action in self.viewset.staff_actions:
            if action.name == self.kwargs["action"]:
                return action
        raise Http404

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        allowed = request.user.has_perm(self.viewset.permission)
        if allowed and not self.action.is_offered(request.user, self.item):
            messages.error(request, self.viewset.not_offered)
            if request.method == "POST" and self.action.is_permitted(request.user):
                # Somebody else was quicker: what was typed can be read and copied here.
                return self.form_invalid(self.get_form())
            return redirect(self.viewset.item_url(self.item))
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return str(self.action.label)

    def get_page_subtitle(self) -> str:
        return self.viewset.name_of(self.item)

    def item_breadcrumbs(self) -> list[dict[str, object]]:
        return [
            {"url": self.get_success_url(), "label": self.viewset.heading_of(self.item)},
            {"url": "", "label": self.action.label},
        ]

    def get_success_url(self) -> str:
        return self.viewset.item_url(self.item)

    def get_form_class(self) -> type[Form]:
        return self.action.form_class

    def get_form_kwargs(self) -> dict[str, object]:
        kwargs = {**super().get_form_kwargs(), **self.action.form_kwargs(self.item)}
        prefilled = self.action.prefill(self.item, self.request.GET)
        return {**kwargs, "initial": {**kwargs["initial"], **prefilled}}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(
            item=self.item,
            action=self.action,
            consequences=self.action.consequences(self.item),
            back_url=self.get_success_url(),
            **self.action.part_context(self.item, self.request.GET),
            **kwargs,
        )

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            message = self.action.run(
                self.item, form.cleaned_data, by=self.request.user, at=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except NotAllowed as error:
            messages.error(self.request, str(error))
            return self.form_invalid(form)
        messages.success(self.request, message)
        return redirect(self.get_success_url())


class StaffViewSet(PermissionViewSet):
    """The screens of one model that citizens fill."""

    model: type[Model]
    not_offered = ""
    index_view_class: type[StaffIndexView]
    item_view_class: type[StaffItemView]
    staff_actions: Sequence[StaffAction] = ()

    def items_for(self, user: object) -> QuerySet[Model]:
        """What ``user`` may see of the model: all screens read through this. Two queries."""
        raise NotImplementedError

    def activity_ids(self, user: object) -> list[int]:
        """The activities that ``user`` works with. As values: search takes no subqueries."""
        return list(activities_of(user).values_list("pk", flat=True))

    def name_of(self, item: Model) -> str:
        """What ``item`` is called in lists and confirmations."""
        return str(item)

    def heading_of(self, item: Model) -> str:
        """The heading of its page, in the language of the admin."""
        return str(item._meta.verbose_name).capitalize()

    @property
    def list_url(self) -> str:
        return reverse(self.get_url_name("list"))

    def item_url(self, item: Model) -> str:
        """The page of ``item``."""
        return reverse(self.get_url_name("item"), args=[item.pk])

    def action_url(self, item: Model, action: StaffAction) -> str:
        """The page on which ``action`` is done with ``item``."""
        return reverse(self.get_url_name("action"), args=[item.pk, action.name])

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
            re_path(rf"^{PK}/$", self.item_view_class.as_view(viewset=self), name="item"),
            re_path(
                rf"^{PK}/(?P<action>[a-z]+)/$", StaffActionView.as_view(viewset=self), name="action"
            ),
        ]
