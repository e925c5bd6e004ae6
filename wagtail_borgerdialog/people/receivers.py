"""Keep what we know of a participant true when they sign in."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import get_language

from wagtail_borgerdialog.people.actions import participant_for_user
from wagtail_borgerdialog.people.models import Participant


def user_has_logged_in(sender: type, user: AbstractBaseUser, **kwargs: object) -> None:
    """A new address or an eID raises the level of a participant we know."""
    if Participant.objects.filter(user=user).exists():
        participant_for_user(user, at=timezone.now(), language=get_language() or "da")
