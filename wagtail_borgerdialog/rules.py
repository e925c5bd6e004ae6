"""Which activities a member of staff works with."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission
from django.db.models import Exists, Q, QuerySet

from wagtail_borgerdialog.models import Activity, GroupActivityAccess


def activity_scope(
    user: AbstractBaseUser | AnonymousUser, prefix: str = "", *, perm: str = ""
) -> Q:
    """A condition on activities (reached through ``prefix``) that ``user``'s groups reach.

    Superusers reach all; others the subtrees in :class:`GroupActivityAccess`. With ``perm``
    (``app_label.codename``) only those of groups that give it: whoever moderates one part of the
    tree and answers in another does not moderate in both. One query.
    """
    if not user.is_active or user.is_anonymous:
        return Q(pk__in=[])
    if user.is_superuser:
        # Not an empty Q: that would vanish where the condition is one of several.
        return ~Q(pk__in=[])
    scope = Q(pk__in=[])
    access = GroupActivityAccess.objects.filter(group__user=user)
    if perm:
        app_label, codename = perm.split(".")
        wanted = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
        access = access.filter(
            Q(group__in=Group.objects.filter(permissions__in=wanted))
            | Q(Exists(wanted.filter(user=user)))
        )
    for path in access.values_list("page__path", flat=True):
        scope |= Q(**{f"{prefix}page__path__startswith": path})
    return scope


def activities_of(user: AbstractBaseUser | AnonymousUser, *, perm: str = "") -> QuerySet[Activity]:
    """The activities whose contributions ``user`` may work with; ``perm`` as above."""
    return Activity.objects.filter(activity_scope(user, perm=perm))


def works_with(user: AbstractBaseUser | AnonymousUser, activity: Activity, perm: str) -> bool:
    """Whether ``user`` holds ``perm`` (``app_label.codename``) for this ``activity``."""
    return user.has_perm(perm) and activities_of(user, perm=perm).filter(pk=activity.pk).exists()
