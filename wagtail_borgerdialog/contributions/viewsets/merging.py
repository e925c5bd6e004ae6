"""Staff ask whether a duplicate may be merged into another text, and can take it back."""

import datetime
import re
from collections.abc import Mapping, Sequence

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_borgerdialog.contributions.actions.merging import propose_merge, undo_merge
from wagtail_borgerdialog.contributions.admin_forms import short_text
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    Merge,
    MergeStatus,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.merging import OPEN_MERGES, MoveAnswer
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.staff_actions import (
    StaffAction,
    reached_by_mail,
)
from wagtail_borgerdialog.form_fields import PlainLineField
from wagtail_borgerdialog.models import ParticipationSettings

REFERENCE = re.compile(r"[0-9]{4}-[0-9]{1,12}")


class MergeForm(forms.Form):
    """Which text it is to become a part of."""

    original = PlainLineField(
        label=gettext_lazy("Reference of the other text"),
        max_length=200,
        help_text=gettext_lazy(
            "For example 2026-00042. Its address will do. It must be public, on the same page."
        ),
        error_messages={"required": gettext_lazy("Write the reference of the other text.")},
    )
    note = short_text(
        label=gettext_lazy("Words to the author"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Why the two are about the same thing. The author gets it by mail."),
    )

    def __init__(self, *args: object, item: Contribution, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.item = item

    def clean_original(self) -> Contribution:
        """The other text. Raises ``ValidationError`` when there is none on the page."""
        found = REFERENCE.findall(self.cleaned_data["original"])
        rows = Contribution.objects.filter(
            activity=self.item.activity_id, visibility=Visibility.VISIBLE, reference__in=found[-1:]
        ).exclude(pk=self.item.pk)
        original = rows.select_related("activity", "status").first()
        if original is None:
            raise ValidationError(_("There is no other public text with this reference here."))
        return original


class MergeInto(StaffAction):
    """Ask the author of a duplicate; without an address it is merged at once."""

    name = "merge"
    label = gettext_lazy("Merge it into another")
    permission = ANSWER
    form_class = MergeForm

    def suits(self, item: Contribution) -> bool:
        return item.is_public and not item.status.is_final

    def consequences(self, item: Contribution) -> Sequence[str]:
        first = (
            _("The author gets a mail and says yes or no. Nothing changes before that.")
            if reached_by_mail(item)
            else _("No mail reaches the author: it is merged at once. Make sure they agree.")
        )
        return [
            first,
            _("It stays public with its comments, points on to the other, and is closed."),
            _("Each supporter gets one mail to move the support or keep it. Nobody counts twice."),
            _("You can take it back until the first of them has answered."),
        ]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        return {"item": item}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        merge = propose_merge(item, data["original"], by=by, at=at, note=data["note"])
        if merge.status == MergeStatus.MERGED:
            return _("It is merged. Its supporters are asked by mail.")
        return _("The author is asked by mail.")


class UndoMerge(StaffAction):
    """Take the question to the author back, or the merging as long as nobody has answered."""

    name = "unmerge"
    label = gettext_lazy("Take back the merging")
    permission = ANSWER
    is_serious = True

    def suits(self, item: Contribution) -> bool:
        return any(
            one.duplicate_id == item.pk and one.status in OPEN_MERGES
            for one in merges_of_case(item)
        )

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("The two are apart again, and the case stands where it stood before."),
            _("Mails that are sent cannot be called back: their links say that it is over."),
            _("It is not possible any more when a supporter has answered."),
        ]

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        merge = _open(item).select_related("duplicate__activity").first()
        if merge is None:
            raise ValidationError(_("It is not merged."))
        signature = ParticipationSettings.for_site(item.site).organisation_name
        undo_merge(merge, by=by, at=at, by_role=signature)
        return _("The merging is taken back.")


def _open(item: Contribution) -> QuerySet[Merge]:
    return Merge.objects.filter(duplicate=item.pk, status__in=OPEN_MERGES)


def merges_of_case(case: Contribution) -> list[Merge]:
    """All mergings with ``case``, with how many supporters answered what.

    One query, the first time.
    """
    if "read_merges" not in vars(case):
        waits = Q(supports__answer=MoveAnswer.WAITING, supports__support__status="confirmed")
        case.read_merges = list(
            Merge.objects.filter(Q(duplicate=case.pk) | Q(original=case.pk))
            .select_related("duplicate", "original", "proposed_by")
            .annotate(
                moved=Count("supports", filter=Q(supports__answer=MoveAnswer.MOVED)),
                kept=Count("supports", filter=Q(supports__answer=MoveAnswer.KEPT)),
                waiting=Count("supports", filter=waits),
            )
        )
    return case.read_merges


MERGING = (MergeInto(), UndoMerge())
