"""What the site asks the ideas room."""

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.components import CaseFilePart, Component, DashboardCount, RetainedData
from wagtail_borgerdialog.ideas.actions import recount_terms
from wagtail_borgerdialog.ideas.models import Idea


class Ideas(Component):
    key = "ideas"
    order = 20
    contribution_model = Idea

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.ideas.viewsets import HelpOfferViewSet, IdeaViewSet

        return (IdeaViewSet, HelpOfferViewSet)

    def mail_names(self) -> Mapping[str, str]:
        return {
            "confirm_help_offer": _("Link to confirm an offer of help"),
            "help_offered": _("Somebody offers help"),
            "help_offer_not_shown": _("The offer of help is not shown"),
            "idea_refined": _("The idea has a refined version"),
        }

    def dashboard_counts(self, user: AbstractBaseUser) -> Sequence[DashboardCount]:
        from wagtail_borgerdialog.contributions.viewsets import waiting_cases
        from wagtail_borgerdialog.ideas.viewsets import waiting_offers

        label = _("Ideas that wait for a moderator")
        return [
            *waiting_cases(user, Idea, label=label),
            *waiting_offers(user),
        ]

    def recount(self, *, fix: bool) -> Sequence[str]:
        return recount_terms(fix=fix)

    def searchable(
        self, user: AbstractBaseUser | AnonymousUser, site: Site
    ) -> Sequence[QuerySet[Model]]:
        return (Idea.objects.visible_to(user, site),)

    def case_file(self, case: Model) -> Sequence[CaseFilePart]:
        from wagtail_borgerdialog.ideas.selectors import case_file

        return case_file(case.pk)

    def retained(self) -> Sequence[RetainedData]:
        from wagtail_borgerdialog.ideas.retained import RETAINED

        return RETAINED

    def group_permissions(self) -> dict[str, Sequence[str]]:
        room = "borgerdialog_ideas"
        return {
            "moderators": [f"{room}.view_helpoffer"],
            "caseworkers": [f"{room}.view_helpoffer"],
        }
