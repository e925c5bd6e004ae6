"""What the site asks the ideas room."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet
from wagtail.models import Site

from wagtail_borgerdialog.components import Component
from wagtail_borgerdialog.ideas.actions import recount_terms
from wagtail_borgerdialog.ideas.models import Idea


class Ideas(Component):
    key = "ideas"
    order = 20
    contribution_model = Idea

    def recount(self, *, fix: bool) -> Sequence[str]:
        return recount_terms(fix=fix)

    def searchable(
        self, user: AbstractBaseUser | AnonymousUser, site: Site
    ) -> Sequence[QuerySet[Model]]:
        return (Idea.objects.visible_to(user, site),)

    def group_permissions(self) -> dict[str, Sequence[str]]:
        room = "borgerdialog_ideas"
        return {
            "moderators": [f"{room}.view_idea", f"{room}.view_helpoffer"],
            "caseworkers": [f"{room}.view_idea", f"{room}.view_helpoffer"],
        }
