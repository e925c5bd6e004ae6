"""Every policy that differs between municipalities, in one class that a site can subclass.

Name your subclass in ``BORGERDIALOG_ADAPTER``.
"""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from wagtail_borgerdialog import geo
from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.models import Area


class DefaultParticipationAdapter:
    """The answers that suit a site with django-allauth and no eID broker."""

    def verified_email(self, user: AbstractBaseUser) -> str:
        """The address that ``user`` has proved to be theirs, or an empty string."""
        from allauth.account.models import EmailAddress

        address = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary").first()
        return address.email if address else ""

    def eid_subject(self, user: AbstractBaseUser) -> str:
        """``provider:subject`` of the user's eID login, or an empty string; never a CPR number."""
        if not app_settings.EID_PROVIDERS:
            return ""
        from allauth.socialaccount.models import SocialAccount

        account = SocialAccount.objects.filter(
            user=user, provider__in=app_settings.EID_PROVIDERS
        ).first()
        return f"{account.provider}:{account.uid}" if account else ""

    def full_name(self, user: AbstractBaseUser) -> str:
        """The name a signed-in citizen may choose to show."""
        return user.get_full_name()

    def delete_account(self, user: AbstractBaseUser) -> bool:
        """Delete the login of a citizen who asks to be forgotten; False leaves it, as for staff."""
        if user.is_staff or user.has_perm("wagtailadmin.access_admin"):
            return False
        user.delete()
        return True

    def is_old_enough(self, user: AbstractBaseUser, age: int) -> bool | None:
        """Whether ``user`` is at least ``age`` years old; None when the site cannot know.

        None makes the form ask the citizen to declare it.
        """
        return None

    def is_resident(self, user: AbstractBaseUser) -> bool | None:
        """Whether ``user`` lives in the municipality; None when the site cannot know."""
        return None

    def role_badge(self, user: AbstractBaseUser) -> str:
        """What is shown beside a comment by a member of staff; empty for citizens."""
        if user.has_perm("wagtailadmin.access_admin"):
            return _("The municipality")
        return ""

    def find_area(self, *, latitude: float, longitude: float) -> Area | None:
        """The district a map point lies in, or None."""
        for area in Area.objects.filter(boundary__isnull=False):
            if geo.contains(area.boundary, latitude=latitude, longitude=longitude):
                return area
        return None

    def looks_like_spam(self, text: str, *, at: datetime.datetime) -> bool:
        """Whether a text should wait for a moderator although the page publishes at once."""
        return text.count("http://") + text.count("https://") > 3

    def login_url(self, *, next_url: str) -> str:
        """Where a citizen signs in and then comes back to ``next_url``."""
        return f"{resolve_url('account_login')}?{urlencode({'next': next_url})}"


def get_adapter() -> DefaultParticipationAdapter:
    """The site's adapter. Raises ``ImportError`` when the setting names none."""
    return import_string(app_settings.ADAPTER)()
