"""Decisions about several contributions or comments at once.

Whatever ids are posted, only rows within the user's page subtrees are ever read.
"""

import datetime
from collections.abc import Sequence
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.views.bulk_action import BulkAction

from wagtail_borgerdialog.contributions.actions import change_status, moderate, moderate_comment
from wagtail_borgerdialog.contributions.actions.moderating import can_start
from wagtail_borgerdialog.contributions.admin_forms import NoteForm, ReasonForm, StatusForm
from wagtail_borgerdialog.contributions.models import Comment, Contribution
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.rules import activities_of

LIMIT = 200


class StaffBulkAction(BulkAction):
    """One decision about the chosen rows that it suits; the others stay as they are."""

    template_name = "wagtail_borgerdialog/admin/bulk_confirm.html"
    permission = ""
    is_serious = False
    activity_path = "activity"
    related: Sequence[str] = ("site", "status", "participant", "area")

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def scoped(self) -> QuerySet[Model]:
        """The rows within reach of the user."""
        mine = activities_of(self.request.user)
        rows = self.model.objects.filter(**{f"{self.activity_path}__in": mine})
        return rows.select_related(f"{self.activity_path}__page", *self.related)

    @cached_property
    def chosen(self) -> list[Model]:
        """The rows that were ticked; rows out of reach are as if they did not exist."""
        given = self.request.GET.getlist("id")[:LIMIT]
        ids = [int(pk) for pk in given if pk.isascii() and pk.isdigit() and len(pk) < 19]
        return list(self.scoped().filter(pk__in=ids).order_by("pk"))

    def check_perm(self, obj: Model) -> bool:
        """Whether it can be done with ``obj``."""
        return True

    def get_actionable_objects(self) -> tuple[list[Model], dict[str, list[Model]]]:
        return [obj for obj in self.chosen if self.check_perm(obj)], {"items_with_no_access": []}

    def object_context(self, obj: Model) -> dict[str, object]:
        return {"item": obj, "name": str(obj), "language": obj.language}

    def question(self, n: int) -> str:
        """How many rows it is about."""
        raise NotImplementedError

    def consequences(self) -> Sequence[str]:
        """What it will do and how to undo it, one sentence a line."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(**kwargs)
        left_out = len(self.chosen) - len(context["items"])
        return {
            **context,
            "question": self.question(len(context["items"])),
            "consequences": self.consequences(),
            "left_out": left_out,
            "left_out_note": ngettext(
                "%(n)s of those you chose stays as it is: it stands where this cannot be done.",
                "%(n)s of those you chose stay as they are: they stand where this cannot be done.",
                left_out,
            )
            % {"n": left_out},
        }

    def get_execution_context(self) -> dict[str, object]:
        return {"bulk": self}

    @classmethod
    def execute_action(
        cls, objects: list[Model], *, bulk: "StaffBulkAction", **kwargs: object
    ) -> tuple[int, int]:
        return bulk.run_all(objects), 0

    def run_all(self, objects: list[Model]) -> int:
        """Do it with each; returns how many it has changed."""
        done = 0
        at = timezone.now()
        for obj in objects:
            try:
                done += self.run(obj, self.cleaned_form.cleaned_data, at=at)
            except NotAllowed:
                # Somebody else has decided it in the meantime.
                continue
        return done

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext("%(n)s is changed.", "%(n)s are changed.", num_parent_objects) % {
            "n": num_parent_objects
        }


class _Moderate(StaffBulkAction):
    permission = MODERATE
    decision: ModerationAction
    decide = staticmethod(moderate)

    def check_perm(self, obj: Model) -> bool:
        is_checked_first = getattr(obj, "has_formal_check", False)
        if self.decision == ModerationAction.PUBLISH and is_checked_first:
            return False
        return can_start(self.decision, obj)

    def run(self, obj: Model, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return self.decide(obj, self.decision, by=self.request.user, at=at, **data)


class Publish(_Moderate):
    decision = ModerationAction.PUBLISH
    action_type = "borgerdialog_publish"
    action_priority = 10
    display_name = gettext_lazy("Publish")
    aria_label = gettext_lazy("Publish those selected")
    form_class = NoteForm

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to publish %(n)s text.", "You are about to publish %(n)s texts.", n
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("Everybody can read them from now on, and the authors are told."),
            _("To undo it, select them again and hide them."),
        ]


class DoNotPublish(_Moderate):
    decision = ModerationAction.REJECT
    action_type = "borgerdialog_reject"
    action_priority = 20
    display_name = gettext_lazy("Do not publish")
    aria_label = gettext_lazy("Do not publish those selected")
    classes = {"serious"}
    is_serious = True
    form_class = ReasonForm

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to keep %(n)s text off the page.",
            "You are about to keep %(n)s texts off the page.",
            n,
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("Each author gets a mail with the reason you write here. All get the same."),
            _("To undo it, open each of them and show it: the mails cannot be called back."),
        ]


class Hide(_Moderate):
    decision = ModerationAction.HIDE
    action_type = "borgerdialog_hide"
    action_priority = 30
    display_name = gettext_lazy("Hide")
    aria_label = gettext_lazy("Hide those selected")
    classes = {"serious"}
    is_serious = True
    form_class = ReasonForm

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to hide %(n)s text that is public now.",
            "You are about to hide %(n)s texts that are public now.",
            n,
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("Citizens see the reason in their place, and each author gets it by mail."),
            _("To undo it, open each of them and show it again."),
        ]


class ChangeStatuses(StaffBulkAction):
    action_type = "borgerdialog_status"
    action_priority = 40
    display_name = gettext_lazy("Change the status")
    aria_label = gettext_lazy("Change the status of those selected")
    permission = ANSWER
    form_class = StatusForm

    def check_perm(self, obj: Contribution) -> bool:
        return not obj.has_formal_check or obj.published_at is not None

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to change the status of %(n)s case.",
            "You are about to change the status of %(n)s cases.",
            n,
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("The step shows on each public timeline, signed by the role you write."),
            _("To undo it, change the status back: both steps stay on the timelines."),
        ]

    def get_initial(self) -> dict[str, object]:
        sites = {obj.site for obj in self.chosen}
        names = {ParticipationSettings.of(site).organisation_name for site in sites}
        return {**super().get_initial(), "by_role": names.pop() if len(names) == 1 else ""}

    def run(self, obj: Contribution, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return change_status(
            obj,
            data["status"],
            by=self.request.user,
            at=at,
            by_role=data["by_role"],
            note=data["note"],
        )


def bulk_actions_for(
    model: type[Model], *actions: type[StaffBulkAction], **attributes: object
) -> list[type[StaffBulkAction]]:
    """``actions`` for ``model``, to be registered by the room that owns it.

    ``attributes`` are set on each: how the model is reached, and by what it is decided.
    """
    return [
        type(f"{model.__name__}{action.__name__}", (action,), {"models": [model], **attributes})
        for action in actions
    ]


def comment_actions() -> list[type[StaffBulkAction]]:
    """What can be decided about several comments."""
    return bulk_actions_for(
        Comment,
        Publish,
        DoNotPublish,
        Hide,
        activity_path="contribution__activity",
        related=("contribution__site", "contribution__status", "participant"),
        decide=staticmethod(moderate_comment),
    )
