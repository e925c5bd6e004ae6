"""What became of what citizens sent, for staff: on the pages they work with, public or not."""

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from wagtail_borgerdialog.contributions.viewsets.base import SEE, StaffView, activities_to_choose
from wagtail_borgerdialog.followup.effect import answer_times, funnel
from wagtail_borgerdialog.followup.filters import EffectFilterForm
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.viewsets import PermissionViewSet


class EffectView(StaffView, WagtailAdminTemplateMixin, TemplateView):
    """The same table and bars as citizens see. Constant queries."""

    template_name = "wagtail_borgerdialog/admin/effect.html"
    page_title = gettext_lazy("Effect")

    @property
    def header_icon(self) -> str:
        return self.viewset.icon

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        return [*self.breadcrumbs_items, {"url": "", "label": _("Effect")}]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        at = timezone.now()
        activities = list(activities_to_choose(self.request))
        chosen = _chosen(self.request, activities)
        ids = [chosen.pk] if chosen else [activity.pk for activity in activities]
        return super().get_context_data(
            filter=EffectFilterForm(activities, chosen),
            steps=funnel(ids, at=at),
            times=answer_times(ids, at=at),
            **kwargs,
        )


def _chosen(request: HttpRequest, activities: list[Activity]) -> Activity | None:
    return next((a for a in activities if str(a.pk) == request.GET.get("page")), None)


class EffectViewSet(PermissionViewSet):
    name = "effect"
    icon = "table"
    permission = SEE
    menu_label = gettext_lazy("Effect")
    menu_order = 28

    @property
    def menu_url(self) -> str:
        return reverse(self.get_url_name("index"))

    def get_urlpatterns(self) -> list[object]:
        return [path("", EffectView.as_view(viewset=self), name="index")]
