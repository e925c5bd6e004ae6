"""The personal data on paper lists, and what mergings keep of supports."""

import datetime

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.contributions.models import LineOutcome, PaperLine
from wagtail_borgerdialog.contributions.retained import AT_A_TIME, due_for_deletion
from wagtail_borgerdialog.people.models import Participant


class PaperLines(RetainedData):
    """On which lists somebody's name has been entered. What counts is a support, told apart."""

    name = "paper_lists"
    models = (
        "borgerdialog_contributions.PaperList",
        "borgerdialog_contributions.PaperLine",
        # They hold no more of a person than the support or the text that they point to.
        "borgerdialog_contributions.Merge",
        "borgerdialog_contributions.MergedSupport",
    )

    def export(self, participant: Participant) -> list[dict[str, object]]:
        lines = PaperLine.objects.filter(participant=participant).select_related(
            "paper_list__contribution"
        )
        return [
            {
                "list": line.paper_list.name,
                "reference": line.paper_list.contribution.reference,
                "at": line.paper_list.entered_at.isoformat(),
                "status": str(line.get_outcome_display()),
            }
            for line in lines.order_by("-paper_list__entered_at", "-pk")
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        own = PaperLine.objects.filter(participant=participant)
        # Who is erased before the list counts is not counted by it.
        own.filter(outcome=LineOutcome.ENTERED).delete()
        return own.update(participant=None)

    def purge(self, *, at: datetime.datetime) -> int:
        due = PaperLine.objects.filter(
            due_for_deletion(at, "paper_list__contribution__"), participant__isnull=False
        )
        rows = list(due.values_list("pk", flat=True)[:AT_A_TIME])
        return PaperLine.objects.filter(pk__in=rows).update(participant=None)


RETAINED = (PaperLines(),)
