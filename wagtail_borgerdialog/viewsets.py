"""The admin's *Participation* menu, and the root's own screens in it."""

from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter

import django_filters
from django import forms
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import router
from django.db.models import Model, ProtectedError, Q, QuerySet, RestrictedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, HelpPanel, TitleFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.slug import SlugInput
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from wagtail_borgerdialog.admin_exports import SafeSpreadsheetExportMixin
from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.mail import try_again
from wagtail_borgerdialog.models import Area, Category, OutgoingMail, ParticipationSettings
from wagtail_borgerdialog.rules import activities_of

SEE_MAILS = "borgerdialog.change_outgoingmail"
LAST = 1000
SLUG_HELP = _("Part of the web address of a list that is filtered by it.")
ORDER_HELP = _("Lists begin with the lowest number.")


class PermissionMenuItem(MenuItem):
    """A menu item for those who hold ``permission``."""

    def __init__(self, *args: object, permission: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)


class PermissionViewSet(ViewSet):
    """Screens that are not Wagtail's generic ones, shown to those who hold ``permission``."""

    permission = ""

    @property
    def url_prefix(self) -> str:
        return f"participation/{self.name}"

    @property
    def url_namespace(self) -> str:
        return f"borgerdialog_{self.name}"

    def get_menu_item(self, order: int | None = None) -> MenuItem:
        return PermissionMenuItem(
            self.menu_label,
            self.menu_url,
            name=f"borgerdialog-{self.name}",
            icon_name=self.menu_icon,
            order=order,
            permission=self.permission,
        )


class AreaViewSet(SnippetViewSet):
    model = Area
    icon = "site"
    menu_label = _("Districts")
    menu_order = 70
    list_display = ["name", "slug", "order"]
    ordering = ["order", "name"]
    add_to_reference_index = False
    copy_view_enabled = False
    panels = [
        HelpPanel(
            content=_(
                "Citizens choose one of these districts, and find texts by it. Without a "
                "boundary they choose from the list; with one, a point on the map finds it."
            )
        ),
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug", widget=SlugInput, help_text=SLUG_HELP),
        FieldPanel("order", help_text=ORDER_HELP),
        FieldPanel("boundary"),
    ]


class CategoryViewSet(SnippetViewSet):
    model = Category
    icon = "tag"
    menu_label = _("Categories")
    menu_order = 71
    list_display = ["name", "slug", "order"]
    ordering = ["order", "name"]
    add_to_reference_index = False
    copy_view_enabled = False
    panels = [
        HelpPanel(content=_("Citizens choose one of these subjects when they send something.")),
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug", widget=SlugInput, help_text=SLUG_HELP),
        FieldPanel("order", help_text=ORDER_HELP),
    ]


def failed_mails(user: object) -> QuerySet[OutgoingMail]:
    """Mails that the server has refused at least once, on the sites that ``user`` works with."""
    return OutgoingMail.objects.filter(
        ~Q(last_error=""), sent_at=None, site__in=activities_of(user).values("site")
    )


class MailPermissionMixin:
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.has_perm(SEE_MAILS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def domain_of(mail: OutgoingMail) -> str:
    """Where the mail was going, without saying to whom."""
    return mail.to_email.rpartition("@")[2]


def names_of_mails() -> dict[str, str]:
    """What staff call each kind of mail, by the name of its template."""
    return {template: name for one in registry for template, name in one.mail_names().items()}


def name_of(mail: OutgoingMail) -> str:
    """What staff call this kind of mail."""
    return names_of_mails().get(mail.template, mail.template)


class FailedMailFilterSet(WagtailFilterSet):
    template = django_filters.ChoiceFilter(
        label=_("Mail"), choices=lambda: sorted(names_of_mails().items(), key=itemgetter(1))
    )
    given_up = django_filters.ChoiceFilter(
        label=_("Given up"),
        choices=[("yes", _("Yes")), ("no", _("No, we still try"))],
        method="by_state",
        widget=forms.RadioSelect,
        empty_label=_("All"),
    )

    class Meta:
        model = OutgoingMail
        fields = ["template"]

    def by_state(
        self, queryset: QuerySet[OutgoingMail], name: str, value: str
    ) -> QuerySet[OutgoingMail]:
        """Those that are given up, or those that are not."""
        return queryset.filter(failed_at__isnull=value == "no")


class FailedMailIndexView(MailPermissionMixin, SafeSpreadsheetExportMixin, IndexView):
    model = OutgoingMail
    filterset_class = FailedMailFilterSet
    page_title = _("Mails that failed")
    header_icon = "mail"
    template_name = "wagtail_borgerdialog/admin/mail_index.html"
    results_template_name = "wagtail_borgerdialog/admin/mail_index_results.html"
    paginate_by = 50
    default_ordering = "-created_at"
    any_permission_required = None
    is_searchable = False

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn(
                "template", label=_("Mail"), accessor=name_of, url_name="borgerdialog_mails:mail"
            ),
            Column("domain", label=_("Recipient at"), accessor=domain_of),
            Column("last_error", label=_("What went wrong")),
            NumberColumn("attempts", label=_("Attempts")),
            DateColumn("created_at", label=_("Written"), sort_key="created_at"),
            DateColumn("failed_at", label=_("Given up")),
        ]

    list_export = ["template", "to_email", "last_error", "attempts", "created_at", "failed_at"]
    export_headings = {
        "template": _("Mail"),
        "to_email": _("Recipient at"),
        "last_error": _("What went wrong"),
        "attempts": _("Attempts"),
        "created_at": _("Written"),
        "failed_at": _("Given up"),
    }
    export_filename = "mails"

    def to_row_dict(self, item: OutgoingMail) -> dict[str, object]:
        return {
            **super().to_row_dict(item),
            "template": name_of(item),
            "to_email": domain_of(item),
        }

    def get_base_queryset(self) -> QuerySet[OutgoingMail]:
        return failed_mails(self.request.user)

    def user_has_permission(self, permission: str) -> bool:
        return False


