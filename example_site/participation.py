"""What this municipality does otherwise than the package proposes."""

from django.contrib.auth.models import AbstractBaseUser

from wagtail_borgerdialog.adapter import DefaultParticipationAdapter
from wagtail_borgerdialog.setup import GROUPS


class Adapter(DefaultParticipationAdapter):
    """Caseworkers sign as such; other staff as the municipality."""

    def role_badge(self, user: AbstractBaseUser) -> str:
        if user.groups.filter(name=GROUPS["caseworkers"]).exists():
            return "Sagsbehandler"
        return super().role_badge(user)
