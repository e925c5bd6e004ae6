"""The personal data in reports and objections."""

import datetime

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.contributions.models import Appeal, Report
from wagtail_borgerdialog.people.models import Participant

AT_A_TIME = 300
# As long as the author can object, what people reported may be needed to decide about it.
REPORTS_KEPT = datetime.timedelta(days=184)


class Reports(RetainedData):
    """What somebody has reported. How many have is kept; who and in which words is not."""

    name = "reports"
    label = _("What you have reported")
    models = (
        "borgerdialog_contributions.Report",
        "borgerdialog_contributions.ReportedText",
    )

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = (
            Report.objects.filter(participant=participant)
            .select_related("reported__contribution")
            .order_by("-created_at", "-pk")
        )
        return [
            {
                "title": str(row.get_reason_code_display()),
                "reference": row.reported.contribution.reference,
                "text": row.words,
                "at": row.created_at.isoformat(),
                "status": str(row.reported.get_outcome_display()),
            }
            for row in rows
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        own = Report.objects.filter(participant=participant)
        # Whoever was a voice stays one.
        own.exclude(person_key="").update(person_key=participant.pseudonym)
        return own.update(participant=None, words="")

    def purge(self, *, at: datetime.datetime) -> int:
        """Networks after a month, and the rest half a year after the decision."""
        forgotten = Report.objects.filter(forget_network_after__lt=localdate(at)).update(
            network="", forget_network_after=None
        )
        old = Report.objects.filter(
            Q(participant__isnull=False) | ~Q(person_key="") | ~Q(words=""),
            reported__settled_at__lt=at - REPORTS_KEPT,
        )
        due = list(old.values_list("pk", flat=True)[:AT_A_TIME])
        Report.objects.filter(pk__in=due).update(participant=None, person_key="", words="")
        return forgotten + len(due)


class Appeals(RetainedData):
    """How somebody objected to a decision about a text of theirs."""

    name = "appeals"
    label = _("What you have objected to")
    models = ("borgerdialog_contributions.Appeal",)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = (
            Appeal.objects.filter(participant=participant)
            .select_related("contribution", "decision")
            .order_by("-created_at", "-pk")
        )
        return [
            {
                "title": str(row.decision.get_action_display()),
                "reference": row.contribution.reference,
                "text": row.words,
                "at": row.created_at.isoformat(),
                "status": str(row.get_outcome_display()),
                "answer": row.answer,
            }
            for row in rows
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        return Appeal.objects.filter(participant=participant).update(participant=None, words="")

    def purge(self, *, at: datetime.datetime) -> int:
        due = Appeal.objects.filter(
            Q(participant__isnull=False) | ~Q(words=""),
            decided_at__isnull=False,
            contribution__delete_after__lt=localdate(at),
        )
        rows = list(due.values_list("pk", flat=True)[:AT_A_TIME])
        Appeal.objects.filter(pk__in=rows).update(participant=None, words="")
        return len(rows)


RETAINED = (Reports(), Appeals())
