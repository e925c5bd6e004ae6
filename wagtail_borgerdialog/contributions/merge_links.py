"""What the links in mails about mergings do."""

import datetime
from collections.abc import Sequence

from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.actions.merging import (
    accept_merge,
    answer_move,
    decline_merge,
)
from wagtail_borgerdialog.contributions.links import TO_TAKE_BACK, surroundings
from wagtail_borgerdialog.contributions.models import Merge, MergedSupport, MergeStatus
from wagtail_borgerdialog.contributions.models.merging import MoveAnswer
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.people.links import Choice, MailedLink

YES = "yes"
NO = "no"
MOVE = "move"
KEEP = "keep"


def about(merge: Merge) -> dict[str, object]:
    """Both texts; each only as long as everybody may read it."""
    theirs = surroundings(merge.original)
    is_open = theirs["is_readable"]
    return {
        **surroundings(merge.duplicate),
        "merge": merge,
        "original": merge.original if is_open else None,
        "original_url": theirs["contribution_url"] if is_open else "",
    }


class AnswerMerge(MailedLink):
    """To the author of a duplicate: may it become a part of the other text?"""

    purpose = "merge"
    max_age = TO_TAKE_BACK
    template_name = "wagtail_borgerdialog/contributions/link_merge.html"

    def find(self, pk: int, *, site: Site) -> Merge | None:
        return (
            Merge.objects.filter(pk=pk, duplicate__site=site, duplicate__participant__isnull=False)
            .select_related(
                "duplicate__activity__page",
                "duplicate__site",
                "duplicate__status",
                "duplicate__participant",
                "original__activity__page",
                "original__site",
            )
            .first()
        )

    def address(self, obj: Merge) -> str:
        return obj.participant.email

    def state(self, obj: Merge) -> str:
        return "asked" if obj.status == MergeStatus.PROPOSED else "over"

    def choices(self, obj: Merge) -> Sequence[Choice]:
        return [Choice(YES, _("Merge them")), Choice(NO, _("Keep mine apart"), is_quiet=True)]

    def context(self, obj: Merge) -> dict[str, object]:
        return about(obj)

    def act(self, obj: Merge, choice: str, *, at: datetime.datetime) -> None:
        if choice == YES:
            accept_merge(obj, at=at)
        else:
            decline_merge(obj, at=at)


class MoveSupport(MailedLink):
    """To somebody who supports a duplicate: move the support, or keep it?"""

    purpose = "move-support"
    max_age = TO_TAKE_BACK
    template_name = "wagtail_borgerdialog/contributions/link_move_support.html"

    def find(self, pk: int, *, site: Site) -> MergedSupport | None:
        return (
            MergedSupport.objects.filter(
                pk=pk,
                support__contribution__site=site,
                support__participant__isnull=False,
            )
            .select_related(
                "support__participant",
                "merge__duplicate__activity__page",
                "merge__duplicate__site",
                "merge__duplicate__status",
                "merge__original__activity__page",
                "merge__original__site",
            )
            .first()
        )

    def address(self, obj: MergedSupport) -> str:
        return obj.participant.email

    def state(self, obj: MergedSupport) -> str:
        waits = (
            obj.answer == MoveAnswer.WAITING
            and obj.support.status == SupportStatus.CONFIRMED
            and obj.merge.status == MergeStatus.MERGED
        )
        return "asked" if waits else "over"

    def choices(self, obj: MergedSupport) -> Sequence[Choice]:
        return [
            Choice(MOVE, _("Move my support")),
            Choice(KEEP, _("Keep it where it is"), is_quiet=True),
        ]

    def context(self, obj: MergedSupport) -> dict[str, object]:
        return {**about(obj.merge), "answer": obj.answer}

    def act(self, obj: MergedSupport, choice: str, *, at: datetime.datetime) -> None:
        answer_move(obj, move=choice == MOVE, at=at)


LINKS = (AnswerMerge(), MoveSupport())
