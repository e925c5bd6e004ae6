"""The admin screens of webhooks: whom we tell, with which secret, and what did not arrive."""

from django import forms
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, DateColumn
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from wagtail_borgerdialog.notifications.models import Webhook, WebhookDelivery
from wagtail_borgerdialog.notifications.webhooks import events, new_secret, try_again
from wagtail_borgerdialog.viewsets import PermissionViewSet

CHANGE = "borgerdialog_notifications.change_webhook"
PER_PAGE = 50
SPACE = "wagtailsnippets_borgerdialog_notifications_webhook"


class WebhookForm(WagtailAdminModelForm):
    events = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=lambda: list(events().items()),
        widget=forms.CheckboxSelectMultiple,
    )


class WebhookCreateView(CreateView):
    """After it is made, its secret is shown, once."""

    def get_success_url(self) -> str:
        return reverse(f"{SPACE}:secret", args=[self.object.pk])


class WebhookScreen(PermissionRequiredMixin, WagtailAdminTemplateMixin, TemplateView):
    permission_required = CHANGE
    raise_exception = True
    header_icon = "link-external"


class SecretView(WebhookScreen):
    """Makes a secret and shows it: a GET only asks, and nothing shows the same one again."""

    template_name = "wagtail_borgerdialog/admin/webhook_secret.html"
    page_title = _("Secret of the webhook")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        webhook = get_object_or_404(Webhook, pk=self.kwargs["pk"])
        list_url = reverse(f"{SPACE}:list")
        return super().get_context_data(webhook=webhook, list_url=list_url, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        secret = new_secret(get_object_or_404(Webhook, pk=pk))
        response = self.render_to_response(self.get_context_data(secret=secret))
        add_never_cache_headers(response)
        return response


class WebhookViewSet(SnippetViewSet):
    model = Webhook
    icon = "link-external"
    menu_label = _("Webhooks")
    menu_order = 80
    list_display = [
        "name",
        "url",
        "site",
        BooleanColumn("is_active", label=_("Is told")),
        DateColumn("failing_since", label=_("Failing since")),
    ]
    add_to_reference_index = False
    copy_view_enabled = False
    add_view_class = WebhookCreateView

    @cached_property
    def edit_handler(self) -> ObjectList:
        return ObjectList(
            [
                HelpPanel(
                    content=_(
                        "We tell the system what has happened to what everybody may read: which "
                        "event, which reference and where it can be read. Never who did it."
                    )
                ),
                FieldPanel("name"),
                FieldPanel("site"),
                FieldPanel("url"),
                FieldPanel("events"),
                FieldPanel("is_active"),
            ],
            base_form_class=WebhookForm,
        )

    def get_edit_handler(self) -> ObjectList:
        return self.edit_handler.bind_to_model(self.model)

    def get_urlpatterns(self) -> list[object]:
        return [
            *super().get_urlpatterns(),
            path("secret/<int:pk>/", SecretView.as_view(), name="secret"),
        ]


class FailedDeliveriesView(WebhookScreen):
    """What receivers have refused, and a button to try it again."""

    template_name = "wagtail_borgerdialog/admin/deliveries.html"
    page_title = _("Webhooks that failed")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        rows = WebhookDelivery.objects.failing().select_related("webhook").order_by("-pk")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(page=page, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = WebhookDelivery.objects.failing()
        if pk := request.POST.get("delivery", ""):
            chosen = chosen.filter(pk=pk if pk.isdecimal() else 0)
        number = try_again(chosen, at=timezone.now())
        if number:
            told = ngettext(
                "We will try %(number)s again within a minute.",
                "We will try all %(number)s again within a minute.",
                number,
            )
            messages.success(request, told % {"number": number})
        else:
            messages.warning(request, gettext("It has been delivered meanwhile."))
        return redirect("borgerdialog_deliveries:list")


class FailedDeliveryViewSet(PermissionViewSet):
    name = "deliveries"
    icon = "warning"
    permission = CHANGE
    menu_label = _("Webhooks that failed")
    menu_order = 81

    def get_urlpatterns(self) -> list[object]:
        return [path("", FailedDeliveriesView.as_view(), name="list")]
