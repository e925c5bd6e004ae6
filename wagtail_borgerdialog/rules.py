"""Which activities a member of staff works with."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet

from wagtail_borgerdialog.models import Activity, GroupActivityAccess


def activity_scope(user: AbstractBaseUser | AnonymousUser, prefix: str = "") -> Q:
    """A condition on activities (reached through ``prefix``) that ``user``'s groups reach.

    Superusers reach all; others the subtrees in :class:`GroupActivityAccess`. One query.
    """
    if not user.is_active or user.is_anonymous:
        return Q(pk__in=[])
    if user.is_superuser:
        # Not an empty Q: that would vanish where the condition is one of several.
        return ~Q(pk__in=[])
    scope = Q(pk__in=[])
    paths = GroupActivityAccess.objects.filter(group__user=user).values_list(
        "page__path", flat=True
    )
    for path in paths:
        scope |= Q(**{f"{prefix}page__path__startswith": path})
    return scope


def activities_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Activity]:
    """The activities whose contributions ``user`` may work with, given the permission."""
    return Activity.objects.filter(activity_scope(user))


def works_with(user: AbstractBaseUser | AnonymousUser, activity: Activity, perm: str) -> bool:
    """Whether ``user`` holds ``perm`` (``app_label.codename``) for this ``activity``."""
    return user.has_perm(perm) and activities_of(user).filter(pk=activity.pk).exists()
