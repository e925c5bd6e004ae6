"""The defaults that a site needs once: groups and their rights, and what each room brings."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Site

from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.models import GroupActivityAccess, ParticipationSettings

GROUPS = {
    "editors": "Participation editors",
    "moderators": "Participation moderators",
    "caseworkers": "Caseworkers",
}
ROOT_PERMISSIONS = {
    "editors": [
        "borgerdialog.add_area",
        "borgerdialog.change_area",
        "borgerdialog.view_area",
        "borgerdialog.add_category",
        "borgerdialog.change_category",
        "borgerdialog.view_category",
        "borgerdialog.change_participationsettings",
    ],
    "moderators": ["borgerdialog.change_outgoingmail"],
}


@transaction.atomic
def set_up() -> list[str]:
    """Make what is missing, leave what is there; returns one line for each thing made.

    Raises ``LookupError`` before ``migrate`` has made the permissions.
    """
    made: list[str] = []
    for role, name in GROUPS.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            made.append(f"group {name}")
            _give_whole_tree(group)
        wanted = ["wagtailadmin.access_admin", *ROOT_PERMISSIONS.get(role, ())]
        for component in registry:
            wanted += component.group_permissions().get(role, ())
        group.permissions.add(*[_permission(label) for label in wanted])
    for site in Site.objects.all():
        _settings, created = ParticipationSettings.objects.get_or_create(site=site)
        if created:
            made.append(f"settings of {site.hostname}")
    for component in registry:
        made += component.setup()
    return made


def _give_whole_tree(group: Group) -> None:
    for site in Site.objects.select_related("root_page"):
        GroupActivityAccess.objects.get_or_create(group=group, page_id=site.root_page_id)


def _permission(label: str) -> Permission:
    app_label, codename = label.split(".")
    try:
        return Permission.objects.get(content_type__app_label=app_label, codename=codename)
    except Permission.DoesNotExist:
        raise LookupError(
            f"There is no permission {label}: run 'manage.py migrate' first."
        ) from None
