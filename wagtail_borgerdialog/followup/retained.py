"""The personal data in follow-up: what the municipality wrote about somebody's case."""

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.followup.models import InternalNote, OfficialAnswer
from wagtail_borgerdialog.people.models import Participant


class CaseWork(RetainedData):
    """Answers and notes about what somebody sent.

    Erasure takes names and addresses out of them (``people.masking``), and leaves the rest: it is
    the municipality's own record. Colleagues are named as such, for as long as they have a login.
    """

    name = "case_work"
    models = (
        "borgerdialog_followup.Case",
        "borgerdialog_followup.DeadlineChange",
        "borgerdialog_followup.Handover",
        "borgerdialog_followup.InternalNote",
        "borgerdialog_followup.OfficialAnswer",
        "borgerdialog_followup.Promise",
        "borgerdialog_followup.PromiseChange",
    )

    def export(self, participant: Participant) -> list[dict[str, object]]:
        """Published answers, and the notes: whom they are about can ask (GDPR, art. 15)."""
        answers = OfficialAnswer.objects.filter(
            contribution__participant=participant, published_at__isnull=False
        ).select_related("contribution")
        notes = InternalNote.objects.filter(case__contribution__participant=participant)
        return [
            *(
                {
                    "reference": row.contribution.reference,
                    "answer": row.body,
                    "signed_as": row.signed_as,
                    "at": row.published_at.isoformat(),
                }
                for row in answers.order_by("-published_at", "-pk")
            ),
            *(
                {
                    "reference": row.case.contribution.reference,
                    "internal_note": row.text,
                    "at": row.at.isoformat(),
                }
                for row in notes.select_related("case__contribution").order_by("-at", "-pk")
            ),
        ]


RETAINED = (CaseWork(),)