class FailedMailView(MailPermissionMixin, WagtailAdminTemplateMixin, TemplateView):
    template_name = "wagtail_borgerdialog/admin/mail.html"
    page_title = _("Mail")
    header_icon = "mail"

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("borgerdialog_mails:list"), "label": _("Mails that failed")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        mail = get_object_or_404(failed_mails(self.request.user), pk=self.kwargs["pk"])
        return super().get_context_data(
            mail=mail, name=name_of(mail), domain=domain_of(mail), **kwargs
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        mails = failed_mails(request.user).filter(pk=pk)
        if try_again(mails, at=timezone.now()):
            messages.success(request, gettext("We will try to send it again within a minute."))
        return redirect("borgerdialog_mails:list")


def refuse_if_used(request: HttpRequest, instances: Sequence[Model]) -> HttpResponse | None:
    """A redirect with an explanation when one of our ``instances`` is in use, else None.

    Wagtail finds that out from its reference index, in which citizens' texts are not.
    """
    ours = [one for one in instances if one._meta.app_label.startswith("borgerdialog")]
    if not ours:
        return None
    try:
        Collector(using=router.db_for_write(type(ours[0]))).collect(ours)
    except (ProtectedError, RestrictedError):
        messages.error(
            request,
            gettext("You cannot delete %(names)s: it is in use. Change its name instead.")
            % {"names": ", ".join(f"“{one}”" for one in ours)},
        )
        return redirect(type(ours[0]).snippet_viewset.get_url_name("list"))
    return None


class FailedMailViewSet(PermissionViewSet):
    name = "mails"
    icon = "mail"
    permission = SEE_MAILS
    menu_label = _("Mails that failed")
    menu_order = 60

    def get_urlpatterns(self) -> list[object]:
        names = {
            "index_url_name": "borgerdialog_mails:list",
            "index_results_url_name": "borgerdialog_mails:list_results",
        }
        view = FailedMailIndexView.as_view
        return [
            path("", view(**names), name="list"),
            path("results/", view(**names, results_only=True), name="list_results"),
            path("<int:pk>/", FailedMailView.as_view(), name="mail"),
        ]


class SettingsLink(PermissionViewSet):
    """The way from the menu to the site's participation settings."""

    name = "settings"
    icon = "cog"
    permission = "borgerdialog.change_participationsettings"
    menu_label = _("Settings")
    menu_order = 90

    @property
    def menu_url(self) -> str:
        return reverse(
            "wagtailsettings:edit",
            args=[
                ParticipationSettings._meta.app_label,
                ParticipationSettings._meta.model_name,
            ],
        )


class ParticipationGroup(SnippetViewSetGroup):
    """One menu with what every room brings, in the order in which caseworkers need it."""

    menu_label = _("Participation")
    menu_icon = "group"
    menu_name = "borgerdialog"
    menu_order = 250
    add_to_admin_menu = True
    submenu_hook = "register_borgerdialog_menu_item"

    @cached_property
    def items(self) -> list[type[ViewSet]]:
        found = [AreaViewSet, CategoryViewSet, FailedMailViewSet, SettingsLink]
        for component in registry:
            found += component.viewsets()
        # Where a class says nothing, its attribute is Wagtail's property and not a number.
        orders = {viewset: viewset.menu_order for viewset in found}
        return sorted(
            found, key=lambda viewset: orders[viewset] if isinstance(orders[viewset], int) else LAST
        )


def permissions_to_choose() -> QuerySet[Permission]:
    """The root's rights that the group screen offers beside those of its snippets."""
    return Permission.objects.filter(
        content_type__app_label="borgerdialog", codename="change_outgoingmail"
    )
