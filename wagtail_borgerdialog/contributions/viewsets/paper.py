"""Signed lists: staff enter one, a colleague countersigns it, and either can void it."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_borgerdialog.contributions.actions.paper import countersign, enter_list, void_list
from wagtail_borgerdialog.contributions.admin_forms import (
    CountersignForm,
    PaperListForm,
    VoidListForm,
    people_counted,
)
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    LineOutcome,
    PaperLine,
    PaperList,
    PaperListStatus,
    Support,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.contributions.rules import ENTER
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction, entered_people


@dataclasses.dataclass(frozen=True)
class ShownLine:
    """One line to compare with the paper, and whether its person counts already."""

    name: str
    contact: str
    is_known: bool


def lists_of(case: Contribution) -> list[PaperList]:
    """The paper lists of ``case``, newest first. One query, the first time."""
    if "read_paper_lists" not in vars(case):
        rows = PaperList.objects.filter(contribution=case.pk)
        case.read_paper_lists = list(rows.select_related("entered_by", "signed_by", "voided_by"))
    return case.read_paper_lists


def _waiting(case: Contribution) -> list[PaperList]:
    return [one for one in lists_of(case) if one.status == PaperListStatus.ENTERED]


class EnterPaperList(StaffAction):
    name = "paperlist"
    label = gettext_lazy("Enter a paper list")
    permission = ENTER
    form_class = PaperListForm

    def suits(self, item: Contribution) -> bool:
        return item.is_public and item.activity.supports_enabled

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("Nobody on it counts before a colleague has countersigned the list."),
            _("It is stored that you entered it, and on what evidence."),
            _("To undo it, void the list."),
        ]

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        with transaction.atomic():
            people = entered_people(item, data["people"], at=at)
            paper_list = enter_list(
                item,
                people,
                name=data["name"],
                channel=data["channel"],
                evidence=data["evidence"],
                by=by,
                at=at,
            )
        n = paper_list.line_count
        return ngettext(
            "A list of %(n)s line is stored. It counts when a colleague has countersigned it.",
            "A list of %(n)s lines is stored. It counts when a colleague has countersigned it.",
            n,
        ) % {"n": n}


class Countersign(StaffAction):
    name = "countersign"
    label = gettext_lazy("Countersign a paper list")
    permission = ENTER
    form_class = CountersignForm
    part_template = "wagtail_borgerdialog/admin/paper_lines.html"

    def suits(self, item: Contribution) -> bool:
        return item.is_public and bool(_waiting(item))

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("Each person on the list is counted now, and at most once."),
            _("Those with an e-mail address get a mail with a link to withdraw it."),
            _("You cannot countersign a list that you entered yourself."),
            _("To undo it, void the list."),
        ]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        lists = _waiting(item)
        return {"lists": lists, "lines": [(one, shown_lines(one)) for one in lists]}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        signed = countersign(data["paper_list"], by=by, at=at)
        outcomes = list(signed.lines.values_list("outcome", flat=True))
        kinds = (LineOutcome.COUNTED, LineOutcome.REPEATED, LineOutcome.REFUSED)
        return people_counted(*(outcomes.count(kind) for kind in kinds))


def shown_lines(paper_list: PaperList) -> list[ShownLine]:
    """What to compare with the paper. Two queries."""
    lines = list(PaperLine.objects.filter(paper_list=paper_list).select_related("participant"))
    people = [line.participant for line in lines if line.participant is not None]
    known = set(
        Support.objects.filter(
            contribution=paper_list.contribution_id,
            status=SupportStatus.CONFIRMED,
            person_key__in=[person.person_key for person in people],
        ).values_list("person_key", flat=True)
    )
    return [ShownLine(one.name, one.email, one.person_key in known) for one in people]


class VoidList(StaffAction):
    name = "voidlist"
    label = gettext_lazy("Void a paper list")
    permission = ENTER
    is_serious = True
    form_class = VoidListForm

    def suits(self, item: Contribution) -> bool:
        return any(one.status != PaperListStatus.VOIDED for one in lists_of(item))

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("Nobody on it counts any more by it. Nobody gets a mail about it."),
            _("The list stays on the case with your reason, and the log keeps who voided it."),
            _("To undo it, enter the list again."),
        ]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        return {"lists": [one for one in lists_of(item) if one.status != PaperListStatus.VOIDED]}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        n = void_list(data["paper_list"], by=by, at=at, reason=data["reason"])
        return ngettext(
            "%(n)s support does not count any more.", "%(n)s supports do not count any more.", n
        ) % {"n": n}


PAPER = (EnterPaperList(), Countersign(), VoidList())
