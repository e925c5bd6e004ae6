from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.admin.ui.components import Component

from wagtail_borgerdialog.admin_panels import AccessFormSet, ParticipationPanel
from wagtail_borgerdialog.viewsets import (
    ParticipationGroup,
    permissions_to_choose,
    refuse_if_used,
)


@hooks.register("register_admin_viewset")
def register_participation_group() -> ParticipationGroup:
    # Not register_snippet: Wagtail 8 imports this file while apps are still getting ready, and
    # the rooms have not all told the registry what they bring. This hook is read with the URLs.
    return ParticipationGroup()


@hooks.register("construct_homepage_panels")
def add_participation_panel(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(ParticipationPanel(request))


@hooks.register("register_group_permission_panel")
def register_access_panel() -> type[AccessFormSet]:
    return AccessFormSet


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return permissions_to_choose()


@hooks.register("before_delete_snippet")
def keep_what_is_in_use(request: HttpRequest, instances: list[Model]) -> HttpResponse | None:
    return refuse_if_used(request, instances)
